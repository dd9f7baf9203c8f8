"""Two spaces in one town: the hall and the library."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ports import free_port
from tests.two_nodes.network import Network, Place, may_make_networks, network
from tests.two_nodes.node import Node

NAMESPACES = may_make_networks()


@pytest.fixture
def town() -> Iterator[Network | None]:
    """A network of its own where root allows; None stands for this machine's own."""
    if not NAMESPACES:
        yield None
        return
    with network() as net:
        yield net


@pytest.fixture
def spaces(town: Network | None, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[dict[str, Node]]:
    """The spaces that the test names, all started at once; their nodes serve until the test is over."""
    names = [name for name in ("hall", "library", "mosque") if name in request.fixturenames]
    nodes = {name: make_node(name, town, tmp_path) for name in names}
    try:
        for node in nodes.values():
            node.switches_on()
        for node in nodes.values():
            node.starts()
        yield nodes
    finally:
        for node in nodes.values():
            node.loses_power()
            print(f"--- {node.name} said\n{node.log()}")  # shown where a test fails


@pytest.fixture
def hall(spaces: dict[str, Node]) -> Node:
    return spaces["hall"]


@pytest.fixture
def library(spaces: dict[str, Node]) -> Node:
    return spaces["library"]


@pytest.fixture
def mosque(spaces: dict[str, Node]) -> Node:
    return spaces["mosque"]


def make_node(name: str, town: Network | None, tmp_path: Path) -> Node:
    place = town.place() if town else Place("127.0.0.1")
    ports = (8080, 8081) if town else (free_port(), free_port())
    return Node(name.title(), tmp_path / name, place, *ports)
