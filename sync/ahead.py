"""Pages of a peer's feeds, asked for while those before them are written. Knows how far each goes, takes none.

A page's head says where it ends, so the next one is on its way before this one is here. A peer that does not say so is
asked for one after the other.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sync.entry import parse_page
from sync.messages import PAGE_BYTES, WANTED_FEEDS, EntriesAsked, Reach, read_reach, text, write
from sync.refusals import BadEntry

PAGES_AHEAD = 8
ASKED_BYTES = PAGE_BYTES // 2  # what is on its way and waits its turn is in memory several times
ASKED_AT_ONCE = 2  # a peer answers no more than that to one node

End = asyncio.Future[Reach]
Ask = Callable[[bytes, Callable[[str], None]], Awaitable[bytes]]


@dataclass(frozen=True)
class Page:
    """Lines as they came, and how far they are said to reach. They are parsed by who takes them, since two busy threads
    of Python stand in each other's way."""

    lines: bytes
    reach: Reach


@dataclass
class Want:
    """The part of a feed that is still to come: from seq `next` up to and with the peer's last."""

    next: int
    last: int


class Ahead:
    """All pages of these wants, in their order.

    ask: posts a request for entries, with whom to tell the word of its head. over: feeds of which nothing more is
    asked. absent: is told of a feed that was asked for and of which nothing came. size: bytes that a page may have.
    """

    def __init__(
        self,
        ask: Ask,
        wants: dict[bytes, Want],
        over: Callable[[], set[bytes]],
        absent: Callable[[bytes], None],
        size: Callable[[], int],
    ) -> None:
        self._ask, self._wants, self._over, self._absent, self._size = ask, wants, over, absent, size
        self._ready: asyncio.Queue[Page | None] = asyncio.Queue()
        self._room = asyncio.Semaphore(PAGES_AHEAD)
        self._asking = asyncio.Semaphore(ASKED_AT_ONCE)
        self._fetching = asyncio.create_task(self._fetch())
        self._fetching.add_done_callback(lambda _: self._ready.put_nowait(None))

    async def pages(self, size: int) -> list[Page]:
        """The next one and those behind it that are here, up to so many bytes; [] once all came. Raises what the line
        raises, after all that came before."""
        pages: list[Page] = []
        while not pages or (sum(len(page.lines) for page in pages) < size and not self._ready.empty()):
            page = await self._ready.get()
            if page is None:
                self._ready.put_nowait(None)
                break
            pages.append(page)
        if not pages:
            await self._fetching
        return pages

    def taken(self, pages: list[Page]) -> None:
        """As many more may come."""
        for _ in pages:
            self._room.release()

    async def close(self) -> None:
        self._fetching.cancel()
        await asyncio.gather(self._fetching, return_exceptions=True)

    async def _fetch(self) -> None:
        """Until one of them fails: then all end."""
        before: asyncio.Task[None] | None = None
        try:
            async with asyncio.TaskGroup() as coming:
                while wants := self._still_wanted():
                    await self._room.acquire()
                    end: End = asyncio.get_running_loop().create_future()
                    before = coming.create_task(self._page(wants, end, before))
                    self._advance(await end, wants)
        except BaseExceptionGroup as failed:
            raise failed.exceptions[0] from None

    async def _page(self, wants: dict[bytes, int], end: End, before: asyncio.Task[None] | None) -> None:
        """One page, ready after the one before it. end: is told how far it reaches, by its head or else by itself."""

        def heard(word: str) -> None:
            if (reach := read_reach(word, wants)) and not end.done():
                end.set_result(reach)

        async with self._asking:
            lines = await self._ask(self._asked(wants), heard)
        if not end.done():
            end.set_result(reached(lines))
        if before:
            await before
        self._ready.put_nowait(Page(lines, end.result()))

    def _asked(self, wants: dict[bytes, int]) -> bytes:
        return write(EntriesAsked([(text(feed), seq) for feed, seq in wants.items()], min(self._size(), ASKED_BYTES)))

    def _still_wanted(self) -> dict[bytes, int]:
        over = self._over()
        wants = ((feed, want.next) for feed, want in self._wants.items() if feed not in over)
        return dict(itertools.islice(wants, WANTED_FEEDS))

    def _advance(self, reach: Reach, asked: dict[bytes, int]) -> None:
        """Notes how far a page reaches. The feed that was asked for first and of which nothing came is given up."""
        first = next(iter(asked))
        if first not in reach:
            self._absent(first)
        for feed, seq in reach.items():
            if seq < asked.get(feed, seq + 1):
                raise BadEntry("a page with entries that were not asked for")
            want = self._wants[feed]
            want.next = seq + 1
            if want.next > want.last:
                del self._wants[feed]


FEED = slice(13, 56)  # of a line: behind {"h":["cb1","


def reached(lines: bytes) -> Reach:
    """How far a page goes in each of its feeds, by that feed's last line. What is before it is judged when it is taken.
    Raises BadEntry."""
    one = lines.count(b"\n" + lines[: FEED.stop]) + 1 == lines.count(b"\n")  # no line holds a line feed
    ends = [lines[lines.rfind(b"\n", 0, -1) + 1 :]] if one else lines.splitlines(keepends=True)
    last = {line[FEED]: line for line in ends}
    return {entry.header.feed: entry.header.seq for entry in parse_page(b"".join(last.values()))}
