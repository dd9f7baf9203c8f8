"""Flyers that hang: which, where, since when, and the address on them. This node's own memory, in no log and told to
nobody; nothing in it says who printed or hung one.
"""

import sqlite3

import msgspec

MOST = 500  # remembered; then the oldest is forgotten


class Poster(msgspec.Struct, frozen=True):
    """link: of its post, code and tail; "" for the flyer of the space. host, number: the addresses printed on it, by
    name and by number, with their port; ms: when it was hung, Unix milliseconds."""

    n: int
    link: str
    place: str
    host: str
    number: str
    ms: int


HANG = """
INSERT INTO poster (link, place, host, number, ms) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (link, place) DO UPDATE SET host = excluded.host, number = excluded.number, ms = excluded.ms
"""
FORGET_OLD = "DELETE FROM poster WHERE n NOT IN (SELECT n FROM poster ORDER BY ms DESC, n DESC LIMIT ?)"


def hang(db: sqlite3.Connection, link: str, place: str, host: str, number: str, ms: int) -> None:
    """Within the caller's transaction. A new one at the same place takes the place of the old."""
    db.execute(HANG, (link, place, host, number, ms))
    db.execute(FORGET_OLD, (MOST,))


ALL = "SELECT n, link, place, host, number, ms FROM poster ORDER BY ms DESC, n DESC"


def hanging(db: sqlite3.Connection) -> list[Poster]:
    """The newest first."""
    return [Poster(*row) for row in db.execute(ALL)]


DOWN = "DELETE FROM poster WHERE n = ? RETURNING n, link, place, host, number, ms"


def take_down(db: sqlite3.Connection, n: int) -> Poster | None:
    """Within the caller's transaction. What is forgotten now; None if it was not known."""
    row = db.execute(DOWN, (n,)).fetchone()
    return Poster(*row) if row else None


ONE = "SELECT n, link, place, host, number, ms FROM poster WHERE n = ?"


def one(db: sqlite3.Connection, n: int) -> Poster | None:
    row = db.execute(ONE, (n,)).fetchone()
    return Poster(*row) if row else None


AS_IT_WAS = "UPDATE poster SET host = ?, number = ?, ms = ? WHERE n = ? AND link = ? AND place = ?"
BACK = "INSERT INTO poster (link, place, host, number, ms) VALUES (?, ?, ?, ?, ?) ON CONFLICT (link, place) DO NOTHING"


def put_back(db: sqlite3.Connection, was: Poster) -> None:
    """Within the caller's transaction. As it was remembered, unless another one hangs in its place by now."""
    said = (was.host, was.number, was.ms)
    if not db.execute(AS_IT_WAS, (*said, was.n, was.link, was.place)).rowcount:
        db.execute(BACK, (was.link, was.place, *said))
