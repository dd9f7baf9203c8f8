"""Log to board: whatever order it came in, rebuilt to the same bytes, and nothing left of what was erased."""

import itertools
import random

import pytest

from node import intake
from node.domain import codes
from node.domain.values import Event
from node.domain.wishes import Edit, Erase, Hide, MarkMet, PromiseHelp, Renew
from node.storage import db as database
from node.storage import forgetting, projection, refolding
from sync import log
from sync.writer import Draft
from tests.storage.nodes import HOUR, NOON, Node, Ticket, need, opened


def lively(hall: Node, library: Node) -> Ticket:
    """Two spaces that did a bit of everything, over two runs, with two tickets, partly exchanged."""
    ticket, helper = Ticket(1), Ticket(2)
    bread = hall.posts("Bread", wanted=3, area="North").post
    cot = hall.posts("A cot").post
    hall.carries(ticket, opened("Medicine for my mother"))
    library.hears_from(hall)
    library.does(PromiseHelp(bread, "One from us"))
    library.does(PromiseHelp(cot, "We have one"))
    library.carries(helper, Event("help.promised", {"words": "At five"}), ticket.post)
    hall.new_run()
    hall.does(MarkMet(bread, 1))
    hall.does(Edit(cot, need("Two cots", wanted=2)))
    hall.does(PromiseHelp(cot, "Ours"))
    hall.carries(ticket, Event("post.edited", {**opened("Medicine").fields, "at": NOON}))
    library.does(Hide(bread, "Twice"))
    hall.does(Renew(cot))
    hall.posts("Ladder", kind="offer", category="tools", at=1_300_000_000_000)
    hall.posts("Only here", scope="here")
    return ticket


def test_a_rebuild_gives_the_same_bytes(hall, library):
    lively(hall, library)
    library.hears_from(hall)
    hall.hears_from(library)
    for node in (hall, library):
        before, words, digest = node.rows(), node.indexed(), node.digest()
        projection.rebuild(node.db)
        assert node.rows() == before
        assert node.indexed() == words
        assert node.digest() == digest


def test_both_boards_are_equal_once_both_have_heard_everything(hall, library):
    lively(hall, library)
    library.hears_from(hall)
    hall.hears_from(library)
    assert hall.digest() == library.digest()
    assert sorted(hall.board()) == sorted([*library.board(), "Bread", "Only here"])


@pytest.mark.parametrize("seed", range(6))
def test_the_order_in_which_feeds_arrive_does_not_matter(hall, library, tmp_path, seed):
    lively(hall, library)
    pages = [*hall.pages(size=2), *library.pages(size=2)]
    third = Node(tmp_path / "third", "Third")
    third.accepts(hall)
    third.accepts(library)
    _arrive_shuffled(third, pages, random.Random(seed))
    hall.hears_from(library)
    assert third.digest() == hall.digest()
    before = third.rows()
    projection.rebuild(third.db)
    assert third.rows() == before


def _arrive_shuffled(node: Node, pages, dice: random.Random) -> None:
    """Feeds in any order, each page of a feed after the one before it, some pages twice, one or more at once."""
    feeds: dict[bytes, list] = {}
    for page in pages:
        feeds.setdefault(page[0].header.feed, []).append(page)
    while feeds:
        key = dice.choice(sorted(feeds))
        page = feeds[key].pop(0)
        node.hears([page, page] if dice.random() < 0.3 else [page])
        if not feeds[key]:
            del feeds[key]


def test_every_order_of_three_feeds_gives_the_same_board(hall, library, tmp_path):
    bread = hall.posts("Bread", wanted=4).post
    library.hears_from(hall)
    library.does(PromiseHelp(bread, "From the library"))
    hall.new_run()
    hall.does(MarkMet(bread, 2))
    feeds = [[page] for page in (*hall.pages(), *library.pages()) if page[0].header.feed]
    unique = list({feed[0][0].header.feed: feed for feed in feeds}.values())
    digests = set()
    for number, order in enumerate(itertools.permutations(unique)):
        node = Node(tmp_path / f"node{number}", "Node")
        node.accepts(hall)
        node.accepts(library)
        for feed in order:
            node.hears(feed)
        digests.add(node.digest())
        node.run.close()
    assert len(unique) == 3 and len(digests) == 1


def test_an_answer_may_come_before_its_post(hall, library, tmp_path):
    bread = hall.posts("Bread")
    library.hears_from(hall)
    library.does(PromiseHelp(bread.post, "I can"))
    third = Node(tmp_path / "third", "Third")
    third.accepts(hall)
    third.accepts(library)
    third.hears(library.pages(own=True))
    assert third.board() == [] and third.one(bread.link).status == "waiting"
    third.hears_from(hall)
    assert third.board() == ["Bread"] and third.one(bread.code).promised == 1


