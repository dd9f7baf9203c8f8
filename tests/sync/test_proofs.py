"""Tombstones and rosters prove themselves, and what was erased stays erased."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync import log, proofs
from sync.entry import b64, post_id
from sync.refusals import BadProof


@pytest.fixture
def ticket():
    return Ed25519PrivateKey.generate()


def bury(space, line):
    with log.writing(space.db):
        return proofs.take(space.db, [line], 0)


def test_a_tombstone_keeps_payloads_of_its_ticket_and_of_its_post_out(hall, library, ticket):
    owner = ticket.public_key().public_bytes_raw()
    hall.says("my words", owner=owner, post=post_id(owner))
    hall.says("about it", post=post_id(owner))
    hall.says("something else")
    bury(library, proofs.make_tombstone(ticket))
    library.hears(hall.page())
    assert library.words() == [None, None, b'{"event":"note","words":"something else"}']
    assert library.db.execute("SELECT k FROM missing").fetchall() == []
    assert log.verify(library.db) == 4


def test_a_tombstone_is_taken_once_and_counts_as_an_arrival(hall, ticket):
    line = proofs.make_tombstone(ticket)
    n, _ = log.last_arrival(hall.db)
    assert len(bury(hall, line)) == 1 and bury(hall, line) == []
    assert log.last_arrival(hall.db)[0] == n + 1
    assert proofs.changed_after(hall.db, n) == [proofs.proof_id(line)]
    assert [*proofs.lines(hall.db, [proofs.proof_id(line), bytes(32)])] == [line]
    assert proofs.erased_owners(hall.db) == {ticket.public_key().public_bytes_raw()}


def test_only_the_ticket_itself_can_bury(hall, ticket):
    line, stranger = proofs.make_tombstone(ticket), Ed25519PrivateKey.generate()
    owner, other = (b64(key.public_key().public_bytes_raw()).encode() for key in (ticket, stranger))
    for wrong in (line.replace(owner, other), line + b" ", line[:-1], b'["ct1"]', b"", b'["ct1",' * 4000, b"\xff"):
        with pytest.raises(BadProof):
            bury(hall, wrong)
    assert proofs.erased_owners(hall.db) == set()


def test_the_roster_with_the_highest_number_wins(hall, library):
    key = hall.paper.authority()
    third, second = (proofs.make_roster(key, number, [bytes([number]) * 32], []) for number in (3, 2))
    assert bury(library, third) and not bury(library, second)
    (held,) = library.db.execute("SELECT roster FROM space WHERE name = 'Hall'").fetchone()
    assert proofs.read_roster(held).nodes == (b"\3" * 32,)


def test_a_roster_signed_by_another_space_is_refused(hall, stranger):
    good = proofs.make_roster(hall.paper.authority(), 9, [stranger.identity.public_key], [])
    evil = proofs.make_roster(stranger.paper.authority(), 9, [stranger.identity.public_key], [])
    key = b64(hall.paper.authority().public_key().public_bytes_raw()).encode()
    forged = evil.replace(evil.split(b'"')[3], key)
    assert forged != good
    with pytest.raises(BadProof):
        bury(hall, forged)


def test_a_roster_of_an_unknown_space_is_passed_over(hall, stranger):
    assert bury(hall, stranger.roster) == []


def test_tombstones_outlive_an_old_copy_of_the_database(hall, ticket):
    lines = [proofs.make_tombstone(ticket), proofs.make_tombstone(Ed25519PrivateKey.generate())]
    assert proofs.kept_outside(hall.db, hall.folder) == []
    proofs.keep_outside(hall.folder, [proofs.read(line) for line in lines])
    with (hall.folder / proofs.TOMBSTONES_FILE).open("ab") as file:
        file.write(b'["ct1","cut short by a power c')
    assert proofs.kept_outside(hall.db, hall.folder) == lines
