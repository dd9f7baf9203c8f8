"""Tickets from the counter to the fold: issued here, found at every space of the circle, counted before they cost."""

import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from node import intake
from node.domain import tickets
from node.domain.refusals import Refusals
from node.domain.sealed import Letter
from node.domain.wishes import Edit, MarkMet, OpenPost, PromiseHelp, ReplaceTicket, WriteBack
from node.storage import tickets as belongings
from node.ticket_office import AHEAD, Found, Office, TooMany, office_of
from sync import circle
from tests.storage.nodes import Node


def quick(digits: str) -> bytes:
    """The slow step without its slowness, where a test is not about it."""
    return digits.encode().ljust(32, b"\0")


class Time:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def office(node: Node, time: Time | None = None, stretched: Callable[[str], bytes] = quick) -> Office:
    keys, issuing = partial(circle.keys, node.folder), partial(circle.issuing_key, node.folder)
    return Office(keys, issuing, monotonic=time or Time(), stretched=stretched)


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Node]:
    node = Node(tmp_path / "hall", "Hall")
    yield node
    node.run.close()


@pytest.fixture
def library(tmp_path: Path, hall: Node) -> Iterator[Node]:
    node = Node(tmp_path / "library", "Library")
    node.accepts(hall)
    hall.accepts(node)
    circle.add_keys(node.folder, circle.keys(hall.folder))
    circle.add_keys(hall.folder, circle.keys(node.folder))
    yield node
    node.run.close()


NEED = OpenPost("need", "food", "Rice for five", when="today", wanted=5, reach="ask for Amina")


def find(node: Node, digits: str) -> Found | None:
    return office(node).find(node.db, digits, "10.0.0.7", at_kiosk=False)


def test_a_ticket_from_the_hall_works_at_the_library(hall: Node, library: Node) -> None:
    issued = office(hall).issue()
    posted = intake.record(hall.run, NEED, ticket=issued.ticket)
    assert find(library, issued.digits) is None
    library.hears_from(hall)
    found = find(library, issued.digits)
    assert found and (found.belonging.post, found.belonging.side) == (posted.post, "poster")
    intake.record(library.run, MarkMet(posted.post, 2), ticket=found.ticket)
    hall.hears_from(library)
    mine = belongings.mine(hall.db, issued.ticket, posted.post, hall.clock.ms)
    assert mine and mine.post.met == 2 and mine.post.home == hall.space and mine.reach == "ask for Amina"


def test_a_helper_at_the_library_and_the_poster_at_the_hall_write_to_each_other(hall: Node, library: Node) -> None:
    amina, yusuf = office(hall).issue(), office(library).issue()
    posted = intake.record(hall.run, NEED, ticket=amina.ticket)
    library.hears_from(hall)
    letter = Letter("Our group brings it at 17:00", "0171 234 56 78", "en")
    intake.record(library.run, PromiseHelp(posted.post, count=5, letter=letter), ticket=yusuf.ticket)
    hall.hears_from(library)
    [thread] = belongings.mine(hall.db, amina.ticket, posted.post, hall.clock.ms).threads
    assert thread.read[0].letter == letter and thread.promise.space == library.space
    intake.record(hall.run, WriteBack(posted.post, thread.promise.id, Letter("Thank you")), ticket=amina.ticket)
    library.hears_from(hall)
    found = find(library, yusuf.digits)
    assert found and found.belonging.side == "helper"
    [seen] = belongings.mine(library.db, found.ticket, posted.post, library.clock.ms).threads
    assert [one.letter.words for one in seen.read] == ["Our group brings it at 17:00", "Thank you"]
    hall.hears_from(library)
    assert hall.digest() == library.digest()


def test_an_edit_at_another_space_keeps_the_home(hall: Node, library: Node) -> None:
    issued = office(hall).issue()
    posted = intake.record(hall.run, NEED, ticket=issued.ticket)
    library.hears_from(hall)
    intake.record(library.run, Edit(posted.post, OpenPost("need", "food", "Rice for two", wanted=2)), "", issued.ticket)
    hall.hears_from(library)
    mine = belongings.mine(hall.db, issued.ticket, posted.post, hall.clock.ms)
    assert (mine.post.words, mine.post.home, mine.reach) == ("Rice for two", hall.space, "ask for Amina")


