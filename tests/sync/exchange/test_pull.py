"""A visit that is cut short, late, or the first after a while: what is new comes in, and nothing twice."""

import asyncio
import gc

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync import identity, known, log, proofs
from sync.ahead import PAGES_AHEAD
from sync.identity import Identity
from sync.messages import News, NewsAsked, read, text, write
from sync.peers.client import Unreachable
from sync.pull import Pull
from sync.refusals import NoRoom, TooMuch
from sync.sqlite_log import ROUND_MS, SqliteLog
from tests.sync.exchange.nodes import Node, Spoken, through_a_proxy, visit


def test_an_exchange_cut_anywhere_goes_on_and_doubles_nothing(hall, library, caplog):
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
    gc.collect()
    assert not caplog.records, "that somebody hangs up is nothing to report"


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


def asks_for(listener, now_ms):
    """How many missing payloads a visit at this time asks for."""
    return len(SqliteLog(listener.db).wanted(500, now_ms))


def test_what_nobody_holds_any_more_is_asked_for_less_and_less_often(hall, library):
    hall.says("lost", "lost too")
    log.drop_payloads(hall.db, [held.k for held in log.read_all(hall.db) if held.entry.header.sys == 0])
    visit(library, hall)
    began = library.db.execute("SELECT DISTINCT round_ms FROM missing").fetchone()[0]
    pauses, now = [], began
    for _ in range(14):
        assert asks_for(library, now) == 2 and asks_for(library, now + ROUND_MS - 1) == 2, "of every peer in a round"
        assert asks_for(library, now + ROUND_MS + 1) == 0
        pause = library.db.execute("SELECT DISTINCT wait_ms FROM missing").fetchone()[0]
        pauses.append(pause)
        now += ROUND_MS + pause
    assert pauses[:4] == [60_000, 120_000, 240_000, 480_000] and pauses[-2:] == [24 * 3_600_000] * 2


def test_a_clock_that_was_set_back_keeps_nobody_from_asking(hall, library):
    hall.says("lost")
    log.drop_payloads(hall.db, [1 << 40 | 1])
    visit(library, hall)
    assert asks_for(library, 1_000) == 1 and asks_for(library, 1_000 + ROUND_MS + 1) == 0


def test_a_new_roster_makes_what_is_missing_asked_for_at_once(hall, library, tmp_path):
    hall.says("lost")
    log.drop_payloads(hall.db, [1 << 40 | 1])
    visit(library, hall)
    began = library.db.execute("SELECT round_ms FROM missing").fetchone()[0]
    assert asks_for(library, began + ROUND_MS + 1) == 0
    _, roster = second_node_of(hall, tmp_path / "beside")
    with log.writing(library.db):
        proofs.take(library.db, [roster], 0)
    assert asks_for(library, began + ROUND_MS + 1) == 1


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


def second_node_of(space, folder):
    """A space outgrows one machine. Returns its new node and the roster that names it."""
    beside = Node(folder, space.name)
    mine = beside.identity
    cert = identity.node_certificate(space.paper, mine.node_key.public_key())
    beside.identity = Identity(
        space.identity.space_id, space.identity.space_cert, mine.node_key, cert, mine.node_fingerprint
    )
    beside.writer = beside.new_run()
    nodes = [space.identity.public_key, mine.public_key]
    return beside, proofs.make_roster(space.paper.authority(), 2, nodes, [])


def test_what_a_node_said_before_its_space_named_it_to_us_comes_in_after_all(hall, library, mosque, tmp_path):
    """And is asked of the very peer that brought the roster; nobody else may have it."""
    beside, roster = second_node_of(mosque, tmp_path / "beside")
    said = beside.says("from the second machine")
    with log.writing(hall.db):
        proofs.take(hall.db, [roster], 0)
    hall.hears([held.entry for held in log.read(beside.db, 1)])
    first = library.db.execute("SELECT id FROM proof WHERE kind = 'roster'").fetchall()

    def before_it_was_told(path, body):
        return write(msgspec.structs.replace(read(body, News), proofs=[])) if path == "news" else body

    assert visit(library, hall, before_it_was_told).passed and library.words() == []
    with log.writing(hall.db):
        hall.db.execute("UPDATE proof SET changed = ? WHERE line = ?", (log.arrive(hall.db, 1, roster, 0), roster))
    visit(library, hall)
    assert library.words() == [said[0].entry.payload]
    assert len(library.db.execute("SELECT id FROM proof WHERE kind = 'roster'").fetchall()) == len(first)


