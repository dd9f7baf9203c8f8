"""Who writes while somebody waits goes first. Knows one lock file in the data folder; the database stays the judge.

SQLite lets a waiting writer look again every 100 ms only, and the exchange would take the lock again long before.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FILE = "turn.lock"
LOOK_SECONDS = 0.005


@contextmanager
def first(folder: Path) -> Iterator[None]:
    """Somebody waits for what is written inside. Many may say so at once; they wait for each other as ever."""
    with (folder / FILE).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


def give_way(folder: Path, at_most: float = 1.0) -> None:
    """Returns once nobody waits, at the latest after so many seconds: bulk work is slowed, never stopped."""
    until = time.monotonic() + at_most
    with (folder / FILE).open("a") as file:
        while time.monotonic() < until:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(LOOK_SECONDS)
            else:
                return
