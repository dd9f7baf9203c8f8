"""Bringing this node up to date with one peer. Asks, compares heads, hands pages to the gate; never parses a payload.

A feed is taken as a contiguous prefix, so whatever interrupts a visit, the next one asks from there.
"""

from __future__ import annotations

import contextlib
import itertools
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from typing import ParamSpec, Protocol, TypeVar

from sync import blocks, known, log, plain, proofs, quota
from sync.ahead import Ahead, Page, Want
from sync.entry import Entry, parse_page
from sync.exchange import Gate
from sync.known import Cursor
from sync.log_store import LogStore
from sync.messages import (
    WANTED_PAYLOADS,
    WANTED_PROOFS,
    Head,
    News,
    NewsAsked,
    PayloadsAsked,
    ProofsAsked,
    Reach,
    raw,
    read,
    text,
    write,
)
from sync.quota import OverQuota
from sync.refusals import BadEntry, BadProof, Fork, NoRoom, Refused, Unaccepted
from sync.sqlite_log import SqliteLog

FIRST_BYTES, LEAST_BYTES = 256 << 10, 128 << 10  # of lines: over a line that is cut again and again little comes whole
TRANSACTION_BYTES = 4 << 20  # of lines. Each one waits for the disk once, and writes a page of a table once
TRANSACTION_SECONDS = 0.25  # longer ones take less: the kiosk waits for its turn to write meanwhile
ROUNDS = 10_000  # of `more`; a peer whose news never ends is left for the next visit

P = ParamSpec("P")
T = TypeVar("T")


class Line(Protocol):
    """What a pull needs of the network."""

    async def post(self, path: str, body: bytes, reach: Callable[[str], None] = ..., /) -> bytes:
        """reach: is told how far a page goes (messages.REACH) before all of it is there, if the other end says so."""
        ...


class Work(Protocol):
    """Runs a function on the thread that may write, and gives back what it returns."""

    def __call__(self, do: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]: ...


@dataclass
class Report:
    """What one visit brought. taken: what the gate said of each transaction; void: feeds found to have two
    histories; refused: feeds of which something was not taken, with the refusal's key; later: those of them that
    the next visit may bring; passed: feeds of nodes that are not accepted, and of spaces over their quota; proofs: how
    many were told of; asked: how many requests."""

    taken: list[object] = field(default_factory=list)
    void: set[bytes] = field(default_factory=set)
    refused: dict[bytes, str] = field(default_factory=dict)
    passed: set[bytes] = field(default_factory=set)
    later: set[bytes] = field(default_factory=set)
    proofs: int = 0
    asked: int = 0

    def over(self) -> set[bytes]:
        """Feeds of which nothing more is asked on this visit."""
        return self.void | self.passed | self.refused.keys()


@dataclass(frozen=True)
class Visited:
    """How one visit went. error: its key, "" when it went well; report: what came in, also before an error."""

    node: bytes
    name: str
    report: Report
    error: str


