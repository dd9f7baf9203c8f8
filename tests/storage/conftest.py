"""A hall and a library that accept each other."""

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
