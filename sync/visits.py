"""When to visit whom, and where. Knows addresses, waiting and one visit at a time for each peer; a visit is a Pull.

A peer is visited when it appears, when it pokes, when somebody asks, and every minute. Whoever is not known yet is
tried too: the handshake tells whether an accepted space names that node.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import ssl
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from typing import ParamSpec, TypeVar

from sync import circle, clocks, known
from sync.exchange import Caller, Gate, caller
from sync.messages import Poke, write
from sync.peers.client import Declined, Link, Unreachable
from sync.processors import OneProcessor
from sync.pull import Pull, Report, Visited
from sync.refusals import Refused, Unaccepted

EVERY_SECONDS = 60.0
RETRY_SECONDS = 5.0  # a member that did not answer: this long, then twice as long each time, up to EVERY_SECONDS
STRANGER_SECONDS = 600.0  # a node that is not of the circle is tried again after this long
CIRCLE_SECONDS = 3600.0
FORGIVE_SECONDS = 600.0  # and so is a feed that a peer could not prove
VISITS_AT_ONCE = 4
STRANGERS_AT_ONCE = 2  # beside them: whoever announces nodes that do not answer delays no member
PEERS_AT_MOST = 500  # anybody in the network can announce nodes
ADDRESSES_EACH = 8

log = logging.getLogger("corkboard.visits")

P = ParamSpec("P")
T = TypeVar("T")


@dataclass
class _Peer:
    node: bytes
    hints: list[str] = field(default_factory=list)  # addresses, the freshest first
    link: Link | None = None
    hung_up: Link | None = None  # the last that led nowhere any more
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)
    shunned: set[tuple[bytes, bytes]] = field(default_factory=set)
    forgive_at: float = 0.0
    circle_at: float = 0.0  # when it is next asked about the circle
    ahead_ms: int | None = None  # its clock, until that is written down
    not_before: float = 0.0  # it had too much to do, and said when to come back
    task: asyncio.Task[None] | None = None
    news: bool = False  # something to tell it of
    telling: asyncio.Task[None] | None = None


class Visits:
    """All visits of one node. Lives in one event loop; everything that reads or writes the database leaves it.

    port: where this node answers, told with each poke; asked anew, since it may be bound late. now_ms: Unix ms.
    circle_told: is given what a peer says of the circle (circle.keys_to_wire); raises what it will.
    stay: go on visiting; else only when asked. visited: is told how each visit went, where it may write.
    """

    def __init__(
        self,
        gate: Gate,
        context: ssl.SSLContext,
        me: bytes,
        port: Callable[[], int],
        now_ms: Callable[[], int],
        circle_told: Callable[[bytes], object],
        stay: bool = True,
        visited: Callable[[Visited], object] = lambda went: None,
    ) -> None:
        self._gate, self._context, self._me, self._port, self._now_ms = gate, context, me, port, now_ms
        self._circle_told, self._stay, self._visited = circle_told, stay, visited
        self._peers: dict[bytes, _Peer] = {}
        self._members: set[bytes] = set()
        self._closing: set[asyncio.Task[None]] = set()
        self._one_processor, self._threads = OneProcessor(), list[int]()
        self._writer = ThreadPoolExecutor(1, "ingest", self._begin_thread)
        self._quick = ThreadPoolExecutor(2, "visit", self._begin_thread)
        self._at_once = asyncio.Semaphore(VISITS_AT_ONCE)
        self._strangers_at_once = asyncio.Semaphore(STRANGERS_AT_ONCE)

    async def refresh(self) -> Iterable[bytes]:
        """Begins to visit peers that are new in the table, and stops visiting those that are blocked. Returns all."""
        rows = {peer.node: peer.address for peer in await self._look(lambda: circle.peers(self._gate.db()))}
        fresh, self._members = rows.keys() - self._members, set(rows)
        for node in fresh:  # of the circle now; it may have been tried as a stranger before
            self.appeared(node, [rows[node]] if rows[node] else [])
        return rows

    def appeared(self, node: bytes, addresses: Iterable[str], only: bool = False) -> None:
        """A node is, or says that it is, at these addresses: visit it now. only: and at no others, so a line that leads
        elsewhere is dead, however long it would take to notice."""
        known_here = node in self._peers or node in self._members
        if node == self._me or (not known_here and len(self._peers) >= PEERS_AT_MOST):
            return
        peer = self._peers.setdefault(node, _Peer(node))
        fresh = list(dict.fromkeys(addresses))
        if only and peer.link and peer.link.address not in fresh:
            self._hang_up(peer)
        peer.hints = [*fresh, *(each for each in peer.hints if each not in fresh)][:ADDRESSES_EACH]
        peer.wake.set()
        if peer.task is None and self._stay:
            peer.task = asyncio.create_task(self._keep_visiting(peer))

    def look_again(self) -> None:
        """This machine is in other networks now: everybody may be reached where they were not, and the other way."""
        for peer in self._peers.values():
            self._hang_up(peer)
            peer.wake.set()

    def poke(self) -> None:
        """Tells every peer that there is news here, each by itself: one that does not answer delays no other. Who
        cannot be told will notice within the minute."""
        for peer in self._peers.values():
            peer.news = True
            if peer.link is not None and (peer.telling is None or peer.telling.done()):
                peer.telling = asyncio.create_task(self._tell(peer))

    async def visit_all(self) -> list[Visited]:
        """Every peer now, and how it went."""
        peers = [self._peers[node] for node in await self.refresh() if node in self._peers]
        return list(await asyncio.gather(*(self.visit(peer) for peer in peers)))

    async def visit_address(self, address: str) -> Visited:
        """Whoever of the circle answers at this address."""
        link = Link(address, self._context, self._check)
        try:
            node = (await self._greet(link)).node
        except (Unreachable, Declined) as error:
            return Visited(b"", address, Report(), error.key)
        finally:
            await link.close()
        self._members.add(node)  # it has just proven so
        self.appeared(node, [link.address])
        return await self.visit(self._peers[node])

    async def close(self) -> None:
        tasks = [task for peer in self._peers.values() for task in (peer.task, peer.telling) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, *self._closing, return_exceptions=True)
        for peer in self._peers.values():
            if peer.link:
                await peer.link.close()
        for pool in (self._writer, self._quick):
            pool.shutdown(wait=False, cancel_futures=True)

    async def _keep_visiting(self, peer: _Peer) -> None:
        retry = RETRY_SECONDS
        while True:
            peer.wake.clear()
            pause = EVERY_SECONDS
            try:
                went = await self._visit_if_welcome(peer)
                if went is None:
                    pause = 0.0
                elif went.error and not went.name:
                    pause = STRANGER_SECONDS
                elif went.error in (*known.NOT_REACHED, known.TURNED_AWAY):
                    pause, retry = retry, min(2 * retry, EVERY_SECONDS)
                else:
                    retry = RETRY_SECONDS
            except Exception as error:  # whatever it was, the next visit may go well
                log.warning("a visit failed: %s: %s", type(error).__name__, error)
            with contextlib.suppress(TimeoutError):  # wait_for() of Python 3.11 may lose a cancellation
                async with asyncio.timeout(pause * random.uniform(0.75, 1.25)):
                    await peer.wake.wait()
            await asyncio.sleep(peer.not_before - asyncio.get_running_loop().time())

    async def visit(self, peer: _Peer) -> Visited:
        """One visit, after the one that is on its way to the same peer."""
        async with peer.busy, self._place_for(peer):
            return await self._visit_now(peer)

    async def _visit_if_welcome(self, peer: _Peer) -> Visited | None:
        """None where it has asked for patience, perhaps in the visit that was on its way."""
        async with peer.busy, self._place_for(peer):
            early = asyncio.get_running_loop().time() < peer.not_before
            return None if early else await self._visit_now(peer)

    def _place_for(self, peer: _Peer) -> asyncio.Semaphore:
        return self._at_once if peer.node in self._members else self._strangers_at_once

    async def _visit_now(self, peer: _Peer) -> Visited:
        report, error = Report(), "no-address"
        async for address in self._addresses(peer):
            report, error = await self._visit_at(peer, address)
            if error not in (*known.NOT_REACHED, "handshake", "somebody-else"):
                break  # it was reached: another way to it would meet the same
        return await self._work(self._note, peer, report, error)

    async def _addresses(self, peer: _Peer) -> AsyncIterator[str]:
        """That of the kept line first. Only where it leads nowhere the others are looked up."""
        kept = peer.link.address if peer.link else ""
        if kept:
            yield kept
        rows = await self._look(lambda: circle.peers(self._gate.db()))
        last = [row.address for row in rows if row.node == peer.node and row.address]
        for address in dict.fromkeys([*peer.hints, *last]):
            if address != kept:
                yield address

    async def _visit_at(self, peer: _Peer, address: str) -> tuple[Report, str]:
        kept = peer.link
        report, error = await self._pull(peer, address)
        # a kept line that the other end has hung up says nothing of today
        if kept and kept is not peer.hung_up and error == "unreachable":
            report, error = await self._pull(peer, address)
        return report, error

    async def _pull(self, peer: _Peer, address: str) -> tuple[Report, str]:
        link = await self._link(peer, address)
        shunned, together = self._shunned(peer), self._together
        pull = Pull(link, self._gate, peer.node, self._work, shunned, now_ms=self._now_ms, together=together)
        try:
            await self._meet(peer, link)
            report = await pull.run()
            peer.ahead_ms = self._ahead_ms(link)
            await self._hear_of_the_circle(peer, link, report)
            return report, next(iter(report.refused.values()), "")
        except Declined as error:
            self._come_back(peer, error.retry_s)
            return pull.report, error.key
        except Unreachable as error:
            await self._drop(peer)
            return pull.report, error.key
        except Refused as error:
            return pull.report, error.key

    async def _greet(self, link: Link) -> Caller:
        """Says where this node is. A peer that no roster has told of this node yet is brought ours first."""
        here = write(Poke(self._port()))
        try:
            return await link.first_post("/peer/v1/poke", here)
        except Declined as error:
            if error.key != Unaccepted.key:
                raise
        await link.post("/peer/v1/roster", await self._look(lambda: circle.own_roster(self._gate.db())))
        return await link.first_post("/peer/v1/poke", here)

    async def _meet(self, peer: _Peer, link: Link) -> None:
        """On a new line: says where this node is, and notes where that one is."""
        if link.peer is None:
            who = await self._greet(link)
            peer.circle_at = 0.0
            await self._work(lambda: known.meet(self._gate.db(), who, link.certificate, link.address))

    def _ahead_ms(self, link: Link) -> int | None:
        """How far the peer's clock is ahead of ours, where it said something."""
        if link.said is None:
            return None
        said_ms, heard = link.said
        return said_ms + int((time.monotonic() - heard) * 1000) - self._now_ms()

    async def _hear_of_the_circle(self, peer: _Peer, link: Link, report: Report) -> None:
        """Its keys: on a new line, after a new roster, since then somebody may have joined, and every hour."""
        now = asyncio.get_running_loop().time()
        if report.proofs or now >= peer.circle_at:
            told = await link.post("/peer/v1/circle", b"{}")
            await self._look(self._circle_told, told)
            peer.circle_at = now + CIRCLE_SECONDS

    async def _link(self, peer: _Peer, address: str) -> Link:
        if peer.link is None or peer.link.address != address:
            await self._drop(peer)
            peer.link = Link(address, self._context, self._check, peer.node)
        return peer.link

    def _hang_up(self, peer: _Peer) -> None:
        """Without waiting: what is asked over the line now fails at once, and a visit goes on at other addresses."""
        peer.hung_up, peer.link = peer.link, None
        if peer.hung_up:
            closing = asyncio.create_task(peer.hung_up.close())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    async def _drop(self, peer: _Peer) -> None:
        link, peer.link = peer.link, None
        if link:
            await link.close()

    def _shunned(self, peer: _Peer) -> set[tuple[bytes, bytes]]:
        now = asyncio.get_running_loop().time()
        if now > peer.forgive_at:
            peer.shunned.clear()
            peer.forgive_at = now + FORGIVE_SECONDS
        return peer.shunned

    def _come_back(self, peer: _Peer, seconds: int) -> None:
        """As late as it asked for, and not before, whatever it pokes meanwhile."""
        if seconds:
            loop = asyncio.get_running_loop()
            peer.not_before = loop.time() + seconds * random.uniform(1, 1.5)
            loop.call_at(peer.not_before, peer.wake.set)

    def _note(self, peer: _Peer, report: Report, error: str) -> Visited:
        """All that is written of a visit, in one piece: each time that another thread is asked costs as much."""
        db, now_ms = self._gate.db(), self._now_ms()
        ahead_ms, peer.ahead_ms = peer.ahead_ms, None
        if ahead_ms is not None:
            clocks.note(db, peer.node, ahead_ms, clocks.moment(now_ms))
        name = next((each.name for each in circle.peers(db) if each.node == peer.node), "")
        if name:
            known.tried(db, peer.node, now_ms, error)
        went = Visited(peer.node, name, report, error)
        self._visited(went)
        return went

    async def _tell(self, peer: _Peer) -> None:
        """One without a line was not reached lately: it will ask by itself, or appear."""
        while peer.news and peer.link is not None:
            peer.news = False
            try:
                await peer.link.post("/peer/v1/poke", write(Poke(self._port())))
            except Unreachable:
                peer.wake.set()  # a visit will tell whether it is there, and tries again soon where it is not
            except Declined:
                pass

    async def _check(self, certificate: bytes) -> Caller:
        return await self._look(lambda: caller(self._gate.db(), certificate))

    def _begin_thread(self) -> None:
        self._threads.append(threading.get_native_id())

    def _together(self) -> AbstractContextManager[None]:
        """Who reads pages, who writes them and who looks at certificates wait for one another all the time."""
        return self._one_processor.holding(threading.get_native_id(), *self._threads)

    def _work(self, do: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]:
        return asyncio.get_running_loop().run_in_executor(self._writer, partial(do, *args, **kwargs))

    def _look(self, do: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]:
        return asyncio.get_running_loop().run_in_executor(self._quick, partial(do, *args, **kwargs))
