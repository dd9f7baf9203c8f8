"""Which posts have a word, and which of the newest come first: in memory while the board is the same. Reads only.

The index takes for a beginning of words as long as all posts take that have one, and for several words the sum of it.
Here each word is asked for once, and several cost as much as one. A word that few posts have is quick to ask for and is
not kept: nothing here is what only one person looks for. Each process has its own; thread-safe.
"""

import functools
import itertools
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from node.storage import bits, rows, search
from node.storage.bits import Bits

DEEP = 10_000  # of these the order is known; listed by n alone, in 8 ms
# Searches that asked the index while the board was the same: so long the newest are not listed, and so long all that
# have a word are not read. While posts come in, either would be done in vain.
CALM, SETTLED = 3, 30
MANY = 300  # of these: to go through them in their order until a page is full is quicker than to sort out all
COMMON = 100  # posts: from so many on a word is kept
ROOM = 8 << 20  # bytes of words that are kept
# In one row, since with each another thread may get its turn.
HAVING = "SELECT json_group_array(rowid) FROM (SELECT rowid FROM search WHERE search MATCH ? LIMIT ?)"
ORDER = f"""
SELECT n, since FROM post WHERE state & {rows.OVER} = 0 AND expires > ?
ORDER BY since DESC, n DESC LIMIT {DEEP}
"""
Key = tuple[int, int]  # since, n
Ns = list[int] | None
Wanted = Sequence[Sequence[Sequence[str]]]  # as text.search_words()


class Order:
    """The newest current posts."""

    def __init__(self, db: sqlite3.Connection, now_ms: int) -> None:
        self._listed: list[tuple[int, int]] = db.execute(ORDER, (now_ms,)).fetchall()
        self._place = {n: at for at, (n, _since) in enumerate(self._listed)}
        self._all = bits.of(self._place)

    def first(self, having: Bits, key: Key, limit: int) -> Ns:
        near = bits.both(having, self._all)
        if bits.many(near) < limit:
            return None
        sorted_out = self._sorted(near) if bits.many(near) < MANY else bits.among(near, self._place)
        after = (n for n in sorted_out if (self._listed[self._place[n]][1], n) < key)
        found = list(itertools.islice(after, limit))
        return found if len(found) == limit else None

    def _sorted(self, near: Bits) -> Iterator[int]:
        return (self._listed[at][0] for at in sorted(self._place[n] for n in bits.ns(near)))


class Having:
    def __init__(self) -> None:
        self._asked, self._times = "", 0
        self._mark: str | None = None
        self._words: OrderedDict[str, Bits] = OrderedDict()
        self._order: Order | None = None
        self._lock = threading.Lock()

    def known(self, mark: str, wanted: Wanted) -> Bits | None:
        """The posts that have all these words, where all of them are kept."""
        with self._lock:
            all_are_kept = mark == self._mark and all(part in self._words for part in _parts(wanted))
            return _together(wanted, self._words) if wanted and all_are_kept else None

    def asked(self, db: sqlite3.Connection, mark: str, wanted: Wanted) -> Bits | None:
        """As known(); what is not kept is asked of the index. None to the first who ask for a mark, and, where the
        board was not the same for long, of words that too many have."""
        with self._lock:
            self._times = self._times + 1 if mark == self._asked else 1
            self._asked = mark
            if self._times <= CALM:
                return None
            self._turn_to(mark)
            settled = self._times > SETTLED
            held = {part: self._words.get(part) for part in _parts(wanted)}
        if not settled:
            few = _ns(db, search.matching(wanted), search.MANY)
            return bits.of(few) if len(few) < search.MANY else None
        found = {part: _read(db, part) if kept is None else kept for part, kept in held.items()}
        self._keep(mark, found)
        return _together(wanted, found)

    def newest(self, db: sqlite3.Connection, mark: str, now_ms: int, having: Bits, key: Key, limit: int) -> Ns:
        """n of posts after `key`, the newest first; those hidden here are among them. None where fewer than `limit` are
        known here."""
        if bits.many(having) < limit:
            return None
        with self._lock:
            self._turn_to(mark)
            order = self._order = self._order or Order(db, now_ms)
        return order.first(having, key, limit)

    def _turn_to(self, mark: str) -> None:
        if mark != self._mark:
            self._mark, self._order = mark, None
            self._words.clear()

    def _keep(self, mark: str, found: Mapping[str, Bits]) -> None:
        with self._lock:
            if mark != self._mark:
                return
            for part, having in found.items():
                if bits.many(having) >= COMMON:
                    self._words[part] = having
                    self._words.move_to_end(part)
            largest = max(map(bits.size, found.values()), default=0)
            while len(self._words) * largest > ROOM:
                self._words.popitem(last=False)


def _parts(wanted: Wanted) -> set[str]:
    return {part for readings in wanted for parts in readings for part in parts}


def _together(wanted: Wanted, found: Mapping[str, Bits]) -> Bits:
    """All words, each in one of its readings, of that all parts."""
    words = ([functools.reduce(bits.both, (found[part] for part in parts)) for parts in word] for word in wanted)
    return functools.reduce(bits.both, (functools.reduce(bits.either, readings) for readings in words))


def _read(db: sqlite3.Connection, part: str) -> Bits:
    return bits.of(_ns(db, search.beginning(part), -1))


def _ns(db: sqlite3.Connection, match: str, most: int) -> list[int]:
    ((found,),) = db.execute(HAVING, (match, most)).fetchall()
    return msgspec.json.decode(found, type=list[int])
