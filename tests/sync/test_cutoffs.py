"""How far a retired node's feeds count: who may say so, that order cannot matter, and nobody speaks for itself."""

import itertools

import pytest

from sync import cutoffs
from sync.cutoffs import CutOffs, Said

NEW, MIDDLE, OLD = b"n" * 32, b"m" * 32, b"o" * 32
FEEDS = {NEW: b"N" * 32, MIDDLE: b"M" * 32, OLD: b"O" * 32}


def says(who, about, seq, at=1):
    """`who` says in entry `at` of its feed that the feed of `about` counts up to `seq`."""
    return Said(who, FEEDS[who], at, CutOffs(about, {FEEDS[about]: (seq, b"i" * 32)}))


def reach(*said, nodes=(NEW,), retired=(OLD, MIDDLE)):
    """How far the feeds of retired nodes count; the same in every order."""
    found = {
        tuple(sorted((node, named.heads[FEEDS[node]][0]) for node, named in counts.items()))
        for order in itertools.permutations(said)
        for counts in [cutoffs.in_force(order, nodes, retired)]
    }
    assert len(found) == 1
    return dict(found.pop())


def test_what_is_written_is_read():
    named = CutOffs(OLD, {bytes([at % 256, at // 256]) * 16: (at, b"i" * 32) for at in range(600)})
    parts = [cutoffs.read(payload) for payload in cutoffs.payloads(named)]
    assert len(parts) == 3 and all(len(payload) <= 32_768 for payload in cutoffs.payloads(named))
    assert {feed: head for part in parts for feed, head in part.heads.items()} == named.heads
    assert cutoffs.read(cutoffs.payloads(CutOffs(OLD, {}))[0]) == CutOffs(OLD, {})


@pytest.mark.parametrize(
    "payload",
    [None, b"", b"[]", b'{"event":"cut-offs"}', b'{"event":"cut-offs","node":"x","heads":[]}', b"[" * 30_000],
)
def test_what_nobody_understands_names_nothing(payload):
    assert cutoffs.read(payload) is None


def test_the_highest_that_was_named_holds():
    assert reach(says(NEW, OLD, 5), says(NEW, OLD, 9, at=2), says(NEW, OLD, 7, at=3)) == {OLD: 9}


def test_nobody_speaks_for_itself_nor_for_who_was_retired_later():
    assert reach(says(OLD, OLD, 99), says(NEW, OLD, 5)) == {OLD: 5}
    assert reach(says(OLD, MIDDLE, 99)) == {}


def test_what_a_retired_node_said_before_its_cut_off_still_holds():
    assert reach(says(MIDDLE, OLD, 5, at=3), says(NEW, MIDDLE, 3)) == {OLD: 5, MIDDLE: 3}
    assert reach(says(MIDDLE, OLD, 5, at=4), says(NEW, MIDDLE, 3)) == {MIDDLE: 3}


def test_a_node_that_nobody_retired_has_none():
    assert reach(says(NEW, OLD, 5), nodes=(NEW, OLD), retired=()) == {}
    assert reach(says(OLD, NEW, 5)) == {}
