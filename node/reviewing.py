"""What comes from phones is read first, where a steward turned that on: posts, and new words for one that is up, are
kept back when they are recorded, put up later.

What is kept back is signed by its ticket already, for no feed in particular: put up, it is the same post with the same
code and ticket. Rules of what is read first are the domain's (domain/review).
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Callable, Collection
from functools import partial

from node import intake
from node.domain import review
from node.domain.origins import counted_as
from node.domain.refusals import Refusal, Refusals
from node.domain.text import clean_line
from node.domain.wishes import Hide
from node.run import Run
from node.storage import board, memory, turn, waiting
from node.storage.waiting import Waiting
from sync import log
from sync.writer import Draft

SWITCH = "review"  # as a steward turned it last; until then the setting of that name counts


class NotThere(Exception):
    """It does not wait any more: somebody was quicker, its ticket took it back, or its time was over."""


def is_on(run: Run) -> bool:
    return (memory.get(run.db(), SWITCH) or _written(run.settings.review)) == _written(True)


def turn_it(run: Run, on: bool) -> None:
    """Whatever waits then goes on waiting."""
    with turn.first(run.settings.data), log.writing(run.db()):
        memory.set(run.db(), SWITCH, _written(on))


def _written(on: bool) -> str:
    return "on" if on else "off"


# --- what comes from a phone ---


class Shares:
    """How much of the queue each address has taken: in memory, as hashes with a secret of this run. Thread-safe."""

    def __init__(self, random: Callable[[int], bytes]) -> None:
        self._secret = random(32)
        self._of: dict[bytes, bytes] = {}
        self._lock = threading.Lock()

    def take(self, address: str, post: bytes, queue: Collection[bytes]) -> bool:
        """False where this address has its share. queue: all that wait; what waits no more counts no more."""
        who = hashlib.blake2b(counted_as(address).encode(), key=self._secret, digest_size=8).digest()
        with self._lock:
            self._of = {one: whose for one, whose in self._of.items() if one in queue}
            if sum(whose == who for whose in self._of.values()) >= review.MOST_EACH:
                return False
            self._of[post] = who
            return True


def first_read(run: Run, shares: Shares, address: str) -> intake.First:
    """For intake.record(), of what somebody with a phone says."""
    return partial(_look, run, shares, address)


def _look(run: Run, shares: Shares, address: str, db: sqlite3.Connection, said: intake.Prepared) -> bool:
    field = review.aloud(said.event, said.post) if is_on(run) else ""
    if not field:
        return False
    if said.event.kind not in review.WAITS:
        raise Refusals([Refusal("review.words", field)])
    now_ms, post = run.clock_ms(), said.draft.post
    held = {one.post for one in waiting.queue(db, now_ms)} - {post}  # new words take the place of others
    if len(held) >= review.MOST or not shares.take(address, post, held):
        raise Refusals([Refusal("review.full")])
    waiting.hold(db, post, said.draft.owner, said.scope, said.draft.payload, now_ms)
    return True


def keep_old(run: Run, post: bytes, owner: bytes) -> bool:
    """Its ticket wants none of the new words: they go, and those on the board stay. False where none are to come."""
    with turn.first(run.settings.data), log.writing(run.db()):
        found = waiting.new_words(run.db(), post)
        if found is None or found.owner != owner or not found.is_to_come:
            return False
        waiting.forget(run.db(), found.n)
    return True


# --- what a steward decides ---


def put_up(run: Run, n: int) -> bytes:
    """A post is on the board, and out to whom it is for. New words are once this cannot be undone any more: only a
    ticket can say the old ones again, so nobody could put them back. The id of the post. Raises NotThere."""
    with turn.first(run.settings.data), log.writing(run.db()):
        one = _queued(run, n)
        if not one.edit:
            _say(run, one)
        waiting.decide(run.db(), n, "soon" if one.edit else "up", run.clock_ms())
    return one.post


def say_due(run: Run) -> None:
    """New words that were put up ten minutes ago stand on the board from now on."""
    if not waiting.due(run.db(), run.clock_ms()):
        return
    with turn.first(run.settings.data), log.writing(run.db()):
        for one in waiting.due(run.db(), run.clock_ms()):
            _say(run, one)
            waiting.forget(run.db(), one.n)


def _say(run: Run, one: Waiting) -> None:
    assert one.payload is not None, "what waits has its words"
    intake.say_kept(run, run.db(), Draft(one.payload, one.post, one.owner), _scope(run, one))


def _scope(run: Run, one: Waiting) -> str:
    """Of new words that of their post, which may be seen by more since."""
    post = board.held(run.db(), one.post).post if one.edit else None
    return post.scope if post else one.scope


def decline(run: Run, n: int, reason: str, said: str = "") -> None:
    """Its ticket tells why, for two weeks; its words go in ten minutes. Raises NotThere, Refusals."""
    if reason not in review.REASONS:
        raise Refusals([Refusal("review.reason", "reason")])
    told = clean_line(said)
    if len(told) > review.SAID_LIMIT:
        raise Refusals([Refusal("reason.long", "said", has=len(told), most=review.SAID_LIMIT)])
    with turn.first(run.settings.data), log.writing(run.db()):
        _queued(run, n)
        waiting.decide(run.db(), n, "declined", run.clock_ms(), reason, told)


def undo(run: Run, n: int, why: str) -> None:
    """Within ten minutes. A post that was put up is in the log and may be elsewhere: it is hidden here, and `why`
    stands in the open log as for every post that is taken off. New words, and what was declined, wait again. Raises
    NotThere."""
    one = _undoable(run, n)
    if one.state == "up":
        _hide(run, one, why)
    with turn.first(run.settings.data), log.writing(run.db()):
        waiting.again(run.db(), _undoable(run, n))


def _hide(run: Run, one: Waiting, why: str) -> None:
    try:
        intake.record(run, Hide(one.post, why), f"review {one.n} undone")
    except Refusals as refused:
        if not {problem.key for problem in refused.problems} <= {"post.hidden", "post.erased"}:
            raise  # those two say that it is off the board already


def _queued(run: Run, n: int) -> Waiting:
    found = next((one for one in waiting.queue(run.db(), run.clock_ms()) if one.n == n), None)
    if found is None:
        raise NotThere
    return found


def undoable(run: Run) -> list[Waiting]:
    """What was decided in the last ten minutes, the last first; not what its ticket said otherwise since."""
    db, now_ms = run.db(), run.clock_ms()
    found = [one for one in waiting.everything(db) if one.may_be_undone(now_ms)]
    found = [one for one in found if one.state == "up" or not waiting.is_overtaken(db, one)]
    return sorted(found, key=lambda one: -(one.decided or 0))


def _undoable(run: Run, n: int) -> Waiting:
    found = next((one for one in undoable(run) if one.n == n), None)
    if found is None:
        raise NotThere
    return found
