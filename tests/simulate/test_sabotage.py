"""The simulator finds what is broken on purpose, within the histories that the quick check plays."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import pytest

from node import cutting
from node.domain import order, post
from node.storage import refolding, search
from sync import forks, known, log, proofs
from sync.messages import News, raw
from sync.pull import Cursor, Pull
from tests.simulate.machine import Machine
from tests.simulate.story import play
from tests.simulate.test_simulate import QUICK

Breaks = Callable[[pytest.MonkeyPatch], None]


def an_erasure_that_comes_before_its_post_is_not_minded(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(proofs, "without_erased", lambda db, new: (new, []))


def the_cursor_moves_before_the_entries_are_in(patch: pytest.MonkeyPatch) -> None:
    hear = Pull._hear

    async def too_soon(pull: Pull, news: News) -> Cursor:
        db, node = pull._gate.db(), pull._node
        known.move_cursor(db, node, known.cursor(db, node), (news.n, raw(news.mark, 16)))
        return await hear(pull, news)

    patch.setattr(Pull, "_hear", too_soon)


def what_spaces_said_counts_in_the_order_of_arrival(patch: pytest.MonkeyPatch) -> None:
    def as_it_came(said: Sequence[object]) -> list[object]:
        return list(said)

    patch.setattr(order, "in_order", as_it_came)


def a_feed_with_two_histories_goes_on_counting(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(forks, "note", lambda db, found, named: False)


def a_run_goes_on_with_the_feed_of_the_run_before(patch: pytest.MonkeyPatch) -> None:
    def of_its_place(machine: Machine, size: int) -> bytes:
        runs = machine.__dict__.setdefault("runs", set())
        if size < 32 or machine.started_ms in runs:
            return machine.dice.randbytes(size)
        runs.add(machine.started_ms)
        return hashlib.sha256(machine.place.encode()).digest()

    patch.setattr(Machine, "random", of_its_place)


def a_peer_that_was_restored_is_not_noticed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(log, "knows_mark", lambda db, n, mark: n > 0)


def words_stay_in_the_index(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(search, "take_out", lambda db, n, words: None)


def words_that_the_board_still_reads_are_dropped(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(post, "needless", lambda folded, said: {one.id for one in said})


def of_a_feed_that_counts_no_more_one_step_is_folded_anew(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cutting, "follow", lambda run: refolding.forget(run.db()))


AT_ONCE = (
    a_run_goes_on_with_the_feed_of_the_run_before,
    words_stay_in_the_index,
    of_a_feed_that_counts_no_more_one_step_is_folded_anew,
)
SOON = (
    the_cursor_moves_before_the_entries_are_in,
    a_peer_that_was_restored_is_not_noticed,
    words_that_the_board_still_reads_are_dropped,
)
LATER = (
    an_erasure_that_comes_before_its_post_is_not_minded,
    what_spaces_said_counts_in_the_order_of_arrival,
    a_feed_with_two_histories_goes_on_counting,
)


@pytest.mark.parametrize(
    "breaks",
    [
        *AT_ONCE,
        *(pytest.param(one, marks=pytest.mark.long) for one in SOON),
        *(pytest.param(one, marks=pytest.mark.longer) for one in LATER),
    ],
)
def test_what_is_broken_on_purpose_is_found(breaks: Breaks, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shown by `pytest -rP tests/simulate/test_sabotage.py`: which history finds it first, and what it says."""
    breaks(monkeypatch)
    failed = next((outcome for outcome in map(play, range(QUICK)) if outcome.wrong), None)
    assert failed, f"{QUICK} histories have not found it"
    assert "Traceback" not in failed.wrong, failed.wrong
    print(f"seed {failed.seed}: {failed.wrong}")
