"""What is written and taken holds together: order, signatures, refusals that change nothing."""

import os
import sqlite3
import threading

import msgspec
import pytest

from sync import entry, log, proofs
from sync.refusals import (
    BadCertificate,
    BadChain,
    BadCommitment,
    BadEntry,
    BadSignature,
    Fork,
    Gap,
    Refused,
    TooMuch,
    Unaccepted,
)
from sync.schema import FEED_SHIFT
from sync.writer import Draft
from tests.sync.logs import Space


def test_what_the_hall_says_the_library_holds(hall, library):
    hall.says("A ladder", "A cot")
    library.hears(hall.page())
    assert library.words() == hall.words()
    assert log.digest(library.db) == log.digest(hall.db)
    assert log.verify(library.db) == 3


def test_hearing_the_same_twice_adds_nothing(hall, library):
    hall.says("A ladder")
    assert len(library.hears(hall.page())) == 2
    before = library.state()
    assert library.hears(hall.page()) == []
    assert library.state() == before


def test_a_long_feed_travels_in_pages_that_each_end_at_a_signature(hall, library):
    hall.says(*(f"note {number}" for number in range(1203)))
    at = 0
    while page := hall.page(from_seq=at):
        assert page[-1].sig and not any(e.sig for e in page[:-1])
        library.hears(page)
        at += len(page)
    assert library.words() == hall.words() and at == 1204


def test_a_page_stretches_to_the_next_signature(hall):
    hall.says(*(f"note {number}" for number in range(40)))
    assert len(hall.page(max_entries=10)) == 41
    assert len(hall.page(max_bytes=1)) == 41


def test_each_process_run_opens_a_feed_of_its_own(hall):
    hall.says("before")
    hall.writer = hall.new_run()
    hall.says("after")
    feeds = log.feeds(hall.db)
    assert [feed.next for feed in feeds] == [2, 2] and len({feed.key for feed in feeds}) == 2


def test_what_is_for_here_lives_in_a_feed_of_its_own(hall):
    hall.says("for all")
    hall.says("for us", scope="here")
    assert [feed.scope for feed in log.feeds(hall.db)] == ["circle", "here"]


def test_a_transaction_that_fails_leaves_no_gap(hall):
    hall.says("first")
    with pytest.raises(ZeroDivisionError), log.writing(hall.db):
        hall.writer.append(hall.db, [Draft(b"lost")])
        _ = 1 / 0
    hall.says("second")
    assert [held.entry.header.seq for held in log.read(hall.db, 1)] == [0, 1, 2]
    assert log.verify(hall.db) == 3


