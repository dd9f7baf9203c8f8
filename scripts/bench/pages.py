"""What pages cost: `python3 scripts/bench/run.py pages [--quick]`. A bare Flask page of the same size beside them.

Real nodes with 1,000 posts, 100,000 open ones, and 100,000 of which all but 1,000 ran out; who asks is a process of its
own. All are asked in turn, round by round, so that whatever else the machine does is the same for all, and each ratio
is the middle one of those of each round. "by processor" counts only the server's own seconds.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import ProxyHandler, build_opener

from node import demo
from scripts.bench.child import Child, running
from scripts.bench.guesses import HOME, free_port, wait_for
from scripts.bench.phones import filled
from scripts.bench.table import machine

CARDS = 20  # on a phone's page
OLD_MS = 20 * 24 * 3_600_000
WARM_SECONDS = 0.3
SEARCHES = 1_000
MARK = re.compile(r'data-live="([^"]+)" data-mark="&#34;(\w+)&#34;"')
POST = re.compile(r'href="(/p/[^"/]+)"')
TICK = os.sysconf("SC_CLK_TCK")
# what is asked: beside what it is measured, and what is to be reached of that
GOALS = {
    "board": ("bare page", 0.8),
    "board, made anew": ("bare page", None),
    "one post": ("bare page", None),
    "search": ("bare page", 1 / 3),
    "poll": ("hello", 0.6),
}


@dataclass(frozen=True)
class Server:
    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """Of its own process so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def page(self, path: str) -> str:
        with build_opener(ProxyHandler({})).open(f"http://127.0.0.1:{self.port}{path}", timeout=60) as answer:
            return str(answer.read().decode())


@dataclass(frozen=True)
class Way:
    """What is asked of whom. board: how it is called; "" for what is measured against."""

    what: str
    board: str
    server: Server
    paths: list[str]
    polls: bool = False  # brings the mark of the board as it is


@dataclass
class Measured:
    """Of one way and so many connections, a number for each round."""

    rate: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


Found = dict[tuple[str, str, int], Measured]


@contextlib.contextmanager
def started(said: Path, module: str, path: str, port: int, *words: object) -> Iterator[Server]:
    command = [sys.executable, "-m", module, *map(str, words)]
    with said.open("wb") as out:
        process = subprocess.Popen(command, cwd=HOME, stdout=out, stderr=subprocess.STDOUT)
    try:
        wait_for(port, process, path)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(30)


@contextlib.contextmanager
def node(folder: Path) -> Iterator[Server]:
    port = free_port()
    words = ("serve", "--data", folder / "hall", "--port", port, "--peer-port", free_port())
    with started(folder / "said", "node.cli", "/health", port, *words) as server:
        yield server


def ways(board: str, server: Server) -> list[Way]:
    """All that is asked of one node. Searches and what is made anew have another address each time, since a page that
    is the same for everybody is kept: so no answer of either is one that was made before."""
    first = server.page("/")
    found = MARK.search(first)
    assert found and POST.search(first), "the board is empty"
    return [
        Way("board", board, server, ["/"]),
        Way("board, made anew", board, server, ["/?n={n}"]),
        Way("one post", board, server, POST.findall(first)),
        Way("search", board, server, [f"/?find={quote(words)}&n={{n}}" for words in searches()]),
        Way("poll", board, server, [found[1].replace("&amp;", "&")], polls=True),
    ]


