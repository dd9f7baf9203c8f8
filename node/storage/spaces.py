"""The spaces of our circle by name, ours first. Reads only; who belongs to it is decided elsewhere."""

import sqlite3

NAMES = """
SELECT name FROM space WHERE state IN ('own', 'accepted') AND name <> '' ORDER BY state <> 'own', name
"""


def names(db: sqlite3.Connection) -> list[str]:
    """As each space calls itself."""
    return [name for (name,) in db.execute(NAMES)]
