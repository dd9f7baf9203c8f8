"""The log in SQLite: how it is written to, read and checked. Knows feeds and order, never posts.

`writer` appends what this node says, `take` what others said; both end in insert() here. Every function takes an
open connection first and works inside the caller's transaction, which is always `with writing(db)`.
"""

import hashlib
import itertools
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import overload

import msgspec

from sync.bulk import Bulk
from sync.entry import (
    SIGN_EVERY,
    Entry,
    check_commitment,
    check_signature,
    commitment,
    entry_id,
    padded,
    parse_header,
    to_line,
)
from sync.plain import PlainRun
from sync.refusals import BadChain, Refused
from sync.schema import FEED_SHIFT

SEQ_MASK = (1 << FEED_SHIFT) - 1


@contextmanager
def writing(db: sqlite3.Connection) -> Iterator[None]:
    """One write transaction. IMMEDIATE, so that what is read in it is still true when it writes."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")  # may fail as well, for want of room; left open, it would end every later one
    except BaseException:
        if db.in_transaction:  # on a full disk SQLite may have rolled back by itself
            db.execute("ROLLBACK")
        raise


@contextmanager
def noting(db: sqlite3.Connection) -> Iterator[None]:
    """As writing(), for what may be lost when the power goes: its end waits for no disk. What was written before is not
    touched by that, and the next one that does wait brings this to the disk too. Not inside another transaction."""
    db.execute("PRAGMA synchronous = NORMAL")
    try:
        with writing(db):
            yield
    finally:
        db.execute("PRAGMA synchronous = FULL")


class Held(msgspec.Struct, frozen=True, gc=False):
    """An entry that is in the log, with its key."""

    k: int
    entry: Entry


class HeldRun(Sequence[Held]):
    """A run that is in the log. An object for each entry is made when somebody asks for one."""

    def __init__(self, base: int, run: PlainRun) -> None:
        self.base, self.run = base, run

    def __len__(self) -> int:
        return len(self.run)

    @overload
    def __getitem__(self, at: int) -> Held: ...

    @overload
    def __getitem__(self, at: slice) -> list[Held]: ...

    def __getitem__(self, at: int | slice) -> Held | list[Held]:
        return list(self)[at]

    def __iter__(self) -> Iterator[Held]:
        return map(Held, itertools.count(self.base | self.run.first), self.run)


class Feed(msgspec.Struct, frozen=True):
    """One process run's entries. `next`: the seq that comes next; `head`: id of the last; `changed`: the n at which
    it last grew; `counts`: how many of its entries count, None for all (cutoffs, blocks)."""

    no: int
    key: bytes
    space_no: int
    space: bytes
    node: bytes
    scope: str
    next: int
    head: bytes
    changed: int
    state: str
    counts: int | None

    @property
    def known_to_others(self) -> int:
        """How many of its entries other spaces are told of."""
        return self.next if self.counts is None else min(self.next, self.counts)


FEEDS = """
SELECT feed.no, feed.key, feed.space, space.id, feed.node, feed.scope, feed.next, feed.head, feed.changed, feed.state,
  nullif(min(
    CASE WHEN EXISTS (SELECT 1 FROM cutoff WHERE cutoff.node = feed.node)
      THEN coalesce((SELECT counts FROM cutoff WHERE cutoff.node = feed.node AND cutoff.feed = feed.key), 0)
      ELSE 1 << 40 END,
    CASE WHEN EXISTS (SELECT 1 FROM barred WHERE barred.space = space.id)
      THEN coalesce((SELECT counts FROM barred WHERE barred.space = space.id AND barred.feed = feed.key), 0)
      ELSE 1 << 40 END), 1 << 40)
