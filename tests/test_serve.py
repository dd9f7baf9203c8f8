"""The running node: real processes, real sockets. Whatever happens to the exchange, pages answer."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from node import control
from node.control import NotRunning
from tests.ports import free_port

HOME = Path(__file__).parent.parent
PATIENCE_S = 120.0  # for a machine ten times slower: never a measure


class Serving:
    """A node's process."""

    def __init__(self, folder, peer_port=None):
        self.folder, self.port, self.peer_port = folder, free_port(), peer_port or free_port()
        self.output = folder.with_suffix(".out")
        words = ["serve", "--data", folder, "--port", self.port, "--peer-port", self.peer_port]
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", "from node.cli import main; raise SystemExit(main())", *map(str, words)],
                cwd=HOME,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def page(self):
        with urlopen(f"http://127.0.0.1:{self.port}/kiosk", timeout=PATIENCE_S) as answer:
            return answer.read()

    def health(self):
        return control.ask(self.folder, {"do": "health"}, PATIENCE_S)

    def said(self):
        return self.output.read_text()


def soon(look, seconds=PATIENCE_S):
    """What `look` gives once it neither raises nor is empty."""
    until, last = time.monotonic() + seconds, None
    while time.monotonic() < until:
        try:
            if found := look():
                return found
        except (OSError, NotRunning) as error:
            last = error
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s; last: {last}")


@contextmanager
def serving(folder, peer_port=None):
    node = Serving(folder, peer_port)
    try:
        soon(node.page)
        yield node
    finally:
        node.process.terminate()
        node.process.wait(PATIENCE_S)


def gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    return state == "Z"  # a test has no init process to reap for it


def another_exchange(node, than):
    """The process id of an exchange that is not `than`, None while there is none."""
    try:
        pid = node.health()["pid"]
    except NotRunning:
        return None
    return pid if pid != than else None


def test_pages_answer_while_the_exchange_is_killed_and_comes_back(tmp_path):
    with serving(tmp_path / "hall") as node:
        pid = soon(node.health)["pid"]
        for _ in range(2):
            os.kill(pid, signal.SIGKILL)
            until, answered = time.monotonic() + PATIENCE_S, 0
            while not (another := another_exchange(node, pid)):
                assert b"<html" in node.page()
                answered += 1
                assert time.monotonic() < until, "the exchange did not come back"
                time.sleep(0.05)  # without it the pages take the processor that the exchange needs
            assert answered > 1, "a page waited until the exchange was back"
            pid = another
    assert "killed by SIGKILL" in node.said() and "The kiosk goes on." in node.said()


def test_a_second_serve_on_the_same_folder_says_one_clear_sentence(tmp_path):
    with serving(tmp_path / "hall") as node:
        second = Serving(tmp_path / "hall")
        assert second.process.wait(PATIENCE_S) != 0
        assert f"process {node.process.pid}" in second.said() and "Traceback" not in second.said()
        assert second.said().count("\n") == 1 and node.page()


@pytest.mark.long
def test_the_kiosk_serves_though_the_port_for_other_spaces_is_taken(tmp_path):
    with socket.create_server(("0.0.0.0", 0)) as taken:
        port = taken.getsockname()[1]
        with serving(tmp_path / "hall", port) as node:
            told = soon(node.health)  # its first answer knows: the port is tried before
            assert told["bound"] is False and told["why_not"] and node.page()
            assert soon(lambda: node.health()["listened_s"])  # others are looked for all the same
            assert f"port {port} cannot be used" in soon(lambda: "cannot" in node.said() and node.said())


def test_a_taken_web_port_is_one_sentence(tmp_path):
    with socket.create_server(("0.0.0.0", 0)) as taken:
        port = taken.getsockname()[1]
        words = ["serve", "--data", str(tmp_path / "hall"), "--port", str(port)]
        command = [sys.executable, "-c", "from node.cli import main; raise SystemExit(main())", *words]
        found = subprocess.run(command, cwd=HOME, capture_output=True, text=True, timeout=PATIENCE_S)
    assert found.returncode != 0 and f"Port {port}" in found.stderr and "Traceback" not in found.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_and_takes_the_exchange_with_it(tmp_path, number):
    with serving(tmp_path / "hall") as node:
        pid = soon(node.health)["pid"]
        node.process.send_signal(number)
        assert node.process.wait(PATIENCE_S) == 0
        assert soon(lambda: gone(pid))
    assert node.said().rstrip().endswith("Stopped.") and "Traceback" not in node.said()
    assert not (tmp_path / "hall" / "control.sock").exists()


@pytest.mark.long
def test_the_exchange_ends_by_itself_when_serve_is_killed_and_the_node_starts_again(tmp_path):
    with serving(tmp_path / "hall") as node:
        pid = soon(node.health)["pid"]
        node.process.kill()
        assert soon(lambda: gone(pid))
    with serving(tmp_path / "hall") as node:
        assert soon(node.health)["pid"] != pid
