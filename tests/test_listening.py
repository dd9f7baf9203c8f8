"""The web server's limits, against real sockets."""

import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from node import listening
from node.listening import PortTaken, listen, web_server
from tests.test_uploads import eventually
from tests.two_nodes.conftest import NAMESPACES
from tests.two_nodes.network import WHY_NOT

HOME = Path(__file__).parent.parent


def hello(environ, start_response):
    if environ["PATH_INFO"] == "/slow":
        time.sleep(0.3)
    if environ["PATH_INFO"] == "/nothing-new":
        start_response("304 NOT MODIFIED", [])
        return []
    start_response("200 OK", [("Content-Length", "5")])
    return [b"hello"]


class Served(NamedTuple):
    port: int
    server: Any

    def begun(self):
        """How many connections have said the beginning of a request."""
        return sum(each.request is not None for each in list(self.server.active_channels.values()))


@contextmanager
def serving():
    """A server with the limits of this moment, and its port."""
    sockets = listen("127.0.0.1", 0)
    server = web_server(hello, sockets)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield Served(sockets[0].getsockname()[1], server)
    finally:
        server.close()
        thread.join(60)


@pytest.fixture
def port():
    with serving() as served:
        yield served.port


def line_from(source, port):
    return socket.create_connection(("127.0.0.1", port), timeout=60, source_address=(source, 0))


def ask(port, request=b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", source="127.0.0.1"):
    with line_from(source, port) as line:
        line.sendall(request)
        answer = b""
        while part := line.recv(4096):
            answer += part
    return answer


def test_a_page_is_served_without_naming_the_software(port):
    answer = ask(port)
    assert answer.endswith(b"hello") and b"waitress" not in answer.lower()


def test_an_answer_without_a_body_leaves_the_line_open_unless_it_is_asked_to_close(port):
    asked = b"GET /nothing-new HTTP/1.1\r\nHost: x\r\n"
    answers = ask(port, asked + b"\r\n" + asked + b"Connection: close\r\n\r\n")
    assert answers.count(b"HTTP/1.1 304") == 2 and answers.count(b"Connection: close") == 1


def test_a_port_that_is_taken_is_said_in_one_sentence():
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(PortTaken) as refused:
        listen("127.0.0.1", taken.getsockname()[1])
    assert "another port in node.toml" in str(refused.value)


def test_a_body_too_large_is_refused(port):
    head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 99999999\r\n\r\n"
    assert ask(port, head).startswith(b"HTTP/1.1 413")


@pytest.mark.long
def test_a_request_that_drips_is_cut_off_and_an_idle_line_is_not(port, monkeypatch):
    monkeypatch.setattr(listening, "REQUEST_SECONDS", 0.5)
    with socket.create_connection(("127.0.0.1", port), timeout=60) as dripping:
        dripping.sendall(b"GET / HTTP/1.1\r\n")
        with pytest.raises(OSError):
            for _ in range(600):  # waitress alone would wait for ever
                dripping.sendall(b"X")
                time.sleep(0.1)


def test_one_address_cannot_hold_all_connections(port, monkeypatch):
    monkeypatch.setattr(listening, "CONNECTIONS_EACH", 5)
    held = [socket.create_connection(("127.0.0.1", port), timeout=60) for _ in range(20)]
    try:
        assert ask(port).endswith(b"hello"), "this machine itself is always let in"
    finally:
        for each in held:
            each.close()


def test_another_address_is_let_in_up_to_its_share(monkeypatch):
    monkeypatch.setattr(listening, "CONNECTIONS_EACH", 2)
    monkeypatch.setattr(listening, "_is_this_machine", lambda host: host == "127.0.0.1")
    with serving() as served, ExitStack() as held:
        port = served.port
        for _ in range(2):
            held.enter_context(line_from("127.0.0.2", port)).sendall(b"GET / HTTP/1.1\r\nHost: h")
        eventually(lambda: served.begun() == 2)  # until then they are silent, and one of them would make place
        with pytest.raises((ConnectionError, AssertionError)):
            assert ask(port, source="127.0.0.2"), "closed without an answer"
        assert ask(port, source="127.0.0.3").endswith(b"hello")
        assert ask(port).endswith(b"hello")


def test_a_room_behind_one_address_is_let_in_though_its_browsers_hold_all_its_places(monkeypatch):
    monkeypatch.setattr(listening, "CONNECTIONS_EACH", 2)
    monkeypatch.setattr(listening, "_is_this_machine", lambda host: False)
    with serving() as served, ExitStack() as held:
        for _ in range(6):
            line = held.enter_context(line_from("127.0.0.2", served.port))
            line.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
            assert line.recv(1000), "the silent one that was there longest has made place"


def test_who_keeps_lines_open_and_says_nothing_makes_room_for_who_comes(monkeypatch):
    """A room full of phones, each with several lines; the kiosk's own stay."""
    monkeypatch.setattr(listening, "CONNECTIONS", 12)
    monkeypatch.setattr(listening, "FREE", 4)
    monkeypatch.setattr(listening, "_is_this_machine", lambda host: host == "127.0.0.1")
    with serving() as served, line_from("127.0.0.1", served.port) as kiosk, ExitStack() as held:
        for phone in range(30):
            line = held.enter_context(line_from(f"127.0.1.{phone + 1}", served.port))
            line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert line.recv(4096).startswith(b"HTTP/1.1 200")
        kiosk.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert kiosk.recv(4096).startswith(b"HTTP/1.1 200")


SHORT_ADDRESS = """
import os, sys
from node.listening import listen
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
print(*(each.getsockname()[1] for each in listen("127.0.0.1", 8080)))
"""


@pytest.mark.skipif(not NAMESPACES, reason=WHY_NOT)
@pytest.mark.parametrize(("lowest", "ports"), [(1024, "8080"), (80, "8080 80")])
def test_somebody_who_is_not_root_gets_the_short_address_where_the_machine_allows_it(lowest, ports):
    allowed = f"ip link set lo up && echo {lowest} > /proc/sys/net/ipv4/ip_unprivileged_port_start"
    started = ["unshare", "--net", "sh", "-c", f'{allowed} && exec "$0" -c "$1"', sys.executable, SHORT_ADDRESS]
    told = subprocess.run(started, cwd=HOME, capture_output=True, text=True, timeout=300)
    assert (told.stdout.strip(), told.returncode) == (ports, 0), told.stderr