def test_eight_threads_leave_one_gapless_feed(hall):
    def say(words):
        db = sqlite3.connect(hall.folder / "log.db", isolation_level=None, timeout=60)
        for word in words:
            with log.writing(db):
                hall.writer.append(db, [Draft(word.encode())])
        db.close()

    threads = [threading.Thread(target=say, args=([f"{t}-{n}" for n in range(10)],)) for t in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert log.verify(hall.db) == 81 and len(log.feeds(hall.db)) == 1
    assert len(set(hall.words())) == 80


def test_a_writer_signs_at_least_every_500_entries_and_512_kib(hall):
    with log.writing(hall.db):
        hall.writer.append(hall.db, [Draft(b"x" * 32_000) for _ in range(60)])
    unsigned = size = 0
    for held in log.read(hall.db, 1):
        unsigned, size = unsigned + 1, size + len(held.entry.raw) + len(held.entry.payload)
        assert unsigned <= 500 and size <= 512 * 1024
        if held.entry.sig:
            unsigned = size = 0
    assert unsigned == 0


def test_a_payload_is_never_too_long_and_never_a_control_character(hall):
    for payload in (b"", b"x" * 32_769, b"a\nb"):
        with pytest.raises(TooMuch), log.writing(hall.db):
            hall.writer.append(hall.db, [Draft(payload)])
    assert hall.words() == []


# ── refusals change nothing ──


def refused(space: Space, entries, error):
    before = space.state()
    with pytest.raises(error):
        space.hears(entries)
    assert space.state() == before


def test_a_space_that_is_not_accepted_is_refused(stranger, library):
    stranger.says("Let me in")
    refused(library, stranger.page(), Unaccepted)


def test_a_blocked_space_is_refused(hall, library):
    hall.says("A ladder")
    library.db.execute("UPDATE space SET state = 'blocked' WHERE id = ?", (hall.identity.space_id,))
    refused(library, hall.page(), Unaccepted)


def test_a_node_that_its_space_does_not_name_is_refused(hall, library):
    newer = proofs.make_roster(hall.paper.authority(), 2, [os.urandom(32)], [])
    with log.writing(library.db):
        proofs.take(library.db, [newer], 0)
    hall.says("A ladder")
    refused(library, hall.page(), Unaccepted)


def test_entries_out_of_order_are_refused(hall, library):
    hall.says("one", "two", "three")
    page = hall.page()
    refused(library, [page[0], page[2], page[3]], BadChain)
    refused(library, page[2:], Gap)
    refused(library, [*page[:2], page[3]], BadChain)


def test_an_unsigned_run_is_refused(hall, library):
    hall.says("one", "two")
    refused(library, hall.page()[:-1], BadSignature)


def test_a_signature_by_another_key_is_refused(hall, library, stranger):
    hall.says("one")
    *rest, last = hall.page()
    stranger.says("one")
    refused(library, [*rest, msgspec.structs.replace(last, sig=stranger.page()[-1].sig)], BadSignature)


def test_a_changed_payload_is_refused(hall, library):
    hall.says("one")
    *rest, last = hall.page()
    refused(library, [*rest, msgspec.structs.replace(last, payload=b"something else")], BadCommitment)


def test_a_feed_that_begins_without_its_opening_is_refused(hall, library):
    hall.says("one")
    first, *rest = hall.page()
    refused(library, [msgspec.structs.replace(first, payload=None, salt=b""), *rest], Gap)


def feed_of_its_own(payload):
    """Entry 0 of a feed that somebody made for a payload, signed as it must be."""
    key = entry.Ed25519PrivateKey.generate()
    salt, commit, size = log.seal_payload(os.urandom, payload)
    header = entry.Header(key.public_key().public_bytes_raw(), 0, b"", 1, entry.OPEN, b"", b"", (), commit, size)
    made = entry.make(header, b"", salt, payload)
    return [msgspec.structs.replace(made, sig=entry.sign(key, made.raw))]


def test_an_opening_copied_from_another_feed_is_refused(hall, library):
    hall.says("one")
    refused(library, feed_of_its_own(hall.page()[0].payload), BadSignature)


def test_an_opening_that_is_no_opening_is_refused(hall, library):
    hall.says("one")
    good = hall.page()[0].payload
    for wrong in (b"{}", b"[" * 9000, good.replace(b'"space":"M', b'"space":"N'), good.replace(b'"circle"', b'"all"')):
        refused(library, feed_of_its_own(wrong), (BadEntry, BadCertificate))


def test_a_run_with_too_few_signatures_is_refused(hall, library):
    hall.says(*(f"note {number}" for number in range(1100)))
    whole = [*hall.page(), *hall.page(from_seq=500), *hall.page(from_seq=1000)]
    bare = [msgspec.structs.replace(e, sig=b"") for e in whole[:-1]] + whole[-1:]
    refused(library, bare, TooMuch)


def test_two_histories_of_one_feed_are_a_fork_and_not_news(hall, library, tmp_path):
    hall.says("one")
    library.hears(hall.page())
    copy = sqlite3.connect(tmp_path / "copy.db", isolation_level=None)
    hall.db.backup(copy)
    hall.says("this way")
    library.hears(hall.page())
    hall.db.close()
    hall.db = copy
    hall.says("that way")
    refused(library, hall.page(), Fork)


# ── payloads apart from headers ──


def test_a_dropped_payload_leaves_a_chain_that_verifies(hall, library):
    hall.says("secret", "public")
    with log.writing(hall.db):
        log.drop_payloads(hall.db, [1 << FEED_SHIFT | 1])
    assert log.verify(hall.db) == 3
    library.hears(hall.page())
    assert library.words() == [None, b'{"event":"note","words":"public"}']
    assert library.db.execute("SELECT k FROM missing").fetchall() == [(1 << FEED_SHIFT | 1,)]


def test_a_missing_payload_is_put_in_when_a_peer_has_it(hall, library):
    (held,) = hall.says("secret")
    page = hall.page()
    page[1] = msgspec.structs.replace(page[1], salt=b"", payload=None)
    library.hears(page)
    good = held.entry
    for salt, payload, error in ((good.salt, b"another", BadCommitment), (os.urandom(16), good.payload, BadCommitment)):
        before = library.state()
        with pytest.raises(error), log.writing(library.db):
            log.fill_payload(library.db, 1 << FEED_SHIFT | 1, salt, payload, 0)
        assert library.state() == before
    with log.writing(library.db):
        log.fill_payload(library.db, 1 << FEED_SHIFT | 1, good.salt, good.payload, 0)
    assert library.words() == hall.words()
    with pytest.raises(Refused), log.writing(library.db):
        log.fill_payload(library.db, 1 << FEED_SHIFT | 1, good.salt, good.payload, 0)


def test_a_mark_is_known_only_where_it_was_given(hall, library):
    hall.says("one")
    n, mark = log.last_arrival(hall.db)
    assert n == 3 and log.knows_mark(hall.db, n, mark)
    assert not log.knows_mark(library.db, n, mark) and not log.knows_mark(hall.db, n + 1, mark)


def test_what_may_be_lost_waits_for_no_disk_and_everything_after_it_does(hall):
    def waits():
        return hall.db.execute("PRAGMA synchronous").fetchone() == (2,)

    with log.noting(hall.db):
        hall.db.execute("UPDATE space SET name = 'noted'")
        assert not waits()
    assert waits() and hall.db.execute("SELECT name FROM space").fetchone() == ("noted",)
    with pytest.raises(sqlite3.OperationalError), log.noting(hall.db):
        hall.db.execute("UPDATE nothing SET name = 'lost'")
    assert waits() and not hall.db.in_transaction
    with pytest.raises(sqlite3.OperationalError), log.writing(hall.db), log.noting(hall.db):
        pass
    assert waits() and not hall.db.in_transaction
