"""A visit that is cut short, late, or the first after a while: what is new comes in, and nothing twice."""

import asyncio

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync import known, log, proofs
from sync.messages import News, read
from sync.peers.client import Unreachable
from tests.sync.exchange.nodes import Node, Spoken, through_a_proxy, visit


def test_an_exchange_cut_anywhere_goes_on_and_doubles_nothing(hall, library):
    for _ in range(6):
        hall.says(*[f"word {n} " + "x" * (n % 700) for n in range(300)])

    async def story():
        heights = []
        async with hall.answering() as address:
            for cut in (500, 3_000, 9_000, 40_000, 60_000, 90_000):
                async with through_a_proxy(address, cut) as cutting:
                    with pytest.raises(Unreachable):
                        await library.hears_from(hall, cutting)
                heights.append(library.db.execute("SELECT count(*) FROM entry").fetchone()[0])
            await library.hears_from(hall, address)
        return heights

    heights = asyncio.run(story())
    assert heights == sorted(heights) and 0 < heights[-1] < 1801, "some came in before the cut, not all"
    assert library.words() == hall.words() and log.digest(library.db) == log.digest(hall.db)


def test_who_listens_between_two_nodes_hears_no_word(hall, library):
    hall.says("Marmalade for Amina", "Ladder wanted")
    heard = bytearray()

    async def story():
        async with hall.answering() as address, through_a_proxy(address, heard=heard) as listened_to:
            await library.hears_from(hall, listened_to)

    asyncio.run(story())
    assert library.words() == hall.words() and len(heard) > 2_000
    for word in (b"Marmalade", b"Amina", b"Ladder", b"Hall", b"event", b"peer/v1", hall.identity.space_id):
        assert word not in heard


def test_news_travel_through_a_third_space(hall, library, mosque):
    hall.says("A ladder")
    visit(library, hall)
    visit(mosque, library)
    assert mosque.words() == hall.words()


def test_a_feed_of_a_space_that_is_not_accepted_is_not_asked_for(hall, library, tmp_path):
    far = Node(tmp_path / "far", "Far")
    hall.knows(far)
    far.knows(hall)
    far.says("from far away")
    visit(hall, far)
    assert visit(library, hall).taken == [0], "only a roster of a space that is not known was offered"
    assert library.words() == []


def test_once_a_space_is_accepted_what_was_passed_over_comes(hall, library, tmp_path):
    far = Node(tmp_path / "far", "Far")
    hall.knows(far)
    far.knows(hall)
    far.says("from far away")
    visit(hall, far)
    visit(library, hall)
    library.knows(far)
    known.start_over(library.db)
    visit(library, hall)
    assert library.words() == far.words() and far.words()


def test_a_restored_peer_tells_everything_again_and_nothing_is_doubled(hall, library):
    hall.says("one")
    visit(library, hall)
    hall.db.execute("UPDATE arrival SET mark = randomblob(16)")
    line = Spoken(hall, library)
    asyncio.run(library.pulls(hall, line))
    assert line.paths == ["news"] and library.words() == hall.words()


def test_a_node_gets_back_from_its_peer_what_it_once_wrote(hall, library):
    hall.says("before the disk failed")
    visit(library, hall)
    hall.db.executescript("DELETE FROM entry; DELETE FROM feed; DELETE FROM arrival;")
    hall.writer = hall.new_run()
    hall.says("after")
    visit(hall, library)
    assert sorted(hall.words()) == [
        b'{"event":"note","words":"after"}',
        b'{"event":"note","words":"before the disk failed"}',
    ]


def test_a_payload_that_was_missing_is_tried_again_at_each_visit(hall, library, mosque):
    held = hall.says("lost and found")
    visit(mosque, hall)
    log.drop_payloads(hall.db, [held[0].k])
    visit(library, hall)
    assert library.words() == [None]
    line = Spoken(hall, library)
    asyncio.run(library.pulls(hall, line))
    assert line.paths == ["news", "payloads"] and library.words() == [None]
    visit(library, mosque)
    assert library.words() == mosque.words()
    line = Spoken(hall, library)
    asyncio.run(library.pulls(hall, line))
    assert line.paths == ["news"], "nothing is missing any more"


def test_a_tombstone_arrives_before_the_words_that_it_forbids(hall, library):
    ticket = Ed25519PrivateKey.generate()
    hall.says("delete me", owner=ticket.public_key().public_bytes_raw())
    with log.writing(library.db):
        proofs.take(library.db, [proofs.make_tombstone(ticket)], 0)
    visit(library, hall)
    assert library.words() == [None]
    assert library.db.execute("SELECT count(*) FROM missing").fetchone() == (0,)
    visit(hall, library)
    assert hall.db.execute("SELECT count(*) FROM proof WHERE kind = 'tombstone'").fetchone() == (1,)


def test_more_changes_than_one_answer_holds_come_in_several(hall, library, monkeypatch):
    monkeypatch.setattr("sync.exchange.HEADS", 3)
    for n in range(10):
        hall.writer = hall.new_run()
        hall.says(f"run {n}")
    line = Spoken(hall, library)
    asyncio.run(library.pulls(hall, line))
    assert line.paths.count("news") > 2 and library.words() == hall.words()
    assert read(asyncio.run(Spoken(hall, library).post("/news", b'{"n":0,"mark":""}')), News).more