def test_a_roster_of_somebody_else_makes_nobody_ask_for_everything_again(hall, library, mosque, tmp_path):
    far = Node(tmp_path / "far", "Far")
    for node in (hall, mosque):
        node.knows(far)
        node.says("words")
        visit(library, node)
    for node in (hall, mosque, hall):
        line = Spoken(node, library)
        asyncio.run(library.pulls(node, line))
        assert line.paths == ["news"]
        assert read(asyncio.run(line.post("/news", asked(library, node))), News).same


def asked(listener, teller):
    n, mark = known.cursor(listener.db, teller.identity.node_fingerprint)
    return write(NewsAsked(n, text(mark)))


def test_a_space_that_is_accepted_during_a_visit_is_heard_at_once(hall, library, tmp_path):
    """Two stewards pair while the exchange is in the middle of a long visit."""
    far = Node(tmp_path / "far", "Far")
    hall.knows(far)
    far.knows(hall)
    far.says("from far away")
    visit(hall, far)
    hall.says("from the hall")

    def pairing_meanwhile(path, body):
        if path == "entries" and not library.db.execute("SELECT 1 FROM space WHERE name = 'Far'").fetchone():
            library.knows(far)
        return body

    visit(library, hall, pairing_meanwhile)
    assert set(library.words()) == {*hall.words(), *far.words()}


def test_what_could_not_be_taken_for_a_while_comes_in_when_it_can(hall, library):
    """A disk that was full, say: the feed is left alone for ten minutes, and not forgotten meanwhile."""
    hall.says("words")
    shunned, full = set(), [True]
    accept = library.gate.accept

    def while_there_is_room(pages, *more):
        if full[0] and pages:
            raise TooMuch("no room")
        return accept(pages, *more)

    library.gate.accept = while_there_is_room

    def at_the_library():
        pull = Pull(Spoken(hall, library), library.gate, hall.identity.node_fingerprint, asyncio.to_thread, shunned)
        return asyncio.run(pull.run())

    assert at_the_library().refused
    assert not at_the_library().refused, "it is not tried again at once"
    full[0] = False
    shunned.clear()
    at_the_library()
    assert library.words() == hall.words()


def test_while_the_disk_is_full_no_pages_are_asked_for_and_all_comes_once_there_is_room(hall, library):
    for n in range(3):
        hall.writer = hall.new_run()
        hall.says(f"run {n}")
    line, library.gate.full = Spoken(hall, library), True
    report = asyncio.run(library.pulls(hall, line))
    assert line.paths == ["news"] and set(report.refused.values()) == {"no-room"} and len(report.refused) == 3
    library.gate.full = False
    assert not visit(library, hall).refused and library.words() == hall.words()


def test_a_disk_that_is_full_in_the_middle_of_a_visit_ends_the_asking(hall, library):
    """Each feed would be asked for once more otherwise, and refused."""
    for _ in range(12):
        hall.writer = hall.new_run()
        hall.says(*["long words " + "x" * 30_000] * 8)

    def fills(pages, *more, **by):
        library.gate.full = True
        raise NoRoom

    take, library.gate.accept = library.gate.accept, fills
    line = Spoken(hall, library)
    assert len(asyncio.run(library.pulls(hall, line)).refused) == 12
    assert line.paths.count("entries") <= 1 + PAGES_AHEAD, "those on their way"
    library.gate.full, library.gate.accept = False, take
    assert not visit(library, hall).refused and library.words() == hall.words()


def test_one_feed_that_is_refused_holds_back_nothing_that_is_told_later(hall, library, monkeypatch):
    monkeypatch.setattr("sync.exchange.HEADS", 3)
    hall.says("changed on the way")
    for n in range(10):
        hall.writer = hall.new_run()
        hall.says(f"run {n}")

    def lie(path, body):
        return body.replace(b"changed on", b"changes on") if path == "entries" else body

    assert visit(library, hall, lie).refused
    assert library.words() == hall.words()[1:]
