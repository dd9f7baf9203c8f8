"""What the time of a look-up tells: `python3 scripts/bench/run.py ticket-times [--n 300] [--quick]`.

The same digits again and again, wrong and right, each for another cause, in an order that is shuffled each round.
Prints medians and a rank test of every pair. `--quick` leaves the slow step out, whose noise hides what the rest tells.
"""

from __future__ import annotations

import argparse
import bisect
import itertools
import json
import math
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from node import intake
from node.domain import codes, tickets
from node.domain.tickets import Ticket
from node.domain.wishes import OpenPost, PromiseHelp, ReplaceTicket
from node.run import Run
from node.settings import Settings
from node.start import open_run
from node.ticket_office import BEAT, Office
from sync import circle, log
from sync.entry import parse_page
from sync.handshake import Handover

Stretched = Callable[[str], bytes]
Times = dict[str, list[float]]
NEED = OpenPost("need", "food", "Rice for five", when="today", wanted=5)
WRONG = ("its check digit", "nobody has it", "of another circle", "its post has not arrived")
ALL = (*WRONG, "erased", "replaced", "right")
WARM_UP = 5  # rounds that are not counted


def quick(digits: str) -> bytes:
    """The slow step without its slowness."""
    return digits.encode().ljust(32, b"\0")[:32]


@dataclass(frozen=True)
class Stage:
    """A space where each cause can be asked for. `digits`: of each."""

    run: Run
    stretched: Stretched
    digits: dict[str, str]

    def office(self, beat: float) -> Office:
        """Hours pass between two looks at its clock, so nobody is asked to wait."""
        keys, hours = circle.keys(self.run.settings.data), itertools.count(0, 3_600)
        return Office(lambda: keys, lambda: keys[0], monotonic=lambda: next(hours), stretched=self.stretched, beat=beat)


def stage(folder: Path, stretched: Stretched) -> Stage:
    hall = open_run(Settings(data=folder / "hall", name="Hall"))
    mosque = open_run(Settings(data=folder / "mosque", name="Mosque"))
    source = random.Random(4)
    digits = {why: tickets.new_digits(source.randbytes) for why in ALL}
    digits["its check digit"] = _misread(digits["its check digit"])
    key = circle.issuing_key(hall.settings.data).key
    own = {why: tickets.ticket(stretched(one), key) for why, one in digits.items()}
    own["of another circle"] = tickets.ticket(stretched(digits["of another circle"]), b"another circle's key".ljust(32))
    posts = {why: intake.record(hall, NEED, "", own[why]).post for why in ("of another circle", *ALL[4:])}
    intake.erase(hall, own["erased"].signing)
    new = own["nobody has it"]
    intake.record(hall, ReplaceTicket(posts["replaced"], b"n" * 32, new.seal_to))
    _helps_unseen(hall, mosque, own["its post has not arrived"])
    return Stage(hall, stretched, digits)


def _misread(digits: str) -> str:
    return digits[:-1] + str((int(codes.check_digit(digits[:-1])) + 1) % 10)


def _helps_unseen(hall: Run, mosque: Run, helper: Ticket) -> None:
    """The helper's words come to the hall, and the post that they are about does not: two runs wrote them."""
    post = intake.record(mosque, NEED).post
    later = open_run(mosque.settings)
    intake.record(later, PromiseHelp(post, count=5), "", helper)
    roster = circle.own_roster(mosque.db())
    told = Handover(mosque.identity.space_cert, mosque.identity.node_cert, roster, "Mosque", ())
    circle.join(hall.db(), hall.settings.data, told, hall.clock_ms())
    last = log.feeds(later.db())[-1]
    lines = log.page(later.db(), last.no, 0, 500, 1 << 20)
    intake.accept(hall, [parse_page(b"".join(line + b"\n" for line in lines))])


def measured(stage: Stage, n: int, beat: float = BEAT, causes: Sequence[str] = ALL) -> Times:
    """Seconds of each look-up, n for each cause."""
    office, order = stage.office(beat), random.Random(4)
    found: Times = {why: [] for why in causes}
    for at in range(n + WARM_UP):
        for why in order.sample(causes, len(causes)):
            began = time.perf_counter()
            whose = office.find(stage.run.db(), stage.digits[why], "127.0.0.1", at_kiosk=True)
            took = time.perf_counter() - began
            assert (whose is None) == (why in WRONG), why
            if at >= WARM_UP:
                found[why].append(took)
    return found


def told_apart(some: list[float], others: list[float]) -> float:
    """How much likelier a time of the first is the longer one than a coin would say: 0 none, 0.5 always."""
    ranked = sorted(others)
    longer = sum((bisect.bisect_left(ranked, one) + bisect.bisect_right(ranked, one)) / 2 for one in some)
    return abs(longer / (len(some) * len(others)) - 0.5)


def by_chance(apart: float, n: int) -> float:
    """How likely two causes that take the same come out at least so far apart (rank test of Mann and Whitney)."""
    return math.erfc(apart / math.sqrt((2 * n + 1) / (12 * n * n)) / math.sqrt(2))


def pairs(times: Times) -> dict[tuple[str, str], float]:
    return {(a, b): told_apart(times[a], times[b]) for a, b in itertools.combinations(times, 2)}


def table(times: Times) -> str:
    lines = ["| cause | n | median | 5 % | 95 % |", "| --- " + "| ---: " * 4 + "|"]
    for why, each in times.items():
        cuts = statistics.quantiles(each, n=20)
        shown = " | ".join(f"{1000 * one:.2f} ms" for one in (statistics.median(each), cuts[0], cuts[-1]))
        lines.append(f"| {why} | {len(each)} | {shown} |")
    return "\n".join([*lines, "", _farthest(times)])


def _farthest(times: Times) -> str:
    apart, n = pairs(times), min(map(len, times.values()))
    (a, b), most = max(apart.items(), key=lambda item: item[1])
    chance = min(1.0, by_chance(most, n) * len(apart))
    return (
        f'Of {len(apart)} pairs farthest apart: "{a}" and "{b}" by {most:.3f} (0 a coin, 0.5 always); '
        f"by chance alone one of so many is with probability {chance:.2f}."
    )


def main(args: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="ticket-times", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--n", type=int, default=300, help="look-ups of each cause (default 300)")
    parser.add_argument("--quick", action="store_true", help="without the slow step")
    chosen = parser.parse_args(args)
    with tempfile.TemporaryDirectory() as folder:
        times = measured(stage(Path(folder), quick if chosen.quick else tickets.stretched), chosen.n)
    print(json.dumps({why: round(statistics.median(each), 6) for why, each in times.items()}))
    print(f"\n{table(times)}")
    return 0
