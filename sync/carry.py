"""A bundle filled from the log, and taken in as a visit to a peer that lies in a file. Never parses a payload.

What comes in goes the way of every visit (pull): proofs first, feed by feed, through the same gate.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import ParamSpec, TypeVar

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sync import exchange, log, proofs
from sync.bundle import ENTRIES, HEADS, PROOFS, Maker, NotABundle, Reader, Record, Writer
from sync.entry import parse_page
from sync.exchange import GONE_ABSENT, Caller, Gate
from sync.identity import fingerprint
from sync.known import Cursor
from sync.log_store import LogStore
from sync.messages import (
    PAGE_BYTES,
    WANTED_FEEDS,
    EntriesAsked,
    Head,
    News,
    PayloadsAsked,
    ProofsAsked,
    raw,
    read,
    text,
    write,
)
from sync.pull import Pull
from sync.refusals import Refused, Unaccepted
from sync.sqlite_log import SqliteLog

P = ParamSpec("P")
T = TypeVar("T")
Progress = Callable[[int, int], None]
HEADS_A_RECORD = 2_000
PARTS_AT_MOST = 500_000  # heads, proofs and runs of a file together: what is noted of them stays in memory

_decode_heads = msgspec.json.Decoder(list[Head]).decode


class Packed(msgspec.Struct, frozen=True):
    """How much went into a bundle."""

    entries: int
    spaces: int


def pack(
    db: sqlite3.Connection, to: Caller, into: Writer, progress: Progress, have: Mapping[bytes, int] | None = None
) -> Packed:
    """All that this node would tell that caller, who is of no space where a whole circle is meant. `have`: how many
    entries of each feed they have already, which are left out; heads are all told, so that they know what is here."""
    told = list(_news(db, to))
    heads = list({head[1]: head for news in told for head in news.heads}.values())
    ids = [raw(word) for news in told for word in news.proofs]
    for some in _batches(heads, HEADS_A_RECORD):
        into.add(HEADS, msgspec.json.encode(some))
    for lines in _bodies(proofs.lines(db, ids, to.family)):
        into.add(PROOFS, lines)
    wants = _wants(heads, have or {})
    done, total = 0, sum(last + 1 - first for first, last in wants.values())
    for page in _pages(db, to, wants):
        into.add(ENTRIES, page)
        done += page.count(b"\n")
        progress(min(done, total), total)
    return Packed(done, len({space for space, _, _, _ in heads}))


def _news(db: sqlite3.Connection, to: Caller) -> Iterator[News]:
    n, mark = 0, b""
    while True:
        news = exchange.news(db, to, n, mark)
        yield news
        if not news.more:
            return
        n, mark = news.n, raw(news.mark, 16)


def _batches(whole: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (whole[at : at + size] for at in range(0, len(whole), size))


def _bodies(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Joined, a page's worth at a time; the longest line of its own is no longer than that."""
    body = b""
    for line in lines:
        if body and len(body) + len(line) >= PAGE_BYTES:
            yield body
            body = b""
        body += line + b"\n"
    if body:
        yield body


def _wants(heads: Sequence[Head], have: Mapping[bytes, int]) -> dict[bytes, tuple[int, int]]:
    """Of each feed the first seq that goes in, and the last."""
    told = ((raw(feed), have.get(raw(feed), 0), last) for _, feed, last, _ in heads)
    return {feed: (first, last) for feed, first, last in told if first <= last}


def _pages(db: sqlite3.Connection, to: Caller, wants: dict[bytes, tuple[int, int]]) -> Iterator[bytes]:
    """What a peer would be answered who asks until it has it all."""
    left = dict(wants)
    while left:
        asked = [(feed, first) for feed, (first, _) in itertools.islice(left.items(), WANTED_FEEDS)]
        page = exchange.entries(db, to, asked, PAGE_BYTES)
        if asked[0][0] not in page.reach:  # set aside meanwhile
            del left[asked[0][0]]
        for feed, seq in page.reach.items():
            left[feed] = seq + 1, left[feed][1]
            if seq >= left[feed][1]:
                del left[feed]
        if page.lines:
            yield page.lines


