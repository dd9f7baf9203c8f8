"""Status, rebuild, verify, the paper key, the demo."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.nodes import Node


def test_status_says_what_the_node_is_and_holds(hall: Node, file: Path) -> None:
    hall.does("import-posts", file, "--name", "The Hall")
    found = hall.state()
    assert (found["name"], found["posts"], found["peers"], found["serving"]) == ("The Hall", 3, [], False)
    assert found["entries"] == 4 and found["feeds"] == 1
    assert len(found["space"]) == len(found["node"]) == 43
    assert {"log_digest", "board_digest", "version"} <= set(found)
    assert "3 posts" in hall.does("status")


@pytest.mark.parametrize("command", ["status", "export-posts", "rebuild", "verify"])
def test_where_there_is_no_node_none_is_made(hall: Node, command: str) -> None:
    ran = hall.run(command)
    assert (ran.status, ran.out) == (1, "")
    assert "There is no node in" in ran.err
    assert not hall.folder.exists()


def test_a_rebuilt_board_is_the_same_board(hall: Node, file: Path) -> None:
    hall.does("import-posts", file)
    before = hall.state()
    assert hall.does("rebuild") == "The board is rebuilt: 3 posts.\n"
    assert hall.state() == before


def test_verify_finds_nothing_wrong_where_nothing_is(hall: Node, file: Path) -> None:
    hall.does("import-posts", file)
    assert hall.does("verify") == "All is well: 4 entries and 3 posts checked.\n"


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        ("UPDATE entry SET payload = CAST(replace(CAST(payload AS TEXT), 'B', 'P') AS BLOB)", "The log is damaged"),
        ("UPDATE entry SET sig = zeroblob(64) WHERE sig IS NOT NULL", "The log is damaged"),
        ("DELETE FROM entry WHERE k & 1023 = 2", "The log is damaged"),
        ("UPDATE post SET category = 'money' WHERE n = (SELECT max(n) FROM post)", "The board differs from the log"),
    ],
)
def test_verify_finds_what_was_changed_behind_its_back(hall: Node, file: Path, harm: str, says: str) -> None:
    hall.does("import-posts", file)
    subprocess.run([sys.executable, "-c", HARM, str(hall.folder / "corkboard.db"), harm], check=True)
    ran = hall.run("verify", "--quiet")
    assert (ran.status, ran.out) == (1, "")
    assert says in ran.err and len(ran.err.splitlines()) == 1


HARM = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1]); db.execute(sys.argv[2]); db.commit(); assert db.total_changes
"""


def test_the_paper_key_is_shown_until_it_is_taken_off_the_machine(hall: Node) -> None:
    ran = hall.run("paper")
    groups = ran.out.split()
    assert [len(group) for group in groups] == [4] * 10
    assert "replace a lost" in ran.err
    assert "off this machine" in hall.does("paper", "--remove", "--yes")
    again = hall.run("paper")
    assert (again.status, again.out) == (1, "")
    assert hall.state()["posts"] == 0, "the node goes on without it"


def test_the_paper_key_is_a_page_for_the_printer_with_nothing_else_secret(hall: Node, tmp_path: Path) -> None:
    key, page = hall.does("paper", "--name", "Tea & <Books>").split(), tmp_path / "paper.html"
    hall.does("paper", "--print", page)
    text = page.read_text()
    assert re.findall(r"<li>(\d{4})</li>", text) == key
    assert "Tea &amp; &lt;Books&gt;" in text and "<svg" in text and "http" not in text
    assert page.stat().st_mode & 0o077 == 0, "for its owner alone"


def test_the_paper_key_stays_when_its_last_digits_are_typed_wrong(hall: Node) -> None:
    key = hall.does("paper")
    command = [sys.executable, "-m", "node.cli", "paper", "--remove", "--data", str(hall.folder)]
    wrong = subprocess.run(command, input="12\n", capture_output=True, text=True)
    assert wrong.returncode == 1
    assert "not its last four digits" in wrong.stderr
    assert hall.does("paper") == key
    right = subprocess.run(command, input=f"{key.split()[-1]}\n", capture_output=True, text=True)
    assert right.returncode == 0, right.stderr
    assert hall.run("paper").status == 1


def test_the_demo_fills_a_fresh_node_and_no_other(hall: Node) -> None:
    assert hall.does("demo").startswith("60 invented posts in ten languages. One was posted with this ticket:\n")
    assert len({post["opened"] for post in hall.posts()}) > 30, "of different ages"
    again = hall.run("demo")
    assert again.status == 1 and "--anyway" in again.err
    assert "All is well" in hall.does("verify")
