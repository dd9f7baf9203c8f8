"""What waits for the stewards of a space: posts and threads that somebody asked them to look at. Reads only."""

import sqlite3

from node.domain.values import Post
from node.storage import board, rows

ASKED = f"SELECT id FROM post WHERE state & {rows.ASKED} <> 0"


def reported(db: sqlite3.Connection, space: bytes) -> list[Post]:
    """Posts of this space, or that were reported here, the longest waiting first."""
    asked = (board.held(db, id_).post for (id_,) in db.execute(ASKED).fetchall())
    ours = [post for post in asked if post and not post.erased and _concerns(post, space)]
    return sorted(ours, key=lambda post: (_since(post), post.id))


def _since(post: Post) -> int:
    return min([one.ms for one in post.reports] + [stop.ms for stop in post.stops if stop.reported])


def _concerns(post: Post, space: bytes) -> bool:
    asked = any(stop.reported for stop in post.stops)
    return (post.home == space and bool(asked or post.reports)) or any(one.space == space for one in post.reports)
