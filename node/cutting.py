"""What follows from a roster, cut-offs or a block: which words of a retired machine or a blocked space count, which are
dropped, and which came back.

Part of the one door (intake), beside burying: settle() works inside the caller's transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from node.run import Run
from node.storage import forgetting, memory, refolding, turn
from node.storage.work import Changes
from sync import blocks, cutoffs, log, proofs
from sync.cutoffs import CutOffs
from sync.entry import CUTOFFS
from sync.identity import fingerprint
from sync.writer import Draft

PURGE = "purge"  # remembers feeds of which words are still to go from this disk


def settle(run: Run, db: sqlite3.Connection) -> Changes:
    """What a retired node said counts as far as its space says, what a blocked space said as far as this one says. The
    board follows: a step of it here, the others by follow(), within the minute at the latest."""
    for no in cutoffs.settle(db, run.clock_ms()):
        refolding.begin(db, no)
        if log.feed_by_no(db, no).counts is None:
            forgetting.want_again(db, no)
    purged = {block.space for block in blocks.ours(db).values() if block.stands and block.purge}
    memory.set_places(db, PURGE, {feed.no: 0 for feed in log.feeds(db) if feed.space in purged})
    return _step(run, db)


def follow(run: Run) -> None:
    """The steps that are left, each in a transaction of its own: whoever is at the kiosk waits for one at most."""
    while refolding.is_pending(run.db()) or memory.places(run.db(), PURGE):
        turn.give_way(run.settings.data)
        with log.writing(run.db()):
            _step(run, run.db())


def _step(run: Run, db: sqlite3.Connection) -> Changes:
    return refolding.step(db) if refolding.is_pending(db) else _purge(run, db)


def _purge(run: Run, db: sqlite3.Connection) -> Changes:
    left = memory.places(db, PURGE)
    if not left:
        return Changes()
    no, start = left.popitem()
    changes, then = forgetting.purge(db, no, start, refolding.STEP, run.clock_ms())
    memory.set_places(db, PURGE, {**left, no: then} if then else left)
    return changes


def joined(run: Run) -> None:
    """After a roster came in by pairing."""
    with log.writing(run.db()):
        settle(run, run.db())


def name(run: Run, named: CutOffs, scope: str) -> None:
    """This node says how far the feeds of a retired one of its space count. scope: of these feeds."""
    db = run.db()
    with turn.first(run.settings.data), log.writing(db):
        drafts = [Draft(payload, sys=CUTOFFS) for payload in cutoffs.payloads(named)]
        cutoffs.note(db, run.writer.append(db, drafts, scope))
        settle(run, db)


OWN = "SELECT no, roster FROM space WHERE state = 'own'"


def returned(db: sqlite3.Connection, counts: Mapping[int, int], me: bytes) -> int:
    """How many entries, of these that just came in, this node or a retired one of its space has written. counts: of
    each feed, by its number; me: its fingerprint."""
    own, line = db.execute(OWN).fetchone()
    return sum(count for no, count in counts.items() if _is_ours(log.feed_by_no(db, no), own, line, me))


def _is_ours(feed: log.Feed, own: int, roster: bytes, me: bytes) -> bool:
    if feed.space_no != own:
        return False
    return feed.node == me or feed.node not in map(fingerprint, proofs.read_roster(roster).nodes)
