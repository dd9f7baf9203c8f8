"""Five spaces on one switch that falls apart and heals, in any way it likes: they always end with one board."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import meeting
from tests.storage import nodes as boards
from tests.two_nodes.conftest import NAMESPACES
from tests.two_nodes.neighbour import Neighbour
from tests.two_nodes.network import WHY_NOT, Network, Place, network
from tests.two_nodes.node import Node, wait_until
from tests.two_nodes.recorder import recording

pytestmark = [pytest.mark.long, pytest.mark.skipif(not NAMESPACES, reason=WHY_NOT)]

NAMES = ("Hall", "Library", "Mosque", "School", "Union")
ROUNDS = 4
HEALED_S = 10
PATIENCE_S = 180  # what a slow machine gets before the test gives up; the figure above is for the median


@pytest.fixture
def town() -> Iterator[Network]:
    with network() as net:
        yield net


@pytest.fixture
def spaces(town: Network, tmp_path: Path) -> Iterator[list[Node]]:
    """All of them know each other already."""
    nodes = [Node(name, tmp_path / name, town.place(), 8080, 8081) for name in NAMES]
    founded = [boards.Node(node.folder, node.name) for node in nodes]
    meeting.acquaint(*founded)
    for each in founded:
        each.run.close()
    try:
        for node in nodes:
            node.switches_on()
        for node in nodes:
            node.starts()
        yield nodes
    finally:
        for node in nodes:
            node.loses_power()
            print(f"--- {node.name} said\n{node.log()}")


def says(node: Node, words: str) -> None:
    node.place.do(lambda: Neighbour(node.address).posts_a_need(words))


def seconds_until_all_hold_the_same(nodes: list[Node]) -> float:
    began = time.monotonic()
    wait_until(lambda: len({node.heads() for node in nodes}) == 1, PATIENCE_S, every=0.1)
    return time.monotonic() - began


def parts(places: list[Place], dice: random.Random) -> list[list[Place]]:
    """Two or three parts, none of them everybody."""
    while True:
        drawn = [dice.randrange(3) for _ in places]
        found = [[place for place, part in zip(places, drawn, strict=True) if part == number] for number in range(3)]
        if sum(map(bool, found)) > 1:
            return found


def test_whatever_way_the_network_falls_apart_it_ends_with_one_board(town: Network, spaces: list[Node]) -> None:
    dice, took = random.Random(5), []
    with recording(town, spaces[0].place) as recorder:
        for number in range(ROUNDS):
            town.falls_apart(*parts([node.place for node in spaces], dice))
            for node in dice.sample(spaces, 3):
                says(node, f"Blankets from {node.name}, round {number}")
            for node in spaces:
                town.joins(node.place)
            took.append(seconds_until_all_hold_the_same(spaces))
    print(f"one board again after {', '.join(f'{seconds:.1f}' for seconds in took)} s")
    shown = [node.board() for node in spaces]
    assert all(board == shown[0] for board in shown) and len(shown[0]) == 3 * ROUNDS
    assert sorted(took)[len(took) // 2] <= HEALED_S
    assert len(recorder.heard) > 5000
    for secret in ("Blankets", "round", *NAMES, *spaces[0].feed_keys()):
        assert secret.encode() not in recorder.heard, secret
