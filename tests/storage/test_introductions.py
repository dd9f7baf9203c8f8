"""Two circles meet: whoever pairs introduces the others, a few a week, and nobody who is blocked comes in by it."""

import dataclasses
import itertools

import msgspec
import pytest

from node import blocking, health, meeting
from node.blocking import NotBlocked
from sync import circle, introductions, log
from sync.entry import INTRODUCED
from sync.introductions import EACH, WEEK_MS
from sync.writer import Draft
from tests.storage.nodes import Node

NAMES = ("Hall", "Library", "Mosque", "Church", "School", "Union", "Garden", "Clinic", "Kitchen")


@pytest.fixture
def spaces(tmp_path):
    """Nodes by name, made when they are first named."""

    class Spaces(dict):
        def __missing__(self, name):
            self[name] = Node(tmp_path / name.lower(), name)
            return self[name]

    found = Spaces()
    yield found
    for node in found.values():
        node.run.close()


def pair(one: Node, other: Node) -> None:
    """As two stewards do, on both sides."""
    for node, who in ((one, other), (other, one)):
        given = circle.ours(who.db, who.folder, who.run.identity, 8081)
        meeting.join(node.run, msgspec.structs.replace(given, address=f"https://{who.name.lower()}.test:8081"))


def exchange(*nodes: Node) -> None:
    """Each hears those who accept it and whom it accepts, until nothing is new."""
    for _ in range(4):
        for node, other in itertools.permutations(nodes, 2):
            if other.name in accepted(node) and node.name in accepted(other):
                known = {space for (space,) in node.db.execute("SELECT id FROM space WHERE state <> 'blocked'")}
                pages = [page for page in other.pages() if feed_space(other, page) in known]
                node.hears(pages, [line for (line,) in other.db.execute("SELECT line FROM proof")])


def feed_space(node: Node, page) -> bytes:
    return log.feed_by_key(node.db, page[0].header.feed).space


def accepted(node: Node) -> set[str]:
    return {one.name for one in blocking.others(node.db) if one.state == "accepted"}


def test_two_circles_that_meet_become_one(spaces):
    hall, library, mosque, church = (spaces[name] for name in NAMES[:4])
    pair(hall, library)
    pair(mosque, church)
    assert [held.entry for held in log.read_all(hall.db)] == [], "of two there is nobody to tell"
    for node in (library, church):
        node.posts(f"From the {node.name.lower()}")
    pair(hall, mosque)
    exchange(hall, library, mosque, church)
    for node in (hall, library, mosque, church):
        assert accepted(node) == {"Hall", "Library", "Mosque", "Church"} - {node.name}
        assert sorted(node.board()) == ["From the church", "From the library"]
    assert len({(node.digest(), log.digest(node.db)) for node in (hall, library, mosque, church)}) == 1
    (address,) = [peer.address for peer in circle.peers(church.db) if peer.name == "Library"]
    assert address == "https://library.test:8081"


def test_both_circles_keep_their_keys(spaces):
    hall, library, mosque = (spaces[name] for name in NAMES[:3])
    pair(hall, library)
    library_before = {key.key for key in circle.keys(library.folder)}
    pair(hall, mosque)
    circle.add_keys(library.folder, circle.keys(hall.folder))
    assert circle.keys(hall.folder) == circle.keys(library.folder) == circle.keys(mosque.folder)
    assert library_before < {key.key for key in circle.keys(library.folder)}
    assert len({circle.issuing_key(node.folder) for node in (hall, library, mosque)}) == 1


def test_only_so_many_are_accepted_in_a_week_and_the_others_wait(spaces):
    hall, library = spaces["Hall"], spaces["Library"]
    pair(hall, library)
    for name in NAMES[2:]:
        pair(hall, spaces[name])
    library.hears_from(hall)
    assert len(accepted(library)) == 1 + EACH
    (note,) = [note for note in health.notes(library.run) if note.startswith("Introduced here and waiting: ")]
    assert note.count(",") == len(NAMES) - 2 - EACH - 1
    assert meeting.follow(library.run) == []
    library.clock.ms += WEEK_MS + 1000
    assert len(meeting.follow(library.run)) == len(NAMES) - 2 - EACH and meeting.follow(library.run) == []


