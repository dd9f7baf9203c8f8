"""Two spaces in one town: the hall and the library."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

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
def opens(town: Network | None, tmp_path: Path) -> Iterator[Callable[[str], Node]]:
    """Opens a space: its node serves until the test is over."""
    nodes: list[Node] = []

    def space(name: str) -> Node:
        place = town.place() if town else Place("127.0.0.1")
        ports = (8080, 8081) if town else (_free_port(), _free_port())
        node = Node(name, tmp_path / name.lower(), place, *ports)
        nodes.append(node)
        node.starts()
        return node

    yield space
    for node in nodes:
        node.loses_power()


@pytest.fixture
def hall(opens: Callable[[str], Node]) -> Node:
    return opens("Hall")


@pytest.fixture
def library(opens: Callable[[str], Node]) -> Node:
    return opens("Library")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