FROM feed JOIN space ON space.no = feed.space
"""


def feeds(db: sqlite3.Connection, changed_after: int = -1) -> list[Feed]:
    """Every feed that grew after this n, in the order in which they did."""
    rows = db.execute(FEEDS + "WHERE feed.changed > ? ORDER BY feed.changed, feed.no", (changed_after,))
    return [Feed(*row) for row in rows]


def feed_by_key(db: sqlite3.Connection, key: bytes) -> Feed | None:
    row = db.execute(FEEDS + "WHERE feed.key = ?", (key,)).fetchone()
    return Feed(*row) if row else None


def feed_by_no(db: sqlite3.Connection, no: int) -> Feed:
    return Feed(*db.execute(FEEDS + "WHERE feed.no = ?", (no,)).fetchone())


ADD_FEED = """
INSERT INTO feed (key, space, node, scope, next, head, changed, state) VALUES (?, ?, ?, ?, 0, x'', 0, 'open')
"""


def add_feed(db: sqlite3.Connection, key: bytes, space_no: int, node: bytes, scope: str) -> Feed:
    """A feed without entries yet; its entry 0 is inserted next."""
    no = db.execute(ADD_FEED, (key, space_no, node, scope)).lastrowid
    assert no is not None
    return feed_by_no(db, no)


ADD_ENTRY = "INSERT INTO entry (k, header, sig, salt, payload) VALUES (?, ?, ?, ?, ?)"
ADD_UNSIGNED = Bulk("entry (k, header, salt, payload)", "(?1, ?2, ?3, ?4)", width=4)
ADD_SIGNATURE = "UPDATE entry SET sig = ? WHERE k = ?"
GROW = "UPDATE feed SET next = ?, head = ?, changed = ? WHERE no = ?"
ADD_MISSING = "INSERT INTO missing (k) VALUES (?)"


def insert(
    db: sqlite3.Connection,
    feed: Feed,
    entries: Sequence[Entry],
    now_ms: int,
    dropped: frozenset[int] = frozenset(),
) -> Sequence[Held]:
    """Adds checked entries behind the head of a feed. `dropped`: seqs whose payload is not wanted any more; one
    that is wanted but did not come along is noted as missing."""
    base = feed.no << FEED_SHIFT
    if isinstance(entries, PlainRun):
        ADD_UNSIGNED.put(db, entries.columns(base))
        db.executemany(ADD_SIGNATURE, entries.signatures(base))
        _grow(db, feed, len(entries), entries.last + 1, entries.ids[-1], now_ms)
        return HeldRun(base, entries)
    held = [Held(base | entry.header.seq, entry) for entry in entries]
    db.executemany(ADD_ENTRY, [(base | e.header.seq, e.raw, e.sig or None, e.salt or None, e.payload) for e in entries])
    absent = [(h.k,) for h in held if h.entry.payload is None and h.entry.header.seq not in dropped]
    if absent:
        db.executemany(ADD_MISSING, absent)
    last = entries[-1]
    _grow(db, feed, len(entries), last.header.seq + 1, last.id, now_ms)
    return held


def _grow(db: sqlite3.Connection, feed: Feed, count: int, then: int, head: bytes, now_ms: int) -> None:
    """then: the seq that comes next."""
    n = arrive(db, count, feed.key + head, now_ms)
    db.execute(GROW, (then, head, n, feed.no))


LAST_ARRIVAL = "SELECT n, mark FROM arrival ORDER BY n DESC LIMIT 1"


def last_arrival(db: sqlite3.Connection) -> tuple[int, bytes]:
    """(n, mark): how much has arrived here, and the running hash over it. (0, b"") on an empty node."""
    row = db.execute(LAST_ARRIVAL).fetchone()
    return (row[0], row[1]) if row else (0, b"")


def knows_mark(db: sqlite3.Connection, n: int, mark: bytes) -> bool:
    """True if this node once answered with exactly this; false for one that was restored or swapped since."""
    row = db.execute("SELECT mark FROM arrival WHERE n = ?", (n,)).fetchone()
    return bool(row) and row[0] == mark


def arrive(db: sqlite3.Connection, count: int, what: bytes, now_ms: int) -> int:
    """Counts arrivals (entries, proofs, payloads) and carries the mark on. Returns the new n."""
    n, mark = last_arrival(db)
    mark = hashlib.blake2b(mark + what, digest_size=16, person=b"cb1 mark").digest()
    db.execute("INSERT INTO arrival (n, mark, ms) VALUES (?, ?, ?)", (n + count, mark, now_ms))
    return n + count


ENTRY = "SELECT k, header, sig, salt, payload FROM entry WHERE k = ?"
ENTRIES = "SELECT k, header, sig, salt, payload FROM entry WHERE k >= ? AND k < ? ORDER BY k"


def _held(row: tuple[int, bytes, bytes | None, bytes | None, bytes | None]) -> Held:
    k, raw, sig, salt, payload = row
    return Held(k, Entry(parse_header(raw), raw, entry_id(raw), sig or b"", salt or b"", payload))


def one(db: sqlite3.Connection, k: int) -> Held | None:
    row = db.execute(ENTRY, (k,)).fetchone()
    return _held(row) if row else None


def read(db: sqlite3.Connection, feed_no: int, from_seq: int = 0, until_seq: int = SEQ_MASK) -> Iterator[Held]:
    """Entries of a feed from one seq up to, not including, another."""
    base = feed_no << FEED_SHIFT
    return (_held(row) for row in db.execute(ENTRIES, (base + from_seq, base + until_seq)))


def read_all(db: sqlite3.Connection) -> Iterator[Held]:
    """Every entry, feed after feed."""
    return (_held(row) for row in db.execute(ENTRIES, (0, 1 << 62)))


def page(db: sqlite3.Connection, feed_no: int, from_seq: int, max_entries: int, max_bytes: int) -> list[bytes]:
    """Lines of one run of a feed that ends at a signed entry: the last one within the limits, else the next one
    after them, since a page stretches to a signature. Only that last signature is sent."""
    base, size, end = feed_no << FEED_SHIFT, 0, 0
    rows: list[tuple[int, bytes, bytes | None, bytes | None, bytes | None]] = []
    for row in db.execute(ENTRIES, (base + from_seq, base + SEQ_MASK)):
        size += len(row[1]) + len(row[4] or b"") + 150
        if end and (len(rows) >= max_entries or size > max_bytes):
            break
        rows.append(row)
        if row[2]:
            end = len(rows)
    last = end - 1
    return [
        to_line(raw, sig if at == last else None, salt, payload)
        for at, (_, raw, sig, salt, payload) in enumerate(rows[:end])
    ]


def drop_payloads(db: sqlite3.Connection, ks: Iterable[int]) -> None:
    """Forgets payload and salt; the header stays, so the chain still verifies."""
    rows = [(k,) for k in ks]
    db.executemany("UPDATE entry SET salt = NULL, payload = NULL WHERE k = ?", rows)
    db.executemany("DELETE FROM missing WHERE k = ?", rows)


def is_missing(db: sqlite3.Connection, k: int) -> bool:
    """True if a payload is wanted that is not held."""
    return db.execute("SELECT 1 FROM missing WHERE k = ?", (k,)).fetchone() is not None


def fill_payload(db: sqlite3.Connection, k: int, salt: bytes, payload: bytes, now_ms: int) -> Held:
    """Puts in a payload that was missing. Raises BadCommitment, or Refused where none is missing."""
    held = one(db, k)
    if held is None or not is_missing(db, k):
        raise Refused("this payload is not missing here")
    entry = msgspec.structs.replace(held.entry, salt=salt, payload=payload)
    check_commitment(entry)
    db.execute("UPDATE entry SET salt = ?, payload = ? WHERE k = ?", (salt, payload, k))
    db.execute("DELETE FROM missing WHERE k = ?", (k,))
    arrive(db, 1, entry.id, now_ms)
    return Held(k, entry)


def seal_payload(random: Callable[[int], bytes], payload: bytes) -> tuple[bytes, bytes, int]:
    """(salt, commitment, padded length) for a payload of our own."""
    salt = random(16)
    return salt, commitment(salt, payload), padded(payload)


def digest(db: sqlite3.Connection) -> str:
    """Equal at two nodes that hold the same entries of the circle: a hash over every feed's key, height and head,
    of what counts of it."""
    state = hashlib.blake2b(digest_size=16, person=b"cb1 log")
    for feed in sorted(feeds(db), key=lambda feed: feed.key):
        height = feed.known_to_others
        if feed.scope == "circle" and feed.state == "open" and height:
            state.update(feed.key + height.to_bytes(8, "big") + id_at(db, feed, height - 1))
    return state.hexdigest()


def id_at(db: sqlite3.Connection, feed: Feed, seq: int) -> bytes:
    """The id of an entry, b"" where it is not held."""
    if seq == feed.next - 1:
        return feed.head
    held = one(db, feed.no << FEED_SHIFT | seq)
    return held.entry.id if held else b""


def verify(db: sqlite3.Connection, progress: Callable[[int, int], None] = lambda done, total: None) -> int:
    """Checks every chain, signature and commitment again. Returns how many entries. Raises a Refused that names the
    first thing that is wrong."""
    all_feeds = feeds(db)
    total, done = sum(feed.next for feed in all_feeds), 0
    for feed in all_feeds:
        for _ in _verify_feed(db, feed):
            done += 1
            if done % SIGN_EVERY == 0:
                progress(done, total)
    progress(done, total)
    return done


def _verify_feed(db: sqlite3.Connection, feed: Feed) -> Iterator[None]:
    head, seq, signed = b"", 0, -1
    for held in read(db, feed.no):
        entry = held.entry
        if (entry.header.feed, entry.header.seq, entry.header.prev) != (feed.key, seq, head):
            raise BadChain(f"feed {feed.key.hex()[:16]} breaks at entry {seq}")
        check_commitment(entry)
        if entry.sig:
            check_signature(entry)
            signed = seq
        head, seq = entry.id, seq + 1
        yield
    if (seq, head) != (feed.next, feed.head) or signed != seq - 1:
        raise BadChain(f"feed {feed.key.hex()[:16]} does not end at its signed head")
