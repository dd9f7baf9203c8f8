"""One node as a machine that can fail: the real database in a real folder, with its clock, dice and disk in our hands.

Its process can be killed in the middle of whatever it does, its folder copied, put back and copied back later.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from node import burying, forking, intake
from node.gate import RESERVE_BYTES, BoardGate
from node.run import Run
from node.settings import Settings
from node.start import open_run
from sync import log
from sync.proofs import TOMBSTONES_FILE
from sync.writer import Draft
from tests.simulate import folders
from tests.simulate.folders import Disk

LOOK_EVERY = 25  # instructions of SQLite's machine: how finely the moment of a kill is chosen


class Killed(Exception):
    """The process was killed; the machine is off."""


Keys = dict[str, Ed25519PrivateKey]


@dataclass
class Time:
    """The true time, of which clocks may know little. Goes on a millisecond at each look."""

    ms: int = folders.NOON

    def passes(self, ms: int) -> None:
        self.ms += ms


@dataclass(frozen=True)
class Memory:
    """A snapshot of a whole machine: its disk, and the feed keys of its run, by scope."""

    disk: Disk
    keys: Keys

    def feeds(self) -> set[bytes]:
        return {key.public_key().public_bytes_raw() for key in self.keys.values()}


@dataclass
class Machine:
    """place: whose folder it began as (folders.PLACES). offset: milliseconds by which its clock is wrong."""

    name: str
    place: str
    folder: Path
    time: Time
    dice: random.Random
    offset: int = 0
    full: bool = False
    started_ms: int = 0
    shunned: dict[bytes, set[tuple[bytes, bytes]]] = field(default_factory=dict)
    _run: Run | None = None

    # --- what it is made of ---

    @property
    def run(self) -> Run:
        assert self._run is not None, f"{self.name} is off"
        return self._run

    @property
    def db(self) -> sqlite3.Connection:
        return self.run.db()

    @property
    def node(self) -> bytes:
        return self.run.identity.node_fingerprint

    @property
    def space(self) -> bytes:
        return self.run.space_id

    def gate(self) -> BoardGate:
        return BoardGate(self.run, lambda folder: 0 if self.full else 2 * RESERVE_BYTES)

    @property
    def keys(self) -> Keys:
        """What no file of a node has and no code of it hands out: only a snapshot of the memory has it."""
        return self.run.writer._keys

    def clock(self) -> int:
        self.time.passes(1)
        return max(0, self.time.ms + self.offset)

    def random(self, size: int) -> bytes:
        return self.dice.randbytes(size)

    # --- what its exchange process does by itself ---

    def minute_passes(self) -> None:
        """After visits: what was left to be said."""
        burying.confirm(self.run, self.started_ms)
        forking.say_again(self.run)

    # --- on and off ---

    def starts(self, keys: Keys | None = None) -> None:
        """A new process. keys: what it has in memory, of a snapshot that is resumed."""
        self.shunned, self.started_ms = {}, self.clock()
        settings = Settings(data=self.folder, name=self.place)
        self._run = open_run(settings, self.clock, self.random)
        self.keys.update(keys or {})
        self.db.create_function("random", 0, lambda: self.dice.getrandbits(62))
        self.db.create_function("randomblob", 1, self.dice.randbytes)

    def stops(self) -> None:
        if self._run is not None:
            self._run.close()
            self._run = None

    def begins_with(self, disk: Disk, keys: Keys | None = None) -> None:
        """Its folder is put into this state and a process started there."""
        self.stops()
        folders.write(self.folder, disk)
        self.starts(keys)

    # --- failing ---

    def snapshot(self) -> Memory:
        return Memory(folders.read(self.folder), dict(self.keys))

    def loses_power(self) -> None:
        """Between two transactions."""
        self.begins_with(folders.read(self.folder))

    def is_restored(self, backup: Disk, keep_tombstones: bool) -> None:
        """An old copy of the folder comes back, with today's file of erasures beside it or with that of then."""
        today = folders.read(self.folder).get(TOMBSTONES_FILE)
        disk = {**backup, TOMBSTONES_FILE: today} if keep_tombstones and today is not None else backup
        self.begins_with(disk)

    @contextmanager
    def killed_after(self, looks: int) -> Iterator[None]:
        """Kills the process once SQLite has worked so long on what happens inside, and starts it on what was on the
        disk at that moment; if it had less to do, right after. Raises Killed in either case."""
        left: list[Disk] = []
        self.db.set_progress_handler(_countdown(looks, lambda: left.append(folders.read(self.folder))), LOOK_EVERY)
        try:
            with suppress(sqlite3.OperationalError):  # "interrupted", from wherever it was
                yield
        finally:
            self.db.set_progress_handler(None, 0)
        self.begins_with(left[0] if left else folders.read(self.folder))
        raise Killed(f"{self.name} was killed {'in the middle of it' if left else 'right after it'}")

    # --- saying ---

    def says(self, drafts: list[Draft], scope: str = "circle") -> list[log.Held]:
        """Entries past every courtesy, as a ticket's words are carried."""
        with log.writing(self.db):
            held = self.run.writer.append(self.db, drafts, scope)
            intake.enter(self.db, held, self.clock())
        return held


def _countdown(looks: int, then: Callable[[], object]) -> Callable[[], int]:
    """A handler that SQLite asks whether to stop: once, after so many times."""
    asked = 0

    def stop() -> int:
        nonlocal asked
        asked += 1
        if asked == looks:
            then()
        return int(asked == looks)

    return stop
