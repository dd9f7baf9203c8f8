"""A process of its own for each side of an exchange, asked by lines of JSON. Knows neither side."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parents[2]
STOP_SECONDS = 20

Answer = Callable[[str, dict[str, Any]], Awaitable[object]]


class Child:
    """What the measuring process sees of it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def asks(self, do: str, **more: object) -> Any:
        """Its answer. Raises RuntimeError when it ended instead."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"a process ended while it was asked to {do}")
        return json.loads(line)


@contextlib.contextmanager
def running(module: str, *args: object) -> Iterator[Child]:
    """A module of this folder as a process, ended with the block."""
    command = [sys.executable, "-m", f"scripts.bench.{module}", *map(str, args)]
    process = subprocess.Popen(command, cwd=HOME, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Child(process)
    finally:
        assert process.stdin and process.stdout
        process.stdin.close()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


async def answering(answer: Answer) -> None:
    """The other end: answers line by line until its input ends."""
    while line := await asyncio.to_thread(sys.stdin.readline):
        asked = json.loads(line)
        print(json.dumps(await answer(asked.pop("do"), asked)), flush=True)
