#!/usr/bin/env python3
"""The one test command: `python3 scripts/check.py` in at most 6 minutes, `--all` with the long suites in at most 25.

Sets up what the tests need, runs ruff, mypy and pytest, says how long each step took, and ends with one plain line.
The exit status is 0 only if everything passed; no tests at all is a failure.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

HOME = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOME))

import run_node  # noqa: E402

# Runs of pytest, the first one with all that is in none of these. So many at a time; whoever is done takes the next,
# the longest come first. Within one, tests go one after another. Those that mostly wait for a network or a clock begin
# early, beside those that compute.
AT_A_TIME = 4
JOURNEYS = "tests/two_nodes/journeys"
RUNS = (
    ("tests/browser",),
    ("tests/two_nodes", f"--ignore={JOURNEYS}"),
    (JOURNEYS, "tests/cli"),
    ("tests/house", "tests/bench", "tests/blackout"),
    ("tests/simulate",),
    ("tests/sync", "tests/storage", "tests/domain"),
    ("tests/web",),
)
MEMORY = Path("/dev/shm")  # on a disk, tests mostly wait: most have a node's folder, flushed at each commit
MEMORY_BYTES = 3 << 29  # about twice what is there at most
SLOWEST = ("--durations=12", "--durations-min=2")
TEST_LOCK = HOME / "requirements" / "test.txt"
PROMISED_MINUTES = {"quick": 6, "all": 25}
SYSTEM = (  # what is looked for, the Debian package that brings it, what needs it
    ("chromium", "chromium", "the browser tests"),
    ("/usr/share/fonts/truetype/noto/NotoSansArabic-Regular.ttf", "fonts-noto-core", "the browser tests"),
    ("/usr/lib/*/libatomic.so.1", "libatomic1", "the browser tests"),
    ("zbarimg", "zbar-tools", "the tests of flyers"),
    ("pdftoppm", "poppler-utils", "the tests of flyers"),
    ("ip", "iproute2", "the tests with two machines"),
    ("ethtool", "ethtool", "the tests with two machines"),
    ("nft", "nftables", "the tests with two machines"),
)


@dataclass(frozen=True)
class Outcome:
    """How one step went. passed counts tests; skipped maps a reason to how often it was given."""

    name: str
    good: bool
    seconds: float
    note: str = ""
    passed: int = 0
    skipped: Counter[str] = field(default_factory=Counter)


def main(args: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--all", action="store_true", help="the long suites too (at most 25 minutes)")
    chosen = parser.parse_args(args)
    os.chdir(HOME)
    began = time.monotonic()
    outcomes = [step("environment", set_up)]
    if outcomes[0].good:
        outcomes += run_steps(everything=chosen.all)
    return report(outcomes, time.monotonic() - began, PROMISED_MINUTES["all" if chosen.all else "quick"])


def run_steps(everything: bool) -> list[Outcome]:
    """Every step; one that fails does not stop the others, so one run shows all there is."""
    python = str(run_node.python_of(run_node.VENV))
    which, minutes = ("not longer", 40) if everything else ("not long and not longer", 15)
    return [
        step("ruff", lambda: succeeds([python, "-m", "ruff", "check", "."], minutes=2)),
        step("mypy", lambda: succeeds([python, "-m", "mypy"], minutes=5)),
        tests(python, which, minutes),
    ]


def set_up() -> bool:
    """Environment, test packages and system packages. False if tests cannot run; a missing browser only skips some."""
    try:
        python = run_node.environment()
        if not run_node.stands(run_node.VENV, TEST_LOCK):
            run_node.say("Adding what the tests need to the environment.")
            with run_node.alone():
                run_node.install(python, TEST_LOCK)
    except run_node.Stop as stop:
        print(f"corkboard: {stop}", file=sys.stderr)
        return False
    missing = [row for row in SYSTEM if not found(row[0])]
    packages = [package for _, package, _ in missing]
    if missing and not run_node.apt_install(packages):
        needed_by = " and ".join(dict.fromkeys(needs for _, _, needs in missing))
        run_node.say(f"For {needed_by}: run `sudo apt install {' '.join(packages)}`; without it they are skipped.")
    return True


def found(what: str) -> bool:
    """True if this command, or a file like this, is on the machine. Administrators' commands count for everybody."""
    if what.startswith("/"):
        return any(Path("/").glob(what.removeprefix("/")))
    return shutil.which(what, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin") is not None


def step(name: str, do: Callable[[], bool]) -> Outcome:
    began = announce(name)
    good = do()
    return done(Outcome(name, good, time.monotonic() - began))


def tests(python: str, marker: str, minutes: float) -> Outcome:
    """All runs, counted from their own reports, so that nothing that did not run can count as passed."""
    began = announce("tests")
    runs = [[f"--ignore={each}" for run in RUNS for each in run if not each.startswith("-")], *RUNS]
    with tempfile.TemporaryDirectory(dir=in_memory(MEMORY)) as folder, ThreadPoolExecutor(AT_A_TIME) as together:
        reports = [Path(folder) / f"run{number}" for number in range(len(runs))]
        running = [
            together.submit(pytest, [python, "-m", "pytest", "-m", marker, *paths, *SLOWEST], report, minutes)
            for paths, report in zip(runs, reports, strict=True)
        ]
        ended = [each.result() for each in running]  # waits for all
        found = [counted(report.with_suffix(".xml")) for report in reports]
    passed, skipped = sum(each[0] for each in found), sum((each[1] for each in found), Counter())
    note = "; ".join(each[2] for each in found)
    good = all(ended) and all(each[0] > 0 for each in found)
    return done(Outcome("tests", good, time.monotonic() - began, note, passed, skipped))


def in_memory(folder: Path) -> Path | None:
    """This folder where it has room for what tests write and programs in it may run; None: wherever the system says.
    What a power cut leaves is tried on disks of the tests' own, and a killed process leaves the same anywhere."""
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        return None
    there = os.statvfs(folder)
    return folder if there.f_bavail * there.f_frsize >= MEMORY_BYTES and not there.f_flag & os.ST_NOEXEC else None


def pytest(command: list[str], report: Path, minutes: float) -> bool:
    """One run; what it says is shown once it is over, so that several at a time stay readable."""
    report.mkdir()
    command = ["env", f"TMPDIR={report}", *command, f"--basetemp={report / 't'}"]  # short, for sockets
    with report.with_suffix(".log").open("w+b") as said:
        good = succeeds([*command, f"--junitxml={report.with_suffix('.xml')}"], minutes, said)
        said.seek(0)
        print(said.read().decode(errors="replace"), flush=True)
    return good


def counted(results: Path) -> tuple[int, Counter[str], str]:
    """Tests passed, skips by reason, and both in words."""
    if not results.exists():
        return 0, Counter(), "no result was written"
    cases = list(ElementTree.parse(results).iter("testcase"))
    reasons = Counter((skip.get("message") or "no reason given") for case in cases for skip in case.findall("skipped"))
    failed = sum(1 for case in cases if case.find("failure") is not None or case.find("error") is not None)
    passed = len(cases) - failed - reasons.total()
    words = f"{passed} passed, {failed} failed, {reasons.total()} skipped"
    return passed, reasons, words if cases else "no tests were found"


def succeeds(command: list[str], minutes: float, said: BinaryIO | None = None) -> bool:
    """Run a command in front of the reader, or write down what it says. False if it fails, or hangs: then it and all
    its children are ended."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=said,
        stderr=subprocess.STDOUT if said else None,
        start_new_session=True,
    )
    try:
        return process.wait(timeout=minutes * 60) == 0
    except subprocess.TimeoutExpired:
        print(f"This did not end within {minutes:g} minutes, so it was stopped.", flush=True)
        return False
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End what is left of a command: its whole session, politely, then for certain."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
            process.wait(timeout=5)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


def announce(name: str) -> float:
    print(f"\n=== {name}", flush=True)
    return time.monotonic()


def done(outcome: Outcome) -> Outcome:
    print(f"--- {outcome.name}: {'good' if outcome.good else 'FAILED'} in {outcome.seconds:.1f} s", flush=True)
    return outcome


def report(outcomes: list[Outcome], seconds: float, promised_minutes: int) -> int:
    """Show every step and every skip, then the one line that matters. The exit status."""
    print()
    for outcome in outcomes:
        mark = "good  " if outcome.good else "FAILED"
        print(f"  {mark}  {outcome.name:<12} {outcome.seconds:7.1f} s   {outcome.note}")
    for reason, times in sum((o.skipped for o in outcomes), Counter()).most_common():
        print(f"  skipped {times} ×: {reason}")
    if seconds > promised_minutes * 60:
        print(f"  This took longer than the {promised_minutes} minutes that we promise.")
    failed = [outcome.name for outcome in outcomes if not outcome.good]
    passed = sum(outcome.passed for outcome in outcomes)
    took = f"{seconds // 60:.0f} min {seconds % 60:.0f} s"
    print(f"FAILED: {', '.join(failed)} ({took})." if failed else f"All good: {passed} tests passed in {took}.")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
