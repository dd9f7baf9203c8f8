"""Which spaces this one has blocked, and how far their words still count here. Local: no other space follows.

A block is an entry of this space, so that its other machines follow, a restored copy hears of it again, and the circle
can see it. It names entries, never times. Source: sync/README, Blocking.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

import msgspec

from sync import log
from sync.entry import Count, b64, unb64
from sync.refusals import BadEntry

HEADS_EACH = 250  # in one entry, whose payload has 32,768 bytes at most

Heads = dict[bytes, tuple[int, bytes]]


class _Wire(msgspec.Struct, frozen=True, omit_defaults=True):
    event: Literal["blocked", "unblocked"]
    space: str
    number: Count
    heads: Annotated[list[tuple[str, Count, str]], msgspec.Meta(max_length=HEADS_EACH)] = []
    purge: bool = False


class Block(msgspec.Struct, frozen=True):
    """What is to be with a space (its id). `number`: the highest holds; `stands`: false where it was lifted; `heads`:
    these feeds count up to and with these entries, feed key -> (seq, id), no other; `purge`: nothing of it is kept."""

    space: bytes
    number: int
    stands: bool
    heads: Heads
    purge: bool = False


def payloads(block: Block) -> list[bytes]:
    """What says so, in as many entries as it takes; at least one."""
    heads = [(b64(feed), seq, b64(id_)) for feed, (seq, id_) in sorted(block.heads.items())]
    parts = [heads[at : at + HEADS_EACH] for at in range(0, len(heads), HEADS_EACH)] or [[]]
    event: Literal["blocked", "unblocked"] = "blocked" if block.stands else "unblocked"
    space = b64(block.space)
    return [msgspec.json.encode(_Wire(event, space, block.number, part, block.purge)) for part in parts]


def read(payload: bytes | None) -> Block | None:
    """None where this says nothing about a block that can be understood."""
    try:
        wire = msgspec.json.decode(payload or b"", type=_Wire)
        heads = {unb64(feed, 32): (seq, unb64(id_, 32)) for feed, seq, id_ in wire.heads}
        return Block(unb64(wire.space, 32), wire.number, wire.event == "blocked", heads, wire.purge)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, BadEntry):
        return None


def in_force(said: Iterable[Block]) -> dict[bytes, Block]:
    """By space, what holds of all that one space said: the highest number, a block before its lifting; what several
    entries of one number say is joined, so order cannot matter."""
    found: dict[bytes, Block] = {}
    for one in said:
        held = found.get(one.space)
        if held is None or (one.number, one.stands) > (held.number, held.stands):
            found[one.space] = one
        elif (one.number, one.stands) == (held.number, held.stands):
            found[one.space] = _joined(held, one)
    return found


def _joined(one: Block, other: Block) -> Block:
    heads = dict(one.heads)
    for feed, head in other.heads.items():
        heads[feed] = max(head, heads.get(feed, head))
    return msgspec.structs.replace(one, heads=heads, purge=one.purge or other.purge)


# --- in the tables ---

SAID = """
SELECT feed.no, entry.k & ((1 << 40) - 1), entry.payload
FROM named JOIN entry ON entry.k = named.k JOIN feed ON feed.no = named.k >> 40
WHERE feed.space = (SELECT no FROM space WHERE id = ?) ORDER BY named.k
"""


def of_space(db: sqlite3.Connection, space: bytes) -> dict[bytes, Block]:
    """What this space (its id) says of others. A retired machine's word counts up to its cut-off; one on a feed that is
    void counts too: better blocked for too long than let in for a moment."""
    return in_force(_said(db, space))


def _said(db: sqlite3.Connection, space: bytes) -> Iterator[Block]:
    for no, seq, payload in db.execute(SAID, (space,)).fetchall():
        block, counts = read(payload), log.feed_by_no(db, no).counts
        if block and (counts is None or seq < counts):
            yield block


OWN = "SELECT id FROM space WHERE state = 'own'"


def ours(db: sqlite3.Connection) -> dict[bytes, Block]:
    """What this space says of others, by their ids."""
    return of_space(db, db.execute(OWN).fetchone()[0])


BAR = "INSERT INTO barred (space, feed, counts) VALUES (?, ?, ?)"
STATE = "UPDATE space SET state = ? WHERE id = ? AND state = ?"


def apply(db: sqlite3.Connection) -> bool:
    """Brings tables up to what is in force. True if a space is let in again, whose words were passed over until now."""
    db.execute("DELETE FROM barred")
    let_in = False
    for space, block in ours(db).items():
        if block.stands:
            db.execute(STATE, ("blocked", space, "accepted"))
            db.execute(BAR, (space, b"", 0))
            db.executemany(BAR, [(space, feed, seq + 1) for feed, (seq, _) in block.heads.items()])
        else:
            let_in |= db.execute(STATE, ("accepted", space, "blocked")).rowcount > 0
    return let_in


def admits(db: sqlite3.Connection, space: bytes, feed: bytes) -> int:
    """How many entries of a feed of a blocked space count here; they may still come from a node of this space."""
    row = db.execute("SELECT counts FROM barred WHERE space = ? AND feed = ?", (space, feed)).fetchone()
    return int(row[0]) if row else 0
