"""A member that brings without end: it is passed over and named, and nobody else is held back. Over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from node import forking, health, intake
from sync import known, log, proofs, quota
from sync.identity import paper_on_disk
from sync.pull import Report
from tests.meeting import acquaint, visits
from tests.storage.nodes import Node, Ticket, opened

DAY_MS = quota.DAY_MS


@dataclass
class Town:
    """The hall listens; the flood is a member that sends without end; the mosque is one like any other."""

    hall: Node
    flood: Node
    mosque: Node

    def hears(self, teller: Node | None = None) -> Report:
        return visits(self.hall, teller or self.flood)

    def notes(self) -> str:
        return "\n".join(note for note in health.notes(self.hall.run) if "Passed over" in note)

    def lifts(self) -> None:
        with log.writing(self.hall.db):
            quota.lift(self.hall.db, self.flood.space)
            proofs.from_the_start(self.hall.db)

    def cursor(self, teller: Node) -> tuple[int, bytes]:
        return known.cursor(self.hall.db, teller.run.identity.node_fingerprint)

    def is_a_day_on(self) -> None:
        for node in (self.hall, self.flood, self.mosque):
            node.clock.ms += DAY_MS


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    nodes = [Node(tmp_path / name, name.title()) for name in ("hall", "flood", "mosque")]
    acquaint(*nodes)
    yield Town(*nodes)
    for node in nodes:
        node.run.close()


def test_what_is_over_a_day_waits_for_the_next_and_holds_nobody_back(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quota, "DAY_ENTRIES", 5)
    town.flood.posts("The first")
    town.hears()
    for number in range(9):
        town.flood.posts(f"One of many {number}")
    town.mosque.posts("From the mosque")
    visits(town.flood, town.mosque)
    town.hears()
    assert sorted(town.hall.board()) == ["From the mosque", "The first"], "also where the flood itself brings it"
    assert "Flood: Passed over: it has brought as much as a space may in a day" in town.notes()
    town.flood.posts("Another one")
    assert town.hears().asked == 1, "of its entries nothing is asked for any more"
    town.mosque.posts("Bread")
    town.hears(town.mosque)
    assert "Bread" in town.hall.board()
    monkeypatch.setattr(quota, "DAY_ENTRIES", 50)
    town.is_a_day_on()
    town.hears()
    assert len([words for words in town.hall.board() if "of many" in words]) == 9 and town.notes() == ""


def test_what_is_over_in_all_waits_for_a_steward(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quota, "BYTES", 3_000)
    for number in range(9):
        town.flood.posts(f"One of many {number}")
    town.hears()
    assert town.hall.board() == []
    town.is_a_day_on()
    town.hears()
    assert town.hall.board() == [] and "nothing more of it is taken" in town.notes()
    monkeypatch.setattr(quota, "BYTES", 6_000)
    before = town.cursor(town.flood)
    town.lifts()
    assert town.cursor(town.flood)[0] == 0 != before[0]
    town.hears()
    assert len(town.hall.board()) == 9 and town.notes() == ""
    assert quota.read(town.hall.db, town.hall.clock())[0].lifted == 1


def test_rosters_without_end_are_heard_a_few_times_a_day_and_set_no_cursor_back(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quota, "ROSTERS_A_DAY", 4)
    town.hears(town.mosque)
    before = town.cursor(town.mosque)
    identity, paper = town.flood.run.identity, paper_on_disk(town.flood.folder)
    assert paper is not None

    def names(number: int, *more: bytes) -> None:
        line = proofs.make_roster(paper.authority(), number, [identity.public_key, *more], [])
        with log.writing(town.flood.db):
            proofs.take(town.flood.db, [line], 0)
        town.hears()

    first = proofs.read_roster((town.flood.folder / "space.roster").read_bytes()).number
    for number in range(1, 3):
        names(first + number)
    assert highest(town) == first + 2 and town.cursor(town.mosque) == before, "who speaks for it is what it was"
    for number in range(3, 8):
        names(first + number, bytes([number]) * 32)
    assert highest(town) == first + quota.ROSTERS_A_DAY and "it names other machines" in town.notes()
    town.is_a_day_on()
    town.hears()
    assert highest(town) == first + 7 and town.notes() == ""


def highest(town: Town) -> int:
    found = town.hall.db.execute("SELECT roster_no FROM space WHERE id = ?", (town.flood.space,)).fetchone()[0]
    assert isinstance(found, int)
    return found


def test_tombstones_of_tickets_that_nobody_knows_count_against_who_brings_them(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quota, "STRANGE_TOMBSTONES", 3)
    real = Ticket(100)
    town.hall.carries(real, opened("Formula"))
    visits(town.flood, town.hall)
    with log.writing(town.flood.db):
        proofs.take(town.flood.db, [Ticket(number).tombstone() for number in range(9)], 0)
        proofs.take(town.flood.db, [real.tombstone()], 0)
    town.hears()
    assert len(town.hall.proofs()) == 4 and town.hall.board() == [], "that of a ticket known here is taken all the same"
    assert "too many erased tickets" in town.notes()
    town.hall.carries(Ticket(0), opened("Rice"))
    town.lifts()
    town.hears()
    assert len(town.hall.proofs()) == 7


def hears_six_posts(town: Town) -> None:
    """Six tickets' posts, at the flooding space."""
    for number in range(6):
        town.flood.carries(Ticket(number), opened(f"Said {number}"))
    town.hears()


