"""The newest current posts with their words, in memory: who looks for what many posts say reads no index. Reads only.

It finds what the index would, or says that it cannot tell. Each process has its own; thread-safe. What is not among the
newest any more, erased words too, is forgotten when the board is another and somebody searches.
"""

import bisect
import heapq
import itertools
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

import msgspec

from node.domain import text
from node.storage import rows, search
from node.storage.having import Key, Ns

FIRST_FEW, ENOUGH = 500, 2  # where no two of them have these words, the newest hardly fill a page
MOST = 2_500  # listed anew in 3 ms; where one post in a hundred has a word, they fill a page
AT_ONCE = 100  # posts whose words one search reads from the log; the next one goes on

NEWEST = f"""
SELECT n, since, k, kind, category, area FROM post WHERE state & {rows.OVER} = 0 AND expires > ?
ORDER BY since DESC, n DESC LIMIT {MOST + 1}
"""
Wanted = list[list[list[str]]]  # as text.search_words(), each with the blank before it


class Chosen(Protocol):
    """Of a board.View what is asked here."""

    @property
    def kind(self) -> str | None: ...
    @property
    def category(self) -> str | None: ...
    @property
    def area(self) -> str | None: ...
    @property
    def find(self) -> str: ...
    @property
    def now_ms(self) -> int: ...


class Thin(NamedTuple):
    n: int
    since: int
    k: int
    kind: str
    category: str
    area: str


class Words(msgspec.Struct, frozen=True):
    """Folded words of posts in one text, a blank before each word and a line for each post: looking through that is
    several times quicker than through each."""

    lines: str = ""
    begins: tuple[int, ...] = ()

    def having(self, wanted: Wanted, most: int) -> Iterator[int]:
        """Which of the first `most` posts have all that was typed, as search.match() asks the index; by number."""
        end = self.begins[most] if most < len(self.begins) else len(self.lines)
        match wanted:
            case [[[part]]]:
                return self._having(part, end)
        return self._having_all(wanted, end)

    def _having_all(self, wanted: Wanted, end: int) -> Iterator[int]:
        longest = max(wanted, key=lambda each: min(len(parts[0]) for parts in each))
        every = heapq.merge(*(self._having(parts[0], end) for parts in longest))
        for number, _again in itertools.groupby(every):
            said = self.lines[self.begins[number] : self.lines.index("\n", self.begins[number])]
            if all(any(all(part in said for part in parts) for parts in each) for each in wanted):
                yield number

    def _having(self, part: str, end: int) -> Iterator[int]:
        at = self.lines.find(part, 0, end)
        while at >= 0:
            number = bisect.bisect_right(self.begins, at) - 1
            yield number
            at = self.lines.find(part, self.lines.index("\n", at), end)


def wanted_of(typed: str) -> Wanted:
    return [[[f" {part}" for part in parts] for parts in each] for each in text.search_words(typed)]


def words_of(lines: Sequence[str]) -> Words:
    return Words("".join(lines), tuple(itertools.accumulate(map(len, lines[:-1]), initial=0)) if lines else ())


class Newest:
    def __init__(self) -> None:
        self._mark: str | None = None
        self._listed: list[Thin] = []
        self._lines: dict[int, str] = {}  # k -> words, as far as they were read
        self._words = Words()
        self._lock = threading.Lock()

    def found(self, db: sqlite3.Connection, mark: str, view: Chosen, key: Key, limit: int) -> Ns:
        """n of posts after `key`, the newest first; those hidden here are among them. None where fewer than `limit` are
        known here and older posts may have these words too. mark: of the board as it is."""
        listed, words = self._now(db, mark, view.now_ms)
        whole = len(words.begins) == len(listed) <= MOST
        wanted = wanted_of(view.find)
        if not whole and len(list(itertools.islice(words.having(wanted, FIRST_FEW), ENOUGH))) < ENOUGH:
            return None
        having = (listed[number] for number in words.having(wanted, len(listed)))
        chosen = (one.n for one in having if (one.since, one.n) < key and _is_chosen(one, view))
        found = list(itertools.islice(chosen, limit))
        return found if whole or len(found) == limit else None

    def _now(self, db: sqlite3.Connection, mark: str, now_ms: int) -> tuple[list[Thin], Words]:
        with self._lock:
            if mark != self._mark:
                self._listed = list(map(Thin._make, db.execute(NEWEST, (now_ms,))))
                self._lines = {one.k: self._lines[one.k] for one in self._listed if one.k in self._lines}
                self._mark, self._words = mark, Words()
            if len(self._words.begins) < len(self._listed):
                self._words = self._read(db)
            return self._listed, self._words

    def _read(self, db: sqlite3.Connection) -> Words:
        """Of the newest without gap, as far as one search may read."""
        unread = [one for one in self._listed if one.k not in self._lines]
        self._lines |= {one.k: _said(db, one) for one in unread[:AT_ONCE]}
        known = itertools.takewhile(lambda line: line is not None, (self._lines.get(one.k) for one in self._listed))
        return words_of([line for line in known if line is not None])


def _said(db: sqlite3.Connection, one: Thin) -> str:
    state = rows.state_at(db, one.k)
    return f" {text.as_indexed(search.words_of(state.words, state.original, one.area))}\n" if state else "\n"


def _is_chosen(one: Thin, view: Chosen) -> bool:
    return view.kind in (None, one.kind) and view.category in (None, one.category) and view.area in (None, one.area)
