"""Threads that wait for one another kept on one processor for a while. Decides nothing but where they run.

Of the threads of one process only one at a time runs Python. Where they are spread over processors, each change from
one to the other wakes a processor first: while pages come in, a fifth of all time. Only Linux can be asked for it;
elsewhere, and on a machine with one processor, nothing happens.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

TASKS = Path("/proc/self/task")
PROCESSOR = 39 - 3  # proc(5), stat: the 39th word; the first three end with a name in brackets


class OneProcessor:
    """For the threads of one event loop and who works for it; may be held several times at once."""

    def __init__(self) -> None:
        self._holders = 0
        self._before: set[int] = set()
        self._here: set[int] = set()

    @contextmanager
    def holding(self, *threads: int) -> Iterator[None]:
        """threads: native ids, all brought to where the first of them is. They are let go with the last block."""
        self._holders += 1
        if self._holders == 1:
            with suppress(AttributeError, OSError):
                self._gather(threads)
        try:
            yield
        finally:
            self._holders -= 1
            if not self._holders:
                with suppress(AttributeError, OSError):
                    self._let_go()

    def _gather(self, threads: tuple[int, ...]) -> None:
        self._before = os.sched_getaffinity(threads[0])
        self._here = {_processor_of(threads[0])}
        for thread in threads:
            os.sched_setaffinity(thread, self._here)

    def _let_go(self) -> None:
        """Threads that were begun meanwhile are where the one was that began them."""
        for thread in [int(task.name) for task in TASKS.iterdir()]:
            with suppress(OSError):  # it has ended
                if os.sched_getaffinity(thread) == self._here:
                    os.sched_setaffinity(thread, self._before)


def _processor_of(thread: int) -> int:
    return int((TASKS / str(thread) / "stat").read_bytes().rpartition(b")")[2].split()[PROCESSOR])
