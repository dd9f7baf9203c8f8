"""A whole node as a neighbour would meet it: a real process with its own folder, reached by its own commands."""

import contextlib
import csv
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.request import urlopen

from node import control, exporter
from node.storage import db, projection
from sync import log
from sync.entry import b64
from tests.two_nodes.network import Place

HOME = Path(__file__).parents[2]
COMMAND_S = 300.0  # these and the next: for a machine ten times slower, never a measure
START_S = 180.0
STOP_S = 90.0
PATIENCE_S = 120.0
T = TypeVar("T")


class CommandFailed(AssertionError):
    """A command of a node ended with an error."""


def wait_until(true: Callable[[], T], seconds: float = PATIENCE_S, every: float = 0.2) -> T:
    """The first true value of `true`. Fails the test when there is none in time."""
    end = time.monotonic() + seconds
    while True:
        value = true()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds:.0f} s in vain; the last value was {value!r}")
        time.sleep(every)


class Node:
    """One node. `name`: what the space calls itself; `folder`: its data."""

    def __init__(self, name: str, folder: Path, place: Place, port: int, peer_port: int) -> None:
        self.name, self.folder, self.place = name, folder, place
        self.port, self.peer_port = port, peer_port
        self._process: subprocess.Popen[bytes] | None = None
        self._log = folder.with_suffix(".log")

    @property
    def address(self) -> str:
        """The board, as this machine reaches it."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Of the process that serves."""
        assert self._process is not None
        return self._process.pid

    @property
    def peer_address(self) -> str:
        return f"{self.place.address}:{self.peer_port}"

    @property
    def is_on(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def starts(self) -> None:
        """Serves, once this returns."""
        self.switches_on()
        wait_until(self._is_serving, START_S)

    def switches_on(self) -> None:
        """Will serve soon, if it does not already."""
        if self._process is None:
            self._process = self.begins("serve")

    def moves(self) -> None:
        """Starts again elsewhere: at another port, and where networks are made here at another address too."""
        self.stops()
        self.peer_port += 1
        if self.place.namespace:
            self.place = self.place.renumbered()
        self.starts()

    def stops(self) -> None:
        """As at the end of the day: with time to say goodbye."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            kill_at_once(process)
            raise AssertionError(f"{self.name} did not stop in {STOP_S:.0f} s\n{self.log()}") from None

    def loses_power(self) -> None:
        """Every process of the node ends at this instant."""
        process, self._process = self._process, None
        if process is not None:
            kill_at_once(process)

    def runs(self, *words: str, **options: Any) -> str:
        """What a command answers. Raises CommandFailed."""
        done = subprocess.run(
            self._command(*words), cwd=HOME, capture_output=True, text=True, timeout=COMMAND_S, **options
        )
        if done.returncode:
            raise CommandFailed(f"{self.name}: {' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    def tries(self, *words: str) -> str:
        """All that a command says, whether it does what it should or not."""
        command = self._command(*words)
        done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, timeout=COMMAND_S, check=False)
        return done.stdout + done.stderr

    def begins(self, *words: str) -> subprocess.Popen[bytes]:
        """A command that is still running; the test waits for it or ends it."""
        with self._log.open("ab") as output:
            return subprocess.Popen(
                self._command(*words), cwd=HOME, stdout=output, stderr=output, start_new_session=True
            )

    def posts(self, words: str, kind: str = "need", category: str = "tools") -> None:
        """The steward brings in one post."""
        with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8", newline="") as sheet:
            write_posts(sheet, [{"id": words, "kind": kind, "category": category, "text": words}])
            self.runs("import-posts", sheet.name)

    def imports(self, sheet: Path) -> str:
        return self.runs("import-posts", str(sheet))

    def exported(self) -> str:
        """The whole board as the export writes it: equal at nodes that hold the same."""
        return self.runs("export-posts", "--format", "json", "--quiet")

    def board(self) -> list[str]:
        """The words of every post on the board, sorted; read past a node that runs because a command takes a second."""
        if not self.is_on:
            return sorted(post["text"] for post in json.loads(self.exported()))
        with self._database() as database:
            (space,) = database.execute("SELECT id FROM space WHERE state = 'own'").fetchone()
            posts = exporter.current_posts(database, int(time.time() * 1000), space, here=True)
        return sorted(str(post["text"]) for post in posts)

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.runs("status", "--json"))
        return found

    def shows_a_code(self) -> str:
        return self.runs("connect", "--show-code", "--quiet").split()[0]

    def types(self, code: str, other: "Node") -> str:
        return self.runs("connect", "--code", code, other.peer_address)

    def pairs_with(self, other: "Node") -> None:
        """The steward here types the digits that the other space shows."""
        self.types(other.shows_a_code(), other)

    def hears_from_the_others(self) -> str:
        return self.runs("exchange")

    def holds_the_same_as(self, other: "Node") -> bool:
        return self._digests() == other._digests()

    def _digests(self) -> tuple[str, str]:
        """The two that `status` shows."""
        with self._database() as database:
            return log.digest(database), projection.digest(database)

    def entries(self) -> int:
        """How many entries the log holds, read past the node because a command takes a second."""
        return self._count("SELECT coalesce(sum(next), 0) FROM feed")

    def voids(self) -> int:
        """Feeds that were set aside because they have two histories."""
        return self._count("SELECT count(*) FROM feed WHERE state = 'void'")

    def heads(self) -> tuple[tuple[bytes, int], ...]:
        """Every feed and how many entries of it are here."""
        return tuple(self._rows("SELECT key, next FROM feed ORDER BY key"))

    def feed_keys(self) -> list[str]:
        """As the log writes them."""
        return [b64(key) for key, _ in self.heads()]

    def _count(self, sql: str) -> int:
        return int(self._rows(sql)[0][0])

    def _rows(self, sql: str) -> list[Any]:
        with self._database() as database:
            return database.execute(sql).fetchall()

    def _database(self) -> contextlib.closing[sqlite3.Connection]:
        return contextlib.closing(db.open(self.folder / "corkboard.db"))

    def page(self, path: str) -> str:
        """A page as a phone gets it."""
        body: bytes = self.place.do(lambda: urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=PATIENCE_S).read())
        return body.decode()

    def log(self) -> str:
        """What the process said, for the reader of a failed test."""
        return self._log.read_text(errors="replace")[-4000:] if self._log.exists() else ""

    def _is_serving(self) -> bool:
        if not self.is_on:
            raise AssertionError(f"{self.name} did not start\n{self.log()}")
        try:
            self.page("/")
            control.ask(self.folder, {"do": "health"}, PATIENCE_S)
        except (OSError, control.NotRunning):
            return False
        return True

    def _command(self, *words: str) -> list[str]:
        options = ["--data", str(self.folder), "--name", self.name]
        options += ["--port", str(self.port), "--peer-port", str(self.peer_port)]
        return self.place.command(sys.executable, "-m", "node.cli", *words, *options)


def write_posts(sheet: Any, rows: Iterable[Mapping[str, str]]) -> None:
    """Posts as a CSV file that import-posts takes."""
    columns = ["id", "kind", "category", "text"]
    writer = csv.DictWriter(sheet, columns)
    writer.writeheader()
    writer.writerows(rows)
    sheet.flush()


def kill_at_once(process: subprocess.Popen[bytes]) -> None:
    """A process that we began and every process that it began, at the same instant; nothing else."""
    send(signal.SIGKILL, stopped(process.pid))
    process.wait(STOP_S)


def stopped(pid: int) -> list[int]:
    """A process and all below it, none of which takes another step or notices the end of another."""
    family = [pid]
    for each in family:
        with contextlib.suppress(ProcessLookupError):
            os.kill(each, signal.SIGSTOP)
            family += children(each)
    return family


def send(sign: signal.Signals, family: list[int]) -> None:
    for pid in family:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sign)


def children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]
