"""A feed of which more, or less, counts than before: the posts that it speaks of are folded anew, step by step.

Such a feed may speak of every post there is, and whoever is at the kiosk waits for each transaction. What is still to
be done is remembered in the database, so it goes on whatever interrupts it; until then a row says what it said before.
"""

import itertools
import sqlite3

from node.storage import memory
from node.storage.work import Changes, Work
from sync import log
from sync.entry import BOARD

STEP = 500  # entries in one transaction
PENDING = "refold"  # remembers feeds, each as its number and the seq to go on from


def begin(db: sqlite3.Connection, feed_no: int) -> None:
    """Within the transaction that made it count otherwise."""
    memory.set_places(db, PENDING, {**memory.places(db, PENDING), feed_no: 0})


def is_pending(db: sqlite3.Connection) -> bool:
    return bool(memory.get(db, PENDING))


def step(db: sqlite3.Connection) -> Changes:
    """As much as one transaction should hold, within the caller's."""
    pending, room, ks = memory.places(db, PENDING), STEP, dict[bytes, list[int]]()
    while pending and room:
        no, start = next(iter(pending.items()))
        some = list(itertools.islice(log.read(db, no, start), room))
        for one in some:
            if one.entry.header.sys == BOARD:
                ks.setdefault(one.entry.header.post or one.entry.id, []).append(one.k)
        if len(some) < room:
            del pending[no]
        else:
            pending[no] = some[-1].entry.header.seq + 1
        room -= len(some)
    work = Work(db, None)
    for post_id, opened_at in ks.items():
        work.refold(post_id, opened_at)
    memory.set_places(db, PENDING, pending)
    return work.finish()


def forget(db: sqlite3.Connection) -> None:
    """All posts are folded anew."""
    if is_pending(db):
        memory.set(db, PENDING, "")
