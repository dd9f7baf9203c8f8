"""Evidence of two histories proves itself, byte for byte; what does not prove itself changes nothing."""

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync import forks, log, proofs
from sync.entry import b64
from sync.refusals import BadProof, Fork, Unaccepted
from sync.schema import FEED_SHIFT
from sync.writer import Draft
from tests.sync.logs import Space


def otherwise(space: Space, *words: bytes, after: int):
    """Another history of the space's feed, from behind this entry; nobody holds it yet."""
    (key,) = space.writer._keys.values()
    feed = log.feed_by_key(space.db, key.public_key().public_bytes_raw())
    parted = msgspec.structs.replace(feed, next=after + 1, head=log.id_at(space.db, feed, after))
    return space.writer._entries(parted, key, [Draft(word) for word in words])


def evidence(listener: Space, run) -> bytes:
    before = listener.state()
    with pytest.raises(Fork) as fork:
        listener.hears(run)
    assert listener.state() == before
    return fork.value.evidence


def takes(listener: Space, line: bytes) -> int:
    with log.writing(listener.db):
        return len(proofs.take(listener.db, [line], 0))


def states(space: Space) -> list[str]:
    return [feed.state for feed in log.feeds(space.db, -1)]


@pytest.mark.parametrize("after", [0, 1, 2])
def test_evidence_is_found_wherever_histories_part_and_voids_the_feed(hall, library, after):
    hall.says("one", "two", "three")
    library.hears(hall.page())
    line = evidence(library, otherwise(hall, b"another", b"and more", after=after))
    found = proofs.read(line)
    assert (found.seq, found.who.space) == (after + 1, hall.identity.space_id)
    assert takes(library, line) == 1 and states(library) == ["void"]
    with pytest.raises(Unaccepted):
        library.hears(hall.page())


def test_who_follows_another_entry_than_the_head_parted_before_it(hall, library):
    hall.says("one")
    library.hears(hall.page())
    hidden = otherwise(hall, b"another", b"and more", after=0)
    line = evidence(library, hidden[1:])
    assert proofs.read(line).seq == 1 and takes(library, line) == 1


def test_both_sides_write_the_same_line(hall, library, tmp_path):
    hall.says("one", "two")
    library.hears(hall.page())
    other = otherwise(hall, b"another", b"two others", after=0)
    mosque = Space(tmp_path / "mosque", "Mosque")
    mosque.accepts(hall)
    mosque.hears([hall.page()[0], *other])
    assert evidence(library, other) == evidence(mosque, hall.page())


def test_a_feed_that_has_not_come_yet_is_void_before_it_does(hall, library, tmp_path):
    hall.says("one")
    library.hears(hall.page())
    line = evidence(library, otherwise(hall, b"another", after=0))
    mosque = Space(tmp_path / "mosque", "Mosque")
    mosque.accepts(hall)
    assert takes(mosque, line) == 1
    with pytest.raises(Unaccepted):
        mosque.hears(hall.page())
    assert mosque.words() == [] and log.verify(mosque.db) == 0
    assert takes(mosque, line) == 0, "one proof is enough"


def test_of_a_space_that_is_not_known_nothing_is_kept(hall, library, stranger):
    hall.says("one")
    library.hears(hall.page())
    line = evidence(library, otherwise(hall, b"another", after=0))
    before = stranger.state()
    assert takes(stranger, line) == 0 and stranger.state() == before


def test_what_is_for_here_is_proven_to_nodes_of_the_same_space_alone(hall, library):
    hall.says("one", scope="here")
    line = evidence(hall, otherwise(hall, b"another", after=0))
    assert takes(hall, line) == 1 and takes(library, line) == 0
    id_ = proofs.proof_id(line)
    assert [*proofs.lines(hall.db, [id_])] == [] and [*proofs.lines(hall.db, [id_], family=True)] == [line]
    assert proofs.owners_for_here(hall.db) == set()


def _false(hall, library):
    """Accusations that prove nothing."""
    hall.says("one", "two", "three")
    library.hears(hall.page())
    good = msgspec.json.decode(evidence(library, otherwise(hall, b"another", after=1)), type=forks.Wire)
    change = msgspec.structs.replace
    same = change(good, other=good.one, other_sig=good.one_sig)
    liar = b64(Ed25519PrivateKey.generate().sign(b"whatever"))
    second = log.one(hall.db, 1 << FEED_SHIFT | 1).entry
    (key,) = hall.writer._keys.values()
    yield same
    yield change(good, one=good.other, one_sig=good.other_sig, other=good.one, other_sig=good.one_sig)
    yield change(good, one_sig=liar)
    yield change(good, other_sig=good.one_sig)
    yield change(good, node=b64(library.identity.node_cert), space=b64(library.identity.space_cert))
    yield change(good, scope="here")
    yield change(good, one=[*good.one, good.other[0]])
    yield change(good, one=[msgspec.Raw(second.raw)], one_sig=b64(key.sign(b"cb1 head\n" + second.raw)))
    yield change(good, one=[msgspec.Raw(b'["cb1"]')])


def test_a_false_accusation_changes_nothing(hall, library):
    for wire in _false(hall, library):
        before = library.state()
        with pytest.raises(BadProof):
            takes(library, msgspec.json.encode(wire))
        assert library.state() == before
    with pytest.raises(BadProof):
        takes(library, b'["cf1",' + b" " * forks.LINE_LIMIT)
    assert states(library) == ["open"]


def test_a_line_has_one_spelling(hall, library):
    hall.says("one")
    library.hears(hall.page())
    line = evidence(library, otherwise(hall, b"another", after=0))
    for wrong in (line.replace(b'"cf1",', b'"cf1", '), line + b" ", line.replace(b'["cb1"', b'[ "cb1"')):
        with pytest.raises(BadProof):
            takes(library, wrong)
