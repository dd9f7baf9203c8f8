"""A whole circle over real sockets: two circles meet, a space is blocked, a feed turns out to have two histories."""

import asyncio
import itertools
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec
import pytest

from node import blocking, health, meeting
from node.gate import BoardGate, pull_once
from sync import circle, log
from sync.exchange import Answers, trusted
from sync.peers import tls
from sync.peers.server import Door, PeerServer
from sync.writer import Draft
from tests.storage.nodes import Node, Ticket, opened
from tests.sync.exchange.nodes import listen


class Peer:
    """A node with its address, as long as answering() runs."""

    def __init__(self, node: Node) -> None:
        self.node, self.listener = node, listen()
        self.address = f"https://127.0.0.1:{self.listener.getsockname()[1]}"

    @asynccontextmanager
    async def answering(self):
        run = self.node.run
        self.context = tls.server_context(run.identity, trusted(run.db()))
        door = Door(Answers(BoardGate(run).db), lambda who, where: None)
        door.circle = lambda who, body: circle.keys_to_wire(circle.keys(run.settings.data))
        server = PeerServer(door)
        await server.start(self.listener, self.context)
        try:
            yield
        finally:
            await server.close()

    async def pulls(self) -> None:
        """From all that it knows, and lets in afterwards whom it accepts by then, as the exchange process does."""
        await pull_once(self.node.run, None)
        tls.trust(self.context, set(trusted(self.node.db)))

    def pairs_with(self, other: "Peer") -> None:
        for one, who in ((self, other), (other, self)):
            given = circle.ours(who.node.db, who.node.folder, who.node.run.identity, 8081)
            meeting.join(one.node.run, msgspec.structs.replace(given, address=who.address))


@pytest.fixture
def peers(tmp_path):
    found = [Peer(Node(tmp_path / name.lower(), name)) for name in ("Hall", "Library", "Mosque", "Church")]
    yield found
    for peer in found:
        peer.listener.close()
        peer.node.run.close()


def same(peers) -> bool:
    return len({(peer.node.digest(), log.digest(peer.node.db)) for peer in peers}) == 1


def test_spaces_that_never_paired_exchange_with_each_other(peers):
    hall, library, mosque, church = peers
    hall.pairs_with(library)
    mosque.pairs_with(church)
    library.node.posts("From the library")
    church.node.posts("From the church")
    hall.pairs_with(mosque)

    async def story():
        async with AsyncExitStack() as stack:
            for peer in peers:
                await stack.enter_async_context(peer.answering())
            for _ in range(4):
                for peer in peers:
                    await peer.pulls()

    asyncio.run(story())
    for peer in peers:
        assert sorted(peer.node.board()) == ["From the church", "From the library"]
        assert len(circle.peers(peer.node.db)) == 3
        assert all(known.seen_ms and not known.error for known in circle.peers(peer.node.db))
    assert same(peers)
    assert len({circle.keys(peer.node.folder) for peer in peers}) == 1, "both circles' keys are everywhere"


def test_a_block_at_one_space_changes_nothing_between_the_others(peers):
    hall, library, mosque, _ = peers
    for one, other in ((hall, library), (hall, mosque), (library, mosque)):
        one.pairs_with(other)
    blocking.block(library.node.run, blocking.named(library.node.run, "Mosque"))
    mosque.node.posts("From the mosque")
    library.node.posts("From the library")

    async def story():
        async with AsyncExitStack() as stack:
            for peer in (hall, library, mosque):
                await stack.enter_async_context(peer.answering())
            for _ in range(2):
                for peer in (hall, library, mosque):
                    await peer.pulls()

    asyncio.run(story())
    assert library.node.board() == ["From the library"]
    assert sorted(hall.node.board()) == sorted(mosque.node.board()) == ["From the library", "From the mosque"]
    assert same((hall, mosque))
    (refused,) = [peer.error for peer in circle.peers(mosque.node.db) if peer.name == "Library"]
    assert refused, "it is told nothing, not even in the handshake"


@pytest.mark.long
def test_what_neighbours_said_on_a_feed_with_two_histories_is_on_every_board(peers):
    """The library saw one history, the mosque the other, the church none."""
    hall, library, mosque, church = peers
    for one, other in itertools.combinations(peers, 2):
        one.pairs_with(other)
    first, second = Ticket(1), Ticket(2)
    hall.node.carries(first, opened("A cot"))
    library.node.hears_from(hall.node)
    said = Draft(second.body(second.post, hall.node.space, opened("A ladder")), second.post, second.owner)
    (page,) = hall.node.pages(own=True)
    mosque.node.hears([[*page[:-1], *hall.node.says_otherwise(said, after=len(page) - 2)]])
    hall.listener.close()  # it is gone; where it only said nothing, each of nine calls would wait for it

    async def story():
        async with AsyncExitStack() as stack:
            for peer in (library, mosque, church):
                await stack.enter_async_context(peer.answering())
            for _ in range(3):
                for peer in (library, mosque, church):
                    await peer.pulls()

    asyncio.run(story())
    for peer in (library, mosque, church):
        assert sorted(peer.node.board()) == ["A cot", "A ladder"]
        assert [feed.state for feed in log.feeds(peer.node.db, -1)].count("void") == 1
        assert any("told two stories" in note for note in health.notes(peer.node.run))
    assert same((library, mosque, church))
