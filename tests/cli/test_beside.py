"""Commands beside a running node, and between two."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from node import control
from sync import quota
from tests.cli.nodes import Node
from tests.ports import free_port
from tests.test_control import answering
from tests.test_reach import HEALTH


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
        running.wait(60)
        log.close()


def wait_for_node(folder: Path) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            control.ask(folder, {"do": "health"})
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


@pytest.mark.long
def test_a_node_that_takes_its_time_to_answer_is_not_called_away(hall: Node) -> None:
    hall.does("paper")

    async def late(_: dict[str, Any]) -> dict[str, Any]:
        await asyncio.sleep(4)
        return HEALTH

    with answering(hall.folder, late):
        assert hall.state()["serving"] is True
    assert hall.state()["serving"] is False


def test_an_old_copy_of_the_folder_put_back_still_verifies(hall: Node, file: Path, tmp_path: Path) -> None:
    hall.does("import-posts", file)
    shutil.copytree(hall.folder, tmp_path / "copy")
    copy = Node(tmp_path / "copy", hall.capture)
    assert "All is well" in copy.does("verify")
    assert copy.state()["log_digest"] == hall.state()["log_digest"]


@pytest.mark.long
def test_a_node_that_does_not_serve_can_connect_and_exchange_too(
    serving: Node, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
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
    monkeypatch.setattr(quota, "DAY_ENTRIES", 1)
    more = file.with_name("more.csv")
    more.write_text(file.read_text(encoding="utf-8").replace("need,", "offer,"), encoding="utf-8")
    serving.does("import-posts", more)
    assert "The Hall: Passed over: it has brought as much as a space may in a day" in library.does("exchange")
