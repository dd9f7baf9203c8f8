"""What every store of the log promises to whoever speaks with peers. Another one than SQLite's joins SHELVES."""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial

import pytest
from msgspec.structs import replace

from sync import log, schema
from sync.entry import Entry, parse_page
from sync.log import Feed
from sync.log_store import LogStore
from sync.sqlite_log import SqliteLog


@dataclass
class Shelf:
    """An empty store that knows one space, by number. writing: one transaction of it."""

    store: LogStore
    space_no: int
    writing: Callable[[], AbstractContextManager[None]]

    def takes(self, entries: list[Entry], dropped: frozenset[int] = frozenset()) -> Feed:
        key = entries[0].header.feed
        with self.writing():
            feed = self.store.feed(key) or self.store.begin(key, self.space_no, b"n" * 32, "circle")
            self.store.append(feed, entries, 1_790_000_000_000, dropped)
        grown = self.store.feed(key)
        assert grown is not None
        return grown


def sqlite(tmp_path):
    db = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    db.executescript("".join(schema.STEPS))
    db.execute("INSERT INTO space (no, id, cert, name, state) VALUES (1, ?, x'', 'Hall', 'accepted')", (b"s" * 32,))
    return Shelf(SqliteLog(db), 1, partial(log.writing, db))


SHELVES = [sqlite]


@pytest.fixture(params=SHELVES, ids=lambda made: made.__name__)
def shelf(request, tmp_path):
    return request.param(tmp_path)


@pytest.fixture
def said(hall):
    """Two runs of one feed, of three and four entries, each with its last one signed."""
    hall.says("A ladder", "A cot")
    hall.says("Bread", "Rice", "Oil", "Salt")
    entries = [one.entry for one in log.read(hall.db, 1)]
    return entries[:3], entries[3:]


def read(lines):
    return parse_page(b"".join(line + b"\n" for line in lines))


def test_a_new_one_holds_nothing(shelf):
    assert shelf.store.arrived() == shelf.store.arrived_by(9) == (0, b"")
    assert shelf.store.feeds() == [] and shelf.store.feed(b"f" * 32) is None


def test_what_was_appended_is_there_as_it_was(shelf, said):
    feed = shelf.takes(said[0])
    assert (feed.next, feed.head, feed.space) == (3, said[0][-1].id, b"s" * 32)
    assert [shelf.store.entry(feed, seq) for seq in range(3)] == said[0]
    assert [shelf.store.id_at(feed, seq) for seq in range(4)] == [*(one.id for one in said[0]), b""]
    assert shelf.store.entry(feed, 3) is None and shelf.store.entry(feed, 1 << 40) is None


def test_a_page_ends_at_a_signed_entry_within_the_limits_or_the_next_one_after_them(shelf, said):
    shelf.takes(said[0])
    feed = shelf.takes(said[1])
    for most, count in ((500, 7), (6, 3), (3, 3), (1, 3)):
        page = read(shelf.store.page(feed, 0, most, 1 << 20))
        assert len(page) == count and [bool(one.sig) for one in page] == [False] * (count - 1) + [True]
    assert [one.raw for one in read(shelf.store.page(feed, 3, 500, 10))] == [one.raw for one in said[1]]
    assert shelf.store.page(feed, 7, 500, 1 << 20) == []


def test_what_arrived_is_counted_and_marked(shelf, said):
    shelf.takes(said[0])
    first = shelf.store.arrived()
    feed = shelf.takes(said[1])
    assert [first[0], shelf.store.arrived()[0]] == [3, 7] and feed.changed == 7
    assert shelf.store.arrived_by(6) == first and shelf.store.arrived_by(7) == shelf.store.arrived()
    assert shelf.store.knows_mark(*first) and not shelf.store.knows_mark(7, first[1])
    assert not shelf.store.knows_mark(2, first[1])


def test_feeds_that_grew_are_told_in_the_order_in_which_they_did(shelf, said, library):
    library.says("Blankets")
    other = [one.entry for one in log.read(library.db, 1)]
    shelf.takes(said[0])
    shelf.takes(other)
    shelf.takes(said[1])
    keys = said[0][0].header.feed, other[0].header.feed
    assert [feed.key for feed in shelf.store.feeds()] == [keys[1], keys[0]]
    assert [feed.key for feed in shelf.store.feeds(changed_after=5)] == [keys[0]]
    assert shelf.store.feeds(changed_after=9) == []
    assert [shelf.store.cut(0, most) for most in (0, 1, 2)] == [5, 9, None] and shelf.store.cut(5, 1) is None


def test_a_payload_that_did_not_come_is_wanted_unless_it_was_dropped(shelf, said):
    bare = [replace(one, salt=b"", payload=None) for one in said[0][1:]]
    assert not shelf.store.is_lacking()
    feed = shelf.takes([said[0][0], *bare], dropped=frozenset({2}))
    assert shelf.store.is_lacking()
    now_ms = 1_790_000_000_000
    assert list(shelf.store.wanted(500, now_ms)) == [(feed.key, 1, said[0][1].id)]
    assert list(shelf.store.wanted(0, now_ms)) == []
    assert [one.payload is None for one in read(shelf.store.page(feed, 0, 500, 1 << 20))] == [False, True, True]


def test_a_transaction_that_fails_leaves_nothing(shelf, said):
    with pytest.raises(ZeroDivisionError), shelf.writing():
        feed = shelf.store.begin(said[0][0].header.feed, shelf.space_no, b"n" * 32, "circle")
        shelf.store.append(feed, said[0], 1)
        raise ZeroDivisionError
    assert shelf.store.feeds() == [] and shelf.store.arrived() == (0, b"")


def test_equal_entries_have_equal_digests_and_a_snapshot_is_of_one_moment(shelf, said, hall):
    shelf.takes(said[0])
    with shelf.store.snapshot():
        assert shelf.store.arrived()[0] == 3 and shelf.store.digest() != SqliteLog(hall.db).digest()
    shelf.takes(said[1])
    assert shelf.store.digest() == SqliteLog(hall.db).digest()
