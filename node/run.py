"""One process run of this node: its settings, identity and feeds, and a database connection for each thread."""

import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from node.settings import Settings
from node.storage import db as database
from sync.identity import Identity
from sync.writer import Writer

DATABASE_FILE = "corkboard.db"


def now_ms() -> int:
    """Unix milliseconds by this machine's clock."""
    return time.time_ns() // 1_000_000


@dataclass
class Run:
    """What a request or a command needs of the node. `clock_ms`: Unix milliseconds."""

    settings: Settings
    identity: Identity
    writer: Writer
    clock_ms: Callable[[], int]
    _threads: threading.local = field(default_factory=threading.local, repr=False)
    _spare: list[sqlite3.Connection] = field(default_factory=list, repr=False)

    @property
    def space_id(self) -> bytes:
        return self.identity.space_id

    def db(self) -> sqlite3.Connection:
        """This thread's connection: the one that was given back last, which has in memory what was read last, or a new
        one."""
        connection: sqlite3.Connection | None = getattr(self._threads, "db", None)
        if connection is None:
            connection = self._threads.db = self._spared() or database.open(self.settings.data / DATABASE_FILE)
        return connection

    def _spared(self) -> sqlite3.Connection | None:
        try:
            return self._spare.pop()
        except IndexError:
            return None

    def give_back(self) -> None:
        """This thread needs its connection no more; who answers requests says so after each."""
        connection: sqlite3.Connection | None = getattr(self._threads, "db", None)
        if connection is not None:
            self._threads.db = None
            self._spare.append(connection)

    def close(self) -> None:
        """Closes this thread's connection, and those that were given back."""
        self.give_back()
        while connection := self._spared():
            connection.close()
