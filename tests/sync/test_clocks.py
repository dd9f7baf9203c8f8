"""A clock is trusted while somebody's agrees, for this start of the machine, and as long as nobody sets it."""

import pytest

from sync import clocks
from sync.clocks import AGREES_MS, SEEN_MS, Moment

NOON, MINUTE = 1_790_000_000_000, 60_000
PEER, OTHER = b"p" * 32, b"o" * 32


def now(later: int = 0, set_by: int = 0, boot: str = "first") -> Moment:
    return Moment(NOON + later + set_by, 5_000_000 + later, boot)


def test_a_clock_that_nobody_has_seen_is_not_trusted(hall):
    assert not clocks.trusted(hall.db, now()) and clocks.seen(hall.db, now()) == []


@pytest.mark.parametrize("ahead", [0, 1500, AGREES_MS, -AGREES_MS])
def test_one_peer_that_agrees_is_enough_for_a_day(hall, ahead):
    clocks.note(hall.db, OTHER, 40 * 24 * 60 * MINUTE, now())
    clocks.note(hall.db, PEER, ahead, now())
    assert clocks.trusted(hall.db, now()) and clocks.trusted(hall.db, now(SEEN_MS))
    assert not clocks.trusted(hall.db, now(SEEN_MS + 1))


@pytest.mark.parametrize("ahead", [AGREES_MS + 1, -AGREES_MS - 1, 10**13])
def test_a_peer_that_does_not_agree_is_none(hall, ahead):
    clocks.note(hall.db, PEER, ahead, now())
    assert not clocks.trusted(hall.db, now())
    assert [each.ahead_ms for each in clocks.seen(hall.db, now())] == [ahead]


@pytest.mark.parametrize("set_by", [AGREES_MS + 1, -AGREES_MS - 1, 365 * 24 * 60 * MINUTE])
def test_whoever_sets_the_clock_has_to_be_believed_anew(hall, set_by):
    clocks.note(hall.db, PEER, 0, now())
    clocks.confirm(hall.db, now())
    assert not clocks.trusted(hall.db, now(MINUTE, set_by))
    clocks.note(hall.db, PEER, 0, now(MINUTE, set_by))
    assert clocks.trusted(hall.db, now(MINUTE, set_by))


def test_a_clock_that_is_set_right_agrees_with_what_was_seen(hall):
    clocks.note(hall.db, PEER, 3 * 60 * MINUTE, now())
    assert not clocks.trusted(hall.db, now()) and clocks.trusted(hall.db, now(MINUTE, 3 * 60 * MINUTE))


def test_a_stewards_word_is_good_until_the_machine_is_started_again(hall):
    clocks.confirm(hall.db, now())
    assert clocks.trusted(hall.db, now(400 * SEEN_MS))
    assert not clocks.trusted(hall.db, now(boot="second"))
    assert not clocks.trusted(hall.db, now(boot=""))


def test_what_does_not_change_is_written_down_once_an_hour(hall):
    clocks.note(hall.db, PEER, 0, now())
    clocks.note(hall.db, PEER, 900, now(MINUTE))
    assert clocks.seen(hall.db, now(MINUTE))[0].ago_ms == MINUTE
    clocks.note(hall.db, PEER, 0, now(61 * MINUTE))
    assert clocks.seen(hall.db, now(61 * MINUTE))[0].ago_ms == 0


def test_this_machine_knows_its_start():
    found = clocks.moment(NOON)
    assert len(found.boot) == 36 and found.ran_ms > 0 and found.wall_ms == NOON
