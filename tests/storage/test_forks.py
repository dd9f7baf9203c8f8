"""The hall's machine told two stories: whatever a node saw first, all come to the same board, and nobody's words go."""

import contextlib
import itertools
import sqlite3

import pytest

from node import checking, cutting, forking, health, intake
from node.domain import codes
from node.domain.wishes import ConfirmPromise, MarkMet, PromiseHelp
from node.storage import projection, refolding
from sync import log
from sync.refusals import Fork, Unaccepted
from sync.writer import Draft
from tests.storage.nodes import Node, Ticket, opened


@pytest.fixture
def places(tmp_path, hall, library):
    """Library, mosque and school: each accepts all the others and the hall."""
    mosque, school = Node(tmp_path / "mosque", "Mosque"), Node(tmp_path / "school", "School")
    for node, other in itertools.permutations((hall, library, mosque, school), 2):
        if (node, other) not in ((hall, library), (library, hall)):
            node.accepts(other)
    yield library, mosque, school
    mosque.run.close()
    school.run.close()


def nothing(done: int, total: int) -> None:
    """Nobody looks how far it is."""


def settle(*nodes: Node) -> None:
    """All hear from all, until nothing is new; what is found to have two histories is told as a proof."""
    for _ in range(3):
        for node, other in itertools.permutations(nodes, 2):
            node.hears([], other.proofs())
            for page in other.pages():
                try:
                    node.hears([page])
                except Fork as fork:
                    node.hears([], [fork.evidence])
                except Unaccepted:
                    pass


def same(*nodes: Node) -> bool:
    return len({(node.digest(), log.digest(node.db)) for node in nodes}) == 1


def test_whatever_was_seen_first_all_come_to_the_same_board(hall, places):
    library, mosque, school = places
    first, second, third = Ticket(1), Ticket(2), Ticket(3)
    hall.carries(first, opened("A cot"))
    library.hears_from(hall)
    story = hall.says_otherwise(
        Draft(second.body(second.post, hall.space, opened("A ladder")), second.post, second.owner), after=1
    )
    mosque.hears([hall.pages()[0], story])
    hall.carries(third, opened("A pram"))
    library.hears_from(hall)
    library.does(PromiseHelp(first.post, "At five"))
    settle(library, mosque, school)
    assert sorted(library.board()) == ["A cot", "A ladder", "A pram"], "each carried what it held"
    assert same(library, mosque, school)
    settle(hall, library, mosque, school)
    assert same(hall, library, mosque, school) and sorted(hall.board()) == sorted(library.board())
    assert library.one(codes.code_of(first.post)).promised == 1


def test_what_the_space_itself_said_there_is_gone_everywhere_until_it_says_it_again(hall, library):
    post = hall.posts("Forty places", wanted=40).post
    hall.does(MarkMet(post, 1))
    library.hears_from(hall)
    library.does(PromiseHelp(post, "At five"))
    evidence = hall.evidence()
    library.hears([], [evidence])
    assert library.board() == []
    hall.hears([], [evidence])
    assert hall.board() == [] and forking.say_again(hall.run) == 2 and forking.say_again(hall.run) == 0
    assert hall.board(status="all") == ["Forty places"]
    settle(hall, library)
    assert same(hall, library)
    (card,) = library.page(status="all").cards
    assert card.met == 1 and card.ms < hall.clock.ms


def test_two_copies_of_a_machine_do_not_say_it_twice(hall, library):
    hall.does(MarkMet(hall.posts("Forty places", wanted=40).post, 3))
    library.hears_from(hall)
    evidence = hall.evidence()
    number = hall.db.execute("SELECT no FROM feed").fetchone()[0]
    hall.hears([], [evidence])
    assert forking.say_again(hall.run) == 2
    again = forking._Again(hall.run, hall.db, log.feed_by_no(hall.db, number))
    with log.writing(hall.db):
        assert again.say() == 0
    assert [card.met for card in hall.page().cards] == [3]