def test_a_lost_ticket_is_replaced_and_the_old_one_says_so(hall: Node, library: Node) -> None:
    old, new = office(hall).issue(), office(hall).issue()
    posted = intake.record(hall.run, NEED, ticket=old.ticket)
    intake.record(hall.run, ReplaceTicket(posted.post, new.ticket.owner, new.ticket.seal_to))
    library.hears_from(hall)
    held = [find(library, one.digits) for one in (old, new)]
    assert [one.belonging.side for one in held if one] == ["replaced", "poster"]
    assert belongings.mine(library.db, old.ticket, posted.post, library.clock.ms).replaced.space == hall.space
    with pytest.raises(Refusals, match="was replaced"):
        intake.record(library.run, MarkMet(posted.post), ticket=old.ticket)
    assert intake.record(library.run, MarkMet(posted.post), ticket=new.ticket)


def test_only_the_home_replaces_a_ticket(hall: Node, library: Node) -> None:
    old, new = office(hall).issue(), office(library).issue()
    posted = intake.record(hall.run, NEED, ticket=old.ticket)
    library.hears_from(hall)
    with pytest.raises(Refusals, match="Only the space where it was posted"):
        intake.record(library.run, ReplaceTicket(posted.post, new.ticket.owner, new.ticket.seal_to))


def test_two_circles_that_met_find_each_others_tickets(tmp_path: Path, hall: Node) -> None:
    mosque = Node(tmp_path / "mosque", "Mosque")
    issued = office(mosque).issue()
    intake.record(mosque.run, NEED, ticket=issued.ticket)
    circle.add_keys(hall.folder, circle.keys(mosque.folder))
    hall.accepts(mosque)
    hall.hears_from(mosque)
    found = find(hall, issued.digits)
    assert found and found.belonging.side == "poster"
    mosque.run.close()


@pytest.mark.parametrize("digits", ["0000000000000000", "1234567890123456", "1234567890123452", ""])
def test_wrong_digits_find_nothing(hall: Node, digits: str) -> None:
    assert find(hall, digits) is None


def counting(node: Node) -> tuple[Office, threading.Semaphore]:
    """An office, and what each ticket that it derived is counted by."""
    derived = threading.Semaphore(0)

    def counted(digits: str) -> bytes:
        derived.release()
        return quick(digits)

    return office(node, stretched=counted), derived


def test_tickets_are_ready_before_anybody_posts(hall: Node) -> None:
    counter, derived = counting(hall)
    counter.work_ahead()
    assert all(derived.acquire(timeout=60) for _ in range(AHEAD))
    drawn = {counter.issue().digits for _ in range(AHEAD)}
    assert len(drawn) == AHEAD and all(len(digits) == tickets.LENGTH for digits in drawn)


def test_at_a_start_one_is_ready_and_the_others_follow_once_it_is_taken(hall: Node) -> None:
    counter, derived = counting(hall)
    counter.work_ahead(settling=3600)
    assert derived.acquire(timeout=60) and not derived.acquire(timeout=0.05)
    counter.issue()
    assert all(derived.acquire(timeout=60) for _ in range(AHEAD))


def test_phones_that_post_leave_tickets_ready_for_who_stands_at_the_touchscreen(hall: Node) -> None:
    derived: list[str] = []

    def noted(digits: str) -> bytes:
        derived.append(digits)
        return quick(digits)

    counter = office(hall, stretched=noted)
    counter._ready.extend(counter._derive(counter.turns.ahead()) for _ in range(AHEAD))
    ready = list(derived)
    given = [counter.issue(at_kiosk=False).digits for _ in range(AHEAD)]
    assert set(given[:2]) < set(ready) and not set(given[2:]) & set(ready)
    assert counter.issue(at_kiosk=True).digits in ready


def test_a_phone_that_tries_too_often_waits_and_the_kiosk_does_not(hall: Node) -> None:
    time = Time()
    counter = office(hall, time)
    for _ in range(6):
        counter.find(hall.db, "1" * 16, "10.0.0.7", at_kiosk=False)
    with pytest.raises(TooMany) as refused:
        counter.find(hall.db, "1" * 16, "10.0.0.7", at_kiosk=False)
    assert 299 <= refused.value.seconds <= 301 and not refused.value.busy
    assert counter.find(hall.db, "1" * 16, "127.0.0.1", at_kiosk=True) is None
    time.seconds += 301
    assert counter.find(hall.db, "1" * 16, "10.0.0.7", at_kiosk=False) is None


def test_the_office_of_a_node_reads_the_circles_keys_whenever_it_is_asked(hall: Node) -> None:
    counter = office_of(hall.folder)
    issued = counter.issue()
    assert tickets.ticket(tickets.stretched(issued.digits), circle.issuing_key(hall.folder).key).owner == (
        issued.ticket.owner
    )
