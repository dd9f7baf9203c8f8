"""The specification is enough to work from: a reader that shares no code with ours reads the vectors as we do."""

import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sync import identity, proofs
from sync.entry import b64, check_commitment, check_signature, parse_page
from sync.refusals import Refused
from tests.sync.vectors import reader, story

FEED = (story.HERE / "feed.ndjson").read_bytes()
SPACE = json.loads((story.HERE / "space.json").read_text())
PROOFS = (story.HERE / "proofs.ndjson").read_bytes().splitlines()


def verify(key, sig, message):
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(sig, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def test_these_bytes_never_change():
    assert story.told() == {name: (story.HERE / name).read_bytes() for name in story.FILES}


def test_a_second_reader_finds_the_same_entries():
    entries = reader.feed(FEED, verify)
    assert [reader.word(one["id"]) for one in entries] == SPACE["entry_ids"]
    ours = parse_page(FEED)
    assert [one["payload"] for one in entries] == [entry.payload for entry in ours]
    assert [one["owner"] for one in entries] == [entry.header.owner for entry in ours]
    assert [one["sys"] for one in entries] == [1, 0, 0, 0, 0, 6]


def test_it_finds_who_speaks_from_the_paper_key_to_the_feed():
    paper = reader.paper(SPACE["paper"])
    assert (paper, reader.word(reader.blake("cb1 circle", paper))) == (story.PAPER, SPACE["circle_key"])
    said = reader.opening(reader.feed(FEED, verify)[0], verify)
    assert (said["scope"], said["name"]) == ("circle", "Hall — قاعة")
    assert reader.word(reader.blake("cb1 space", said["space"])) == SPACE["space_id"]
    assert reader.word(reader.blake("cb1 node", said["node"])) == SPACE["node_fingerprint"]


@pytest.mark.parametrize("number", range(40))
def test_it_writes_the_same_certificates(number, tmp_path):
    """Of many keys, since a serial number has no fixed length."""
    paper = identity.Paper(bytes([number]) * 16)
    node = identity.make_node(tmp_path, paper, lambda length: bytes([number]) * length)
    space_key = paper.authority().public_key().public_bytes_raw()
    assert node.space_cert[:-64] == reader.outer(reader.space_form(space_key))
    assert node.node_cert[:-64] == reader.outer(reader.node_form(node.public_key, space_key))


def test_it_reads_what_a_ticket_said_and_what_it_took_back():
    entries = reader.feed(FEED, verify)
    said = reader.body(entries[3], verify)
    assert said[2:] == [SPACE["space_id"], "post.renewed", 1, {"days": 14}]
    assert entries[3]["post"] == reader.blake("cb1 post", entries[3]["owner"])
    roster, tombstone, fork = (reader.proof(line, verify) for line in PROOFS)
    assert [reader.word(reader.blake("cb1 proof", line)) for line in PROOFS] == SPACE["proof_ids"]
    assert reader.unword(tombstone[1], 32) == entries[4]["owner"] and entries[4]["payload"] is None
    assert reader.unword(fork[5][0][1], 32) == entries[0]["feed"] and fork[5][0][2] == fork[7][0][2] == 3
    assert reader.opening(entries[0], verify)["node"] in [reader.unword(key, 32) for key in roster[3]]


def test_both_readers_find_the_same_digest():
    last = reader.feed(FEED, verify)[-1]
    digest = reader.blake("cb1 log", last["feed"] + (6).to_bytes(8, "big") + last["id"], 16)
    assert digest.hex() == SPACE["digest"]


def ours(data):
    """What our own reader makes of the bytes of a feed, or None."""
    try:
        entries = parse_page(data)
        for one in entries:
            check_commitment(one)
            if one.sig:
                check_signature(one)
    except Refused:
        return None
    chained = [(one.header.seq, one.header.prev) for one in entries]
    wanted = list(enumerate([b"", *(one.id for one in entries[:-1])]))
    right = chained == wanted and len({one.header.feed for one in entries}) == 1 and entries[0].header.sys == 1
    return [b64(one.id) for one in entries] if right and entries[-1].sig else None


def theirs(data):
    try:
        return [reader.word(one["id"]) for one in reader.feed(data, verify)]
    except reader.Wrong:
        return None


def agree_about(changed):
    assert ours(changed) == theirs(changed), changed
    return ours(changed) is None


@pytest.mark.parametrize("bit", [0x01, 0x20])
def test_both_refuse_every_byte_that_is_changed(bit):
    for at in range(0, len(FEED), 11):
        assert agree_about(FEED[:at] + bytes([FEED[at] ^ bit]) + FEED[at + 1 :]), at


@pytest.mark.long
@pytest.mark.parametrize("bit", [0x01, 0x10, 0x80])
def test_both_refuse_every_bit_that_is_changed(bit):
    for at in range(len(FEED)):
        assert agree_about(FEED[:at] + bytes([FEED[at] ^ bit]) + FEED[at + 1 :]), at


def test_both_refuse_a_feed_that_is_cut_short_anywhere_but_behind_a_signed_entry():
    whole = [at for at in range(0, len(FEED), 1) if at == 0 or FEED[at - 1 : at] == b"\n"]
    assert [ours(FEED[:at]) is not None for at in whole] == [False, False, False, False, True, True]
    for at in range(1, len(FEED), 7):
        agree_about(FEED[:at])


@pytest.mark.parametrize("every", [37, pytest.param(1, marks=pytest.mark.long)])
def test_a_proof_with_one_byte_changed_proves_nothing(every):
    for line in PROOFS:
        for at in range(0, len(line), every):
            changed = line[:at] + bytes([line[at] ^ 1]) + line[at + 1 :]
            with pytest.raises(Refused):
                proofs.read(changed)
            with pytest.raises((reader.Wrong, ValueError, IndexError, TypeError)):
                reader.proof(changed, verify)
