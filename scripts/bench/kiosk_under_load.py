"""The kiosk's board page while the node takes posts: `python3 scripts/bench/run.py kiosk-under-load [--posts 50000]`.

A real node that serves, a full one as a process beside it, and somebody at the touchscreen who turns to the board again
and again: first while nothing happens, then until all is taken, then with all of it there. Each look is at a page that
is made anew, since what is kept is quicker as long as nothing comes. The full one is on this machine too, which a
neighbouring space's is not, so it yields to the node.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from node import control
from node.run import Run
from node.settings import Settings
from node.start import open_run
from scripts.bench import teller
from scripts.bench.at_kiosk import AtKiosk
from scripts.bench.child import running
from scripts.bench.guesses import START_SECONDS, serving
from scripts.bench.invented import Invention

BEFORE = 1_000  # posts that are on the board while nothing happens
PAUSE = 0.02  # seconds between two looks
PULL_SECONDS = 900.0
TIMES_AT_MOST = 3.0


@dataclass(frozen=True)
class Looked:
    """Seconds of each look at the board: while nothing happened, while so many posts came in so many seconds, and when
    nothing happened again, with all of them on the board."""

    idle: list[float]
    meanwhile: list[float]
    after: list[float]
    posts: int
    seconds: float

    @property
    def times(self) -> float:
        return late(self.meanwhile) / late(self.idle)


def late(each: Sequence[float], part: float = 0.99) -> float:
    """What so many of all stay below."""
    return sorted(each)[int(part * (len(each) - 1) + 0.5)]


def looked(folder: Path, posts: int, idle_seconds: float) -> Looked:
    hall = folder / "hall"
    with running("teller", folder / "full", 1, "posts") as full:
        full.asks("yields")
        full.asks("writes", count=posts)
        with _new_node(hall) as run, serving(folder, folder / "derived") as port:
            _wait_for_exchange(hall)
            kiosk = AtKiosk(port)
            kiosk.begins()
            idle = _looks_for(kiosk, idle_seconds)
            teller.met(run, **full.asks("meets", **teller.card(run)))
            began = time.monotonic()
            with _pulling(hall) as pull:
                meanwhile = _looks(kiosk, pull.is_alive)
            took = time.monotonic() - began
            return Looked(idle, meanwhile, _looks_for(kiosk, idle_seconds), posts, took)


@contextlib.contextmanager
def _new_node(hall: Path) -> Iterator[Run]:
    """It has some posts of its own."""
    run = open_run(Settings(data=hall, name="Library"))
    teller.Teller(run, Invention(2, mixed=False), 0).writes(BEFORE)
    yield run
    run.close()


def _wait_for_exchange(hall: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            control.ask(hall, {"do": "health"})
            return
        except control.NotRunning:
            if time.monotonic() > until:
                raise
        time.sleep(0.1)


def _pulled(hall: Path) -> int:
    """All that the full one has is taken. Returns how many entries. Raises RuntimeError where a visit failed."""
    told = control.ask(hall, {"do": "pull"}, PULL_SECONDS)
    errors = [one["error"] for one in told.get("reports", [{"error": str(told)}]) if one["error"]]
    if errors:
        raise RuntimeError(f"the full node could not be visited: {errors}")
    return sum(one["entries"] for one in told["reports"])


@contextlib.contextmanager
def _pulling(hall: Path) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=_pulled, args=(hall,), daemon=True)
    thread.start()
    yield thread
    thread.join(PULL_SECONDS)


def _looks_for(kiosk: AtKiosk, seconds: float) -> list[float]:
    until = time.monotonic() + seconds
    return _looks(kiosk, lambda: time.monotonic() < until)


def _looks(kiosk: AtKiosk, goes_on: Callable[[], bool]) -> list[float]:
    kiosk.took.clear()
    while goes_on() or not kiosk.took:
        kiosk.reads_anew()
        time.sleep(PAUSE)
    return kiosk.took["board"]


def table(found: Looked) -> str:
    head = (
        f"The kiosk's board page while {found.posts:,} posts come in {found.seconds:.0f} s: 99 of 100 looks take at "
        f"most {found.times:.1f} times what they take while nothing happens (goal: {TIMES_AT_MOST:.0f})."
    )
    lines = ["| looks at the board | n | median | 95 % | 99 % | longest |", "| --- " + "| ---: " * 5 + "|"]
    shown = {"nothing happens": found.idle, "posts come in": found.meanwhile, "all are there": found.after}
    for when, each in shown.items():
        each_ms = (statistics.median(each), late(each, 0.95), late(each), max(each))
        lines.append(f"| {when} | {len(each)} | " + " | ".join(f"{1000 * one:.1f} ms" for one in each_ms) + " |")
    return "\n".join([head, "", *lines])


def main(args: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="kiosk-under-load", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--posts", type=int, default=50_000)
    parser.add_argument("--idle", type=float, default=20, help="seconds of looks while nothing happens (default 20)")
    chosen = parser.parse_args(args)
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="corkboard-bench-") as folder:
        found = looked(Path(folder), chosen.posts, chosen.idle)
    print(
        json.dumps(
            {"p99_idle": late(found.idle), "p99_load": late(found.meanwhile), "times": found.times, "load": load}
        )
    )
    print(f"\n{table(found)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
