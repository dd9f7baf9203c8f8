"""What the board remembers about itself, by name: which version made it, whether its index is to be merged."""

import sqlite3
from collections.abc import Mapping

GET = "SELECT value FROM board WHERE name = ?"
SET = "INSERT INTO board (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"


def get(db: sqlite3.Connection, name: str) -> str:
    """ "" where nothing is remembered."""
    found = db.execute(GET, (name,)).fetchone()
    return str(found[0]) if found else ""


def set(db: sqlite3.Connection, name: str, value: str) -> None:
    """Within the caller's transaction."""
    db.execute(SET, (name, value))


def places(db: sqlite3.Connection, name: str) -> dict[int, int]:
    """Feeds with which something is to be gone on, feed number -> the seq to go on from."""
    pairs = (word.split(":") for word in get(db, name).split())
    return {int(no): int(seq) for no, seq in pairs}


def set_places(db: sqlite3.Connection, name: str, places: Mapping[int, int]) -> None:
    """Within the caller's transaction."""
    set(db, name, " ".join(f"{no}:{seq}" for no, seq in places.items()))
