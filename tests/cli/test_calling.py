"""How commands are called, and what they say when something is wrong."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from node import cli
from tests.cli.nodes import ROWS, Node


def test_options_may_not_come_before_the_command(hall: Node, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--data", str(hall.folder), "status"]) == 2
    assert "Options come after the command: status --data" in capsys.readouterr().err


@pytest.mark.parametrize(
    "args",
    [
        ["status", "--port", "0"],
        ["status", "--nonsense"],
        ["nonsense"],
        ["import-posts"],
        ["export-posts", "--format", "xml"],
        ["connect"],
        ["connect", "--code", "123456"],
        ["connect", "--show-code", "--code", "123456", "10.0.0.5"],
    ],
)
def test_what_is_not_understood_ends_with_status_2(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(args) == 2
    assert "Usage: python3 run_node.py" in capsys.readouterr().err


@pytest.mark.parametrize("args", [["connect", "--show-code"], ["exchange"], ["connect", "--code", "1", "10.0.0.5"]])
def test_what_the_network_refuses_is_one_sentence(hall: Node, args: list[str]) -> None:
    hall.does("paper")
    ran = hall.run(*args)
    assert (ran.status, ran.out) == (1, "")
    assert "Traceback" not in ran.err


def test_a_bad_setting_is_one_sentence(hall: Node) -> None:
    hall.folder.mkdir()
    (hall.folder / "node.toml").write_text("port = 1.5\n")
    ran = hall.run("status")
    assert ran.status == 1
    assert "port must be a number from 1 to 65535, not 1.5." in ran.err


def test_a_database_that_another_program_holds_is_named(hall: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    hall.does("paper")
    monkeypatch.setattr("node.storage.db.BUSY_MS", 50)
    other = sqlite3.connect(hall.folder / "corkboard.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    ran = hall.run("demo")
    other.close()
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.endswith("another program is writing, try again.\n")


def test_nothing_else_than_a_sentence_comes_of_a_broken_database(hall: Node) -> None:
    hall.does("paper")
    (hall.folder / "corkboard.db").write_bytes(b"this is no database at all " * 400)
    for leftover in ("corkboard.db-wal", "corkboard.db-shm"):
        (hall.folder / leftover).unlink(missing_ok=True)
    ran = hall.run("status")
    assert ran.status == 1
    assert ran.err.startswith("The database refused")


@pytest.mark.parametrize(
    ("lost", "says"),
    [("circle.keys", "circle.keys is gone"), ("space.roster", "put the file back"), ("node.key", "node.key")],
)
def test_a_file_that_is_gone_is_named(hall: Node, lost: str, says: str) -> None:
    hall.does("paper", "--remove", "--yes")
    (hall.folder / lost).unlink()
    ran = hall.run("status")
    assert (ran.status, ran.out, len(ran.err.splitlines())) == (1, "", 1)
    assert says in ran.err and "Something went wrong" not in ran.err


def test_keys_of_another_node_are_refused(hall: Node, tmp_path: Path) -> None:
    hall.does("paper")
    Node(tmp_path / "library", hall.capture).does("paper")
    shutil.copy(tmp_path / "library" / "node.key", hall.folder / "node.key")
    ran = hall.run("status")
    assert ran.status == 1 and "do not fit together" in ran.err


def test_a_reader_who_stops_reading_is_no_error(hall: Node, file: Path) -> None:
    hall.does("demo")
    command = f"{sys.executable} -m node.cli export-posts --data {hall.folder} --quiet | head -c 10"
    ran = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.long
def test_an_import_killed_half_way_is_all_there_or_not_at_all(hall: Node, tmp_path: Path) -> None:
    lines = [f'{number},need,food,"Bread for table {number}",,,' for number in range(3000)]
    (tmp_path / "many.csv").write_text(ROWS.splitlines()[0] + "\n" + "\n".join(lines) + "\n")
    command = [sys.executable, "-m", "node.cli", "import-posts", str(tmp_path / "many.csv"), "--data", str(hall.folder)]
    hall.does("paper")
    for seconds in (0.6, 0.9, 1.2):
        running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(seconds)
        running.kill()
        acknowledged = b"new posts" in running.communicate()[0]
        assert hall.state()["posts"] in ((3000,) if acknowledged else (0, 3000))
    hall.does("import-posts", tmp_path / "many.csv")
    assert hall.state()["posts"] == 3000
    assert "All is well" in hall.does("verify")


def test_a_terminal_that_lacks_a_letter_is_no_error(hall: Node) -> None:
    hall.does("paper", "--name", "قاعة")
    command = [sys.executable, "-m", "node.cli", "status", "--data", str(hall.folder)]
    ran = subprocess.run(command, capture_output=True, env={**os.environ, "PYTHONIOENCODING": "latin-1"})
    assert (ran.returncode, ran.stdout[:4]) == (0, b"????")


def test_only_serve_or_a_name_that_is_given_renames_a_space(hall: Node) -> None:
    hall.does("paper", "--name", "The Hall")
    (hall.folder / "node.toml").write_text('name = "Our space"', encoding="utf-8")
    assert hall.state()["name"] == "The Hall"
    hall.does("status", "--name", "The Old Hall")
    assert hall.state()["name"] == "The Old Hall"