def test_a_promise_of_the_space_follows_to_the_post_said_again(hall, library):
    post = hall.posts("A lift")
    promise = hall.does(PromiseHelp(post.post, "By van"))
    hall.does(ConfirmPromise(post.post, promise.entry))
    hall.hears([], [hall.evidence()])
    forking.say_again(hall.run)
    (card,) = hall.page().cards
    assert card.promised == 1 and hall.one(card.code).promises[0].state == "confirmed"


def test_many_words_are_carried_in_steps_and_the_kiosk_writes_between_them(hall, library, monkeypatch):
    monkeypatch.setattr(forking, "STEP", 2)
    for number in range(5):
        hall.carries(Ticket(number), opened(f"Pot {number}"))
    library.hears_from(hall)
    library.hears([], [hall.evidence()])
    assert len(library.board()) == 2, "as many as one transaction should hold"
    assert forking.say_again(library.run) == 3 and forking.say_again(library.run) == 0
    assert sorted(library.board()) == [f"Pot {number}" for number in range(5)]


def test_many_posts_go_in_steps_and_whatever_comes_between_them(hall, library, monkeypatch):
    """The library's machine is switched off between two steps, and somebody writes before it goes on."""
    posts = [hall.posts(f"Pot {number}").post for number in range(5)]
    library.hears_from(hall)
    library.does(PromiseHelp(posts[4], "At five"))
    evidence = hall.evidence()
    monkeypatch.setattr(refolding, "STEP", 2)
    with monkeypatch.context() as off:
        off.setattr(cutting, "follow", lambda run: None)
        library.hears([], [evidence])
    assert len(library.board()) == 4, "the opening of the feed, and a post: as many as one transaction should hold"
    library.new_run()
    library.posts("Bread")
    intake.erase(library.run, Ticket(9).key)
    assert refolding.is_pending(library.db), "nobody at the kiosk does the rest of it"
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
        library.db.backup(copy)
        assert checking.check(copy, nothing, nothing), "a copy that was made meanwhile is a good one"
    forking.say_again(library.run)
    assert library.board() == ["Bread"]
    before = library.digest(), library.indexed()
    projection.rebuild(library.db)
    assert (library.digest(), library.indexed()) == before


def test_what_was_erased_is_not_carried_on(hall, library):
    ticket = Ticket()
    hall.carries(ticket, opened("Olga, flat 3"))
    library.hears_from(hall)
    evidence = hall.evidence()
    library.hears([], [ticket.tombstone()])
    library.hears([], [evidence])
    assert library.board() == [] and not any(
        "Olga" in str(row) for row in library.db.execute("SELECT payload FROM entry")
    )


def test_words_that_another_feed_has_too_are_not_carried_twice(hall, library):
    ticket = Ticket()
    body = ticket.body(ticket.post, hall.space, opened("A cot"))
    for node in (hall, library):
        node.says(Draft(body, ticket.post, ticket.owner))
    library.hears_from(hall)
    before = library.run.db().execute("SELECT COUNT(*) FROM entry").fetchone()
    library.hears([], [hall.evidence()])
    assert library.db.execute("SELECT COUNT(*) FROM entry").fetchone() == before and library.board() == ["A cot"]


def test_a_retraction_gives_back_what_an_odd_word_there_had_changed(hall, library):
    """The hall's own erasing of a neighbour's post rested on that feed."""
    ticket = Ticket()
    hall.carries(ticket, opened("A cot"))
    library.hears_from(hall)
    hall.new_run()
    hall.says(Draft(b'{"event":"post.erased","reason":"a mistake"}', ticket.post))
    library.hears_from(hall)
    assert library.board() == []
    library.hears([], [hall.evidence()])
    assert library.board() == ["A cot"]


def test_status_says_what_happened_in_plain_words(hall, library):
    hall.posts("Bread")
    library.hears_from(hall)
    evidence = hall.evidence()
    hall.hears([], [evidence])
    library.hears([], [evidence])
    (theirs,) = [note for note in health.notes(library.run) if "two stories" in note]
    (ours,) = [note for note in health.notes(hall.run) if "copy of this machine" in note]
    assert theirs.startswith("A machine of Hall (") and "was kept" in theirs
    assert ours.endswith("See that only one of them runs.")
