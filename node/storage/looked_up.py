"""Rows of posts that were looked up, in memory while the board is the same. Reads only; thread-safe.

A page of rows is a step of SQLite each, and with each another thread may get its turn: with many who search at once
that took longer than all else.
"""

import sqlite3
import threading
from collections.abc import Iterable

from node.storage import rows
from node.storage.rows import Row

MOST = 3_000  # rows of 600 bytes or so
AT = f"SELECT {rows.OF_POST} FROM json_each(?) AS asked CROSS JOIN post ON post.n = asked.value"


class LookedUp:
    def __init__(self) -> None:
        self._mark: str | None = None
        self._held: dict[int, Row] = {}
        self._lock = threading.Lock()

    def rows(self, db: sqlite3.Connection, mark: str, ns: list[int]) -> list[Row]:
        """Those of these that are there, in this order."""
        with self._lock:
            known = {n: self._held[n] for n in ns if n in self._held} if mark == self._mark else {}
        unknown = [n for n in ns if n not in known]
        if unknown:
            read = {row.n: row for row in _at(db, unknown)}
            self._keep(mark, read)
            known |= read
        return [known[n] for n in ns if n in known]

    def _keep(self, mark: str, read: dict[int, Row]) -> None:
        with self._lock:
            if mark != self._mark or len(self._held) + len(read) > MOST:
                self._mark, self._held = mark, {}
            self._held |= read


def _at(db: sqlite3.Connection, ns: list[int]) -> Iterable[Row]:
    return (Row(*values) for values in db.execute(AT, (str(ns),)))
