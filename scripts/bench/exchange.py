"""`run.py exchange`: what an exchange costs, two real processes over TLS on this machine, as ratios to a limit.

The limit (limit.py) runs before each exchange of the same lines, so that both meet the machine in the same mood; what
counts is the median of the ratios of the rounds.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sqlite3
import statistics
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from node.run import DATABASE_FILE
from scripts.bench import limit, table
from scripts.bench.child import Child, running
from sync import log

SIZES, QUICK_SIZES = (10_000, 50_000, 100_000), (10_000,)
ROUNDS, QUICK_ROUNDS = 3, 2
NEWS, NEWS_ROUNDS = 100, 7
KINDS = {"log": "posts", "posts": "posts", "mix": "mix", "stick": "posts"}  # what is measured: what the full node holds

Measured = dict[str, float]


def main(args: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="run.py exchange", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="10,000 posts only, two rounds")
    parser.add_argument("--sizes", type=int, nargs="+", help="how many posts instead")
    parser.add_argument("--rounds", type=int)
    chosen = parser.parse_args(args)
    sizes = tuple(chosen.sizes or (QUICK_SIZES if chosen.quick else SIZES))
    results = measured(sizes, chosen.rounds or (QUICK_ROUNDS if chosen.quick else ROUNDS))
    print(json.dumps(results, indent=1))
    print(table.of(results))
    return 0


def measured(sizes: tuple[int, ...], rounds: int) -> dict[str, Any]:
    """Everything, as one value that can be printed."""
    with tempfile.TemporaryDirectory(prefix="corkboard-bench-") as name:
        bench = Bench(Path(name), rounds)
        with running("teller", bench.folder / "posts", 1, "posts") as full, bench.other_full() as mixed:
            bench.tellers = {"posts": full, "mix": mixed}
            for size in sorted(sizes):
                bench.fills(size)
            return {"machine": table.machine(), "rounds": rounds, "full": bench.done, "news": bench.news(sizes)}


@dataclass
class Bench:
    """One run in one folder. done: a line for each size and kind."""

    folder: Path
    rounds: int
    tellers: dict[str, Child] = field(default_factory=dict)
    done: list[dict[str, Any]] = field(default_factory=list)
    _count: int = 0
    _held: int = 0

    def other_full(self) -> contextlib.AbstractContextManager[Child]:
        return running("teller", self.folder / "mix", 2, "mix")

    def fills(self, size: int) -> None:
        """An empty node takes so many, in rounds of limit and exchange for each kind."""
        for teller in self.tellers.values():
            teller.asks("writes", count=size - self._held)
        self._held = size
        found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in KINDS}
        for _ in range(self.rounds):
            for kind, full in KINDS.items():
                found[kind].append(self._round(kind, full))
        self.done += [{"posts": size, "kind": kind, **_medians(rounds)} for kind, rounds in found.items()]

    def _round(self, kind: str, full: str) -> dict[str, Any]:
        least = self._limit(full)
        with self.empty(kind, full) as asker:
            took = self._by_stick(asker, full) if kind == "stick" else self.visit(asker, full)
            disk = asker.asks("tidies")
        entries = took["entries"]
        return {
            "a_second": entries / took["seconds"],
            "limit_a_second": least["entries"] / least["seconds"],
            "ratio": entries / took["seconds"] * least["seconds"] / least["entries"],
            "ratio_cpu": entries / took["cpu"] * least["cpu"] / least["entries"],
            "asker_cpu_us": took["cpu"] / entries * 1e6,
            "teller_cpu_us": took["teller_cpu"] / entries * 1e6,
            "wire": took["wire"] / entries,
            "disk": disk / entries,
            "memory_mb": took["peak_over_idle"] / 1e6,
        }

    def _limit(self, full: str) -> dict[str, float]:
        lines = _lines(self.folder / full / DATABASE_FILE)
        file = self.new_folder() / "limit.db"
        return {**limit.run(file, lines), "entries": len(lines)}

    def new_folder(self) -> Path:
        self._count += 1
        folder = self.folder / str(self._count)
        folder.mkdir()
        return folder

    @contextlib.contextmanager
    def empty(self, kind: str, full: str) -> Iterator[Child]:
        """A new node that knows the full one."""
        with running("asker", self.new_folder(), "log" if kind == "log" else "board") as asker:
            asker.asks("meets", **self.tellers[full].asks("meets", **asker.asks("card")))
            yield asker

    def visit(self, asker: Child, full: str) -> dict[str, Any]:
        cpu = self.tellers[full].asks("cpu")
        took: dict[str, Any] = asker.asks("visits")
        if took["error"]:
            raise RuntimeError(f"a visit failed: {took['error']}")
        return {**took, "teller_cpu": self.tellers[full].asks("cpu") - cpu}

    def _by_stick(self, asker: Child, full: str) -> dict[str, Any]:
        file = str(self.new_folder() / "posts.corkboard")
        packed = self.tellers[full].asks("packs", file=file)
        return {**asker.asks("unpacks", file=file), "teller_cpu": packed}

    def news(self, sizes: tuple[int, ...]) -> list[dict[str, Any]]:
        """A little news, and none, on kept connections: on nearly nothing and on all posts, in turns. None: after a
        pause, then time and again in a row."""
        with contextlib.ExitStack() as stack:
            self.tellers["little"] = stack.enter_context(running("teller", self.folder / "little", 3, "posts"))
            self.tellers["little"].asks("writes", count=1)
            askers = {full: stack.enter_context(self.empty("posts", full)) for full in ("little", "posts")}
            for full, asker in askers.items():
                self.visit(asker, full)
            found: dict[str, list[dict[str, Any]]] = {full: [] for full in askers}
            for _ in range(NEWS_ROUNDS):
                for full, asker in askers.items():
                    found[full].append(self._little(full, asker))
        held = {"little": 0, "posts": max(sizes)}
        return [{"on": held[full], **_medians(rounds)} for full, rounds in found.items()]

    def _little(self, full: str, asker: Child) -> dict[str, Any]:
        self.tellers[full].asks("writes", count=NEWS)
        some = self.visit(asker, full)
        none = self.visit(asker, full)
        return {
            "some_ms": some["seconds"] * 1e3,
            "some_cpu_ms": some["cpu"] * 1e3,
            "some_wire": some["wire"],
            "none_first_ms": none["seconds"] * 1e3,
            "none_ms": statistics.median(asker.asks("visits again")) * 1e3,
            "none_requests": none["requests"],
            "none_wire": none["wire"],
        }


def _lines(file: Path) -> list[bytes]:
    """All lines as they go over the wire."""
    with contextlib.closing(sqlite3.connect(file)) as db:
        return [line for feed in log.feeds(db) for line in _of(db, feed)]


def _of(db: sqlite3.Connection, feed: log.Feed) -> Iterator[bytes]:
    at = 0
    while at < feed.next:
        page = log.page(db, feed.no, at, 500, 1 << 20)
        yield from page
        at += len(page)


def _medians(rounds: list[dict[str, Any]]) -> dict[str, float]:
    return {name: round(statistics.median(one[name] for one in rounds), 3) for name in rounds[0]}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
