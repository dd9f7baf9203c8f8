"""A file on its way in, against real sockets: one at a time, not too large, not too slow, and nothing of it stays."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from node import listening, uploads
from node.listening import BODY_BYTES, listen, web_server
from node.uploads import Uploads

PLENTY = 1 << 40


class Site:
    """Says what it read of a request. free: bytes that the disk has left."""

    def __init__(self, folder: Path) -> None:
        self.free, self.folder = PLENTY, folder
        sockets = listen("127.0.0.1", 0)
        self.port = sockets[0].getsockname()[1]
        taken = Uploads("/bring", folder, lambda at: self.free)
        self.server = web_server(self.answer, sockets, uploads=taken)

    def answer(self, environ, start_response):
        body = environ["wsgi.input"]
        said = getattr(body, "refused", "") or str(len(body.read()))
        start_response("200 OK", [("Content-Length", str(len(said)))])
        return [said.encode()]

    def begins(self, size: int, path: str = "/bring", part: bytes = b"") -> socket.socket:
        line = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        line.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n".encode())
        line.sendall(part)
        return line

    def sends(self, size: int, path: str = "/bring") -> str:
        with self.begins(size, path) as line:
            with contextlib.suppress(OSError):  # refused before its end
                line.sendall(bytes(size))
            return ends(line)

    def is_free(self) -> bool:
        return self.sends(10) == "10"


def ends(line: socket.socket) -> str:
    answer = b""
    with contextlib.suppress(ConnectionResetError):  # who sends on after a refusal may not get to read it
        while part := line.recv(65_536):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    return body.decode() if b" 200 " in head[:20] else "cut off"


def eventually(true) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    held = Site(tmp_path_factory.mktemp("data") / "carry")
    thread = threading.Thread(target=held.server.run, daemon=True)
    thread.start()
    yield held
    held.server.close()
    thread.join(60)


def test_a_file_comes_in_on_its_own_address_and_nowhere_else(site: Site) -> None:
    size = 3 * BODY_BYTES
    assert site.sends(size) == str(size)
    assert site.sends(size, "/other") == "cut off"
    assert list(site.folder.iterdir()) == []


def test_one_comes_in_at_a_time_and_the_next_when_that_one_is_gone(site: Site) -> None:
    with site.begins(1000, part=b"half"):
        eventually(lambda: site.sends(10) == "busy")
    eventually(site.is_free)


def test_one_that_is_too_large_is_read_to_its_end_and_told_so(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES", BODY_BYTES)
    monkeypatch.setattr(uploads, "SUNK_BYTES", 4 * BODY_BYTES)
    assert site.sends(2 * BODY_BYTES) == "too-large"
    assert site.sends(5 * BODY_BYTES) == "cut off"
    site.free = 0
    assert site.sends(1000) == "no-room"
    site.free = PLENTY
    assert site.is_free()


@pytest.mark.long
def test_one_that_comes_too_slowly_is_cut_off_and_one_that_comes_well_is_not(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "REQUEST_SECONDS", 0.2)
    monkeypatch.setattr(uploads, "LEAST_BYTES_A_SECOND", 1)
    with site.begins(2000, part=bytes(1999)) as well:
        time.sleep(1)  # longer than any other request may take
        well.sendall(b"x")
        assert ends(well) == "2000"
    monkeypatch.setattr(uploads, "LEAST_BYTES_A_SECOND", 1 << 30)
    with site.begins(2000, part=b"slow") as slow:
        assert slow.recv(10) == b""
    eventually(site.is_free)
