"""One process run of this node: its settings, its identity, its feeds, a database connection for each thread."""

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

    @property
    def space_id(self) -> bytes:
        return self.identity.space_id

    def db(self) -> sqlite3.Connection:
        """This thread's connection, opened once."""
        connection: sqlite3.Connection | None = getattr(self._threads, "db", None)
        if connection is None:
            connection = self._threads.db = database.open(self.settings.data / DATABASE_FILE)
        return connection

    def close(self) -> None:
        """Closes this thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._threads, "db", None)
        if connection is not None:
            connection.close()
            self._threads.db = None
