"""Backup and restore, as whoever keeps the machine runs them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.nodes import Node

POSTS = ["=2 ladders to lend", "Bread and tea for the night shift", "Water for four, please"]


def words(node: Node) -> list[str]:
    return sorted(str(post["text"]) for post in node.posts())


def tries(node: Node, *args: str | Path, typed: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "node.cli", *map(str, args), "--data", str(node.folder)]
    return subprocess.run(command, input=typed, capture_output=True, text=True, timeout=300)


@pytest.fixture
def copies(hall: Node, file: Path, tmp_path: Path) -> Path:
    """A folder with one copy of three posts."""
    hall.does("import-posts", file, "--name", "The Hall")
    assert "Saved and read again: 3 posts, 4 entries" in hall.does("backup", tmp_path / "copies")
    return tmp_path / "copies"


def test_a_copy_put_back_over_the_folder_is_the_node_as_it_was(hall: Node, copies: Path) -> None:
    before = hall.state()
    hall.does("demo", "--anyway")
    grown = words(hall)
    refused = hall.run("restore", copies)
    assert refused.status == 1 and "give --over" in refused.err and words(hall) == grown
    assert "Put back: 3 posts" in hall.does("restore", copies, "--over")
    after = hall.state()
    same = ("name", "space", "node", "posts", "log_digest", "board_digest")
    assert {key: after[key] for key in same} == {key: before[key] for key in same}
    (aside,) = hall.folder.glob("before-*")
    kept = Node(aside, hall.capture)
    assert words(kept) == grown, "what was here is kept whole"
    assert "All is well" in hall.does("verify")


def test_the_next_word_after_a_restore_is_on_a_feed_of_its_own(hall: Node, file: Path, copies: Path) -> None:
    hall.does("restore", copies, "--over")
    hall.does("demo", "--anyway")
    assert hall.state()["feeds"] == 2


def test_with_only_a_copy_and_the_paper_the_space_goes_on(hall: Node, copies: Path, tmp_path: Path) -> None:
    paper, before = hall.does("paper"), hall.state()
    shutil.rmtree(hall.folder)
    new = Node(tmp_path / "new", hall.capture)
    done = tries(new, "restore", copies, typed=paper)
    assert done.returncode == 0, done.stderr
    after = new.state()
    assert (after["space"], after["name"], after["posts"]) == (before["space"], "The Hall", 3)
    assert after["node"] != before["node"], "the lost machine's key is lost"
    assert words(new) == POSTS and new.run("paper").status == 1


def test_a_wrong_digit_of_the_paper_changes_nothing_and_is_named(hall: Node, copies: Path, tmp_path: Path) -> None:
    paper = hall.does("paper").strip()
    new = Node(tmp_path / "new", hall.capture)
    wrong = tries(new, "restore", copies, typed=paper[:-1] + str((int(paper[-1]) + 1) % 10))
    assert wrong.returncode == 1 and f"Did you mean {paper}?" in wrong.stderr
    assert "There is no node" in new.run("status").err


def test_a_copy_is_not_put_into_the_folder_of_another_space(hall: Node, copies: Path, tmp_path: Path) -> None:
    other = Node(tmp_path / "other", hall.capture)
    other.does("demo")
    refused = other.run("restore", copies, "--over")
    assert refused.status == 1 and "Another space lives in" in refused.err
    assert other.state()["posts"] == 60


@pytest.mark.parametrize("at", [0.3, 0.6, 0.9])
def test_a_damaged_copy_is_refused_and_nothing_changes(hall: Node, copies: Path, at: float) -> None:
    (database,) = copies.glob("*/corkboard.db")
    data = bytearray(database.read_bytes())
    start = int(len(data) * at)
    data[start : start + 4000] = bytes(4000)
    database.write_bytes(data)
    hall.does("demo", "--anyway")
    grown = words(hall)
    ran = hall.run("restore", copies, "--over")
    if ran.status == 0:  # the harm fell into a page that holds nothing
        assert words(hall) == POSTS
    else:
        assert "cannot be used" in ran.err and words(hall) == grown


def test_a_folder_that_holds_no_copy_is_named(hall: Node, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ran = hall.run("restore", tmp_path / "empty")
    assert ran.status == 1 and "is no backup" in ran.err


def test_while_the_node_serves_nothing_is_put_back(hall: Node, copies: Path) -> None:
    from node import serve

    with serve.alone(hall.folder):
        ran = hall.run("restore", copies, "--over")
    assert ran.status == 1 and "already runs" in ran.err


def test_a_database_that_cannot_be_read_any_more_is_replaced(hall: Node, copies: Path) -> None:
    (hall.folder / "corkboard.db").write_bytes(b"a broken card" * 1000)
    hall.does("restore", copies, "--over")
    assert words(hall) == POSTS


def test_a_copy_that_cannot_be_written_is_one_plain_sentence(hall: Node, copies: Path, tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("")
    ran = hall.run("backup", tmp_path / "a file")
    assert ran.status == 1 and ran.err.startswith("No backup could be written to") and ran.err.count("\n") == 1
    assert "The backup after that failed: No backup could" in hall.does("status")


def test_status_says_how_old_the_last_copy_is(hall: Node, file: Path, copies: Path) -> None:
    assert f"Last good backup: just now, in {copies}" in hall.does("status")
    shutil.rmtree(copies)
    assert "not to be found there now" in hall.does("status")


def test_a_folder_without_its_certificate_never_becomes_another_space(hall: Node, copies: Path) -> None:
    hall.does("paper", "--remove", "--yes")
    (hall.folder / "node.crt").unlink()
    ran = hall.run("paper")
    assert ran.status == 1 and "do not fit together" in ran.err
    assert not (hall.folder / "paper.key").exists()