def searches() -> list[str]:
    """A thousand searches, so that hardly any is asked twice in one look: a quarter each words as they are (from those
    that a fifth of all posts have to those of one in two hundred), words with a number that few posts have, the first
    letters of words as somebody types them, and two words at once; in ten languages."""
    dice = random.Random(1)
    words = sorted({word for one in demo.invented() for word in one.words.split() if word.isalpha()})
    return [
        search
        for word in dice.choices(words, k=SEARCHES // 4)
        for search in (
            word,
            f"{word}{dice.randrange(100)}",
            word[: dice.randint(2, 5)],
            f"{word} {dice.choice(words)}",
        )
    ]


def measured(all_ways: list[Way], connections: list[int], rounds: int, seconds: float) -> Found:
    found: Found = {}
    with running("askers") as askers:
        for _ in range(rounds):
            for count in connections:
                for way in all_ways:
                    _once(askers, way, count, WARM_SECONDS)
                    _note(found.setdefault((way.what, way.board, count), Measured()), askers, way, count, seconds)
    return found


def _once(askers: Child, way: Way, connections: int, seconds: float, again: bool = True) -> dict[str, Any]:
    found = MARK.search(way.server.page("/")) if way.polls else None  # anew: every ten minutes there is another
    asked = {"port": way.server.port, "paths": way.paths, "mark": f'"{found[2]}"' if found else ""}
    told: dict[str, Any] = askers.asks("asks", **asked, connections=connections, seconds=seconds)
    if told["wrong"] and way.polls and again:  # it was another one in the middle of this look
        return _once(askers, way, connections, seconds, again=False)
    if told["wrong"]:
        raise RuntimeError(f"{way.what} of {way.board or 'the bare one'} was answered {told['wrong']}")
    return told


def _note(into: Measured, askers: Child, way: Way, connections: int, seconds: float) -> None:
    before = way.server.cpu_seconds()
    told = _once(askers, way, connections, seconds)
    took = sorted(told["took"])
    into.rate.append(len(took) / told["seconds"])
    into.p50.append(took[len(took) // 2])
    into.p99.append(took[int(0.99 * (len(took) - 1))])
    into.cpu.append((way.server.cpu_seconds() - before) / len(took))


def looked(
    folder: Path, boards: dict[str, tuple[int, int]], connections: list[int], rounds: int, seconds: float
) -> Found:
    """boards: name -> (posts that ran out, open posts)."""
    with contextlib.ExitStack() as servers:
        all_ways: list[Way] = []
        for number, (name, (old, new)) in enumerate(boards.items()):
            own = folder / str(number)
            filled(own / "hall", old, OLD_MS)
            filled(own / "hall", new)
            all_ways += ways(name, servers.enter_context(node(own)))
        size, port = len(all_ways[0].server.page("/").encode()), free_port()
        words = (port, size, CARDS)
        bare = servers.enter_context(started(folder / "bare", "scripts.bench.bare", "/hello", port, *words))
        beside = [Way("hello", "", bare, ["/hello"]), Way("bare page", "", bare, ["/page"])]
        time.sleep(2)  # what nodes do when they begin
        return measured([*beside, *all_ways], connections, rounds, seconds)


def ratio(found: Found, key: tuple[str, str, int], by: str) -> float | None:
    """Of requests a second ("rate"), or how many times dearer the bare one is ("p50", "cpu"): more is better."""
    what, _board, connections = key
    if what not in GOALS:
        return None
    ours, beside = getattr(found[key], by), getattr(found[GOALS[what][0], "", connections], by)
    pairs = zip(ours, beside, strict=True)
    return float(statistics.median(one / other if by == "rate" else other / one for one, other in pairs))


def rows(found: Found) -> list[dict[str, Any]]:
    return [
        {
            "what": key[0],
            "board": key[1],
            "connections": key[2],
            "rate": round(statistics.median(one.rate), 1),
            "p50_ms": round(1000 * statistics.median(one.p50), 2),
            "p99_ms": round(1000 * statistics.median(one.p99), 2),
            "cpu_us": round(1e6 * statistics.median(one.cpu)),
            **{f"of_bare_{by}": ratio(found, key, by) for by in ("rate", "p50", "cpu")},
        }
        for key, one in sorted(found.items(), key=lambda item: (item[0][2],))
    ]


def table(found: Found) -> str:
    titles = (
        "at once",
        "asked",
        "board",
        "requests/s",
        "median",
        "99 %",
        "processor",
        "of bare (goal)",
        "by processor",
    )
    lines = [f"| {' | '.join(titles)} |", "| ---: | --- | --- " + "| ---: " * 6 + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(_line(row))} |" for row in rows(found))])


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    times = (f"{row['p50_ms']:.1f} ms", f"{row['p99_ms']:.1f} ms", f"{row['cpu_us']:,} µs")
    return (str(row["connections"]), row["what"], row["board"] or "none", f"{row['rate']:,.0f}", *times, *_against(row))


def _against(row: dict[str, Any]) -> tuple[str, str]:
    """Search is to keep to three times the bare page's median, all others to a share of requests."""
    if row["what"] not in GOALS:
        return "", ""
    goal = GOALS[row["what"]][1]
    share = row["of_bare_p50" if row["what"] == "search" else "of_bare_rate"]
    return f"**{share:.2f}**{f' ({goal:.2f})' if goal else ''}", f"{row['of_bare_cpu']:.2f}"


def main(args: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="pages", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="10,000 posts and one round, at 1 and 8 connections")
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.5, help="of each look, in each round (default 1.5)")
    chosen = parser.parse_args(args)
    most = min(chosen.posts, 10_000) if chosen.quick else chosen.posts
    few = min(1_000, most // 10)
    boards = {f"{few:,}": (0, few), f"{most:,}": (0, most), f"{most:,}, {few:,} open": (most - few, few)}
    connections, rounds = ([1, 8], 1) if chosen.quick else ([1, 8, 64], chosen.rounds)
    before = machine()
    with tempfile.TemporaryDirectory(prefix="corkboard-bench-") as folder:
        found = looked(Path(folder), boards, connections, rounds, chosen.seconds)
    print(json.dumps({"machine": before, "pages": rows(found)}))
    print(f"\n{table(found)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