def test_what_neighbours_said_on_a_void_feed_is_carried_on_as_fast_as_its_space_may_bring(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They signed it, and know nothing of quotas: what does not fit today is carried tomorrow, but what was erased."""
    hears_six_posts(town)
    monkeypatch.setattr(quota, "DAY_ENTRIES", 8 + 4)  # with the opening of the feed, and the evidence
    before = log.last_arrival(town.hall.db)[0]
    town.hall.hears([], [town.flood.evidence()])
    assert len(town.hall.board()) == 4 and log.last_arrival(town.hall.db)[0] > before
    assert "as much as a space may in a day" in town.notes()
    assert forking.say_again(town.hall.run) == 0, "not today"
    intake.bury(town.hall.run, [Ticket(5).tombstone()])
    town.is_a_day_on()
    assert forking.say_again(town.hall.run) == 1 and forking.say_again(town.hall.run) == 0
    assert sorted(town.hall.board()) == [f"Said {number}" for number in range(5)] and town.notes() == ""
    town.mosque.hears([], [town.flood.evidence()])
    visits(town.mosque, town.hall)
    assert sorted(town.mosque.board()) == sorted(town.hall.board()), "whoever heard nothing of that feed, too"


def test_a_steward_who_lifts_the_quota_has_the_rest_carried_at_once(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    hears_six_posts(town)
    monkeypatch.setattr(quota, "ENTRIES", 8 + 4)
    town.hall.hears([], [town.flood.evidence()])
    town.is_a_day_on()
    assert forking.say_again(town.hall.run) == 0 and len(town.hall.board()) == 4, "in all, and not a day"
    town.lifts()
    assert forking.say_again(town.hall.run) == 2 and len(town.hall.board()) == 6


def test_two_histories_of_feeds_without_end_fill_no_disk(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.flood.posts("The first")
    town.hears()
    evidence = []
    for _ in range(6):
        town.flood.new_run()
        town.flood.posts("Once")
        evidence.append(town.flood.evidence())
        town.flood.clock.ms += 1
    monkeypatch.setattr(quota, "DAY_BYTES", (2_000 + len(b"".join(evidence[:4]))) // proofs.EVIDENCE_TIMES)
    for line in evidence:
        town.hall.hears([], [line])
    assert 3 <= len(town.hall.proofs()) <= 5 and "as much as a space may in a day" in town.notes()
    monkeypatch.setattr(quota, "DAY_BYTES", 1 << 20)
    town.is_a_day_on()
    town.hall.hears([], evidence)
    assert len(town.hall.proofs()) == 6
