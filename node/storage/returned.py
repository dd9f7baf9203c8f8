"""Words of this space that came back from others: this machine, or one before it, wrote them and they were lost here.

So an older copy of the folder is noticed however it came about: put back, cloned, or the disk's own doing.
"""

import sqlite3

from sync import log

NOTE = """
INSERT INTO returned (peer, entries, ms) VALUES (?, ?, ?)
ON CONFLICT (peer) DO UPDATE SET entries = entries + excluded.entries, ms = excluded.ms
"""


def note(db: sqlite3.Connection, peer: str, entries: int, ms: int) -> None:
    """peer: who brought them, in words for people."""
    if entries:
        with log.writing(db):
            db.execute(NOTE, (peer, entries, ms))


def read(db: sqlite3.Connection) -> list[tuple[str, int, int]]:
    """(who brought them, how many, when last), the most first."""
    return [*db.execute("SELECT peer, entries, ms FROM returned ORDER BY entries DESC, peer")]
