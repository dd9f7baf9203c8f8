"""Many rows of one shape, several with each statement: a statement for each row costs Python more than the row SQLite.

Not for the search index: FTS5 writes its memory out before a statement of several rows.
"""

import re
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

MANY = 25
"""Of fifty and a hundred the gain is hardly larger, and preparing the statement takes longer."""


class Bulk:
    """Rows of `width` values. `into`: table and columns; `row`: what of these values goes where, as "(?1, ?2, ?1)".

    A conflict leaves what came before it in place, and SQLite keeps no journal of each statement: whoever calls ends
    the transaction with the error.
    """

    def __init__(self, into: str, row: str, width: int) -> None:
        self.one = f"INSERT OR FAIL INTO {into} VALUES {row}"
        self._width = width
        self._many = self.one + "".join(", " + _shifted(row, at * width) for at in range(1, MANY))

    def put(self, db: sqlite3.Connection, columns: Sequence[Sequence[Any]]) -> None:
        """Within the caller's transaction. All columns are of one length."""
        width, step = self._width, MANY * self._width
        values: list[Any] = [None] * (width * len(columns[0]))
        for at, column in enumerate(columns):
            values[at::width] = column
        whole = len(values) - len(values) % step
        for at in range(0, whole, step):
            db.execute(self._many, values[at : at + step])
        for at in range(whole, len(values), width):
            db.execute(self.one, values[at : at + width])


def blobs(column: Iterable[bytes]) -> list[bytearray]:
    """A column of bytes as it is quickest to hand over: for each value that is bytes or None, Python 3.11's sqlite3
    looks for somebody who would rather have it as something else, which is a quarter of what a row costs."""
    return list(map(bytearray, column))


def _shifted(row: str, by: int) -> str:
    return re.sub(r"\?(\d+)", lambda place: f"?{int(place[1]) + by}", row)
