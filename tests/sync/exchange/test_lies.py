"""A peer that lies, forges or talks nonsense: nothing of it is taken, and nobody else's words are held back."""

import asyncio
import json
import zlib
from functools import partial

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync import log, proofs
from sync.entry import b64
from sync.messages import BODY_BYTES, WANTED_PROOFS, Malformed, News, write
from sync.peers.client import Unreachable
from sync.pull import Pull
from sync.refusals import BadEntry, BadSignature, TooMuch
from sync.writer import Draft, Writer
from tests.sync.exchange.nodes import Spoken, visit


def test_another_node_at_the_address_is_not_taken_for_the_peer(hall, library, mosque):
    async def story():
        async with mosque.answering() as address:
            with pytest.raises(Unreachable) as refused:
                await library.hears_from(hall, address)
            return refused.value.key

    assert asyncio.run(story()) == "somebody-else"


def test_two_signed_histories_of_one_feed_void_it_and_no_other(hall, library, mosque):
    def a_snapshot_of_the_machine_says(*words):
        writer = Writer(hall.identity, lambda: 1_790_000_000_000, lambda size: b"s" * size, "Hall")
        with log.writing(hall.db):
            for word in words:
                writer.append(hall.db, [Draft(b'{"w":"%s"}' % word)])

    a_snapshot_of_the_machine_says(b"one", b"two")
    visit(library, hall)
    hall.db.executescript("DELETE FROM entry; DELETE FROM feed; DELETE FROM arrival;")
    a_snapshot_of_the_machine_says(b"one", b"another two")
    mosque.says("from the mosque")
    visit(hall, mosque)
    report = visit(library, hall)
    assert len(report.void) == 1 and not report.refused
    assert [feed.state for feed in log.feeds(library.db)] == ["void", "open"]
    assert b'{"event":"note","words":"from the mosque"}' in library.words()
    assert visit(mosque, library).void == set(), "a void feed is not offered on"


def test_a_lie_about_a_head_voids_nothing(hall, library):
    hall.says("one")
    visit(library, hall)
    hall.says("two", scope="here")

    def lie(path, body):
        if path != "news":
            return body
        news = json.loads(body)
        feed = log.feeds(hall.db)[0]
        news["heads"] = [[b64(feed.space), b64(feed.key), feed.next - 1, "A" * 43]]
        return json.dumps(news).encode()

    before = library.words()
    report = visit(library, hall, lie)
    assert not report.void and library.words() == before
    assert [feed.state for feed in log.feeds(library.db)] == ["open"]


def test_a_bad_feed_holds_back_no_other(hall, library, mosque):
    mosque.says("true words")
    visit(hall, mosque)
    hall.says("words that are changed on the way")

    def lie(path, body):
        return body.replace(b"words that are changed", b"words that were changed"[:22]) if path == "entries" else body

    report = visit(library, hall, lie)
    assert list(report.refused.values()) == ["bad-commitment"]
    assert library.words() == [b'{"event":"note","words":"true words"}']
    assert visit(library, hall).refused == {} and len(library.words()) == 2, "told the truth, it comes in after all"


def test_a_feed_that_could_not_be_proven_is_not_fetched_again_and_again(hall, library):
    hall.says("words")

    def lie(path, body):
        return body.replace(b'"words":"words"', b'"words":"swords"') if path == "entries" else body

    shunned = set()
    for expected in (["news", "entries"], ["news"]):
        line = Spoken(hall, library, lie)
        pull = Pull(line, library.gate, hall.identity.node_fingerprint, partial(asyncio.to_thread), shunned)
        asyncio.run(pull.run())
        assert line.paths == expected


@pytest.mark.parametrize(
    "lie",
    [
        lambda path, body: b"\xff" if path == "news" else body,
        lambda path, body: b"{}" if path == "news" else body,
        lambda path, body: b'{"n":1,"mark":"x","heads":[["a","b",1,"c"]]}' if path == "news" else body,
        lambda path, body: b"nonsense\n" if path == "entries" else body,
        lambda path, body: body[:-20] if path == "entries" else body,
        lambda path, body: b"" if path == "entries" else body,
        lambda path, body: body + body if path == "entries" else body,
    ],
)
def test_nonsense_from_a_peer_changes_nothing(hall, library, lie):
    hall.says("words")
    before = library.state()
    try:
        assert visit(library, hall, lie).refused or library.words() == []
    except (Malformed, BadEntry) as refused:
        assert refused.key
    assert library.words() == [] and library.state()[1:4] == before[1:4]