def test_what_is_for_here_stays_out_of_the_digest(hall):
    hall.posts("Bread")
    before = hall.digest()
    hall.posts("Only here", scope="here")
    assert hall.digest() == before and len(hall.board()) == 2


def test_what_was_for_here_stays_out_of_the_digest_when_it_is_erased(hall, library):
    hall.posts("Bread")
    library.hears_from(hall)
    by_space, ticket = hall.posts("Only here", scope="here"), Ticket()
    hall.carries(ticket, opened("Only here too", scope="here"), scope="here")
    hall.does(Erase(by_space.post))
    hall.hears([], [ticket.tombstone()])
    assert [card.status for card in (hall.one(by_space.link), hall.one(codes.link_of(ticket.post)))] == ["erased"] * 2
    library.hears_from(hall)
    assert hall.digest() == library.digest()
    rows = hall.rows()
    projection.rebuild(hall.db)
    assert hall.rows() == rows


def test_an_erased_post_for_here_stays_out_of_the_digest_whatever_is_said_about_it_in_the_circle(hall, library):
    ticket = Ticket()
    hall.carries(ticket, opened("Only here", scope="here"), scope="here")
    hall.says(Draft(b'{"event":"from.the.future"}', ticket.post))
    library.hears_from(hall)
    hall.hears([], [ticket.tombstone()])
    library.hears([], [ticket.tombstone()])
    assert hall.digest() == library.digest()


def test_a_digest_tells_boards_with_other_words_apart(hall):
    recorded = hall.posts("Bread")
    before = hall.digest()
    hall.does(Edit(recorded.post, need("Rice")))
    assert hall.digest() != before


def test_an_edit_is_found_by_its_new_words_and_no_longer_by_its_old_ones(hall):
    recorded = hall.posts("Bread")
    hall.does(Edit(recorded.post, need("Rice", area="South")))
    assert (hall.board(find="rice"), hall.board(find="south"), hall.board(find="bread")) == (["Rice"], ["Rice"], [])
    assert [word for word, _ in hall.indexed()] == ["rice", "south"]


# --- erasing ---


def test_a_tombstone_takes_the_words_out_of_log_index_and_file(hall, library):
    ticket = Ticket()
    hall.carries(ticket, opened("Zwiebelkuchen for Xanthippe"))
    hall.posts("Bread")
    library.hears_from(hall)
    taken = library.hears([], [ticket.tombstone()])
    assert taken.erased == 1 and library.board() == ["Bread"]
    assert [word for word, _ in library.indexed()] == ["bread"]
    assert _in_files(library, b"wiebelkuchen") == []


def _in_files(node: Node, *words: bytes) -> list[str]:
    """Files that still have one of these, after what runs within a minute."""
    assert forgetting.tidy(node.db, node.clock())
    assert database.checkpoint(node.db, node.folder)
    files = {file.name: file.read_bytes().lower() for file in node.folder.iterdir() if file.is_file()}
    return [name for name, data in files.items() if any(one in data for one in words)]


def test_a_promise_about_an_erased_post_goes_with_it_and_a_helpers_own_words_alone(hall, library):
    ticket, helper, other = Ticket(1), Ticket(2), Ticket(3)
    hall.carries(ticket, opened("Medicine", **{"for": 5}))
    hall.carries(helper, Event("help.promised", {"words": "At five, Quentin"}), ticket.post)
    hall.carries(other, Event("help.promised", {"words": "At six"}), ticket.post)
    link = hall.page().cards[0].link
    hall.hears([], [helper.tombstone()])
    assert [promise.words for promise in hall.one(link).promises] == ["At six"]
    hall.hears([], [ticket.tombstone()])
    assert (hall.one(link).status, hall.one(link).words, hall.one(link).promises) == ("erased", "", ())
    assert _in_files(hall, b"quentin", b"at six") == []


def test_what_was_erased_is_refused_when_it_is_brought_back(hall, library):
    ticket = Ticket()
    hall.carries(ticket, opened("Medicine"))
    old_stick = hall.pages()
    library.hears([], [ticket.tombstone()])
    library.hears(old_stick)
    assert library.board(status="all") == [] and library.indexed() == []
    assert all(held.entry.payload is None for held in log.read_all(library.db) if held.entry.header.owner)
    hall.hears_from(library)
    assert hall.digest() == library.digest()


HELD = "SELECT COUNT(*) FROM entry WHERE instr(payload, CAST(? AS BLOB))"


def test_what_was_erased_is_not_asked_for_when_only_an_answer_to_it_is_here(hall, library):
    """A peer that has not heard of the erasure yet would bring it back."""
    ticket = Ticket()
    hall.says(Draft(b'{"event":"help.promised","words":"I know her"}', ticket.post))
    library.hears([], [ticket.tombstone()])
    library.hears_from(hall)
    assert library.db.execute("SELECT COUNT(*) FROM missing").fetchone() == (0,)
    library.db.execute("INSERT INTO missing (k) SELECT k FROM about")
    intake.accept(library.run, [], payloads=hall.pages()[0])
    assert library.db.execute(HELD, ("I know her",)).fetchone() == (0,)


