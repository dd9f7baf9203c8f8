"""A machine that is new at its space is let in by the roster that it brings, and by nothing else."""

import asyncio
import os
from contextlib import asynccontextmanager
from functools import partial

import pytest

from sync import identity, proofs
from sync.exchange import caller, take_roster
from sync.peers import tls
from sync.peers.client import Declined, Link
from sync.peers.server import Door, PeerServer
from sync.refusals import BadProof, Unaccepted
from sync.succession import successor
from sync.visits import Visits
from tests.sync.exchange.nodes import Answers, Node, listen, trusted


@pytest.fixture
def successor_of_the_hall(tmp_path, hall, library):
    """The hall's next machine: it has the paper key and knows the library."""
    folder = tmp_path / "next"
    folder.mkdir()
    (folder / "paper.key").write_text(hall.paper.digits())
    node = Node(folder, "Hall")
    node.roster = successor(hall.paper, [hall.roster], [node.identity.public_key], 5)
    with node.db:
        proofs.take(node.db, [node.roster], 0)
    node.knows(library)
    return node


def test_it_brings_its_roster_and_is_let_in(hall, library, successor_of_the_hall):
    new = successor_of_the_hall
    hall.says("A ladder")

    async def story():
        async with hall.answering() as address:
            await library.hears_from(hall, address)
        async with _answering(library) as address:
            visits = Visits(
                new.gate,
                tls.client_context(new.identity, trusted(new.db)),
                new.identity.node_fingerprint,
                lambda: 8081,
                lambda: next(new._ms),
                lambda told: None,
                stay=False,
            )
            went = await visits.visit_address(address)
            await visits.close()
            return went

    went = asyncio.run(story())
    assert went.error == "" and new.words() == hall.words(), "what the lost machine said is back"
    assert caller(library.db, new.identity.node_cert).space == hall.identity.space_id
    with pytest.raises(Unaccepted):
        caller(library.db, hall.identity.node_cert)


def test_whoever_is_not_named_may_only_ask_for_the_roster(hall, library):
    other = identity.make_node(_folder(hall), hall.paper, os.urandom)

    async def story():
        async with _answering(library) as address:

            async def check(certificate):
                return caller(library.gate.db(), certificate)

            link = Link(address, tls.client_context(other, [library.identity.space_cert]), check)
            held = await link.post("/peer/v1/roster", b"")
            keys = []
            for path in ("news", "entries", "proofs", "poke"):
                with pytest.raises(Declined) as declined:
                    await link.post(f"/peer/v1/{path}", b"{}")
                keys.append(declined.value.key)
            await link.close()
            return held, keys

    held, keys = asyncio.run(story())
    assert held == hall.roster and set(keys) == {"unaccepted"}


def _folder(hall):
    folder = hall.folder.with_name("another")
    folder.mkdir()
    return folder


def _rosters(hall, new, stranger):
    key = [new.public_key]
    yield successor(hall.paper, [], [os.urandom(32)], 9), Unaccepted  # names somebody else
    yield successor(stranger.paper, [], key, 9), Unaccepted  # of another space
    yield proofs.make_roster(hall.paper.authority(), 0, key, []), Unaccepted  # older than the one held
    yield successor(hall.paper, [], key, 9)[:-9] + b'AAAAAA"]', BadProof
    yield b"nonsense", BadProof


def test_a_roster_that_does_not_prove_it_is_refused_and_changes_nothing(hall, library, stranger):
    new = identity.make_node(_folder(hall), hall.paper, os.urandom)
    before = library.state()
    for line, why in _rosters(hall, new, stranger):
        with pytest.raises(why):
            take_roster(library.gate, new.node_cert, line)
    with pytest.raises(Unaccepted):
        take_roster(library.gate, stranger.identity.node_cert, b"")
    assert library.state() == before


@asynccontextmanager
async def _answering(node):
    listener = listen()
    door = Door(Answers(node.gate.db), lambda who, where: None, roster=partial(take_roster, node.gate))
    door.circle = lambda who, body: b"[]\n"
    server = PeerServer(door)
    await server.start(listener, tls.server_context(node.identity, trusted(node.db)))
    try:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        await server.close()
