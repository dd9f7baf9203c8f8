"""Two spaces that know each other, and one that nobody knows."""

import pytest

from tests.sync.logs import Space


@pytest.fixture
def hall(tmp_path):
    return Space(tmp_path / "hall", "Hall")


@pytest.fixture
def library(tmp_path, hall):
    space = Space(tmp_path / "library", "Library")
    space.accepts(hall)
    return space


@pytest.fixture
def stranger(tmp_path):
    return Space(tmp_path / "stranger", "Stranger")
