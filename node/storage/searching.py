"""One search by what is kept in memory: the words of the newest, which posts have a common word, rows looked up before.

Asks the index as little as may be, and says where it does not know.
"""

import itertools
import sqlite3

from node.domain import text
from node.storage import bits, search
from node.storage.having import Having, Key, Ns
from node.storage.looked_up import LookedUp
from node.storage.newest import Chosen, Newest
from node.storage.rows import Row


class Prepared:
    """Of one process, for all who search."""

    def __init__(self) -> None:
        self.newest, self.having, self.looked_up = Newest(), Having(), LookedUp()


class Asked:
    """What board.listed() asks. mark: of the board as it is."""

    def __init__(self, prepared: Prepared, db: sqlite3.Connection, mark: str, view: Chosen) -> None:
        self._prepared, self._db, self._mark, self._view = prepared, db, mark, view
        self._wanted = text.search_words(view.find)
        self._having = prepared.having.known(mark, self._wanted)

    def found(self, key: Key, limit: int) -> tuple[list[Row], bool] | None:
        ns = self._ns(key, limit)
        if ns is None:
            return None
        return self._prepared.looked_up.rows(self._db, self._mark, ns) if ns else [], len(ns) == limit

    def having(self) -> Ns:
        return None if self._having is None else list(itertools.islice(bits.ns(self._having), search.MANY))

    def _ns(self, key: Key, limit: int) -> Ns:
        """Where it is known which posts have the words, looking through the newest takes longer, or is in vain."""
        narrowed = self._view.kind or self._view.category or self._view.area
        if self._having is None or narrowed:
            ns = self._prepared.newest.found(self._db, self._mark, self._view, key, limit)
            if ns is not None:
                return ns
        if self._having is None:
            self._having = self._prepared.having.asked(self._db, self._mark, self._wanted)
        return None if narrowed else self._first(key, limit)

    def _first(self, key: Key, limit: int) -> Ns:
        if self._having is None:
            return None
        return self._prepared.having.newest(self._db, self._mark, self._view.now_ms, self._having, key, limit)
