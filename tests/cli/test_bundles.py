"""Sticks on the command line: the hall writes one, the library takes it in, and says what came."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from node.run import Run
from node.settings import Settings
from node.start import open_run
from sync import circle
from tests.cli.nodes import Node

NOBODY = "No other space has brought anything yet.\n"


@contextmanager
def awake(node: Node, name: str) -> Iterator[Run]:
    run = open_run(Settings(data=node.folder, name=name))
    yield run
    run.close()


@pytest.fixture
def library(tmp_path: Path, hall: Node, capsys: pytest.CaptureFixture[str]) -> Node:
    """Connected with the hall."""
    node = Node(tmp_path / "library", capsys)
    with awake(hall, "Hall") as one, awake(node, "Library") as other:
        for here, there in ((one, other), (other, one)):
            told = circle.ours(there.db(), there.settings.data, there.identity, 8081)
            circle.join(here.db(), here.settings.data, msgspec.structs.replace(told, address=""), here.clock_ms())
    return node


def test_a_stick_goes_there_and_the_report_is_plain(hall: Node, library: Node, file: Path, tmp_path: Path) -> None:
    hall.does("import-posts", file)
    at = tmp_path / "hall.corkboard"
    assert "for every space of the circle." in hall.does("bundle", "export", at)
    assert library.does("bundle", "import", at) == "From Hall: 2 new needs, 1 new offer\n"
    assert library.does("bundle", "import", at) == "From Hall: nothing new\n"
    assert len(library.posts()) == 3
    assert library.does("quota").startswith("Hall: 4 entries, ") and hall.does("quota") == NOBODY
    assert "Hall may bring as much again" in library.does("quota", "--lift", "hall")
    assert library.does("quota").endswith("0 of them today; lifted 1 time\n")
    assert "0 spaces here are called Mosque" in library.run("quota", "--lift", "Mosque").err
    assert "for Library." in hall.does("bundle", "export", at, "--to", "library")
    assert library.does("bundle", "import", at) == "From Hall: nothing new\n"


def test_what_cannot_be_done_is_one_sentence(hall: Node, library: Node, file: Path, tmp_path: Path) -> None:
    at = tmp_path / "hall.corkboard"
    assert "Known are: Hall, Library" in hall.run("bundle", "export", at, "--to", "Mosque").err
    assert "give another name" in hall.run("bundle", "export", file).err and file.read_text().startswith("id,kind")
    assert "There is no folder" in hall.run("bundle", "export", tmp_path / "nowhere" / "stick").err
    hall.does("bundle", "export", at, "--to", "Hall")
    ran = library.run("bundle", "import", at)
    assert ran.status == 1 and "sealed for another space" in ran.err and ran.err.count("\n") == 1
    at.write_bytes(at.read_bytes()[:-1])
    assert "cut short" in hall.run("bundle", "import", at).err
    assert "no bundle" in hall.run("bundle", "import", file).err
