"""Spaces join a circle: real keys, real tables."""

import os
import sqlite3
from pathlib import Path

import msgspec
import pytest

from sync import circle, identity, log, proofs, schema
from sync.circle import KEYS_FILE, KeysMissing
from sync.handshake import BadHandover, CircleKey, Handover

NOW = 1_760_000_000_000


class Space:
    """A space with its folder and tables, as after its first start."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder / name, name
        self.me = identity.found(self.folder, os.urandom)
        paper = identity.paper_on_disk(self.folder)
        assert paper
        self.paper = paper
        self.db = sqlite3.connect(":memory:", isolation_level=None)
        self.db.executescript("".join(schema.STEPS))
        row = (self.me.space_id, self.me.space_cert, name)
        self.db.execute("INSERT INTO space (id, cert, name, state) VALUES (?, ?, ?, 'own')", row)
        self.signs_a_roster(1, self.me.public_key)
        circle.begin(self.folder)

    def signs_a_roster(self, number: int, *nodes: bytes) -> None:
        with log.writing(self.db):
            proofs.take(self.db, [proofs.make_roster(self.paper.authority(), number, nodes, [])], NOW)

    def gives(self) -> Handover:
        return circle.ours(self.db, self.folder, self.me, 8081)

    def joins(self, other: "Space | Handover", address: str = "https://10.0.0.2:8081") -> bytes:
        handover = other if isinstance(other, Handover) else other.gives()
        return circle.join(self.db, self.folder, msgspec.structs.replace(handover, address=address), NOW)

    def knows(self) -> list[tuple[str, str]]:
        return [(peer.name, peer.address) for peer in circle.peers(self.db)]

    def dump(self) -> list[str]:
        return list(self.db.iterdump())


@pytest.fixture
def hall(tmp_path: Path) -> Space:
    return Space(tmp_path, "hall")


@pytest.fixture
def library(tmp_path: Path) -> Space:
    return Space(tmp_path, "library")


def test_a_space_begins_as_a_circle_of_one(hall: Space) -> None:
    assert circle.keys(hall.folder) == (CircleKey(hall.paper.circle_key(), True),)
    assert (hall.folder / KEYS_FILE).stat().st_mode & 0o777 == 0o600


def test_beginning_again_changes_nothing_and_lost_keys_are_not_made_up(hall: Space) -> None:
    before = (hall.folder / KEYS_FILE).read_bytes()
    circle.begin(hall.folder)
    assert (hall.folder / KEYS_FILE).read_bytes() == before
    (hall.folder / KEYS_FILE).unlink()
    identity.remove_paper(hall.folder)
    with pytest.raises(KeysMissing):
        circle.begin(hall.folder)


def test_two_spaces_that_joined_accept_each_other_and_share_their_keys(hall: Space, library: Space) -> None:
    assert hall.joins(library) == library.me.space_id
    assert library.joins(hall, "https://10.0.0.1:8081") == hall.me.space_id
    assert hall.knows() == [("library", "https://10.0.0.2:8081")]
    assert library.knows() == [("hall", "https://10.0.0.1:8081")]
    assert len(circle.keys(hall.folder)) == 2
    assert circle.keys(hall.folder) == circle.keys(library.folder)
    assert circle.issuing_key(hall.folder) == circle.issuing_key(library.folder)


def test_joining_again_refreshes_and_keeps_the_place_in_the_news(hall: Space, library: Space) -> None:
    hall.joins(library)
    hall.db.execute("UPDATE peer SET n = 7, mark = x'01'")
    hall.joins(library, "https://10.0.0.9:8081")
    assert hall.knows() == [("library", "https://10.0.0.9:8081")]
    assert hall.db.execute("SELECT n, mark FROM peer").fetchall() == [(7, b"\x01")]
    hall.joins(library, "")
    assert hall.knows() == [("library", "https://10.0.0.9:8081")]


def test_a_third_space_makes_the_node_ask_everybody_from_the_start(hall: Space, library: Space, tmp_path: Path) -> None:
    hall.joins(library)
    hall.db.execute("UPDATE peer SET n = 7, mark = x'01'")
    hall.joins(Space(tmp_path, "mosque"))
    assert hall.db.execute("SELECT DISTINCT n FROM peer WHERE mark <> x'01'").fetchall() == [(0,)]
    assert [name for name, _ in hall.knows()] == ["library", "mosque"]


def test_a_blocked_space_comes_back_by_pairing(hall: Space, library: Space) -> None:
    hall.joins(library)
    hall.db.execute("UPDATE space SET state = 'blocked' WHERE name = 'library'")
    assert hall.knows() == []
    hall.joins(library)
    assert hall.knows() == [("library", "https://10.0.0.2:8081")]


def test_a_second_node_of_our_own_space_leaves_it_ours(hall: Space) -> None:
    hall.joins(hall)
    assert hall.db.execute("SELECT state FROM space").fetchall() == [("own",)]


def refused(at: Space, handover: Handover) -> bool:
    before = at.dump(), circle.keys(at.folder)
    with pytest.raises(BadHandover):
        at.joins(handover)
    return (at.dump(), circle.keys(at.folder)) == before


def test_a_roster_of_another_space_is_refused_without_a_change(hall: Space, library: Space) -> None:
    assert refused(hall, msgspec.structs.replace(library.gives(), roster=hall.gives().roster))
    assert refused(hall, msgspec.structs.replace(library.gives(), roster=b"[]"))


def test_a_certificate_of_another_space_is_refused_without_a_change(hall: Space, library: Space) -> None:
    assert refused(hall, msgspec.structs.replace(library.gives(), space_cert=hall.me.space_cert))


def test_a_retired_machine_with_an_old_roster_is_refused(hall: Space, library: Space) -> None:
    old = library.gives()
    hall.joins(library)
    new = proofs.make_roster(library.paper.authority(), 2, [os.urandom(32)], [library.me.public_key])
    with log.writing(hall.db):
        proofs.take(hall.db, [new], NOW)
    assert refused(hall, old)


def test_too_many_keys_are_refused_without_a_change(hall: Space, library: Space) -> None:
    flood = tuple(CircleKey(os.urandom(32), True) for _ in range(circle.KEYS_LIMIT))
    assert refused(hall, msgspec.structs.replace(library.gives(), keys=flood))


def test_a_key_for_look_up_only_stays_so(hall: Space) -> None:
    (first,) = circle.keys(hall.folder)
    retired = CircleKey(first.key, issuing=False)
    assert circle.add_keys(hall.folder, [retired])
    assert not circle.add_keys(hall.folder, [first])
    assert circle.keys(hall.folder) == (retired,)


def test_keys_come_out_the_same_in_whatever_order_they_meet(tmp_path: Path) -> None:
    sets = [[CircleKey(os.urandom(32), n % 2 == 0)] for n in range(4)]
    for folder, order in ((tmp_path / "a", sets), (tmp_path / "b", sets[::-1])):
        folder.mkdir()
        for more in order:
            circle.add_keys(folder, more)
    assert circle.keys(tmp_path / "a") == circle.keys(tmp_path / "b")
