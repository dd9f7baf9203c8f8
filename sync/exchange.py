"""What this node answers its peers, from its log. Reads only; knows neither HTTP nor what an entry means.

Each answer is (caller, body) -> body and raises Refused. What is for here is answered to nodes of the same space only.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from sync import proofs
from sync.entry import SIGN_EVERY, SIGN_EVERY_BYTES, Entry, to_line
from sync.identity import Certified, check_chain
from sync.log import Feed
from sync.log_store import LogStore
from sync.messages import (
    BODY_BYTES,
    HEADS,
    PAGE_BYTES,
    PAGE_ENTRIES,
    EntriesAsked,
    Head,
    News,
    NewsAsked,
    PayloadsAsked,
    Poke,
    ProofsAsked,
    Reach,
    raw,
    reach_in_words,
    read,
    text,
    write,
)
from sync.refusals import BadCertificate, Unaccepted
from sync.sqlite_log import SqliteLog

GONE_ERASED = b'{"gone":"erased"}'
GONE_ABSENT = b'{"gone":"absent"}'


class Gate(Protocol):
    """The one door, as it is handed in: entries and proofs of others go through it and nowhere else."""

    def db(self) -> sqlite3.Connection:
        """This thread's connection."""

    def is_full(self) -> bool:
        """Whether accept() would refuse entries and payloads for want of room on the disk; proofs it takes always."""

    def accept(
        self,
        pages: Iterable[Sequence[Entry]],
        proofs: Sequence[bytes] = (),
        payloads: Sequence[Entry] = (),
        by: bytes = b"",
    ) -> object:
        """One transaction; raises Refused without a change. Returns what was new. pages: each is asked for once the one
        before it was taken, so that they need not be in memory together. payloads: entries that are held
        already and lacked theirs."""


@dataclass(frozen=True)
class Caller:
    """A node that was checked at this request. family: of this node's own space."""

    node: bytes
    space: bytes
    family: bool


SPACES = "SELECT cert, roster, state FROM space WHERE state <> 'blocked'"


def caller(db: sqlite3.Connection, leaf: bytes) -> Caller:
    """Whose certificate (DER) this is. Raises Unaccepted unless an accepted space names that node now."""
    for cert, roster, state in db.execute(SPACES):
        found = _chain(cert, leaf)
        if found and roster is not None and found.node_key in _nodes(roster):
            return Caller(found.node, found.space, state == "own")
    raise Unaccepted("no accepted space names this node")


@lru_cache(4096)
def _chain(cert: bytes, leaf: bytes) -> Certified | None:
    try:
        return check_chain(cert, leaf)
    except BadCertificate:
        return None


@lru_cache(1024)
def _nodes(roster: bytes) -> frozenset[bytes]:
    return frozenset(proofs.read_roster(roster).nodes)


def take_roster(gate: Gate, leaf: bytes, line: bytes) -> bytes:
    """Hears of a roster from a node that it names and that the one held here does not: the only thing that such a node
    may say. line: the roster, b"" to ask only. Returns the one that was held (b"": none). Raises Refused."""
    who, held = _by_signature(gate.db(), leaf)
    if line:
        told = proofs.read_roster(line)
        if told.space != who.space or who.node_key not in told.nodes:
            raise Unaccepted("a node brings the roster of its space that names it")
        gate.accept([], [line])
        caller(gate.db(), leaf)  # of an older one than is held here it is not helped
    return held


def _by_signature(db: sqlite3.Connection, leaf: bytes) -> tuple[Certified, bytes]:
    """Whose certificate this is, whatever a roster says of it; and the roster that is held of its space."""
    for cert, roster, _ in db.execute(SPACES):
        if found := _chain(cert, leaf):
            return found, roster or b""
    raise Unaccepted("no accepted space has signed this certificate")


TRUSTED = "SELECT cert FROM space WHERE state <> 'blocked'"


def trusted(db: sqlite3.Connection) -> list[bytes]:
    """Certificates (DER) of the spaces that may shake hands with this node, its own among them."""
    return [row[0] for row in db.execute(TRUSTED)]


class Answers:
    """The answers of the peers' port. db: gives this thread's connection."""

    def __init__(self, db: Callable[[], sqlite3.Connection]) -> None:
        self._db = db

    def caller(self, leaf: bytes) -> Caller:
        return caller(self._db(), leaf)

    def news(self, who: Caller, body: bytes) -> bytes:
        asked = read(body, NewsAsked)
        return write(news(self._db(), who, asked.n, raw(asked.mark, 16) if asked.mark else b""))

    def proofs(self, who: Caller, body: bytes) -> bytes:
        lines = proofs.lines(self._db(), [raw(word) for word in read(body, ProofsAsked).ids], who.family)
        return b"".join(_as_many_as_fit(line + b"\n" for line in lines))

    def entries(self, who: Caller, body: bytes) -> bytes:
        return self.page(who, body)[0]

    def page(self, who: Caller, body: bytes) -> tuple[bytes, str]:
        """The same, and in the words of its head how far it reaches."""
        asked = read(body, EntriesAsked)
        wanted = [(raw(feed), seq) for feed, seq in asked.want]
        found = entries(self._db(), who, wanted, asked.max_bytes)
        return found.lines, reach_in_words((feed for feed, _ in wanted), found.reach)

    def payloads(self, who: Caller, body: bytes) -> bytes:
        asked = read(body, PayloadsAsked)
        wanted = [(raw(feed), seq, raw(id_)) for feed, seq, id_ in asked.want]
        return payloads(self._db(), who, wanted)

    def poke(self, who: Caller, body: bytes) -> int:
        """The port at which the caller's own node listens."""
        return read(body, Poke).port


