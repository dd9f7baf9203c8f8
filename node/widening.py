"""A post that was for here is for the circle now: what was said about it here is carried into the circle's feed.

Part of the one door (intake), inside the caller's transaction. Neighbours' words are carried by whichever node of the
space holds them, as the same bodies; what a space said there, the node that said it says again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from node.domain import bodies
from node.run import Run
from node.storage import board, gather, projection
from node.storage.gather import Feeds, short, shorts
from node.storage.work import Changes
from sync import log
from sync.entry import Entry
from sync.writer import Draft

SAID_HERE = """
SELECT asked.value FROM json_each(?) AS asked
WHERE EXISTS (
  SELECT 1 FROM about JOIN feed ON feed.no = about.k >> 40 WHERE about.p = asked.value AND feed.scope = 'here'
)
"""


def carry_on(run: Run, db: sqlite3.Connection, posts: Sequence[bytes]) -> Changes:
    """Of these posts, that something new is about: what was said for here while others knew already."""
    changes = Changes()
    said = {p for (p,) in db.execute(SAID_HERE, (json.dumps(shorts(posts)),))} if posts else set()
    for post_id in [one for one in posts if short(one) in said] if said else ():
        row = gather.row(db, post_id)
        if row and not row.here:
            changes = changes.plus(carry(run, db, post_id))
    return changes


def carry(run: Run, db: sqlite3.Connection, post_id: bytes) -> Changes:
    """All that was said for here about this post, as far as the circle has not got it."""
    copies, told = _held(db, post_id)
    known = board.held(db, post_id)
    if known.post is None or known.post.erased:
        return Changes()
    there = {_words(entry) for entry in told}
    left = [entry for entry in copies if entry.payload is not None and _words(entry) not in there]
    heads = known.heads(run.space_id)
    drafts = [_again(entry, heads) for entry in left if entry.header.owner or _is_ours(run, db, entry)]
    said = run.writer.append(db, drafts, "circle")
    return projection.refresh(db, said, run.clock_ms())


def _held(db: sqlite3.Connection, post_id: bytes) -> tuple[list[Entry], list[Entry]]:
    """What counts about a post: in feeds for here, and in the circle's."""
    feeds = Feeds(db)
    here: list[Entry] = []
    there: list[Entry] = []
    for (k,) in db.execute(gather.ABOUT, (short(post_id),)).fetchall():
        one = log.one(db, k)
        if one and feeds.counts(k) and one.entry.header.post == post_id:
            (here if feeds.of(k).here else there).append(one.entry)
    return here, there


def _words(entry: Entry) -> bytes:
    return (bodies.literal(entry.payload) or entry.payload) if entry.payload else b""


def _again(entry: Entry, heads: tuple[bytes, ...]) -> Draft:
    return Draft(entry.payload or b"", entry.header.post, entry.header.owner, () if entry.header.owner else heads)


def _is_ours(run: Run, db: sqlite3.Connection, entry: Entry) -> bool:
    feed = log.feed_by_key(db, entry.header.feed)
    return feed is not None and feed.node == run.identity.node_fingerprint
