"""What a ticket belongs to, the post that it opened or a promise that it made, and what its holder may read there.

Reads only; never sees its digits.
"""

import sqlite3
from collections.abc import Iterator
from typing import Literal

import msgspec

from node.domain import bodies, threads
from node.domain.status import PROMISE_DAYS
from node.domain.threads import Thread
from node.domain.tickets import Ticket
from node.domain.values import Post, Replaced
from node.storage import board, memory, waiting
from node.storage.gather import Tombstones, short
from sync import log
from sync.entry import Entry

Side = Literal["poster", "helper", "replaced", "erased", "waiting"]


class Belonging(msgspec.Struct, frozen=True):
    """`side`: on which the ticket stands; `replaced`: another was given out for it, so it can only erase; `erased`: it
    has erased, or what it spoke about was; `waiting`: a steward reads its post first, or did not put it up. `post`: its
    id; `owner`: the ticket's public key."""

    owner: bytes
    post: bytes
    side: Side


def find(db: sqlite3.Connection, owner: bytes) -> Belonging | None:
    """To what this ticket belongs, as far as it has arrived here."""
    own = bodies.post_id(owner)
    if owner in Tombstones(db):
        about = (entry.header.post for entry in _spoken(db, owner))
        return Belonging(owner, next((id_ for id_ in about if id_ != own), own), "erased")
    truly = (entry.header.post for entry in _spoken(db, owner) if _is_of(entry, owner))
    for post_id in dict.fromkeys([own, *truly]):
        side = _side(board.held(db, post_id).post, owner)
        if side:
            return Belonging(owner, post_id, side)
    if waiting.of_post(db, own):
        return Belonging(owner, own, "waiting")
    return _about_what_is_gone(db, owner)


def _about_what_is_gone(db: sqlite3.Connection, owner: bytes) -> Belonging | None:
    """A helper's words go with the post that they were about, and their proof with them: headers are all there is to
    tell by, and all that they let their holder read is that it was erased."""
    posts = dict.fromkeys(entry.header.post for entry in _spoken(db, owner))
    gone = (id_ for id_ in posts if (post := board.held(db, id_).post) and post.erased)
    return next((Belonging(owner, id_, "erased") for id_ in gone), None)


SPOKEN = "SELECT k FROM spoken WHERE o = ? ORDER BY k"


def _spoken(db: sqlite3.Connection, owner: bytes) -> Iterator[Entry]:
    found = (log.one(db, k) for (k,) in db.execute(SPOKEN, (short(owner),)))
    return (held.entry for held in found if held)


def _is_of(entry: Entry, owner: bytes) -> bool:
    """False where somebody only put this ticket into a header. What gives the ticket out is a space's own word."""
    header = entry.header
    return header.owner != owner or bodies.read(entry.payload, header.post, owner) is not None


def _side(post: Post | None, owner: bytes) -> Side | None:
    if post is None:
        return None
    if owner in post.tickets:
        return "poster" if owner == post.tickets[-1] else "replaced"
    if post.erased and owner == post.owner:
        return "erased"
    return "helper" if any(promise.owner == owner for promise in post.promises) else None


class Mine(msgspec.Struct, frozen=True):
    """What a ticket's holder sees beyond what everybody does. `threads`: those that this ticket may read, opened;
    `reach`: how to reach the poster, as they told when posting; `replaced`: when and where this ticket was."""

    post: Post
    threads: list[Thread]
    reach: str
    replaced: Replaced | None


def mine(db: sqlite3.Connection, ticket: Ticket, post_id: bytes, now_ms: int) -> Mine | None:
    """None where the post is not here, or any more."""
    post = board.held(db, post_id).post
    if post is None or post.erased:
        return None
    days = int(memory.get(db, "promise_days") or PROMISE_DAYS)
    replaced = next((one for one in post.replaced if one.old == ticket.owner), None)
    return Mine(post, threads.of(post, ticket, now_ms, days), threads.reach_of(post, ticket), replaced)
