"""Phones that guess tickets: one new connection a guess, each from another address of this machine, as fast as the node
answers so many at once.

Usage: python -m scripts.bench.guesser PORT COUNT SECONDS AT_ONCE; prints what was answered as one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode
from urllib.request import ProxyHandler, build_opener

from node.domain import tickets

TOKEN = re.compile(r'name="token" value="([0-9a-f]+)"')
DERIVED = 422  # what is answered to digits that were derived and that nobody has
PATIENCE = 60.0


def address(number: int) -> str:
    """Another one for each of the first fifteen million."""
    return f"127.{1 + number % 250}.{number // 250 % 250}.{2 + number // 62_500 % 250}"


@dataclass
class Guesser:
    """form: cookie and token of one page; the node asks for those of no special page."""

    port: int
    cookie: str
    token: str
    answered: Counter[int] = field(default_factory=Counter)
    derived: list[float] = field(default_factory=list)

    async def guesses(self, numbers: Iterator[int], until: float) -> None:
        for number in numbers:
            if time.monotonic() > until:
                return
            try:
                status = await asyncio.wait_for(self._guess(number), PATIENCE)
            except (OSError, ValueError, TimeoutError):
                status = 0
            self.answered[status] += 1
            if status == DERIVED:
                self.derived.append(time.monotonic())

    async def _guess(self, number: int) -> int:
        """The status; 0 stands for no answer."""
        body = urlencode({"token": self.token, "code": tickets.new_digits(os.urandom)}).encode()
        head = (
            f"POST /code HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nConnection: close\r\n"
            f"Cookie: visit={self.cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        source = (address(number), 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=source)
        try:
            writer.write(head.encode() + body)
            line = await reader.readline()
            await reader.read()
            return int(line.split()[1]) if line else 0
        finally:
            writer.close()


def of(port: int) -> Guesser:
    with build_opener(ProxyHandler({})).open(f"http://127.0.0.1:{port}/code", timeout=PATIENCE) as answer:
        cookie = re.search(r"visit=([0-9a-f]+)", answer.headers["Set-Cookie"])
        token = TOKEN.search(answer.read().decode())
    assert cookie and token
    return Guesser(port, cookie[1], token[1])


async def attack(port: int, count: int, seconds: float, at_once: int) -> dict[str, object]:
    guesser, numbers, began = of(port), iter(range(count)), time.monotonic()
    await asyncio.gather(*(guesser.guesses(numbers, began + seconds) for _ in range(at_once)))
    return {
        "answered": dict(sorted(guesser.answered.items())),
        "derived": guesser.derived,
        "seconds": time.monotonic() - began,
        "addresses": len({address(number) for number in range(sum(guesser.answered.values()))}),
    }


if __name__ == "__main__":
    port, count, seconds, at_once = sys.argv[1:]
    print(json.dumps(asyncio.run(attack(int(port), int(count), float(seconds), int(at_once)))))
