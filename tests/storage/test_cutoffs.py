"""The hall's machine was stolen: what it says afterwards is on no board, what it said before stays."""

import os

import pytest

from node import cutting
from sync import identity, log
from sync.cutoffs import CutOffs
from sync.entry import b64
from sync.exchange import Caller, news
from sync.identity import Identity
from sync.refusals import Unaccepted
from sync.succession import successor
from tests.storage.nodes import Node


@pytest.fixture
def hall(tmp_path):
    node = Node(tmp_path / "hall", "Hall")
    yield node
    node.run.close()


@pytest.fixture
def library(tmp_path, hall):
    node = Node(tmp_path / "library", "Library")
    node.accepts(hall)
    yield node
    node.run.close()


@pytest.fixture
def mosque(tmp_path, hall, library):
    node = Node(tmp_path / "mosque", "Mosque")
    node.accepts(hall)
    node.accepts(library)
    yield node
    node.run.close()


class Successor:
    """The hall's new machine, and the roster that retires the old one."""

    def __init__(self, hall: Node) -> None:
        paper = identity.paper_on_disk(hall.folder)
        folder = hall.folder.with_name("new")
        folder.mkdir()
        (folder / "paper.key").write_text(paper.digits())
        identity.make_node(folder, paper, os.urandom)
        self.identity: Identity = identity.load(folder)
        old = (hall.folder / "space.roster").read_bytes()
        self.roster = successor(paper, [old], [self.identity.public_key], hall.clock())
        (folder / "space.roster").write_bytes(self.roster)
        self.node = Node(folder, "Hall")

    def names(self, *feeds: log.Feed) -> None:
        heads = {feed.key: (feed.next - 1, feed.head) for feed in feeds}
        old = feeds[0].node
        cutting.name(self.node.run, CutOffs(old, heads), "circle")


def feed_of(node: Node, other: Node) -> log.Feed:
    return next(feed for feed in log.feeds(node.db) if feed.node == other.run.identity.node_fingerprint)


def succeeded_after_one_of_two(hall: Node, library: Node) -> Successor:
    """The hall's machine said "One" and "Two"; the one that comes after it lets only the first of them count."""
    hall.posts("One")
    library.hears_from(hall)
    new = Successor(hall)
    new.node.hears_from(library)
    new.names(feed_of(new.node, hall))
    hall.posts("Two")
    library.hears(hall.pages())
    library.hears(new.node.pages(), [new.roster])
    return new


def test_what_a_stolen_machine_says_after_its_cut_off_is_on_no_board(hall, library, mosque):
    hall.posts("Before")
    library.hears_from(hall)
    new = Successor(hall)
    new.node.hears_from(library)
    new.names(feed_of(new.node, hall))
    hall.posts("After")
    for order in ((hall, new.node), (new.node, hall)):
        for other in order:
            mosque.hears(other.pages(), [new.roster])
    library.hears(hall.pages(), [])
    assert sorted(library.board()) == ["After", "Before"], "it has not heard of it yet"
    library.hears(new.node.pages(), [new.roster])
    assert library.board() == mosque.board() == new.node.board() == ["Before"]
    assert library.digest() == mosque.digest() == new.node.digest()
    assert log.digest(library.db) == log.digest(mosque.db) == log.digest(new.node.db)


def test_a_feed_that_is_not_named_is_set_aside_whole(hall, library):
    hall.posts("Before")
    library.hears_from(hall)
    new = Successor(hall)
    new.node.hears_from(library)
    new.names(feed_of(new.node, hall))
    library.hears(new.node.pages(), [new.roster])
    hall.new_run()
    hall.posts("By the thief")
    thief = [page for page in hall.pages() if page[0].header.feed not in {feed.key for feed in log.feeds(library.db)}]
    with pytest.raises(Unaccepted):
        library.hears(thief)
    new.node.hears(thief)
    assert new.node.board() == library.board() == ["Before"]
    assert new.node.digest() == library.digest() and log.digest(new.node.db) == log.digest(library.db)


def test_a_cut_off_may_be_raised_later(hall, library):
    new = succeeded_after_one_of_two(hall, library)
    assert library.board() == ["One"]
    new.node.hears_from(library)
    assert new.node.board() == ["One"]
    new.names(feed_of(new.node, hall))
    library.hears(new.node.pages())
    assert sorted(library.board()) == sorted(new.node.board()) == ["One", "Two"]
    assert library.digest() == new.node.digest()


def test_without_a_cut_off_all_that_a_retired_machine_said_counts(hall, library):
    hall.posts("Bread")
    new = Successor(hall)
    library.hears([], [new.roster])
    library.hears_from(hall)
    assert library.board() == ["Bread"], "a machine that broke has said nothing wrong"


def test_the_old_machine_cannot_name_cut_offs_for_the_new_one(hall, library):
    new = Successor(hall)
    new.node.posts("Bread")
    library.hears(new.node.pages(), [new.roster])
    cutting.name(hall.run, CutOffs(new.identity.node_fingerprint, {}), "circle")
    library.hears_from(hall)
    assert library.board() == ["Bread"]


def test_other_spaces_are_told_as_far_as_it_counts_its_own_of_all(hall, library):
    succeeded_after_one_of_two(hall, library)

    def told(space: bytes) -> list[int]:
        heads = news(library.db, Caller(b"x" * 32, space, False), 0, b"").heads
        return [last for _, feed, last, _ in heads if feed == b64(feed_of(library, hall).key)]

    assert (told(library.space), told(hall.space)) == ([1], [2])
