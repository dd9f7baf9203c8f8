"""Which spaces have said that a ticket's words are forgotten there. `confirmed` leads from a ticket to who said so.

A node's word counts for its own space alone, and nothing that a void feed says.
"""

import sqlite3
from collections.abc import Iterable, Sequence

import msgspec

from node.storage.gather import short
from sync import confirming
from sync.entry import CONFIRMED, parse_header
from sync.log import Held


class Confirmation(msgspec.Struct, frozen=True):
    """One space of the circle. `space`: its id; `ms`: when a node of it first said that the words are forgotten, by
    that node's clock; None where none has."""

    space: bytes
    name: str
    ours: bool
    ms: int | None


NOTE = "INSERT INTO confirmed (o, k) VALUES (?, ?) ON CONFLICT (o, k) DO NOTHING"


def note(db: sqlite3.Connection, held: Sequence[Held]) -> None:
    """Within the caller's transaction."""
    said = (one for one in held if one.entry.header.sys == CONFIRMED)
    db.executemany(NOTE, [(short(owner), one.k) for one in said for owner in confirming.read(one.entry.payload)])


SAID = """
SELECT space.id, feed.node, feed.scope, entry.header, entry.payload
FROM confirmed JOIN entry ON entry.k = confirmed.k JOIN feed ON feed.no = confirmed.k >> 40
JOIN space ON space.no = feed.space
WHERE confirmed.o = ? AND feed.state = 'open'
"""
SPACES = (
    "SELECT id, name, state = 'own' FROM space WHERE state IN ('own', 'accepted') ORDER BY state <> 'own', name, id"
)


ONLY_HERE = "SELECT here FROM proof WHERE kind = 'tombstone' AND about = ?"


def confirmations(db: sqlite3.Connection, owner: bytes) -> list[Confirmation]:
    """Every space of the circle, ours first, then by name; ours alone where no other was ever told. `owner`: the
    ticket's public key."""
    said: dict[bytes, int] = {}
    for space, _, _, ms in _said(db, owner):
        said[space] = min(ms, said.get(space, ms))
    (only_here,) = db.execute(ONLY_HERE, (owner,)).fetchone() or (0,)
    asked = [found for found in db.execute(SPACES).fetchall() if found[2] or not only_here]
    return [Confirmation(id_, name, bool(ours), said.get(id_)) for id_, name, ours in asked]


def _said(db: sqlite3.Connection, owner: bytes) -> Iterable[tuple[bytes, bytes, str, int]]:
    """(space, node, scope of the feed, claimed ms) of each who says so."""
    for space, node, scope, header, payload in db.execute(SAID, (short(owner),)).fetchall():
        if owner in confirming.read(payload):
            yield space, node, scope, parse_header(header).ms


ERASED = "SELECT 1 FROM proof WHERE kind = 'tombstone' AND about = ?"


def is_erased(db: sqlite3.Connection, owner: bytes) -> bool:
    """True if the holder of this ticket erased, as far as is known here."""
    return db.execute(ERASED, (owner,)).fetchone() is not None


WAITS = "SELECT max(due.ms) FROM due JOIN entry ON entry.k = due.k WHERE due.post = ? AND entry.payload IS NOT NULL"


def waits_until(db: sqlite3.Connection, post: bytes) -> int | None:
    """Until when the last words about an erased post are kept here, though nobody sees them; None where none are."""
    found = db.execute(WAITS, (post,)).fetchone()[0]
    return None if found is None else int(found)


TOMBSTONES = "SELECT about, here FROM proof WHERE kind = 'tombstone' ORDER BY changed"


def unsaid(db: sqlite3.Connection, node: bytes, owners: Iterable[bytes] | None = None) -> dict[str, list[bytes]]:
    """Of these tickets, or of all that were erased, those of which this node has not said so yet, by the scope of the
    feed in which it is to say it. What is for here is said here alone."""
    wanted = None if owners is None else set(owners)
    found: dict[str, list[bytes]] = {"circle": [], "here": []}
    for owner, here in db.execute(TOMBSTONES).fetchall() if wanted is None else _of(db, wanted):
        scopes = {scope for _, who, scope, _ in _said(db, owner) if who == node}
        if "circle" not in scopes and not (here and scopes):
            found["here" if here else "circle"].append(owner)
    return found


TOMBSTONE = "SELECT about, here FROM proof WHERE kind = 'tombstone' AND about = ?"


def _of(db: sqlite3.Connection, owners: set[bytes]) -> list[tuple[bytes, int]]:
    return [row for owner in sorted(owners) for row in db.execute(TOMBSTONE, (owner,)).fetchall()]
