"""Spaces whose nodes exchange: three of one circle, and a stranger who knows one of them."""

import pytest

from tests.sync.exchange.nodes import Node


@pytest.fixture
def hall(tmp_path):
    return Node(tmp_path / "hall", "Hall")


@pytest.fixture
def library(tmp_path, hall):
    node = Node(tmp_path / "library", "Library")
    node.knows(hall)
    hall.knows(node)
    return node


@pytest.fixture
def stranger(tmp_path, hall):
    node = Node(tmp_path / "stranger", "Stranger")
    node.knows(hall)
    return node


@pytest.fixture
def mosque(tmp_path, hall, library):
    node = Node(tmp_path / "mosque", "Mosque")
    for other in (hall, library):
        node.knows(other)
        other.knows(node)
    return node
