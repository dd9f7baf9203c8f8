"""In whatever order entries arrive, however often, and wherever a page ends: the board is the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from node import intake
from node.storage import projection
from sync import log, proofs
from sync import plain as columns
from sync.entry import Entry, parse_page
from tests.simulate import actions, folders, story, world
from tests.simulate.judge import stand_up_to_a_look
from tests.simulate.machine import Machine
from tests.simulate.world import World

EXCHANGE = [each for each in actions.TABLE if each.name == "exchange"]
SAYING = [*(each for each in story.SAYING if not each.name.startswith("killed")), *EXCHANGE, *EXCHANGE]
PAGE = 1 << 20
Read = Callable[[bytes], Sequence[Entry]]
any_history = given(history=st.integers(0, 10_000), arrival=st.integers(0, 10_000))
found = (Phase.explicit, Phase.reuse, Phase.generate)  # a smaller seed is no simpler history
quickly = settings(
    max_examples=20, deadline=None, derandomize=True, phases=found, suppress_health_check=list(HealthCheck)
)
thoroughly = settings(max_examples=200, deadline=None, phases=found, suppress_health_check=list(HealthCheck))


@quickly
@any_history
def test_any_arrival_gives_the_same_board(history: int, arrival: int) -> None:
    the_same_board(history, arrival)


@pytest.mark.long
@thoroughly
@any_history
def test_any_of_many_arrivals_gives_the_same_board(history: int, arrival: int) -> None:
    the_same_board(history, arrival)


def the_same_board(history: int, arrival: int) -> None:
    with world.begun(history, ("hall", "library", "mosque")) as circle:
        much_is_said(circle)
        feeds = [(machine, feed.no) for machine in circle.machines for feed in log.feeds(machine.db)]
        lines = sorted({line for machine in circle.machines for line in erasures(machine)})
        plain, odd = (circle.adds(name, "depot", folders.made()["depot"]) for name in ("plain", "odd"))
        for line in lines:
            intake.bury(plain.run, [line])
        for machine, no in feeds:
            intake.accept(plain.run, pages(machine, no, 3, in_columns))
        hears_in_disorder(odd, feeds, lines, Random(arrival))
        assert heard(odd) == heard(plain)
        assert projection.digest(odd.db) == projection.digest(plain.db)
        stand_up_to_a_look(odd)


def much_is_said(circle: World) -> None:
    """By three machines that hear of each other now and then."""
    for _ in range(circle.dice.randrange(6, 25)):
        circle.dice.choice(SAYING).do(circle)


def heard(machine: Machine) -> dict[bytes, bytes]:
    """The head of each feed of another node; in its own, each says when it has forgotten something."""
    return {feed.key: feed.head for feed in log.feeds(machine.db) if feed.node != machine.node}


def erasures(machine: Machine) -> list[bytes]:
    ids = proofs.changed_after(machine.db, 0)
    return [line for line in proofs.lines(machine.db, ids) if isinstance(proofs.read(line), proofs.Tombstone)]


def pages(machine: Machine, no: int, most: int, read: Read = parse_page) -> list[Sequence[Entry]]:
    """A feed as pages of about so many entries; each ends at a signature."""
    found: list[Sequence[Entry]] = []
    while lines := log.page(machine.db, no, sum(map(len, found)), most, PAGE):
        found.append(read(b"".join(line + b"\n" for line in lines)))
    return found


def in_columns(page: bytes) -> Sequence[Entry]:
    """Read as a visit reads it."""
    return columns.read(page) or parse_page(page)


def hears_in_disorder(machine: Machine, feeds: list[tuple[Machine, int]], lines: list[bytes], arrival: Random) -> None:
    """Each feed from its beginning, all at once, some pages more than once, erasures whenever they come."""
    waiting = [pages(teller, no, arrival.randrange(1, 6)) for teller, no in feeds]
    waiting, lines = [each for each in waiting if each], list(lines)
    while waiting or lines:
        if lines and (not waiting or arrival.random() < 0.3):
            intake.bury(machine.run, [lines.pop(arrival.randrange(len(lines)))])
            continue
        feed = arrival.choice(waiting)
        taken, known = feed[: arrival.randrange(1, 4)], arrival.random() < 0.3
        intake.accept(machine.run, [*taken, *taken] if known else taken)
        del feed[: len(taken) - (arrival.random() < 0.2)]
        waiting = [each for each in waiting if each]
