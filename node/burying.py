"""Taking proofs: words go, the file beside the database knows, and this node says that it has forgotten.

Part of the one door (intake). All but confirm() and bury_again() work inside the caller's transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable

import msgspec

from node import cutting, forking
from node.run import Run
from node.storage import erasures, forgetting, memory, projection, waiting
from node.storage.work import Changes
from sync import circle, confirming, log, proofs, quota
from sync.entry import CONFIRMED
from sync.forks import Evidence
from sync.proofs import Roster, Tombstone
from sync.writer import Draft

CONFIRM = "confirm"


def bury(run: Run, db: sqlite3.Connection, lines: Iterable[bytes], by: bytes = b"") -> Changes:
    """Takes proofs, and says in the same transaction whose words are forgotten. by: the node that brought them, b"" for
    ourselves. Raises BadProof."""
    fresh, changes = _bury(run, db, _within_quota(db, [*lines], by, run.clock_ms()))
    say_so(run, db, {proof.owner for proof in fresh})
    return changes


def _within_quota(db: sqlite3.Connection, lines: list[bytes], by: bytes, now_ms: int) -> list[bytes]:
    """All but tombstones of tickets that nobody has heard of here, where who brings them has brought too many: a ticket
    costs nothing, and its tombstone is for ever."""
    space = quota.bringer(db, by) if by else None
    if space is None:
        return lines
    told = {line: proofs.owner_told(db, line) for line in lines}
    strange = {line: owner for line, owner in told.items() if owner and not forgetting.is_known(db, owner)}
    room = quota.STRANGE_TOMBSTONES - _still_strange(db, space, len(strange))
    taken = dict([*strange.items()][: max(room, 0)])
    quota.note_brought(db, space, [*taken.values()])
    if len(taken) < len(strange):
        quota.note_over(db, quota.OverQuota(space, quota.TOMBSTONES, now_ms))
    return [line for line in lines if line in taken or line not in strange]


def _still_strange(db: sqlite3.Connection, space: int, more: int) -> int:
    """How many this space has brought of whom nothing has come since. These are only looked for where room is short."""
    if (count := quota.count_brought(db, space)) + more <= quota.STRANGE_TOMBSTONES:
        return count
    owners = quota.brought_by(db, space)
    quota.forget_brought(db, [owner for owner in owners if forgetting.is_known(db, owner)])
    return quota.count_brought(db, space)


def bury_again(run: Run, lines: Iterable[bytes]) -> None:
    """Takes the tombstones that the file beside the database has and the database, an old copy, has not. This node
    may have said already that they are forgotten, on a feed that only its peers hold: confirm() waits for them."""
    with log.writing(run.db()):
        fresh, _ = _bury(run, run.db(), lines)
        if fresh:
            say_later(run.db())


def _bury(run: Run, db: sqlite3.Connection, lines: Iterable[bytes]) -> tuple[list[Tombstone], Changes]:
    """The tombstones that are new, and what they changed. They are on disk outside the database before the transaction
    ends, so that no restore revives words."""
    changes, fresh = Changes(), []
    new = proofs.take(db, lines, run.clock_ms())
    if any(isinstance(proof, Roster) for proof in new):
        changes = cutting.settle(run, db)
    for proof in new:
        if isinstance(proof, Evidence):
            changes = changes.plus(forking.retract(run, db, proof.feed))
            say_later(db)  # if the feed is ours, what it said of erasures counts no more
        if isinstance(proof, Tombstone):
            changes = changes.plus(forgetting.forget(db, proof.owner, run.clock_ms()))
            here = waiting.take_back(db, proof.owner) or forgetting.is_for_here(db, proof.owner, proof.here)
            proofs.keep_here(db, proof.owner, here)
            fresh.append(msgspec.structs.replace(proof, here=here))
    proofs.keep_outside(run.settings.data, fresh)
    return fresh, changes


def say_so(run: Run, db: sqlite3.Connection, owners: Collection[bytes] | None) -> None:
    """Of these tickets, or of all that were erased: what this node has not said yet."""
    if owners is not None and not owners:
        return
    for scope, unsaid in erasures.unsaid(db, run.identity.node_fingerprint, owners).items():
        batches = [unsaid[at : at + confirming.OWNERS_LIMIT] for at in range(0, len(unsaid), confirming.OWNERS_LIMIT)]
        drafts = [Draft(confirming.payload(batch), sys=CONFIRMED) for batch in batches]
        projection.refresh(db, run.writer.append(db, drafts, scope), run.clock_ms())


def say_later(db: sqlite3.Connection) -> None:
    """Something may have been forgotten that this node has not said so of, or not on a feed that counts."""
    memory.set(db, CONFIRM, "due")


def confirm(run: Run, heard_since_ms: int) -> bool:
    """Says what was left for later, once a peer has answered since then or there is none that could. True if nothing
    is left to be said."""
    if memory.get(run.db(), CONFIRM) != "due":
        return True
    peers = circle.peers(run.db())
    if peers and all((peer.seen_ms or 0) < heard_since_ms for peer in peers):
        return False
    with log.writing(run.db()):
        say_so(run, run.db(), None)
        memory.set(run.db(), CONFIRM, "done")
    return True
