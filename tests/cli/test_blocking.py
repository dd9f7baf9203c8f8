"""A steward blocks a space, looks at it, purges it and lets it in again, by commands alone."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec
import pytest

from node import intake, meeting
from node.run import Run
from node.settings import Settings
from node.start import open_run
from sync import circle, log
from sync.entry import Entry, parse_page
from sync.identity import Identity
from tests.cli.nodes import Node
from tests.storage.nodes import need


@pytest.fixture
def library(tmp_path: Path) -> Run:
    return open_run(Settings(data=tmp_path / "library", name="Library"))


def pages(run: Run) -> list[list[Entry]]:
    lines = (log.page(run.db(), feed.no, 0, 500, 1 << 20) for feed in log.feeds(run.db()) if feed.scope == "circle")
    return [parse_page(b"".join(line + b"\n" for line in page)) for page in lines]


def hears(node: Node, library: Run) -> None:
    """The library posts something, and the node is connected with it and takes what it has."""
    run = open_run(Settings(data=node.folder, name="Hall"))
    given = circle.ours(library.db(), library.settings.data, library.identity, 8081)
    meeting.join(run, msgspec.structs.replace(given, address="https://10.0.0.2:8081"))
    intake.record(library, need("Olga wants bread"))
    intake.accept(run, pages(library))
    run.close()


def words(node: Node) -> list[str]:
    return [post["text"] for post in node.posts()]


def test_block_purge_unblock(hall: Node, library: Run) -> None:
    hears(hall, library)
    assert words(hall) == ["Olga wants bread"]
    assert "Library is blocked: nothing comes from it" in hall.does("block", "library")
    assert "Library is blocked here." in hall.does("status") and words(hall) == ["Olga wants bread"]
    assert "The words of Library are dropped" in hall.does("purge", "Library", "--yes")
    assert words(hall) == []
    assert "accepted again" in hall.does("unblock", "Library")
    assert "is blocked" not in hall.does("status")
    hall.does("block", "Library", "--hide")
    hears(hall, library)
    assert "is blocked" not in hall.does("status"), "connecting again lifts it"


def test_what_cannot_be_is_one_sentence(hall: Node, library: Run) -> None:
    hears(hall, library)
    for command, why in (
        (("block", "School"), "0 spaces here are called School: see `status` for names and ids."),
        (("unblock", "Library"), "Library is not blocked."),
        (("purge", "Library", "--yes"), "Library is not blocked: what it said would come again. First `block`"),
    ):
        ran = hall.run(*command)
        assert ran.status == 1 and ran.err.startswith(why)


def test_new_keys_keep_the_old_ones(hall: Node) -> None:
    open_run(Settings(data=hall.folder, name="Hall")).close()
    before = circle.keys(hall.folder)
    assert "before work as ever" in hall.does("new-keys")
    assert len(circle.keys(hall.folder)) == len(before) + 1


def test_the_circle_shows_who_waits_and_a_steward_accepts(hall: Node, library: Run, tmp_path: Path) -> None:
    mosque = open_run(Settings(data=tmp_path / "mosque", name="Mosque"))
    given = circle.ours(mosque.db(), mosque.settings.data, mosque.identity, 8081)
    hears(hall, library)
    with (hall.folder / "node.toml").open("a", encoding="utf-8") as file:
        file.write("introductions = false\n")
    meeting.join(library, circle.ours(*_of(hall), 8081))
    meeting.join(library, given)
    run = open_run(Settings(data=hall.folder, name="Hall", introductions=False))
    intake.accept(run, pages(library))
    run.close()
    lines = hall.does("circle").splitlines()
    assert lines[0].startswith("Library · ") and lines[0].endswith(" · accepted")
    assert lines[1].startswith("Mosque · ") and lines[1].endswith(" · waits, introduced by Library")
    assert "Introduced here and waiting: Mosque. See `circle`." in hall.does("status")
    assert "Mosque" in hall.does("circle", "--accept", "Mosque") and "waiting" not in hall.does("status")
    assert hall.run("circle", "--accept", "Mosque").status == 1


def _of(hall: Node) -> tuple[sqlite3.Connection, Path, Identity]:
    run = open_run(Settings(data=hall.folder, name="Hall"))
    return run.db(), hall.folder, run.identity
