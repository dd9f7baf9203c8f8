"""What this node remembers of a peer: where it answered, when, and how far its news was taken (circle lists them).

Bookkeeping only. Nothing here is told to others, and nothing that arrived depends on it.
"""

from __future__ import annotations

import sqlite3

from sync import circle
from sync.exchange import Caller
from sync.log import noting, writing

TURNED_AWAY = "turned-away"  # the line ended when the peer saw who calls: blocked there, or just being switched off
NOT_REACHED = ("unreachable", "silent")  # errors of visits (tried): nobody answers at any address that is known


def meet(db: sqlite3.Connection, who: Caller, cert: bytes, address: str) -> None:
    """A node answered at this address: there it will be looked for first. cert: its own, DER."""
    row = db.execute("SELECT address FROM peer WHERE node = ? AND cert = ?", (who.node, cert)).fetchone()
    if row != (address,):
        with writing(db):
            circle.know(db, who.node, who.space, cert, address)


FAMILY = "SELECT 1 FROM peer JOIN space ON space.no = peer.space WHERE peer.node = ? AND space.state = 'own'"


def is_family(db: sqlite3.Connection, node: bytes) -> bool:
    """True for another node of this node's own space."""
    return db.execute(FAMILY, (node,)).fetchone() is not None


def cursor(db: sqlite3.Connection, node: bytes) -> tuple[int, bytes]:
    """(n, mark) of what was last taken from this peer; (0, b"") for nothing yet."""
    row = db.execute("SELECT n, mark FROM peer WHERE node = ?", (node,)).fetchone()
    return (row[0], row[1]) if row else (0, b"")


Cursor = tuple[int, bytes]
MOVE = "UPDATE peer SET n = ?, mark = ? WHERE node = ? AND n = ? AND mark = ?"


def move_cursor(db: sqlite3.Connection, node: bytes, before: Cursor, after: Cursor) -> bool:
    """All that this peer had told of with `after` is in. False, and nothing moved, where the cursor is not `before` any
    more: another process, or what came in, has set it back meanwhile (proofs.from_the_start). Where this is lost with
    the power the same heads are told again; what they led to is on the disk by then."""
    with noting(db):
        return db.execute(MOVE, (*after, node, *before)).rowcount == 1


TRIED = """
UPDATE peer SET tried_ms = ?, error = ?, seen_ms = CASE WHEN ? = '' THEN ? ELSE seen_ms END WHERE node = ?
"""


def tried(db: sqlite3.Connection, node: bytes, now_ms: int, error: str) -> None:
    """How a visit ended. error: its key, "" when it went well. The next visit, within the minute, says it anew, so no
    disk is waited for: on a memory card that was most of a visit without news."""
    with noting(db):
        db.execute(TRIED, (now_ms, error, error, now_ms, node))
