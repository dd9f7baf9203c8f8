"""What the board remembers about itself, by name: which version made it, whether its index is to be merged."""

import sqlite3

GET = "SELECT value FROM board WHERE name = ?"
SET = "INSERT INTO board (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"


def get(db: sqlite3.Connection, name: str) -> str:
    """ "" where nothing is remembered."""
    found = db.execute(GET, (name,)).fetchone()
    return str(found[0]) if found else ""


def set(db: sqlite3.Connection, name: str, value: str) -> None:
    """Within the caller's transaction."""
    db.execute(SET, (name, value))
