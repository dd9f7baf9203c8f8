"""Phones that guess tickets at a node: `python3 scripts/bench/run.py guesses [--guesses 100000] [--seconds 900]`.

A real node, guesses over HTTP, each from an address of its own, and somebody at the touchscreen before and meanwhile.
Counts the derivations that the node truly ran. Guesses come from this machine's own addresses, which the node limits
less than others (no limit of connections, no pace), so real phones achieve less.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

from scripts.bench.at_kiosk import AtKiosk

HOME = Path(__file__).resolve().parents[2]
AT_ONCE = 16  # connections of the guessers
LOOK_UP_EVERY, POST_EVERY, READ_EVERY = 8.0, 4.0, 0.5  # seconds; the touchscreen has ten look-ups in 65
MINUTE = 60.0
START_SECONDS = 60.0


@dataclass(frozen=True)
class Attack:
    """`answered`: status -> how many guesses; `asked`, `ahead`: moments of derivations, for who looked up and of
    tickets made ahead; `before`, `meanwhile`: what was done at the touchscreen -> seconds of each time."""

    answered: dict[int, int]
    seconds: float
    addresses: int
    asked: list[float]
    ahead: list[float]
    before: dict[str, list[float]]
    meanwhile: dict[str, list[float]]

    @property
    def sent(self) -> int:
        return sum(self.answered.values())

    @property
    def worst_minute(self) -> int:
        return most_in_a_minute(self.asked)


def most_in_a_minute(moments: Sequence[float]) -> int:
    return max((sum(start <= one < start + MINUTE for one in moments) for start in moments), default=0)


def attacked(folder: Path, guesses: int, seconds: float, idle_seconds: float, at_once: int = AT_ONCE) -> Attack:
    """So many guesses, or as many as were answered in so many seconds."""
    derived = folder / "derived"
    with serving(folder, derived) as port:
        kiosk = AtKiosk(port)
        kiosk.begins()
        kiosk.posts()
        kiosk.took.clear()
        until = time.monotonic() + idle_seconds
        _uses(kiosk, lambda: time.monotonic() < until)
        before, kiosk.took = kiosk.took, {}
        with guessing(port, guesses, seconds, at_once) as process:
            _uses(kiosk, lambda: process.poll() is None)
            told: dict[str, Any] = json.loads(process.stdout.read())  # type: ignore[union-attr]  # it is a pipe
    lines = [line.split(maxsplit=1) for line in derived.read_text().splitlines()]
    moments = {made: [float(at) for at, thread in lines if (thread == "tickets") == made] for made in (True, False)}
    answered = {int(status): count for status, count in told["answered"].items()}
    return Attack(answered, told["seconds"], told["addresses"], moments[False], moments[True], before, kiosk.took)


def _uses(kiosk: AtKiosk, goes_on: Callable[[], bool]) -> None:
    """Reads, posts and comes back with a ticket, each at its own pace, one after the other."""
    began = time.monotonic()
    pace = {kiosk.reads: READ_EVERY, kiosk.posts: POST_EVERY, kiosk.looks_up: LOOK_UP_EVERY}
    due = dict.fromkeys(pace, began)
    while goes_on():
        for act, every in pace.items():
            if time.monotonic() >= due[act]:
                act()
                due[act] = max(due[act] + every, time.monotonic())
        time.sleep(0.05)


@contextlib.contextmanager
def serving(folder: Path, derived: Path) -> Iterator[int]:
    """A node of its own; the port of its pages."""
    port, peer_port = free_port(), free_port()
    words = ["serve", "--data", folder / "hall", "--port", port, "--peer-port", peer_port]
    command = [sys.executable, "-m", "scripts.bench.counted_node", *map(str, [derived, *words])]
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(command, cwd=HOME, stdout=said, stderr=subprocess.STDOUT)
    try:
        wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def wait_for(port: int, process: subprocess.Popen[bytes], path: str = "/kiosk/") -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            build_opener(ProxyHandler({})).open(f"http://127.0.0.1:{port}{path}", timeout=5).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                raise
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def guessing(port: int, guesses: int, seconds: float, at_once: int) -> Iterator[subprocess.Popen[str]]:
    """The guessers as a process of their own, so that the touchscreen's clock is not theirs."""
    command = [sys.executable, "-m", "scripts.bench.guesser", *map(str, (port, guesses, seconds, at_once))]
    process = subprocess.Popen(command, cwd=HOME, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()
        assert process.stdout
        process.stdout.close()


def table(found: Attack) -> str:
    head = (
        f"{found.sent:,} guesses from {found.addresses:,} addresses in {found.seconds:.0f} s, answered "
        f"{found.answered}. Derivations in the worst minute: {found.worst_minute}; of tickets made ahead in all: "
        f"{len(found.ahead)}."
    )
    lines = ["| at the touchscreen | n | median | 95 % | longest |", "| --- " + "| ---: " * 4 + "|"]
    for when, took in (("idle", found.before), ("meanwhile", found.meanwhile)):
        for what, each in took.items():
            shown = " | ".join(f"{1000 * one:.0f} ms" for one in (statistics.median(each), late(each), max(each)))
            lines.append(f"| {what}, {when} | {len(each)} | {shown} |")
    return "\n".join([head, "", *lines])


def late(each: Sequence[float]) -> float:
    """What 95 of 100 stay below."""
    return sorted(each)[int(0.95 * (len(each) - 1) + 0.5)]


def main(args: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="guesses", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--guesses", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=900, help="at most so long (default 900)")
    parser.add_argument("--at-once", type=int, default=AT_ONCE, help=f"connections (default {AT_ONCE})")
    chosen = parser.parse_args(args)
    with tempfile.TemporaryDirectory() as folder:
        found = attacked(Path(folder), chosen.guesses, chosen.seconds, 20, chosen.at_once)
    print(json.dumps({"answered": found.answered, "seconds": found.seconds, "worst_minute": found.worst_minute}))
    print(f"\n{table(found)}")
    return 0
