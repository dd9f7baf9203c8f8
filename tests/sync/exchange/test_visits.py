"""Who is visited when: on appearing, when poked, when asked, again after a restart; strangers not for long."""

import asyncio
import time
from contextlib import asynccontextmanager

import pytest

from sync import circle, clocks, visits
from sync.exchange import Answers, trusted
from sync.peers import server, tls
from sync.peers.server import Door, PeerServer
from sync.visits import Visits
from tests.sync.exchange.nodes import listen


@asynccontextmanager
async def at_work(node, port=0):
    """A node that answers and visits, as its exchange process does."""
    listener = listen(port)
    address = f"https://127.0.0.1:{listener.getsockname()[1]}"
    own_port = listener.getsockname()[1]
    visits = Visits(
        node.gate,
        tls.client_context(node.identity, trusted(node.db)),
        node.identity.node_fingerprint,
        lambda: own_port,
        lambda: next(node._ms),
        node.told_of_the_circle.append,
    )
    door = Door(
        Answers(node.gate.db),
        lambda who, where: visits.appeared(who.node, [where]),
        circle=lambda who, body: b"[]\n",
    )
    serving = PeerServer(door)
    await serving.start(listener, tls.server_context(node.identity, trusted(node.db)))
    visits.address = address
    try:
        await visits.refresh()
        yield visits
    finally:
        await visits.close()
        await serving.close()


PATIENCE_S = 120.0  # for a machine ten times slower: never a measure


@pytest.fixture(autouse=True)
def no_round(monkeypatch):
    """What comes in time came by itself: the round of each minute is hours away."""
    monkeypatch.setattr(visits, "EVERY_SECONDS", 36_000.0)


async def soon(true):
    until = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < until, "not in time"
        await asyncio.sleep(0.02)


def test_a_new_entry_is_at_the_other_within_moments_of_the_poke(hall, library):
    async def story():
        async with at_work(hall) as at_hall, at_work(library) as at_library:
            at_library.appeared(hall.identity.node_fingerprint, [at_hall.address])
            await soon(lambda: hall.identity.node_fingerprint in at_library._peers)
            await soon(lambda: at_hall._peers.get(library.identity.node_fingerprint) is not None)
            await at_hall.visit_all()
            hall.says("A ladder")
            at_hall.poke()
            await soon(lambda: library.words() == hall.words())

    asyncio.run(story())


def test_one_side_that_knows_an_address_is_enough_for_both(hall, library):
    """mDNS is filtered, and one steward typed the other's address."""
    library.says("from the library")
    hall.says("from the hall")

    async def story():
        async with at_work(hall) as at_hall, at_work(library) as at_library:
            visited = await at_library.visit_address(at_hall.address)
            await soon(lambda: len(hall.words()) == 2 and len(library.words()) == 2)
            return visited

    visited = asyncio.run(story())
    assert (visited.name, visited.error) == ("Hall", "")
    assert {peer.name: bool(peer.seen_ms) for peer in circle.peers(library.db)} == {"Hall": True}
    assert [peer.error for peer in circle.peers(hall.db)] == [""]


def test_a_peer_that_was_restarted_is_reached_at_the_first_try(hall, library):
    async def story():
        async with at_work(library) as at_library:
            async with at_work(hall) as at_hall:
                node, port = hall.identity.node_fingerprint, int(at_hall.address.rsplit(":", 1)[1])
                await at_library.visit_address(at_hall.address)
            async with at_work(hall, port):
                return await at_library.visit(at_library._peers[node])

    assert asyncio.run(story()).error == ""


def test_every_address_is_tried_and_the_one_that_answers_is_kept(hall, library):
    async def story():
        async with at_work(hall) as at_hall, at_work(library) as at_library:
            node = hall.identity.node_fingerprint
            at_library.appeared(node, ["https://127.0.0.1:9", "https://127.0.0.1:1", at_hall.address])
            visited = await at_library.visit(at_library._peers[node])
            return visited, [peer.address for peer in circle.peers(library.db)], at_hall.address

    visited, addresses, address = asyncio.run(story())
    assert visited.error == "" and addresses == [address]


def test_a_member_that_was_away_is_reached_soon_after_it_is_back(hall, library, monkeypatch):
    """A poke that did not arrive shows that it is away; then it is tried again and again, ever more slowly."""
    monkeypatch.setattr(visits, "RETRY_SECONDS", 0.05)

    async def story():
        async with at_work(library) as at_library:
            async with at_work(hall) as at_hall:
                await at_library.visit_address(at_hall.address)
                await soon(lambda: at_hall._peers)
            library.says("Said while the hall was away")
            at_library.poke()
            await soon(lambda: [peer.error for peer in circle.peers(library.db)] == ["unreachable"])
            async with at_work(hall, int(at_hall.address.rsplit(":", 1)[1])):
                await soon(lambda: library.words() == hall.words())

    asyncio.run(story())


def test_a_line_is_left_when_the_peer_says_that_it_is_elsewhere_or_this_machine_has_moved(hall, library):
    async def story():
        async with at_work(hall) as at_hall, at_work(library) as at_library:
            node, name = hall.identity.node_fingerprint, at_hall.address.replace("127.0.0.1", "localhost")
            await at_library.visit_address(at_hall.address)
            peer = at_library._peers[node]
            before = peer.link
            at_library.appeared(node, [name])
            await at_library.visit(peer)
            assert peer.link is before  # kept as long as nothing is said against it
            at_library.appeared(node, [name], only=True)
            await at_library.visit(peer)
            assert peer.link.address == name
            before = peer.link
            at_library.look_again()
            await soon(lambda: peer.link not in (None, before))

    asyncio.run(story())


