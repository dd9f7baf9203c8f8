"""A hall, a library and a mosque that accept each other."""

import pytest

from tests.storage.nodes import Node


@pytest.fixture
def hall(tmp_path):
    node = Node(tmp_path / "hall", "Hall")
    yield node
    node.run.close()


@pytest.fixture
def library(tmp_path, hall):
    node = Node(tmp_path / "library", "Library")
    node.accepts(hall)
    hall.accepts(node)
    yield node
    node.run.close()


@pytest.fixture
def mosque(tmp_path, hall, library):
    node = Node(tmp_path / "mosque", "Mosque")
    for other in (hall, library):
        node.accepts(other)
        other.accepts(node)
    yield node
    node.run.close()
