"""The paper key at work: a lost machine is succeeded, a stolen one cut off. The library answers on a real socket."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from node import intake
from node.gate import BoardGate, pull_once
from node.run import Run
from node.settings import Settings
from node.start import open_run
from sync import circle
from sync.exchange import Answers, take_roster, trusted
from sync.peers import tls
from sync.peers.server import Door, PeerServer
from tests.cli.nodes import Node
from tests.storage.nodes import need


@pytest.fixture
def library(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Node:
    return Node(tmp_path / "library", capsys)


@contextmanager
def awake(node: Node, name: str) -> Iterator[Run]:
    run = open_run(Settings(data=node.folder, name=name))
    try:
        yield run
    finally:
        run.close()


@contextmanager
def answering(node: Node, name: str) -> Iterator[str]:
    """The address at which this node answers, as its exchange process does."""
    loop, listener = asyncio.new_event_loop(), socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    with awake(node, name) as run:
        gate = BoardGate(run)
        keys = partial(circle.keys, node.folder)
        door = Door(Answers(gate.db), lambda who, where: None, roster=partial(take_roster, gate))
        door.circle = lambda who, body: circle.keys_to_wire(keys())
        server = PeerServer(door)
        context = tls.server_context(run.identity, trusted(run.db()))
        asyncio.run_coroutine_threadsafe(server.start(listener, context), loop).result(120)
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            asyncio.run_coroutine_threadsafe(server.close(), loop).result(120)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(120)
            loop.close()


def words(node: Node) -> list[str]:
    return sorted(str(post["text"]) for post in node.posts())


def exchange(here: Node, name: str, address: str) -> list[dict[str, object]]:
    async def visit(run: Run) -> list[dict[str, object]]:
        reports = await pull_once(run, address)
        await asyncio.sleep(0.2)  # a line that was refused is closed by the loop a moment later
        return reports

    with awake(here, name) as run:
        return asyncio.run(visit(run))


@pytest.fixture
def town(hall: Node, library: Node, file: Path) -> None:
    """The hall and the library know each other, and the library has what the hall said."""
    hall.does("import-posts", file, "--name", "The Hall")
    library.does("paper", "--name", "The Library")
    with awake(hall, "The Hall") as one, awake(library, "The Library") as other:
        for here, there in ((one, other), (other, one)):
            theirs = circle.ours(there.db(), there.settings.data, there.identity, 8081)
            circle.join(here.db(), here.settings.data, theirs, here.clock_ms())
    with answering(hall, "The Hall") as address:
        exchange(library, "The Library", f"https://{address}")
    assert len(words(library)) == 3


def recover(node: Node, paper: str, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "node.cli", "recover", *args, "--data", str(node.folder)]
    return subprocess.run(command, input=paper, capture_output=True, text=True, timeout=300)


@pytest.mark.long
@pytest.mark.usefixtures("town")
def test_a_lost_machine_is_succeeded_from_the_paper(hall: Node, library: Node) -> None:
    paper, before = hall.does("paper"), hall.state()
    shutil.rmtree(hall.folder)
    with answering(library, "The Library") as address:
        done = recover(hall, paper, "--from", address)
    assert done.returncode == 0, done.stderr
    assert f"4 entries came back from https://{address}" in done.stdout
    after = hall.state()
    assert (after["space"], after["name"], after["posts"]) == (before["space"], "The Hall", 3)
    assert after["node"] != before["node"] and not (hall.folder / "paper.key").exists()
    assert "recovered from the paper key" in hall.does("status")
    assert "All is well" in hall.does("verify")


@pytest.mark.usefixtures("town")
def test_a_stolen_machine_is_heard_nowhere_and_what_it_says_is_on_no_board(
    hall: Node, library: Node, tmp_path: Path
) -> None:
    paper, thief = hall.does("paper"), Node(tmp_path / "stolen", hall.capture)
    hall.folder.rename(thief.folder)
    with answering(library, "The Library") as address:
        assert recover(hall, paper, "--from", address, "--stolen").returncode == 0
        thief.does("demo", "--anyway")
        (went,) = exchange(thief, "The Hall", f"https://{address}")
        assert went["error"] == "unaccepted"
        with answering(thief, "The Hall") as lair:
            (went,) = exchange(library, "The Library", f"https://{lair}")
            assert went["error"] == "unaccepted"
    assert len(words(library)) == len(words(hall)) == 3


@pytest.mark.long
@pytest.mark.usefixtures("town")
def test_when_nobody_answers_nothing_changes(hall: Node, tmp_path: Path) -> None:
    paper, new = hall.does("paper"), Node(tmp_path / "new", hall.capture)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
    done = recover(new, paper, "--from", address)
    assert done.returncode == 1 and "does not answer" in done.stderr
    assert "There is no node in" in new.run("status").err


@pytest.mark.long
@pytest.mark.usefixtures("town")
def test_whoever_does_not_know_the_space_is_no_help(hall: Node, library: Node, tmp_path: Path) -> None:
    stranger, new = Node(tmp_path / "stranger", hall.capture), Node(tmp_path / "new", hall.capture)
    paper = stranger.does("paper")
    with answering(library, "The Library") as address:
        done = recover(new, paper, "--from", address)
    assert done.returncode == 1 and "does not know this space" in done.stderr
    assert "There is no node in" in new.run("status").err


@pytest.mark.long
@pytest.mark.usefixtures("town")
def test_it_may_be_asked_for_again_at_another_space(hall: Node, library: Node) -> None:
    paper = hall.does("paper")
    shutil.rmtree(hall.folder)
    alone = recover(hall, paper)
    assert alone.returncode == 0 and "Nobody was asked" in alone.stderr
    node = hall.state()["node"]
    with answering(library, "The Library") as address:
        again = recover(hall, paper, "--from", address)
    assert again.returncode == 0, again.stderr
    assert (hall.state()["node"], len(words(hall))) == (node, 3)


@pytest.mark.long
def test_a_folder_that_is_in_use_is_not_taken(hall: Node, tmp_path: Path) -> None:
    paper, other = hall.does("paper"), Node(tmp_path / "other", hall.capture)
    other.does("demo")
    done = recover(other, paper)
    assert done.returncode == 1 and "Another space lives in" in done.stderr
    assert other.state()["posts"] == 60


def certified(hall: Node, second: Node, stick: Path) -> None:
    second.does("certify", "--request", stick)
    hall.does("certify", stick)
    second.does("certify", "--accept", stick)


@pytest.mark.usefixtures("town")
def test_a_second_machine_has_all_that_the_first_has(hall: Node, library: Node, tmp_path: Path) -> None:
    second, stick = Node(tmp_path / "second", hall.capture), tmp_path / "stick.json"
    certified(hall, second, stick)
    with awake(hall, "The Hall") as run:
        intake.record(run, need("For here alone", scope="here"))
    with answering(hall, "The Hall") as address:
        (went,) = exchange(second, "The Hall", f"https://{address}")
    assert went["error"] == ""
    one, other = hall.state(), second.state()
    assert one["posts"] == other["posts"] == 4, "what is for here too"
    assert one["space"] == other["space"] and one["node"] != other["node"]
    assert one["board_digest"] == other["board_digest"] and other["name"] == "The Hall"
    assert (second.folder / "circle.keys").read_bytes() == (hall.folder / "circle.keys").read_bytes()
    with answering(library, "The Library") as address:
        (went,) = exchange(second, "The Hall", f"https://{address}")
        assert went["error"] == "", "it brings the library its roster"


@pytest.mark.usefixtures("town")
def test_an_answer_says_nothing_to_others_and_opens_nowhere_else(hall: Node, tmp_path: Path) -> None:
    second, other = Node(tmp_path / "second", hall.capture), Node(tmp_path / "other", hall.capture)
    stick = tmp_path / "stick.json"
    second.does("certify", "--request", stick)
    hall.does("certify", stick)
    answer = (tmp_path / "stick.json.answer").read_bytes()
    assert b"Library" not in answer and b"Hall" not in answer
    other.does("certify", "--request", tmp_path / "another")
    refused = other.run("certify", "--accept", stick)
    assert refused.status == 1 and "is no answer to what this machine asked" in refused.err
    assert "There is no node in" in other.run("status").err


@pytest.mark.long
@pytest.mark.usefixtures("town")
def test_a_second_machine_is_taken_out_of_service(hall: Node, tmp_path: Path) -> None:
    second, stick = Node(tmp_path / "second", hall.capture), tmp_path / "stick.json"
    paper = hall.does("paper")
    certified(hall, second, stick)
    line = next(line for line in second.does("status").splitlines() if line.startswith("node"))
    command = [sys.executable, "-m", "node.cli", "retire", line.split()[1], "--data", str(hall.folder)]
    done = subprocess.run(command, input=paper, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    with answering(hall, "The Hall") as address:
        (went,) = exchange(second, "The Hall", f"https://{address}")
    assert went["error"] == "unaccepted"
    assert "Retired: machine" in hall.does("status")
