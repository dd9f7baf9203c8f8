"""What a ticket belongs to, the post that it opened or a promise that it made, and what its holder may read there.

Reads only; never sees its digits.
"""

import sqlite3
from collections.abc import Iterable
from typing import Literal

import msgspec

from node.domain import bodies, threads
from node.domain.status import PROMISE_DAYS
from node.domain.threads import Thread
from node.domain.tickets import Ticket
from node.domain.values import Post, Replaced
from node.storage import board, memory
from node.storage.gather import Tombstones, short
from sync import log

Side = Literal["poster", "helper", "replaced", "erased"]


class Belonging(msgspec.Struct, frozen=True):
    """`side`: on which the ticket stands; `replaced`: another was given out for it, so it can only erase; `erased`: it
    has erased, or what it spoke about was. `post`: its id; `owner`: the ticket's public key."""

    owner: bytes
    post: bytes
    side: Side


SPOKEN = "SELECT k FROM spoken WHERE o = ? ORDER BY k LIMIT 200"


def find(db: sqlite3.Connection, owner: bytes) -> Belonging | None:
    """To what this ticket belongs, as far as it has arrived here. The header of an entry may name any ticket; only the
    fold knows which ones have truly spoken."""
    own = bodies.post_id(owner)
    posts = dict.fromkeys([own, *(_post_at(db, k) for (k,) in db.execute(SPOKEN, (short(owner),)).fetchall())])
    if owner in Tombstones(db):
        return Belonging(owner, next((id_ for id_ in posts if id_ != own), own), "erased")
    for post_id in posts:
        side = _side(board.held(db, post_id).post, owner)
        if side:
            return Belonging(owner, post_id, side)
    return _about_what_is_gone(db, owner, posts)


def _about_what_is_gone(db: sqlite3.Connection, owner: bytes, posts: Iterable[bytes]) -> Belonging | None:
    """A helper's words go with the post that they were about, and their proof with them: headers are all there is to
    tell by, and all that they let their holder read is that it was erased."""
    gone = (id_ for id_ in posts if (post := board.held(db, id_).post) and post.erased)
    return next((Belonging(owner, id_, "erased") for id_ in gone), None)


def _post_at(db: sqlite3.Connection, k: int) -> bytes:
    held = log.one(db, k)
    return held.entry.header.post if held else b""


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
