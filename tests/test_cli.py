"""The commands as people and scripts use them: words, exit statuses, and what they leave behind."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from node import cli, control

ROWS = """id,kind,category,text,original_text,event,date
9,need,water,"Water for four, please",Dlo pou kat moun tanpri,flood,2026-10-17
9,need,water,"Water for four, please",Dlo pou kat moun tanpri,flood,2026-10-17
10,offer,tools,=2 ladders to lend,,flood,NULL
11,need,food,Bread and tea for the night shift,,storm,2026-01-18
"""


class Ran:
    """What a command said and how it ended."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err


class Node:
    """One node's folder and the commands about it, run in this process for speed."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capture = folder, capture

    def run(self, *args: str | Path) -> Ran:
        self.capture.readouterr()
        status = cli.main([str(args[0]), "--data", str(self.folder), *map(str, args[1:])])
        out, err = self.capture.readouterr()
        return Ran(status, out, err)

    def does(self, *args: str | Path) -> str:
        ran = self.run(*args)
        assert ran.status == 0, ran.err
        return ran.out

    def state(self) -> dict[str, Any]:
        found = json.loads(self.does("status", "--json"))
        assert isinstance(found, dict)
        return found

    def posts(self) -> list[dict[str, Any]]:
        found = json.loads(self.does("export-posts", "--format", "json"))
        assert isinstance(found, list)
        return found


@pytest.fixture
def hall(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Node:
    for variable in ("DATA", "PORT", "PEER_PORT", "NAME", "TRACEBACK"):
        monkeypatch.delenv(f"CORKBOARD_{variable}", raising=False)
    return Node(tmp_path / "hall", capsys)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "posts.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


# --- import ---


def test_a_file_comes_in_once_however_often_it_is_imported(hall: Node, file: Path) -> None:
    assert hall.does("import-posts", file) == "3 new posts, 1 already here.\n"
    before = hall.state()
    assert hall.does("import-posts", file) == "0 new posts, 4 already here.\n"
    assert hall.state() == before
    assert before["posts"] == 3


def test_unused_columns_are_named_and_quiet_leaves_that_out(hall: Node, file: Path) -> None:
    assert "Columns not used: event, date." in hall.run("import-posts", file).err
    assert hall.run("import-posts", file, "--quiet").err == ""


def test_a_dry_run_changes_nothing_not_even_makes_a_node(hall: Node, file: Path, tmp_path: Path) -> None:
    said = hall.does("import-posts", file, "--dry-run")
    assert said == "3 new posts, 1 already here. This was a dry run: nothing was changed.\n"
    assert not hall.folder.exists()
    hall.does("import-posts", file)
    before = {each.name: each.read_bytes() for each in hall.folder.iterdir() if each.is_file()}
    assert hall.does("import-posts", file, "--dry-run").startswith("0 new posts, 4 already here.")
    assert {each.name: each.read_bytes() for each in hall.folder.iterdir() if each.is_file()} == before


def test_one_bad_row_keeps_everything_out_and_a_table_says_what_to_mend(hall: Node, file: Path) -> None:
    file.write_text(ROWS + "12,need,fod,Bread,,,\n13,need,food\n", encoding="utf-8")
    ran = hall.run("import-posts", file)
    assert ran.status == 1
    assert ran.out == ""
    table = ran.err.splitlines()
    assert table[0].split() == ["line", "column", "what", "is", "wrong", "what", "to", "do"]
    assert table[1].split()[:2] == ["6", "category"] and "use one of food, water" in table[1]
    assert table[2].split()[0] == "7" and "3 of 7 columns" in table[2]
    assert "Nothing was imported" in table[-1] and "--skip-bad" in table[-1]
    assert hall.state()["posts"] == 0


def test_the_good_rows_come_in_when_bad_ones_may_be_skipped(hall: Node, file: Path) -> None:
    file.write_text(ROWS + "12,need,fod,Bread,,,\n", encoding="utf-8")
    ran = hall.run("import-posts", file, "--skip-bad")
    assert (ran.status, ran.out) == (0, "3 new posts, 1 already here, 1 bad row left out.\n")
    assert "“fod” is not a category" in ran.err
    assert hall.state()["posts"] == 3


@pytest.mark.parametrize(
    "data", [b"", b"kind,text\nneed,a\n", ROWS.encode("utf-16"), b"kind,category,text\nneed,food,caf\xe9\n"]
)
def test_a_file_that_cannot_be_read_is_refused_with_a_reason(hall: Node, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "bad.csv").write_bytes(data)
    ran = hall.run("import-posts", tmp_path / "bad.csv", "--skip-bad")
    assert ran.status == 1
    assert "Nothing was imported" in ran.err
    assert "Traceback" not in ran.err


def test_a_folder_or_a_missing_file_is_refused_in_words(hall: Node, tmp_path: Path) -> None:
    assert "this is a folder" in hall.run("import-posts", tmp_path).err
    ran = hall.run("import-posts", tmp_path / "nothing.csv")
    assert (ran.status, "there is no such file" in ran.err) == (1, True)


def test_posts_start_now_unless_their_dates_are_kept(hall: Node, file: Path) -> None:
    day = (datetime.date.today() - datetime.timedelta(days=5)).isoformat()
    file.write_text(ROWS.replace("2026-10-17", day), encoding="utf-8")
    hall.does("import-posts", file, "--keep-dates")
    opened = {post["text"]: post["opened"] for post in hall.posts()}
    assert opened["Water for four, please"] == f"{day}T00:00:00+00:00"
    assert opened["=2 ladders to lend"] > day
    assert "Bread and tea for the night shift" not in opened, "it has run out by now"


# --- export ---


def test_an_export_holds_what_was_imported_and_comes_out_the_same_each_time(hall: Node, file: Path) -> None:
    hall.does("import-posts", file)
    posts = hall.posts()
    assert [post["id"] for post in posts] == sorted(post["id"] for post in posts)
    water = next(post for post in posts if post["category"] == "water")
    assert (water["text"], water["original_text"]) == ("Water for four, please", "Dlo pou kat moun tanpri")
    assert hall.does("export-posts", "--format", "json") == hall.does("export-posts", "--format", "json")


def test_the_name_of_the_file_chooses_the_format(hall: Node, file: Path, tmp_path: Path) -> None:
    hall.does("import-posts", file)
    hall.does("export-posts", tmp_path / "out.json")
    hall.does("export-posts", tmp_path / "out.csv")
    assert len(json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))) == 3
    assert ",'=2 ladders to lend," in (tmp_path / "out.csv").read_text(encoding="utf-8")


def test_an_exported_table_can_be_imported_elsewhere(hall: Node, file: Path, tmp_path: Path) -> None:
    hall.does("import-posts", file)
    hall.does("export-posts", tmp_path / "out.csv")
    library = Node(tmp_path / "library", hall.capture)
    library.does("import-posts", tmp_path / "out.csv")
    assert sorted(post["text"] for post in library.posts()) == sorted(post["text"] for post in hall.posts())


def test_an_export_goes_nowhere_where_there_is_no_folder(hall: Node, file: Path, tmp_path: Path) -> None:
    hall.does("import-posts", file)
    ran = hall.run("export-posts", tmp_path / "nowhere" / "posts.csv")
    assert (ran.status, ran.err) == (1, f"There is no folder {tmp_path / 'nowhere'}: make it first, or name another.\n")
    assert "is a folder" in hall.run("export-posts", tmp_path).err


# --- upkeep ---


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
    assert hall.does("demo") == "60 invented posts in ten languages.\n"
    assert len({post["opened"] for post in hall.posts()}) > 30, "of different ages"
    again = hall.run("demo")
    assert again.status == 1 and "--anyway" in again.err
    assert "All is well" in hall.does("verify")


# --- how it is called ---


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
    assert "Usage:" in capsys.readouterr().err


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


# --- beside a running node ---


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def serving(hall: Node) -> Iterator[Node]:
    """The hall while it serves, started without naming the command."""
    pytest.importorskip("node.app")
    ports = ["--port", str(free_port()), "--peer-port", str(free_port())]
    command = [sys.executable, "-m", "node.cli", "--data", str(hall.folder), "--name", "The Hall", *ports]
    log = (hall.folder.parent / "serve.log").open("wb")
    running = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    try:
        wait_for_node(hall.folder)
        yield hall
    finally:
        os.killpg(running.pid, signal.SIGTERM)
        running.wait(10)
        log.close()


def wait_for_node(folder: Path) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            control.ask(folder, {"do": "health"}, 1.0)
            return
        except control.NotRunning:
            time.sleep(0.2)
    raise AssertionError((folder.parent / "serve.log").read_text(errors="replace"))


def test_commands_work_while_the_node_serves(serving: Node, file: Path) -> None:
    assert serving.does("import-posts", file) == "3 new posts, 1 already here.\n"
    found = serving.state()
    assert (found["name"], found["serving"], found["posts"]) == ("The Hall", True, 3)
    code = serving.does("connect", "--show-code").strip()
    assert len(code) == 6 and code.isdigit()
    lonely = serving.run("exchange")
    assert lonely.status == 1 and "connect --show-code" in lonely.err
    assert "All is well" in serving.does("verify")


def test_an_old_copy_of_the_folder_put_back_still_verifies(hall: Node, file: Path, tmp_path: Path) -> None:
    hall.does("import-posts", file)
    shutil.copytree(hall.folder, tmp_path / "copy")
    copy = Node(tmp_path / "copy", hall.capture)
    assert "All is well" in copy.does("verify")
    assert copy.state()["log_digest"] == hall.state()["log_digest"]


def test_a_node_that_does_not_serve_can_connect_and_exchange_too(serving: Node, file: Path, tmp_path: Path) -> None:
    library = Node(tmp_path / "library", serving.capture)
    serving.does("import-posts", file)
    port = json.loads(serving.does("status", "--json"))["peer_port"]
    code = serving.does("connect", "--show-code").strip()
    wrong = library.run("connect", "--code", f"{(int(code) + 1) % 1_000_000:06}", f"http://127.0.0.1:{port}")
    assert wrong.status == 1 and "Tries left: 2" in wrong.err
    assert "Connected with The Hall" in library.does("connect", "--code", code, f"http://127.0.0.1:{port}")
    assert library.does("exchange", "--quiet") == "The Hall: 2 new needs, 1 new offer\n"
    assert library.does("exchange", f"127.0.0.1:{port}", "--quiet") == "The Hall: nothing new\n"
    exported = [node.does("export-posts", "--format", "json") for node in (serving, library)]
    assert exported[0] == exported[1]
    assert library.does("import-posts", file) == "0 new posts, 4 already here.\n"
    assert library.state()["board_digest"] == serving.state()["board_digest"]
    assert library.state()["log_digest"] == serving.state()["log_digest"]