def _as_many_as_fit(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The caller asks again for the others."""
    size = 0
    for line in lines:
        size += len(line)
        if size > BODY_BYTES:
            return
        yield line


def news(db: sqlite3.Connection, who: Caller, n: int, mark: bytes) -> News:
    """What arrived here after n; everything, to a caller whose mark this node never gave."""
    store: LogStore = SqliteLog(db)
    with store.snapshot():  # heads must not be newer than the n that they are told with
        last, last_mark = store.arrived()
        if (n, mark) == (last, last_mark):
            return News(same=True)
        return _since(db, store, who, n if store.knows_mark(n, mark) else 0, last)


PROOFS = "SELECT id FROM proof WHERE changed > ? AND changed <= ? AND (here = 0 OR ?) ORDER BY changed"


def _since(db: sqlite3.Connection, store: LogStore, who: Caller, after: int, last: int) -> News:
    """At most about HEADS changes, cut between two transactions."""
    cut = store.cut(after, HEADS)
    n, mark = store.arrived_by(last if cut is None else cut)
    feeds = [feed for feed in store.feeds(after) if feed.changed <= n and _may_see(db, who, feed)]
    heads = [_head(store, feed, _height(who, feed)) for feed in feeds if _height(who, feed)]
    ids = [text(row[0]) for row in db.execute(PROOFS, (after, n, who.family))]
    return News(n=n, mark=text(mark), heads=heads, proofs=ids, more=n < last)


def _height(who: Caller, feed: Feed) -> int:
    """Of how many entries this caller is told. A space's own nodes hear of all, since they may raise a cut-off."""
    return feed.next if who.space == feed.space else feed.known_to_others


def _head(store: LogStore, feed: Feed, height: int) -> Head:
    return text(feed.space), text(feed.key), height - 1, text(store.id_at(feed, height - 1))


STATE = "SELECT state FROM space WHERE no = ?"


def _may_see(db: sqlite3.Connection, who: Caller, feed: Feed) -> bool:
    if feed.state != "open" or feed.next == 0 or (feed.scope == "here" and who.space != feed.space):
        return False
    return who.family or bool(db.execute(STATE, (feed.space_no,)).fetchone()[0] != "blocked")


@dataclass(frozen=True)
class Page:
    """NDJSON, and how far it goes in each of its feeds."""

    lines: bytes
    reach: Reach


def entries(db: sqlite3.Connection, who: Caller, wanted: Iterable[tuple[bytes, int]], max_bytes: int) -> Page:
    """Contiguous runs, each ending at a signed entry, within a page's limits or one signature past them."""
    store: LogStore = SqliteLog(db)
    lines: list[bytes] = []
    reach: Reach = {}
    size = 0
    for key, seq in wanted:
        feed = store.feed(key)
        while feed and seq < feed.next and size < max_bytes and len(lines) < PAGE_ENTRIES and _may_see(db, who, feed):
            # a run has one signature, and so the span of one
            most, room = min(PAGE_ENTRIES - len(lines), SIGN_EVERY), min(max_bytes - size, SIGN_EVERY_BYTES)
            run = store.page(feed, seq, most, room)
            came = sum(map(len, run)) + len(run)
            if not run or (lines and size + came > max_bytes):
                return _page(lines, reach)  # what stretches past the limit begins the next page
            lines += run
            size, seq = size + came, seq + len(run)
            reach[key] = seq - 1
    return _page(lines, reach)


def _page(lines: list[bytes], reach: Reach) -> Page:
    return Page(b"\n".join([*lines, b""]), reach)


def payloads(db: sqlite3.Connection, who: Caller, wanted: Iterable[tuple[bytes, int, bytes]]) -> bytes:
    """One line for each: the entry with its payload, or that it is gone. Within the limits of a page, so perhaps fewer
    lines than were asked for."""
    lines: list[bytes] = []
    size = 0
    for key, seq, id_ in wanted:
        line = _payload(db, who, key, seq, id_)
        size += len(line) + 1
        if lines and size > PAGE_BYTES:
            break
        lines.append(line + b"\n")
    return b"".join(lines)


def _payload(db: sqlite3.Connection, who: Caller, key: bytes, seq: int, id_: bytes) -> bytes:
    store: LogStore = SqliteLog(db)
    feed = store.feed(key)
    entry = store.entry(feed, seq) if feed and _may_see(db, who, feed) else None
    if entry is None or entry.id != id_:
        return GONE_ABSENT
    if entry.payload is None:
        header = entry.header
        return GONE_ERASED if proofs.is_erased(db, header.owner, header.post) else GONE_ABSENT
    return to_line(entry.raw, entry.sig, entry.salt, entry.payload)
