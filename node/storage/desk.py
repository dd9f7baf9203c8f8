"""What waits for the stewards of a space: posts and threads that somebody asked them to look at. Reads only."""

import sqlite3
from collections.abc import Iterator

from node.domain.values import Post
from node.storage import board
from sync import log

# Asked by a person now and then: reading the whole log, a fifth of a second for 100,000 entries, costs less than an
# index that every entry pays for. The fold of each post that is found has the last word.
REPORTING = """
SELECT k FROM entry
WHERE instr(payload, CAST('"post.reported"' AS BLOB)) OR instr(payload, CAST('"words.stopped"' AS BLOB))
ORDER BY k
"""


def reported(db: sqlite3.Connection, space: bytes) -> Iterator[Post]:
    """Posts of this space, or that were reported here, in the order of the first report."""
    for post_id in dict.fromkeys(_post_at(db, k) for (k,) in db.execute(REPORTING).fetchall()):
        post = board.held(db, post_id).post if post_id else None
        if post and not post.erased and _concerns(post, space):
            yield post


def _post_at(db: sqlite3.Connection, k: int) -> bytes:
    held = log.one(db, k)
    return held.entry.header.post if held else b""


def _concerns(post: Post, space: bytes) -> bool:
    asked = any(stop.reported for stop in post.stops)
    return (post.home == space and bool(asked or post.reports)) or any(one.space == space for one in post.reports)
