"""The log store over SQLite, inside the caller's transaction: what `log` does, and what is still wanted of others."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sync import log
from sync.entry import Entry
from sync.log import Feed, Held
from sync.log_store import Wanted
from sync.schema import FEED_SHIFT

CHANGES = """
SELECT changed FROM (SELECT changed FROM feed WHERE changed > ? UNION ALL SELECT changed FROM proof WHERE changed > ?)
ORDER BY changed LIMIT 1 OFFSET ?
"""
LACKING = "SELECT EXISTS (SELECT 1 FROM missing)"
MARK = "SELECT n, mark FROM arrival WHERE n <= ? ORDER BY n DESC LIMIT 1"


class SqliteLog:
    """A LogStore on one open connection."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        self._db.execute("BEGIN")
        try:
            yield
        finally:
            self._db.execute("COMMIT")

    def feed(self, key: bytes) -> Feed | None:
        return log.feed_by_key(self._db, key)

    def feeds(self, changed_after: int = -1) -> list[Feed]:
        return log.feeds(self._db, changed_after)

    def begin(self, key: bytes, space_no: int, node: bytes, scope: str) -> Feed:
        return log.add_feed(self._db, key, space_no, node, scope)

    def append(
        self, feed: Feed, entries: Sequence[Entry], now_ms: int, dropped: frozenset[int] = frozenset()
    ) -> Sequence[Held]:
        return log.insert(self._db, feed, entries, now_ms, dropped)

    def page(self, feed: Feed, from_seq: int, max_entries: int, max_bytes: int) -> list[bytes]:
        return log.page(self._db, feed.no, from_seq, max_entries, max_bytes)

    def entry(self, feed: Feed, seq: int) -> Entry | None:
        held = log.one(self._db, feed.no << FEED_SHIFT | seq) if 0 <= seq <= log.SEQ_MASK else None
        return held.entry if held else None

    def id_at(self, feed: Feed, seq: int) -> bytes:
        return log.id_at(self._db, feed, seq)

    def arrived(self) -> tuple[int, bytes]:
        return log.last_arrival(self._db)

    def arrived_by(self, n: int) -> tuple[int, bytes]:
        row = self._db.execute(MARK, (n,)).fetchone()
        return (row[0], row[1]) if row else (0, b"")

    def knows_mark(self, n: int, mark: bytes) -> bool:
        return log.knows_mark(self._db, n, mark)

    def cut(self, after: int, most: int) -> int | None:
        row = self._db.execute(CHANGES, (after, after, most)).fetchone()
        return row[0] if row else None

    def is_lacking(self) -> bool:
        return bool(self._db.execute(LACKING).fetchone()[0])

    def wanted(self, limit: int, now_ms: int) -> list[Wanted]:
        return _wanted(self._db, limit, now_ms)

    def digest(self) -> str:
        return log.digest(self._db)


ROUND_MS = 90_000  # in which every peer that can be reached is visited
FIRST_WAIT_MS = 60_000
LONGEST_WAIT_MS = 24 * 3_600_000
MISSING = """
SELECT feed.key, missing.k & ((1 << 40) - 1), missing.k FROM missing JOIN feed ON feed.no = missing.k >> 40
WHERE feed.state = 'open' AND (missing.round_ms > :now - :round OR missing.round_ms + :round + missing.wait_ms <= :now)
ORDER BY random() LIMIT :limit
"""
BEGIN_ROUND = """
UPDATE missing SET round_ms = :now, wait_ms = min(max(2 * wait_ms, :first), :longest)
WHERE k = :k AND (round_ms <= :now - :round OR round_ms > :now)
"""


def _wanted(db: sqlite3.Connection, limit: int, now_ms: int) -> list[Wanted]:
    """In rounds, in each of every peer once or twice. Between them nobody is asked, for a minute at first, then twice
    as long each time, up to a day: what nobody holds any more must not be a burden for ever."""
    asked = {"now": now_ms, "round": ROUND_MS, "limit": limit}
    rows = db.execute(MISSING, asked).fetchall()
    waits = {"now": now_ms, "round": ROUND_MS, "first": FIRST_WAIT_MS, "longest": LONGEST_WAIT_MS}
    if rows:
        with log.writing(db):
            db.executemany(BEGIN_ROUND, [{**waits, "k": k} for _, _, k in rows])
    held = ((feed, seq, log.one(db, k)) for feed, seq, k in rows)
    return [(feed, seq, found.entry.id) for feed, seq, found in held if found]