def test_what_a_ticket_said_about_no_post_is_erased_with_it(hall, library):
    ticket = Ticket()
    hall.says(Draft(b'{"said":"by the ticket"}', b"", ticket.owner))
    library.hears_from(hall)
    for node in (hall, library):
        node.hears([], [ticket.tombstone()])
        assert node.db.execute(HELD, ("by the ticket",)).fetchone() == (0,)


def test_a_power_cut_while_an_erasure_is_written_neither_shuts_the_node_nor_swallows_the_next(hall):
    first, second = Ticket(1), Ticket(2)
    hall.hears([], [first.tombstone()])
    with (hall.folder / "tombstones").open("ab") as file:
        file.write(b'["ct1","cut sho')
    hall.new_run()
    hall.hears([], [second.tombstone()])
    with log.writing(hall.db):
        hall.db.execute("DELETE FROM proof WHERE kind = 'tombstone'")  # an old copy of the database is put back
    hall.new_run()
    assert sorted(hall.proofs()) == sorted([first.tombstone(), second.tombstone()])


def test_an_erasure_is_found_again_after_an_old_database_is_put_back(hall):
    ticket = Ticket()
    hall.carries(ticket, opened("Medicine"))
    database.checkpoint(hall.db, hall.folder)
    old = (hall.folder / "corkboard.db").read_bytes()
    hall.hears([], [ticket.tombstone()])
    hall.run.close()
    for file in hall.folder.glob("corkboard.db*"):
        file.unlink()
    (hall.folder / "corkboard.db").write_bytes(old)
    hall.new_run()
    assert hall.board() == [] and hall.indexed() == []


def test_the_erased_board_is_rebuilt_to_the_same_bytes(hall, library):
    ticket = lively(hall, library)
    library.hears_from(hall)
    hall.hears_from(library)
    library.hears([], [ticket.tombstone()])
    hall.hears_from(library)
    assert hall.digest() == library.digest()
    for node in (hall, library):
        before, words = node.rows(), node.indexed()
        projection.rebuild(node.db)
        assert (node.rows(), node.indexed()) == (before, words)


# --- clocks ---


def test_the_time_of_a_post_runs_from_its_arrival_where_its_clock_cannot_be_right(hall, library):
    hall.clock.ms = 1_000
    hall.posts("From a clock that stood still", when="now")
    hall.clock.ms = NOON + 99 * HOUR
    hall.posts("From a clock that runs ahead", when="now")
    library.clock.ms = NOON + HOUR
    library.hears_from(hall)
    assert {card.since_ms for card in library.page().cards} <= set(range(NOON + HOUR, NOON + HOUR + 99))
    assert len(library.board()) == 2
    before = library.rows()
    projection.rebuild(library.db)
    assert library.rows() == before


def test_another_fold_rebuilds_at_the_next_start(hall, monkeypatch):
    hall.posts("Bread")
    hall.db.execute("DELETE FROM post")
    assert not projection.ensure_current(hall.db)
    monkeypatch.setattr(projection, "VERSION", "another")
    done = []
    assert projection.ensure_current(hall.db, lambda *step: done.append(step))
    assert hall.board() == ["Bread"] and done[-1][0] == done[-1][1] > 0


# --- feeds set aside ---


def test_a_feed_that_became_void_takes_its_posts_with_it_until_it_is_open_again(hall):
    post = hall.posts("Bread").post
    hall.new_run()
    hall.does(PromiseHelp(post, "I can"))
    hall.posts("A cot")
    for state, words in (("void", ["A cot"]), ("open", ["A cot", "Bread"])):
        with log.writing(hall.db):
            hall.db.execute("UPDATE feed SET state = ? WHERE no = 1", (state,))
            refolding.begin(hall.db, 1)
            refolding.step(hall.db)
        before = hall.rows()
        assert hall.board() == words
        projection.rebuild(hall.db)
        assert (hall.rows()["post"], hall.rows()["new_code"]) == (before["post"], before["new_code"])


def test_odd_entries_stop_nothing(hall, library):
    hall.says(
        Draft(b"[" * 3000), Draft(b'{"event":"post.opened"}'), Draft(b"\xff", b"x" * 32), Draft(b" ", b"", b"o" * 32)
    )
    recorded = hall.posts("Bread")
    hall.says(Draft(b'{"event":"post.met","count":"all"}', recorded.post))
    library.hears_from(hall)
    assert library.board() == ["Bread"] and hall.digest() == library.digest()
    before = library.rows()
    projection.rebuild(library.db)
    assert library.rows() == before
