"""Connections that ask one after the other as fast as they are answered. Knows HTTP/1.1 and no page.

Usage: python -m scripts.bench.askers; then lines of JSON (child.py).
"""

from __future__ import annotations

import asyncio
import itertools
import re
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from scripts.bench import child

CLOSE = re.compile(rb"(?i)\r\nconnection: *close")
LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
PATIENCE = 60.0


class Asker(asyncio.Protocol):
    """One connection, made anew where the server closes it, as browsers do. `took`: seconds of each answer, a new
    connection included; `wrong`: what else was answered -> how often."""

    def __init__(self, port: int, requests: Iterator[bytes], until: float, good: str) -> None:
        self._port, self._requests, self._until, self._good = port, requests, until, good
        self._held, self._began = bytearray(), 0.0
        self._connecting: asyncio.Task[Any] | None = None  # held, since a loop holds its tasks weakly
        self.took: list[float] = []
        self.wrong: Counter[str] = Counter()
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def begin(self) -> None:
        self._began = time.perf_counter()
        loop = asyncio.get_running_loop()
        self._connecting = loop.create_task(loop.create_connection(lambda: self, "127.0.0.1", self._port))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._line = transport
        transport.write(next(self._requests))

    def data_received(self, data: bytes) -> None:
        self._held += data
        head = self._held.find(b"\r\n\r\n")
        length = LENGTH.search(self._held, 0, head + 2) if head >= 0 else None
        if head < 0 or len(self._held) < head + 4 + (int(length[1]) if length else 0):
            return
        self.took.append(time.perf_counter() - self._began)
        if (status := self._held[9:12].decode()) != self._good:
            self.wrong[status] += 1
        closes = CLOSE.search(self._held, 0, head + 2)
        self._held.clear()
        self._goes_on(closes is not None)

    def _goes_on(self, closed: bool) -> None:
        if time.perf_counter() >= self._until:
            self.over.set_result(None)
        if closed or self.over.done():
            self._line.close()
        if self.over.done():
            return
        if closed:
            self.begin()
        else:
            self._began = time.perf_counter()
            self._line.write(next(self._requests))

    def connection_lost(self, error: Exception | None) -> None:
        if not self._line.is_closing() and not self.over.done():
            self.wrong["closed"] += 1
            self.over.set_result(None)


async def asked(port: int, paths: list[str], mark: str, connections: int, seconds: float) -> dict[str, Any]:
    """paths: asked in turn; {n} is another number each time. mark: for If-None-Match, where there is one, and
    only "nothing new" will do."""
    requests, began = _requests(port, paths, mark), time.perf_counter()
    askers = [Asker(port, requests, began + seconds, "304" if mark else "200") for _ in range(connections)]
    for asker in askers:
        asker.begin()
    await asyncio.wait_for(asyncio.gather(*(asker.over for asker in askers)), seconds + PATIENCE)
    took, wrong = [each for asker in askers for each in asker.took], Counter[str]()
    for asker in askers:
        wrong += asker.wrong
    return {"took": took, "wrong": wrong, "seconds": time.perf_counter() - began}


def _requests(port: int, paths: list[str], mark: str) -> Iterator[bytes]:
    """As many as no run sends; then from the first again."""
    more = f"If-None-Match: {mark}\r\n" if mark else ""
    numbered = (paths[n % len(paths)].replace("{n}", str(n)) for n in range(max(20_000, len(paths))))
    lines = (f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{more}Accept-Language: en\r\n\r\n" for path in numbered)
    return itertools.cycle([line.encode() for line in lines])


async def _answer(do: str, given: dict[str, Any]) -> object:
    return await asked(**given)


if __name__ == "__main__":
    asyncio.run(child.answering(_answer))