class Pull:
    """One visit to one peer.

    shunned: (feed, head) that this peer could not prove; they are not asked for again while the set is kept.
    seconds: a clock that only goes forward; now_ms: Unix ms, by which what nobody holds is asked
    for less and less often. together: entered while pages come in.
    """

    def __init__(
        self,
        line: Line,
        gate: Gate,
        node: bytes,
        work: Work,
        shunned: set[tuple[bytes, bytes]] | None = None,
        seconds: Callable[[], float] = time.monotonic,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        together: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext,
    ) -> None:
        self._line, self._gate, self._node, self._work = line, gate, node, work
        self._seconds, self._now_ms, self._together = seconds, now_ms, together
        self._shunned = set() if shunned is None else shunned
        self._bytes = FIRST_BYTES  # of a transaction
        self._held_back = False  # something that this peer told of is still to be taken from it
        self.report = Report()

    async def run(self) -> Report:
        """Raises what the line raises; what was taken until then stays."""
        kept, lacking = await self._work(self._begin)
        at = kept
        for _ in range(ROUNDS):
            news = read(await self._post("news", write(NewsAsked(at[0], text(at[1])))), News)
            if news.same:
                break
            at, lacking = await self._hear(news), True  # perhaps: what came may have come without its words
            if self._held_back:  # the cursor stays, so that the next visit is told the same heads again
                more = news.more
            elif await self._work(self._move, kept, at):
                kept, more = at, news.more
            else:  # it was set back: what was passed over may be taken now
                before, kept = kept, await self._work(self._cursor)
                at, more = kept, kept != before
                self.report.passed.clear()
            if not more:
                break
        if lacking:
            await self._payloads()
        return self.report

    def _begin(self) -> tuple[Cursor, bool]:
        """Where the last visit ended, and whether a payload is missing here: asked for together, since each time that
        another thread is asked costs a visit without news a tenth."""
        return self._cursor(), SqliteLog(self._gate.db()).is_lacking()

    async def _hear(self, news: News) -> Cursor:
        """Takes what these news tell of. Returns how far they reach."""
        reached = news.n, raw(news.mark, 16) if news.mark else b""
        self.report.proofs += len(news.proofs)
        await self._proofs([raw(word) for word in news.proofs])
        await self._entries(news.heads)
        self._held_back |= bool(self.report.refused)
        return reached

    async def _post(self, path: str, body: bytes, reach: Callable[[str], None] | None = None) -> bytes:
        self.report.asked += 1
        return await self._line.post(f"/peer/v1/{path}", body, *([reach] if reach else []))

    def _cursor(self) -> Cursor:
        proofs.begin_the_day(self._gate.db(), self._now_ms())
        return known.cursor(self._gate.db(), self._node)

    def _move(self, before: Cursor, after: Cursor) -> bool:
        return known.move_cursor(self._gate.db(), self._node, before, after)

    async def _proofs(self, ids: list[bytes]) -> None:
        new = await self._work(lambda: unknown_proofs(self._gate.db(), ids))
        family = await self._work(lambda: known.is_family(self._gate.db(), self._node)) if new else False
        for asked in _batches(new):
            while asked:  # long ones come in several answers
                body = write(ProofsAsked([text(id_) for id_ in asked]))
                lines = (await self._post("proofs", body)).splitlines()
                if not lines:
                    break
                await self._work(self._accept_proofs, lines if family else [proofs.plain(line) for line in lines])
                came = {proofs.proof_id(proofs.plain(line)) for line in lines}
                if came.isdisjoint(asked):
                    break
                asked = [id_ for id_ in asked if id_ not in came]

    def _accept_proofs(self, lines: list[bytes]) -> None:
        """All at once, else one by one: a proof of a kind that is not known here must not stop the others."""
        try:
            self.report.taken.append(self._gate.accept([], lines, by=self._node))
        except BadProof:
            for line in lines:
                with contextlib.suppress(BadProof):
                    self.report.taken.append(self._gate.accept([], [line], by=self._node))

    async def _entries(self, heads: list[Head]) -> None:
        """Takes what these heads have and this node has not; the next pages come in while some are written."""
        wants = await self._work(self._wanted, heads)
        ids = {raw(feed): raw(id_) for _, feed, _, id_ in heads}
        self._held_back |= not self._shunned.isdisjoint(ids.items())
        ahead = Ahead(partial(self._post, "entries"), wants, self.report.over, self._absent, lambda: self._bytes)
        try:
            with self._together() if wants else contextlib.nullcontext():
                while pages := await ahead.pages(self._bytes):
                    await self._accept(pages)
                    if NoRoom.key in self.report.refused.values():
                        self._wait_for_room(wants)
                    ahead.taken(pages)
        finally:
            await ahead.close()
            unproven = self.report.refused.keys() - self.report.later
            self._shunned |= {(feed, ids[feed]) for feed in unproven if feed in ids}

    def _wanted(self, heads: list[Head]) -> dict[bytes, Want]:
        """Nothing is asked for that would be refused for want of room: a page of each feed each minute, otherwise."""
        wants = compare(self._gate.db(), heads, self._shunned)
        if wants and self._gate.is_full():
            self._wait_for_room(wants)
            return {}
        return wants

    def _wait_for_room(self, wants: Iterable[bytes]) -> None:
        """The next visit asks for them, if there is room by then."""
        for feed in wants:
            self.report.refused.setdefault(feed, NoRoom.key)
            self.report.later.add(feed)

    def _absent(self, feed: bytes) -> None:
        self.report.refused[feed] = "absent"

    async def _accept(self, pages: list[Page]) -> None:
        began = self._seconds()
        await self._work(enter, self._gate, pages, self.report)
        quick = self._seconds() - began < TRANSACTION_SECONDS
        more, less = min(TRANSACTION_BYTES, self._bytes * 2), max(LEAST_BYTES, self._bytes // 2)
        self._bytes = more if quick else less

    async def _payloads(self) -> None:
        """Tries what is missing here, as much as one request asks for."""
        wanted = await self._work(self._missing)
        if not wanted:
            return
        body = write(PayloadsAsked([(text(feed), seq, text(id_)) for feed, seq, id_ in wanted]))
        lines = (await self._post("payloads", body)).splitlines(keepends=True)
        found = parse_page(b"".join(line for line in lines if not line.startswith(b'{"gone":')))
        if found:
            self.report.taken.append(await self._work(lambda: self._gate.accept([], (), found)))

    def _missing(self) -> list[tuple[bytes, int, bytes]]:
        return [] if self._gate.is_full() else SqliteLog(self._gate.db()).wanted(WANTED_PAYLOADS, self._now_ms())


def _batches(ids: list[bytes]) -> Iterable[list[bytes]]:
    return (ids[at : at + WANTED_PROOFS] for at in range(0, len(ids), WANTED_PROOFS))


def enter(gate: Gate, pages: list[Page], report: Report) -> None:
    """Parses and takes pages in one transaction; if something is refused, run by run, so that one bad feed holds back
    no other. Raises BadEntry; what came before it is taken."""
    try:
        report.taken.append(gate.accept(map(_read, pages)))
    except Refused:
        for page in pages:
            for feed, run in itertools.groupby(_read(page), key=lambda entry: entry.header.feed):
                _enter_run(gate, feed, list(run), report)


def _read(page: Page) -> Sequence[Entry]:
    entries = plain.read(page.lines) or parse_page(page.lines)
    if _reach(entries) != page.reach:
        raise BadEntry("a page that ends elsewhere than its head says")
    return entries


def _reach(entries: Sequence[Entry]) -> Reach:
    if isinstance(entries, plain.PlainRun):
        return {entries.feed: entries.last}
    return {entry.header.feed: entry.header.seq for entry in entries}


def _enter_run(gate: Gate, feed: bytes, run: list[Entry], report: Report) -> None:
    if feed in report.over():
        return
    try:
        report.taken.append(gate.accept([run]))
    except Fork as fork:  # raised after the signature was checked: the feed itself has signed both histories
        report.taken.append(gate.accept([], [fork.evidence]))
        report.void.add(feed)
    except Unaccepted:  # its roster may still come, and that sets every cursor back
        report.passed.add(feed)
    except OverQuota as over:  # so will the next day, or a steward
        report.passed.add(feed)
        with log.writing(gate.db()):
            quota.note_over(gate.db(), over)
    except Refused as error:
        report.refused[feed] = error.key
        report.later |= {feed} if error.passes else set()


SPACES = "SELECT id, state = 'blocked' FROM space"


def compare(db: sqlite3.Connection, heads: list[Head], shunned: set[tuple[bytes, bytes]]) -> dict[bytes, Want]:
    """What of a peer's heads is to be asked for. Feeds of spaces that are not accepted here, or over their quota, and
    void ones, are not; of a blocked space what counts.
    Where the peer's last entry is not the one held here, it is asked for: its signature will prove a fork."""
    store: LogStore = SqliteLog(db)
    known_here = dict(db.execute(SPACES).fetchall())
    own = db.execute("SELECT id FROM space WHERE state = 'own'").fetchone()[0]
    over, wants = quota.spaces_over(db), dict[bytes, Want]()
    for space, key_word, last, id_word in heads:
        key, id_ = raw(key_word), raw(id_word)
        feed = store.feed(key)
        if raw(space) not in known_here or (key, id_) in shunned or (feed and feed.state != "open"):
            continue
        if raw(space) in over:
            continue
        if known_here[raw(space)] and last >= blocks.admits(db, raw(space), key):
            continue
        if feed is None:
            wants[key] = Want(0, last)
        elif last >= feed.next:
            reach = last if feed.counts is None or feed.space == own else min(last, feed.counts - 1)
            wants |= {key: Want(feed.next, reach)} if reach >= feed.next else {}
        elif store.id_at(feed, last) != id_:
            wants[key] = Want(last, last)
    return wants


def unknown_proofs(db: sqlite3.Connection, ids: list[bytes]) -> list[bytes]:
    """Those of these proofs that are not held here."""
    return [id_ for id_ in ids if not db.execute("SELECT 1 FROM proof WHERE id = ?", (id_,)).fetchone()]