def test_all_together_bring_no_more_than_one_circle_can_look_at(spaces, monkeypatch):
    monkeypatch.setattr(introductions, "EACH", 2)
    monkeypatch.setattr(introductions, "ALL", 3)
    hall, library, mosque = (spaces[name] for name in NAMES[:3])
    for one, other in itertools.combinations((hall, library, mosque), 2):
        pair(one, other)
    for name in NAMES[3:5]:
        pair(mosque, spaces[name])
    for name in NAMES[5:7]:
        pair(library, spaces[name])
    for node in (mosque, library):
        hall.hears(node.pages(own=True))
    assert len(accepted(hall)) == 2 + 3


def test_stewards_who_turned_it_off_accept_by_hand(spaces):
    hall, library, mosque = (spaces[name] for name in NAMES[:3])
    pair(hall, library)
    library.run.settings = settings(library, introductions=False)
    pair(hall, mosque)
    library.hears_from(hall)
    assert accepted(library) == {"Hall"}
    with pytest.raises(NotBlocked):
        meeting.accept(library.run, "School")
    assert meeting.accept(library.run, "mosque").who.name == "Mosque"
    assert accepted(library) == {"Hall", "Mosque"} and meeting.introduce(library.run) == 0


def settings(node: Node, **changed):

    return dataclasses.replace(node.run.settings, **changed)


def test_who_is_blocked_cannot_be_introduced(spaces):
    hall, library, mosque = (spaces[name] for name in NAMES[:3])
    for one, other in ((hall, library), (hall, mosque), (library, mosque)):
        pair(one, other)
    blocking.block(library.run, blocking.named(library.run, "Mosque"))
    church = spaces["Church"]
    pair(hall, church)
    library.hears([page for page in hall.pages() if feed_space(hall, page) != mosque.space])
    assert accepted(library) == {"Hall", "Church"}
    library.db.execute("PRAGMA foreign_keys = OFF")
    for table in ("peer", "feed"):
        library.db.execute(f"DELETE FROM {table} WHERE space = (SELECT no FROM space WHERE name = 'Mosque')")
    library.db.execute("DELETE FROM space WHERE name = 'Mosque'")
    assert introductions.waiting(library.db) == [], "not even where it is forgotten who that was"


def test_nobody_is_introduced_by_who_is_not_accepted_or_whose_feed_is_void(spaces):
    hall, library, mosque, church = (spaces[name] for name in NAMES[:4])
    library.run.settings = settings(library, introductions=False)
    pair(hall, library)
    pair(hall, mosque)
    pair(hall, church)
    library.hears_from(hall)
    assert {one.who.name for one in introductions.waiting(library.db)} == {"Mosque", "Church"}
    evidence = hall.evidence()
    library.hears([], [evidence])
    assert introductions.waiting(library.db) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda wire: wire | {"roster": "[]"},
        lambda wire: wire | {"node": wire["space"]},
        lambda wire: wire | {"space": "A"},
        lambda wire: {"event": "introduced"},
        lambda wire: wire | {"roster": wire["roster"].replace("cr1", "cr2")},
    ],
)
def test_an_odd_introduction_is_none(spaces, change):
    hall, library, mosque = (spaces[name] for name in NAMES[:3])
    pair(hall, library)
    given = circle.ours(mosque.db, mosque.folder, mosque.run.identity, 8081)
    good = introductions.payload(given)
    assert introductions.read(good).name == "Mosque" and b"key" not in good.replace(b"bundle_key", b"")
    wrong = msgspec.json.encode(change(msgspec.json.decode(good)))
    hall.says(Draft(wrong, sys=INTRODUCED), Draft(b"[" * 9000, sys=INTRODUCED))
    library.hears_from(hall)
    assert accepted(library) == {"Hall"} and introductions.waiting(library.db) == []


def test_an_address_that_is_none_is_left_out_and_a_name_is_made_plain(spaces):
    mosque = spaces["Mosque"]
    given = circle.ours(mosque.db, mosque.folder, mosque.run.identity, 8081)
    odd = msgspec.structs.replace(given, address="file:///etc", name="Mosque\u202e\x1b[2J")
    assert (
        introductions.read(introductions.payload(odd)).address,
        introductions.read(introductions.payload(odd)).name,
    ) == ("", "Mosque[2J")