def test_news_that_never_end_are_left(hall, library, monkeypatch):
    monkeypatch.setattr("sync.pull.ROUNDS", 5)

    def lie(path, body):
        return write(News(n=1, mark="A" * 22, more=True)) if path == "news" else body

    line = Spoken(hall, library, lie)
    asyncio.run(library.pulls(hall, line))
    assert line.paths.count("news") == 5


def test_a_small_answer_that_would_fill_the_memory_is_cut_off(hall, library, monkeypatch):
    bomb = zlib.compress(b" " * (200 << 20))
    monkeypatch.setattr("sync.peers.server.zlib.compress", lambda data, level: bomb)
    hall.says("words")

    async def story():
        async with hall.answering() as address:
            with pytest.raises(Unreachable) as refused:
                await library.hears_from(hall, address)
            return refused.value.key

    assert len(bomb) < 1 << 20 and asyncio.run(story()) == "too-much"


def test_a_kind_of_proof_from_a_newer_node_stops_nothing(hall, library):
    ticket = Ed25519PrivateKey.generate()
    hall.says("words")
    with log.writing(hall.db):
        proofs.take(hall.db, [proofs.make_tombstone(ticket)], 0)
    visit(library, hall, lambda path, body: b'["cx1","of a kind to come"]\n' + body if path == "proofs" else body)
    assert library.words() == hall.words()
    assert library.db.execute("SELECT count(*) FROM proof WHERE kind = 'tombstone'").fetchone() == (1,)


def test_a_signature_inside_a_run_is_not_taken_unseen(hall, library):
    """Whoever takes this run from here gets it cut elsewhere, perhaps to end at that very entry."""
    hall.says(*(f"note {number}" for number in range(5)))
    page = hall.page()
    page[2] = msgspec.structs.replace(page[2], sig=bytes(64))
    with pytest.raises(BadSignature):
        library.hears(page)


def test_words_that_come_later_make_no_run_longer_than_anyone_takes(hall, library, mosque, monkeypatch):
    monkeypatch.setattr("sync.writer.SIGN_EVERY_BYTES", 1 << 30)
    hall.says(*["x" * 30_000] * 100)
    bare = [msgspec.structs.replace(e, salt=b"", payload=None) if e.header.sys == 0 else e for e in hall.page()]
    with pytest.raises(TooMuch):
        library.hears(bare)


def test_an_opening_is_passed_on_whatever_a_ticket_erased(hall, library, mosque):
    ticket = Ed25519PrivateKey.generate()
    owner = ticket.public_key().public_bytes_raw()
    with log.writing(library.db):
        proofs.take(library.db, [proofs.make_tombstone(ticket)], 0)
    opening = Writer._opening
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Writer, "_opening", lambda *a: msgspec.structs.replace(opening(*a), owner=owner))
        hall.says("words")
    visit(library, hall)
    visit(mosque, library)
    assert mosque.words() == hall.words()


def test_many_large_rosters_do_not_fill_an_answer(hall, library, mosque):
    """One member issues hundreds; only the last one is kept and passed on."""
    keys = [bytes([n]) * 32 for n in range(60)]
    for number in range(2, 8):
        nodes = [mosque.identity.public_key, *keys]
        with log.writing(hall.db):
            proofs.take(hall.db, [proofs.make_roster(mosque.paper.authority(), number, nodes, keys)], 0)
    kept = hall.db.execute("SELECT COUNT(*) FROM proof WHERE about = ?", (mosque.identity.space_id,)).fetchone()
    assert kept == (1,) and WANTED_PROOFS * (proofs.LINE_LIMIT + 1) <= BODY_BYTES


def test_a_name_that_turns_text_around_is_made_plain(hall, library):
    hall.name = "Hall\u202e\x1b[2J"
    hall.writer = hall.new_run()
    hall.says("words")
    library.hears(hall.page())
    assert library.db.execute("SELECT name FROM space WHERE state = 'accepted'").fetchone() == ("Hall[2J",)
