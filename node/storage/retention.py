"""Which posts of this space have been closed so long that they are to be erased. Erases nothing itself.

Counted from when this node first saw a post closed by a clock that could be trusted, never from what entries claim: a
small computer without a clock of its own wakes up weeks in the past, and what is pinned then seems long over.
"""

import sqlite3

from node.storage.rows import ERASED, MET, WITHDRAWN

CLOSED = f"""
FROM post WHERE state & {ERASED} = 0 AND (state & {WITHDRAWN | MET} <> 0 OR expires <= :now) AND (home = :own
  OR (home IS NULL AND n >> 40 IN (SELECT feed.no FROM feed JOIN space ON space.no = feed.space WHERE space.id = :own)))
"""
NOTE = f"""
INSERT INTO closed (post, since, met_ms, ms) SELECT id, since, met_ms, :now {CLOSED}
ON CONFLICT (post) DO UPDATE SET since = excluded.since, met_ms = excluded.met_ms, ms = excluded.ms
  WHERE closed.since <> excluded.since OR closed.met_ms IS NOT excluded.met_ms OR closed.ms > excluded.ms
"""
FORGET = f"DELETE FROM closed WHERE post NOT IN (SELECT id {CLOSED})"
RIPE = "SELECT post FROM closed WHERE ms <= ? ORDER BY ms, post LIMIT ?"


def look(db: sqlite3.Connection, own: bytes, now_ms: int) -> None:
    """Notes which posts of this space are closed now. One that was open in between begins anew, also where it was
    closed again before anybody looked. `own`: the space's id; `now_ms`: by a clock that can be trusted."""
    asked = {"now": now_ms, "own": own}
    db.execute(NOTE, asked)
    db.execute(FORGET, asked)


def ripe(db: sqlite3.Connection, before_ms: int, limit: int) -> list[bytes]:
    """Ids of posts that are closed since before this, the longest closed first."""
    return [post for (post,) in db.execute(RIPE, (before_ms, limit)).fetchall()]
