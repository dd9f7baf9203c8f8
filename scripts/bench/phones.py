"""A full room: `python3 scripts/bench/run.py phones [--quick]`. 200 phones read the board and 20 post, for a minute.

A real node with posts on its board, and somebody at the touchscreen before and meanwhile. Where this machine lets us
have a network of our own, each phone has its own address in it, and so the limits of a real one; else all come from
this machine, which the node limits less, and the answer says so.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from node import intake
from node.run import now_ms
from node.settings import Settings
from node.start import open_run
from scripts.bench.at_kiosk import AtKiosk
from scripts.bench.guesses import HOME, late, serving
from scripts.bench.invented import Invention
from sync import log

NETWORK, NODE = "10.77.0.0/16", "10.77.0.1"
READ_EVERY, POST_EVERY = 0.5, 4.0
BATCH = 500
INSIDE = "CORKBOARD_BENCH_NETWORK"  # set where this process is in it already


@dataclass(frozen=True)
class Room:
    """`took`: kind -> seconds of each answer to a phone; `wrong`: what else came; the touchscreen's own before and
    meanwhile."""

    took: dict[str, list[float]]
    wrong: dict[str, int]
    posted: int
    own_addresses: bool
    before: dict[str, list[float]]
    meanwhile: dict[str, list[float]]


def filled(folder: Path, posts: int, ago_ms: int = 0) -> None:
    """A board as it may be after some months. ago_ms: so long ago they were posted."""
    run = open_run(Settings(data=folder, name="Hall"), lambda: now_ms() - ago_ms)
    invention = Invention(1, mixed=False)
    with contextlib.closing(run):
        for at in range(0, posts, BATCH):
            drafts = invention.batch(min(BATCH, posts - at))
            with log.writing(run.db()):
                held = run.writer.append(run.db(), drafts)
                intake.enter(run.db(), held, run.clock_ms())
            invention.heard(drafts, [one.entry.id for one in held])


def full_room(folder: Path, readers: int, posters: int, seconds: float, posts: int, own: bool) -> Room:
    filled(folder / "hall", posts)
    with serving(folder, folder / "derived") as port:
        kiosk = AtKiosk(port)
        kiosk.begins()
        until = time.monotonic() + min(seconds, 20)
        _uses(kiosk, lambda: time.monotonic() < until)
        before, kiosk.took = kiosk.took, {}
        host, file = NODE if own else "127.0.0.1", folder / "told"
        with _crowd(file, host, port, seconds, readers, posters, int(own)) as process:
            _uses(kiosk, lambda: process.poll() is None)
        told: dict[str, Any] = json.loads(file.read_text())
    return Room(told["took"], told["wrong"], told["posted"], own, before, kiosk.took)


def _uses(kiosk: AtKiosk, goes_on: Callable[[], bool]) -> None:
    due = dict.fromkeys((kiosk.reads, kiosk.posts), 0.0)
    while goes_on():
        for act, every in ((kiosk.reads, READ_EVERY), (kiosk.posts, POST_EVERY)):
            if time.monotonic() >= due[act]:
                act()
                due[act] = time.monotonic() + every
        time.sleep(0.02)


@contextlib.contextmanager
def _crowd(*words: object) -> Iterator[subprocess.Popen[bytes]]:
    """The phones as a process of their own, so that the touchscreen's clock is not theirs."""
    process = subprocess.Popen([sys.executable, "-m", "scripts.bench.crowd", *map(str, words)], cwd=HOME)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def own_network() -> list[str]:
    """What begins a command in a network of its own, where each phone has its address; [] where that is not allowed."""
    for words in (["unshare", "-n"], ["unshare", "-rn"]):
        with contextlib.suppress(OSError):
            if subprocess.run([*words, "ip", "link", "set", "lo", "up"], capture_output=True).returncode == 0:
                return words
    return []


def _open_network() -> None:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["ip", "route", "add", "local", NETWORK, "dev", "lo"], check=True)


def table(room: Room) -> str:
    answers = sum(map(len, room.took.values()))
    where = "each from its own address" if room.own_addresses else "all from this machine, which has fewer limits"
    head = (
        f"{answers:,} answers, {room.posted} posts, {where}. Wrong: {sum(room.wrong.values())} {room.wrong or ''}\n"
        f"95 of 100 answers to phones came within {1000 * late(list(chain(*room.took.values()))):.0f} ms."
    )
    lines = ["| who, what | n | median | 95 % | longest |", "| --- " + "| ---: " * 4 + "|"]
    for who, took in (("phone", room.took), ("touchscreen before", room.before), ("meanwhile", room.meanwhile)):
        for what, each in sorted(took.items()):
            shown = " | ".join(f"{1000 * one:.0f} ms" for one in (statistics.median(each), late(each), max(each)))
            lines.append(f"| {who}: {what} | {len(each)} | {shown} |")
    return "\n".join([head, "", *lines])


def main(args: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="phones", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="20 seconds, and fewer posts on the board")
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--posters", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--posts", type=int, default=5_000, help="on the board before (default 5000)")
    chosen = parser.parse_args(args)
    if INSIDE not in os.environ and (words := own_network()):
        return subprocess.run(
            [*words, sys.executable, str(HOME / "scripts/bench/run.py"), "phones", *args],
            env={**os.environ, INSIDE: "own"},
        ).returncode
    own = INSIDE in os.environ
    if own:
        _open_network()
    seconds, posts = (
        (min(chosen.seconds, 20), min(chosen.posts, 500)) if chosen.quick else (chosen.seconds, chosen.posts)
    )
    with tempfile.TemporaryDirectory() as folder:
        room = full_room(Path(folder), chosen.readers, chosen.posters, seconds, posts, own)
    p95 = {what: round(late(each), 4) for what, each in room.took.items()}
    print(json.dumps({"p95": p95, "wrong": room.wrong, "posted": room.posted, "own_addresses": own}))
    print(f"\n{table(room)}")
    return 1 if room.wrong else 0