class Run(msgspec.Struct, frozen=True):
    """Entries of one feed, from one seq to another, and in which record they are."""

    first: int
    last: int
    no: int
    at: int


class Carried:
    """What is in a bundle, answered as a peer answers. All of it is read and checked before the first question.
    Raises NotABundle. progress: of the records with entries, how many were asked for."""

    def __init__(self, reader: Reader, progress: Progress = lambda done, total: None) -> None:
        self._reader, self._progress = reader, progress
        self._heads: dict[str, Head] = {}
        self._proofs: dict[bytes, tuple[int, int]] = {}
        self._runs: dict[bytes, list[Run]] = {}
        self._begun: dict[int, list[tuple[bytes, int]]] = {}  # by record: where each run in it begins
        self._pages, self._given, parts = 0, 0, 0
        note = {HEADS: self._note_heads, PROOFS: self._note_proofs, ENTRIES: self._note_entries}
        try:
            for record in reader.records():
                parts += note[record.kind](record) if record.kind in note else 0  # a later version may say more
                if parts > PARTS_AT_MOST:
                    raise NotABundle
        except (Refused, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise error if isinstance(error, NotABundle) else NotABundle from None
        self.maker = reader.maker

    def _note_heads(self, record: Record) -> int:
        heads = _decode_heads(record.data)
        for head in heads:
            raw(head[0]), raw(head[3])
            self._heads[text(raw(head[1]))] = head
        return len(heads)

    def _note_proofs(self, record: Record) -> int:
        lines = record.data.splitlines()
        for line in lines:
            self._proofs[proofs.proof_id(proofs.plain(line))] = record.no, record.at
        return len(lines)

    def _note_entries(self, record: Record) -> int:
        self._pages += 1
        begun = self._begun[record.no] = list[tuple[bytes, int]]()
        for feed, run in itertools.groupby(parse_page(record.data), key=lambda entry: entry.header.feed):
            seqs = [entry.header.seq for entry in run]
            self._runs.setdefault(feed, []).append(Run(seqs[0], seqs[-1], record.no, record.at))
            begun.append((feed, seqs[0]))
        return len(begun)

    @property
    def spaces(self) -> set[bytes]:
        """Whose entries it tells of."""
        return {raw(space) for space, _, _, _ in self._heads.values()}

    def held_by_maker(self, db: sqlite3.Connection) -> Iterator[tuple[bytes, int]]:
        """(feed, how many entries) that its maker holds as they are held here."""
        store: LogStore = SqliteLog(db)
        for _, key, last, id_ in self._heads.values():
            feed = store.feed(raw(key))
            if feed and last < feed.next and store.id_at(feed, last) == raw(id_):
                yield feed.key, last + 1

    async def post(self, path: str, body: bytes, reach: object = None) -> bytes:
        name = path.rpartition("/")[2]
        if name == "news":
            return write(News(heads=list(self._heads.values()), proofs=[text(id_) for id_ in self._proofs]))
        if name == "proofs":
            return self._proof_lines({raw(word) for word in read(body, ProofsAsked).ids})
        if name == "entries":
            return self._page({raw(feed): seq for feed, seq in read(body, EntriesAsked).want})
        return b"".join(self._payload(raw(feed), seq) for feed, seq, _ in read(body, PayloadsAsked).want)

    def _proof_lines(self, ids: set[bytes]) -> bytes:
        """Those of one record; the others are asked for again."""
        no, at = self._proofs[next(iter(ids))]
        lines = self._reader.again(no, at).data.splitlines()
        return b"".join(line + b"\n" for line in lines if proofs.proof_id(proofs.plain(line)) in ids)

    def _page(self, wants: dict[bytes, int]) -> bytes:
        """What is wanted of the record that holds what was asked for first; b"" where none does."""
        feed, seq = next(iter(wants.items()))
        found = self._run_with(feed, seq)
        if found is None:
            return b""
        self._given += 1
        self._progress(min(self._given, self._pages), self._pages)
        page, lines, wants = self._reader.again(found.no, found.at).data, [], dict(wants)
        begun = self._begun[found.no]
        if len({feed for feed, _ in begun}) == len(begun) and all(wants.get(feed) == seq for feed, seq in begun):
            return page  # all of it, as nearly always
        for entry, line in zip(parse_page(page), page.splitlines(keepends=True), strict=True):
            if wants.get(entry.header.feed) == entry.header.seq:
                wants[entry.header.feed] += 1
                lines.append(line)
        return b"".join(lines)

    def _run_with(self, feed: bytes, seq: int) -> Run | None:
        return next((run for run in self._runs.get(feed, ()) if run.first <= seq <= run.last), None)

    def _payload(self, feed: bytes, seq: int) -> bytes:
        found = self._run_with(feed, seq)
        page = self._reader.again(found.no, found.at).data if found else b""
        for entry, line in zip(parse_page(page), page.splitlines(keepends=True), strict=True):
            if (entry.header.feed, entry.header.seq) == (feed, seq) and entry.payload is not None:
                return line
        return GONE_ABSENT + b"\n"


class Unpack(Pull):
    """A visit to a file. How far a real peer's news was taken is another matter, and stays."""

    def _cursor(self) -> Cursor:
        proofs.begin_the_day(self._gate.db(), self._now_ms())
        return 0, b""

    def _move(self, before: Cursor, after: Cursor) -> bool:
        return True


def unpacking(carried: Carried, gate: Gate, maker: Caller | None, now_ms: Callable[[], int]) -> Unpack:
    return Unpack(carried, gate, maker.node if maker else b"", _at_once, now_ms=now_ms)


async def _at_once(do: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    return do(*args, **kwargs)


ACCEPTED = "SELECT id FROM space WHERE state <> 'blocked'"


def accepted(db: sqlite3.Connection) -> set[bytes]:
    """The spaces whose entries are taken here."""
    return {id_ for (id_,) in db.execute(ACCEPTED)}


def maker_of(db: sqlite3.Connection, said: Maker) -> Caller | None:
    """The node that made a bundle; None where none that speaks for an accepted space signed it."""
    try:
        who = exchange.caller(db, said.cert)
    except Unaccepted:
        return None
    key = x509.load_der_x509_certificate(said.cert).public_key()
    return who if isinstance(key, Ed25519PublicKey) and said.signed(key.public_bytes_raw()) else None


FORGET = "DELETE FROM carried WHERE node = ?"
NOTE = "INSERT INTO carried (node, feed, next) VALUES (?, ?, ?)"


def note_held(db: sqlite3.Connection, node: bytes, carried: Carried) -> None:
    """What that node has now, by its own last word: less than before where it was put back from an old copy."""
    with log.writing(db):
        db.execute(FORGET, (node,))
        db.executemany(NOTE, [(node, *held) for held in carried.held_by_maker(db)])


HELD = "SELECT feed, next FROM carried WHERE node = ?"


def held_by(db: sqlite3.Connection, space: bytes) -> dict[bytes, int]:
    """feed -> how many of its entries every machine of that space is known to have; nothing of those never heard of."""
    each = [dict(db.execute(HELD, (fingerprint(key.public_bytes_raw()),))) for key in nodes_of(db, space)]
    common = set.intersection(*map(set, each)) if each else set()
    return {feed: min(held[feed] for held in each) for feed in common}


ROSTER = "SELECT roster FROM space WHERE id = ? AND state <> 'blocked' AND roster IS NOT NULL"


def nodes_of(db: sqlite3.Connection, space: bytes) -> list[Ed25519PublicKey]:
    """Who may open what is for this space: every node that its roster names."""
    row = db.execute(ROSTER, (space,)).fetchone()
    return [Ed25519PublicKey.from_public_bytes(key) for key in proofs.read_roster(row[0]).nodes] if row else []
