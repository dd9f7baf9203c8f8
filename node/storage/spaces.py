"""Spaces by name: those of our circle, or one. Reads only; who belongs to it is decided elsewhere."""

import sqlite3

NAMES = """
SELECT name FROM space WHERE state IN ('own', 'accepted') AND name <> '' ORDER BY state <> 'own', name
"""


def names(db: sqlite3.Connection) -> list[str]:
    """Our circle, ours first, as each space calls itself."""
    return [name for (name,) in db.execute(NAMES)]


OTHERS = "SELECT hex(id), name FROM space WHERE state = 'accepted' AND name <> '' ORDER BY name, id LIMIT 200"


def others(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """(id in hex, name) of each other space of our circle."""
    return [(id_.lower(), name) for id_, name in db.execute(OTHERS)]


NAME = "SELECT name FROM space WHERE id = ?"


def name_of(db: sqlite3.Connection, space: bytes) -> str:
    """What a space calls itself; "" where that is not known here."""
    found = db.execute(NAME, (space,)).fetchone()
    return str(found[0]) if found else ""


CALLED = "SELECT id FROM space WHERE state IN ('own', 'accepted') AND lower(name) = lower(?) ORDER BY id"


def called(db: sqlite3.Connection, name: str) -> list[bytes]:
    """Ids of the spaces of our circle that call themselves so."""
    return [id_ for (id_,) in db.execute(CALLED, (name.strip(),))]
