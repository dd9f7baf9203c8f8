#!/usr/bin/env python3
"""Plays histories of a simulated circle, one for each seed: `python3 scripts/simulate.py --first-seed K --seeds N`.

The real log, exchange and board on real databases; clock, network, disk and randomness come from the seed. A seed that
fails is told with what went wrong and the line that plays it again; then the exit status is 1. `--show` tells all that
happened in each.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOME))

from tests.simulate.story import Outcome, play  # noqa: E402

LINES = 25  # of what happened last, told of a history that fails
WORTH_READING = 5  # failed histories; of more only the seeds are told


def main(args: list[str]) -> int:
    chosen = _parser().parse_args(args)
    began, failed = time.monotonic(), 0
    for outcome in outcomes(range(chosen.first_seed, chosen.first_seed + chosen.seeds), chosen.processes):
        failed += bool(outcome.wrong)
        tell(outcome, chosen.show, failed <= WORTH_READING)
    took = time.monotonic() - began
    print(f"{chosen.seeds} histories from seed {chosen.first_seed}, {failed} failed, {took:.1f} s.")
    return int(failed > 0)


def outcomes(seeds: range, processes: int) -> Iterator[Outcome]:
    """In the order of the seeds, whichever process is done first."""
    if processes == 1 or len(seeds) == 1:
        yield from map(play, seeds)
        return
    with multiprocessing.get_context("spawn").Pool(min(processes, len(seeds))) as pool:
        yield from pool.imap(play, seeds, chunksize=5)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--first-seed", type=int, default=0, metavar="K")
    parser.add_argument("--seeds", type=_some, default=300, metavar="N", help="how many, one after the other from K")
    parser.add_argument("--processes", type=_some, default=os.cpu_count() or 1)
    parser.add_argument("--show", action="store_true", help="all that happens, line by line")
    return parser


def _some(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def tell(outcome: Outcome, everything: bool, worth_reading: bool) -> None:
    """What is worth a reader's time of this history."""
    if everything or (outcome.wrong and worth_reading):
        lines: Iterable[str] = outcome.told if everything else outcome.told[-LINES:]
        print("\n".join(f"  {line}" for line in lines))
        print(f"seed {outcome.seed} ends as {outcome.mark}")
    if outcome.wrong:
        print(f"FAILED: seed {outcome.seed}: {outcome.wrong if worth_reading else outcome.wrong[-100:]}")
        print(f"again: python3 scripts/simulate.py --first-seed {outcome.seed} --seeds 1 --show", flush=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
