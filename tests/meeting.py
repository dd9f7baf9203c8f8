"""Nodes with a board that meet as spaces do: over real sockets and TLS, each with its one door and its own files."""

import asyncio
import itertools
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import partial

from node.gate import BoardGate
from sync import circle, log
from sync.exchange import Answers, Caller, caller, trusted
from sync.peers import tls
from sync.peers.client import Link
from sync.peers.server import Door, PeerServer
from sync.pull import Pull, Report
from tests.storage.nodes import Node


def acquaint(*nodes: Node) -> None:
    """All of them accept each other, as after pairing."""
    for one, other in itertools.permutations(nodes, 2):
        if not one.db.execute("SELECT 1 FROM space WHERE id = ?", (other.space,)).fetchone():
            one.accepts(other)
        with log.writing(one.db):
            theirs = other.run.identity
            circle.know(one.db, theirs.node_fingerprint, other.space, theirs.node_cert, "")


@asynccontextmanager
async def answering(teller: Node, answers: type[Answers] = Answers) -> AsyncIterator[str]:
    """The address at which a node answers, for as long as the block runs."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = PeerServer(Door(answers(BoardGate(teller.run).db), lambda who, address: None))
    await server.start(listener, tls.server_context(teller.run.identity, trusted(teller.db)))
    try:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        await server.close()


async def visit(listener: Node, teller: Node, address: str) -> Report:
    return await visit_node(listener, teller.run.identity.node_fingerprint, address)


async def visit_node(listener: Node, node: bytes, address: str) -> Report:
    """node: the fingerprint of who must answer there."""
    gate, me = BoardGate(listener.run), listener.run.identity

    async def check(certificate: bytes) -> Caller:
        return caller(gate.db(), certificate)

    link = Link(address, tls.client_context(me, trusted(listener.db)), check, node)
    try:
        return await Pull(link, gate, node, partial(asyncio.to_thread), now_ms=listener.clock).run()
    finally:
        await link.close()


def visits(listener: Node, teller: Node, answers: type[Answers] = Answers) -> Report:
    """One whole visit: proofs, entries, payloads. answers: how the teller answers, if it lies."""

    async def story() -> Report:
        async with answering(teller, answers) as address:
            return await visit(listener, teller, address)

    return asyncio.run(story())


def all_meet(*nodes: Node, liars: Iterable[tuple[Node, type[Answers]]] = ()) -> None:
    """Everybody visits everybody, twice, so that what one brings is also told on."""
    lies = {id(node): answers for node, answers in liars}

    async def story() -> None:
        for one, other in [*itertools.permutations(nodes, 2)] * 2:
            async with answering(other, lies.get(id(other), Answers)) as address:
                await visit(one, other, address)

    asyncio.run(story())