def test_a_peer_that_is_away_is_said_to_be_away_and_what_was_heard_stays(hall, library):
    async def story():
        async with at_work(library) as at_library:
            async with at_work(hall) as at_hall:
                await at_library.visit_address(at_hall.address)
            return await at_library.visit_all()

    [visited] = asyncio.run(story())
    [peer] = circle.peers(library.db)
    assert visited.error == peer.error == "unreachable" and peer.seen_ms


def test_a_stranger_who_is_found_in_the_network_is_not_let_in_nor_noted(hall, library, stranger):
    stranger.says("buy things")

    async def story():
        async with at_work(stranger) as at_stranger, at_work(library) as at_library:
            at_library.appeared(stranger.identity.node_fingerprint, [at_stranger.address])
            return await at_library.visit(at_library._peers[stranger.identity.node_fingerprint])

    visited = asyncio.run(story())
    assert visited.error in ("handshake", "unreachable") and visited.name == ""
    assert [peer.name for peer in circle.peers(library.db)] == ["Hall"] and library.words() == []


def test_the_keys_of_the_circle_are_asked_for_on_a_new_line_and_not_at_each_visit(hall, library):
    async def story():
        async with at_work(hall) as at_hall, at_work(library) as at_library:
            await at_library.visit_address(at_hall.address)
            await at_library.visit_all()
            await at_library.visit_all()

    asyncio.run(story())
    assert library.told_of_the_circle == [b"[]\n"]


def test_a_busy_node_says_so_and_is_visited_again_when_it_asked_to_be(hall, library, monkeypatch):
    hall.says("A ladder")
    monkeypatch.setattr(server, "PAGES_EACH", 0)
    monkeypatch.setattr(server.random, "randint", lambda least, most: least)

    async def story():
        async with at_work(hall) as at_hall, at_work(library) as at_library:
            busy = await at_library.visit_address(at_hall.address)
            monkeypatch.setattr(server, "PAGES_EACH", 2)
            [peer] = at_library._peers.values()
            peer.wake.set()  # as by a poke
            await soon(lambda: library.words() == hall.words())
            return busy.error, time.monotonic() - peer.not_before

    error, late = asyncio.run(story())
    assert error == "busy" and late >= 0


def test_who_is_not_let_in_any_more_is_told_so_in_words_of_its_own(hall, library):
    """Its certificate is looked at last, so it has seen the other's by then, and the line ends."""
    library.db.execute("UPDATE space SET state = 'blocked' WHERE state = 'accepted'")

    async def story():
        async with at_work(library) as at_library, at_work(hall) as at_hall:
            return await at_hall.visit_address(at_library.address)

    assert asyncio.run(story()).error == "turned-away"


@pytest.mark.parametrize("addresses", [["https://"], ["nonsense"], ["https://[::1"], ["https://127.0.0.1:99999"]])
def test_an_announced_address_that_is_none_harms_nothing(hall, library, addresses):
    async def story():
        async with at_work(library) as at_library:
            at_library.appeared(hall.identity.node_fingerprint, addresses)
            return await at_library.visit(at_library._peers[hall.identity.node_fingerprint])

    assert asyncio.run(story()).error == "unreachable"


def test_a_flood_of_announced_nodes_keeps_no_member_waiting(hall, library):
    """Anybody in the network can announce nodes at addresses that never answer."""
    hall.says("A ladder")
    mine = hall.identity

    async def story():
        nowhere = f"https://127.0.0.1:{silent.getsockname()[1]}"
        async with at_work(hall) as at_hall, at_work(library) as at_library:
            at_library._members.clear()
            at_library._peers.clear()
            for n in range(visits.PEERS_AT_MOST):
                at_library.appeared(n.to_bytes(32, "big"), [nowhere])
            await asyncio.sleep(0.2)
            circle.know(library.db, mine.node_fingerprint, mine.space_id, mine.node_cert, at_hall.address)
            await at_library.refresh()
            await soon(lambda: library.words() == hall.words())

    with listen() as silent:
        asyncio.run(story())


def test_a_peer_that_does_not_answer_delays_the_poke_of_no_other(hall, library, mosque):
    async def story():
        async with at_work(hall) as at_hall, at_work(library) as at_library, at_work(mosque) as at_mosque:
            for each in (at_library, at_mosque):
                each.appeared(hall.identity.node_fingerprint, [at_hall.address])
                await at_hall.visit_address(each.address)
            link = at_hall._peers[mosque.identity.node_fingerprint].link
            link.post = lambda path, body: asyncio.sleep(36_000)
            at_hall.poke()
            hall.says("A ladder")
            at_hall.poke()
            await soon(lambda: library.words() == hall.words())

    asyncio.run(story())


def test_a_visit_notes_how_far_the_peers_clock_is_ahead(hall, library):
    """Its clock ticks from a day in 2026, the peer's answers bear the real date."""

    async def story():
        async with at_work(hall) as at_hall, at_work(library) as at_library:
            assert not (await at_library.visit_address(at_hall.address)).error

    asyncio.run(story())
    now = clocks.moment(next(library._ms))
    (seen,) = clocks.seen(library.db, now)
    assert seen.node == hall.identity.node_fingerprint
    assert abs(time.time() * 1000 - now.wall_ms - seen.ahead_ms) < 30_000 and not clocks.trusted(library.db, now)
