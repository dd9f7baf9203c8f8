"""Nodes that answer and visit over real sockets and real TLS. Their gate is the log alone: no board."""

import asyncio
import socket
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from sync import circle, log, proofs
from sync.exchange import Answers, Caller, caller, trusted
from sync.log import writing
from sync.peers import tls
from sync.peers.client import Link
from sync.peers.server import Door, PeerServer
from sync.pull import Pull, Report
from sync.take import take
from tests.sync.logs import Space


def listen(port: int = 0) -> socket.socket:
    return socket.create_server(("127.0.0.1", port))


class Node(Space):
    """A space whose node exchanges."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.db.execute("PRAGMA journal_mode = WAL")
        self.gate = LogGate(self)
        self.poked: list[tuple[Caller, str]] = []
        self.told_of_the_circle: list[bytes] = []

    def knows(self, other: "Node", address: str = "") -> None:
        """Accepts a space and has its node among the peers."""
        if other.identity.space_id != self.identity.space_id:
            self.accepts(other)
        with writing(self.db):
            mine = other.identity
            circle.know(self.db, mine.node_fingerprint, mine.space_id, mine.node_cert, address)

    @asynccontextmanager
    async def answering(self) -> AsyncIterator[str]:
        """The address at which this node answers, for as long as the block runs."""
        listener = listen()
        server = PeerServer(Door(Answers(self.gate.db), lambda who, address: self.poked.append((who, address))))
        self.context = tls.server_context(self.identity, trusted(self.db))
        await server.start(listener, self.context)
        try:
            yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            await server.close()

    @asynccontextmanager
    async def line_to(self, address: str, expected: bytes | None = None) -> AsyncIterator[Link]:
        async def check(certificate: bytes) -> Caller:
            return caller(self.gate.db(), certificate)

        link = Link(address, tls.client_context(self.identity, trusted(self.db)), check, expected)
        try:
            yield link
        finally:
            await link.close()

    async def hears_from(self, other: "Node", address: str) -> Report:
        async with self.line_to(address, other.identity.node_fingerprint) as line:
            return await self.pulls(other, line)

    async def pulls(self, other: "Node", line: object) -> Report:
        work = partial(asyncio.to_thread)
        return await Pull(line, self.gate, other.identity.node_fingerprint, work).run()  # type: ignore[arg-type]


class LogGate:
    """The one door of a node without a board."""

    def __init__(self, node: Node) -> None:
        self._node, self._threads = node, threading.local()
        self.transactions = 0
        self.full = False

    def is_full(self):
        return self.full

    def db(self) -> sqlite3.Connection:
        if not hasattr(self._threads, "db"):
            self._threads.db = sqlite3.connect(self._node.folder / "log.db", isolation_level=None, timeout=60)
        return self._threads.db

    def accept(self, pages, lines=(), payloads=(), by=b""):
        db, now = self.db(), next(self._node._ms)
        with writing(db):
            proofs.take(db, lines, now)
            held = [each for page in pages for each in take(db, page, now)]
            for entry in payloads:
                feed = log.feed_by_key(db, entry.header.feed)
                log.fill_payload(db, feed.no << 40 | entry.header.seq, entry.salt, entry.payload, now)
        self.transactions += 1
        return len(held)


class Spoken:
    """A line without a network: what `teller` answers, changed on the way by `lie(path, body)`. head: says how far a
    page reaches before it comes, given what is true; None where nothing is said."""

    def __init__(self, teller, listener, lie=lambda path, body: body, head=lambda word: None):
        self.answers = Answers(teller.gate.db)
        self.who = Caller(listener.identity.node_fingerprint, listener.identity.space_id, False)
        self.lie, self.head = lie, head
        self.paths = []

    async def post(self, path, body, reach=None):
        name = path.rsplit("/", 1)[1]
        self.paths.append(name)
        if name == "entries" and (word := self.head(self.answers.page(self.who, body)[1])):
            reach(word)
            await asyncio.sleep(0)
        return self.lie(name, getattr(self.answers, name)(self.who, body))


def visit(listener, teller, lie=lambda path, body: body):
    return asyncio.run(listener.pulls(teller, Spoken(teller, listener, lie)))


@asynccontextmanager
async def through_a_proxy(address, cut_after=None, heard=None):
    """A TCP proxy that writes down what passes, and hangs up after so many bytes of answer."""
    host, port = address.removeprefix("https://").split(":")

    async def carry(reader, writer, limit):
        passed = 0
        while data := await reader.read(4096):
            if heard is not None:
                heard.extend(data)
            passed += len(data)
            if limit is not None and passed > limit:
                break
            writer.write(data)
            await writer.drain()
        writer.close()

    callers, writers = [], []

    async def caller(reader, writer):
        callers.append(asyncio.current_task())
        far_reader, far_writer = await asyncio.open_connection(host, int(port))
        writers.extend((writer, far_writer))
        try:
            both = (carry(reader, far_writer, None), carry(far_reader, writer, cut_after))
            await asyncio.gather(*both, return_exceptions=True)
        finally:
            writer.close()
            far_writer.close()

    server = await asyncio.start_server(caller, "127.0.0.1", 0)
    try:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for writer in writers:
            writer.close()
        await asyncio.gather(*callers, return_exceptions=True)
