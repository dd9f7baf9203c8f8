"""The one door: all or nothing, once however often it is asked, and nothing lost when many speak at once."""

import gc
import multiprocessing

import msgspec
import pytest

from node import intake
from node.domain import wire
from node.domain.refusals import Refusals
from node.domain.values import Event
from node.domain.wishes import MarkMet, PromiseHelp, Withdraw
from node.gate import BoardGate
from node.storage import projection
from sync import log
from sync.refusals import BadChain, BadSignature, Refused
from sync.writer import Draft
from tests.storage.nodes import Node, Ticket, need, opened


@pytest.fixture
def hall(tmp_path):
    node = Node(tmp_path / "hall", "Hall")
    yield node
    node.run.close()


@pytest.fixture
def library(tmp_path, hall):
    node = Node(tmp_path / "library", "Library")
    node.accepts(hall)
    hall.accepts(node)
    yield node
    node.run.close()


def everything(node: Node) -> tuple[object, ...]:
    tables = ("space", "feed", "entry", "arrival", "proof", "missing", "late", "done")
    return (*node.rows().items(), *(node.db.execute(f"SELECT * FROM {table}").fetchall() for table in tables))


# --- our own ---


def test_a_second_tap_posts_once(hall):
    first, second = hall.posts("Bread", key="form 1"), hall.posts("Bread", key="form 1")
    assert (first.new, second.new) == (True, False)
    assert (first.post, first.code, first.link, first.entry) == (second.post, second.code, second.link, second.entry)
    assert hall.board() == ["Bread"]


def test_two_forms_with_the_same_words_are_two_posts(hall):
    hall.posts("Bread", key="form 1")
    hall.posts("Bread", key="form 2")
    assert hall.board() == ["Bread", "Bread"]


def test_a_refused_form_may_be_sent_again_with_its_key(hall):
    with pytest.raises(Refusals):
        hall.posts(" ", key="form 1")
    assert hall.posts("Bread", key="form 1").new


def test_a_refusal_changes_nothing(hall):
    post = hall.posts("Bread").post
    hall.does(Withdraw(post))
    before = everything(hall)
    for wish in (PromiseHelp(post, "I can"), MarkMet(b"?" * 32), Withdraw(post)):
        with pytest.raises(Refusals):
            hall.does(wish)
    assert everything(hall) == before


def test_all_wishes_come_true_or_none(hall):
    before = everything(hall)
    wishes = [need(f"Need {number}") for number in range(700)]
    with pytest.raises(Refusals) as refused:
        intake.record_all(hall.run, [*wishes, need("")])
    assert refused.value.row == 700 and refused.value.problems[0].key == "words.missing"
    assert everything(hall) == before
    done = []
    recorded = intake.record_all(hall.run, wishes, lambda *step: done.append(step))
    assert len({one.post for one in recorded}) == 700 == hall.counts().needs
    assert done == [(500, 700), (700, 700)]


def test_a_wish_about_a_post_may_stand_among_others(hall):
    post = hall.posts("Bread").post
    recorded = intake.record_all(hall.run, [need("A cot"), PromiseHelp(post, "I can"), MarkMet(post)])
    assert [one.post for one in recorded][1:] == [post, post]
    assert hall.board() == ["A cot"]


def test_the_same_row_from_outside_is_one_post_however_often_it_comes(hall, library):
    row = need("From a table", outside=b"h" * 32, source="row 7")
    first = intake.record_all(hall.run, [row, row, need("Another", outside=b"i" * 32)])
    again = intake.record_all(hall.run, [row])
    library.hears_from(hall)
    elsewhere = intake.record_all(library.run, [row])
    assert [one.new for one in first] == [True, False, True]
    assert not again[0].new and not elsewhere[0].new
    assert {one.post for one in (first[0], first[1], again[0], elsewhere[0])} == {first[0].post}
    assert len(library.board()) == 2


def test_what_is_for_here_is_said_in_a_feed_of_its_own(hall, library):
    post = hall.posts("Only here", scope="here").post
    hall.does(PromiseHelp(post, "I can"))
    hall.posts("Bread")
    library.hears_from(hall)
    assert library.board() == ["Bread"]
    assert sum(len(page) for page in hall.pages("here")) == 3


def test_the_next_word_refers_to_what_was_seen(hall, library):
    post = hall.posts("Bread", wanted=3).post
    library.hears_from(hall)
    library.does(PromiseHelp(post, "I can"))
    hall.does(PromiseHelp(post, "Me too"))
    hall.hears_from(library)
    hall.does(MarkMet(post, 1))
    last = [held.entry for held in log.read_all(hall.db) if held.entry.header.post == post]
    met = next(entry for entry in last if b"post.met" in (entry.payload or b""))
    promises = {entry.id for entry in last if b"help.promised" in (entry.payload or b"")}
    assert set(met.header.refs) == promises


# --- others' ---


def test_a_need_posted_at_the_hall_reaches_the_library(hall, library):
    hall.posts("A ladder for Saturday")
    taken = library.hears_from(hall)
    assert library.board() == ["A ladder for Saturday"]
    assert (taken.new_posts, taken.needs, taken.offers) == (1, 1, 0)
    card = library.page().cards[0]
    assert (card.ours, card.home_name) == (False, "Hall")


def test_an_exchange_tells_what_it_brought(hall, library):
    post = hall.posts("Bread").post
    ticket = Ticket()
    hall.carries(ticket, opened("Medicine"))
    library.hears_from(hall)
    hall.posts("A cot")
    hall.posts("A ladder", kind="offer")
    hall.does(MarkMet(post))
    hall.hears([], [ticket.tombstone()])
    taken = library.hears_from(hall)
    assert (taken.needs, taken.offers, taken.met, taken.erased) == (1, 1, 1, 1)


def test_hearing_the_same_again_changes_nothing(hall, library):
    hall.posts("Bread")
    library.hears_from(hall)
    before = everything(library)
    assert library.hears_from(hall).new_entries == 0
    assert everything(library) == before


@pytest.mark.parametrize("spoil", ["chain", "signature", "commitment"])
def test_a_page_that_does_not_hold_together_changes_nothing(hall, library, spoil):
    for number in range(4):
        hall.posts(f"Need {number}")
    good, bad = hall.pages(size=2)[0], hall.pages(size=500)[0]
    page = _spoiled(bad, spoil)
    before = everything(library)
    with pytest.raises(Refused):
        library.hears([good, page])
    assert everything(library) == before
    library.hears_from(hall)
    assert len(library.board()) == 4


def _spoiled(page, how):
    last = page[-1]
    if how == "chain":
        return [*page[:2], *page[3:]]
    if how == "signature":
        return [*page[:-1], msgspec.structs.replace(last, sig=bytes(64))]
    return [*page[:-1], msgspec.structs.replace(last, payload=b'{"event":"post.met"}')]


def test_a_bad_page_takes_the_tombstones_that_came_with_it_along(hall, library):
    ticket = Ticket()
    hall.carries(ticket, opened("Medicine"))
    library.hears_from(hall)
    hall.posts("Bread")
    with pytest.raises((BadChain, BadSignature)):
        library.hears([_spoiled(hall.pages()[0], "signature")], [ticket.tombstone()])
    assert library.board() == ["Medicine"]


def test_a_strange_space_cannot_change_anothers_post(hall, library):
    post = hall.posts("Bread").post
    library.hears_from(hall)
    for kind in ("post.met", "post.erased", "post.withdrawn", "ticket.replaced"):
        fields = {"old": b"o" * 32, "new": b"n" * 32, "counter": 1} if kind == "ticket.replaced" else {}
        library.says(Draft(_payload(kind, fields), post))
    hall.hears_from(library)
    assert hall.board() == library.board() == ["Bread"]
    assert hall.digest() == library.digest()


def _payload(kind, fields):
    return wire.payload(Event(kind, fields))


def test_a_payload_that_was_missing_completes_its_post(hall, library):
    recorded = hall.posts("Bread")
    hall.does(PromiseHelp(recorded.post, "I can"))
    full = hall.pages()[0]
    bare = [msgspec.structs.replace(e, payload=None, salt=b"") if e.id == recorded.post else e for e in full]
    library.hears([bare])
    assert library.board() == []
    found = next(e for e in full if e.id == recorded.post)
    assert intake.accept(library.run, [], payloads=[found]).needs == 1
    assert intake.accept(library.run, [], payloads=[found]).needs == 0
    assert library.digest() == hall.digest() and library.page().cards[0].promised == 1
    before = library.rows()
    projection.rebuild(library.db)
    assert library.rows()["post"] == before["post"]


def test_a_feed_set_aside_leaves_the_board(hall, library):
    hall.posts("Bread")
    library.hears_from(hall)
    library.hears([], [hall.evidence()])
    assert library.board() == []


# --- many at once ---


def _post_many(folder, who, count):
    node = Node(folder, "Hall")
    for number in range(count):
        intake.record(node.run, need(f"{who} {number}"), key=f"{who} {number}")
        intake.record(node.run, need(f"both {number}"), key=f"both {number}")
    node.run.close()


def test_who_is_set_aside_posts_on_a_feed_that_others_read(hall, library):
    """A machine that was resumed from a snapshot finds that its own feed has two histories."""
    hall.posts("Before")
    hall.hears([], [hall.evidence()])
    hall.posts("After")
    assert hall.board() == ["After"]
    library.hears([page for page in hall.pages() if log.feed_by_key(hall.db, page[0].header.feed).state == "open"])
    assert library.board() == ["After"]


def test_processes_that_post_at_once_lose_nothing_and_double_nothing(hall):
    context = multiprocessing.get_context("spawn")
    crowd = [context.Process(target=_post_many, args=(hall.folder, who, 30)) for who in ("A", "B")]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join(120)
    assert [one.exitcode for one in crowd] == [0, 0]
    expected = [f"{who} {number}" for who in ("A", "B", "both") for number in range(30)]
    assert sorted(card.words for card in hall.page(limit=200).cards) == sorted(expected)
    assert log.verify(hall.db) == 92
    before = hall.rows()
    projection.rebuild(hall.db)
    assert hall.rows() == before


def test_the_board_is_read_while_somebody_writes(hall):
    hall.posts("Bread")
    reader = Node(hall.folder, "Hall")
    with log.writing(hall.db):
        held = hall.run.writer.append(hall.db, [Draft(_payload("post.opened", opened("A cot").fields))])
        intake.enter(hall.db, held, hall.clock())
        assert reader.board() == ["Bread"]
    assert len(reader.board()) == 2
    assert projection.version(reader.db, 0) == projection.version(hall.db, 0)
    reader.run.close()


def test_what_was_put_off_while_pages_came_in_goes_on_whether_they_were_taken_or_refused(hall, library):
    hall.posts("Bread")
    pages, gate = hall.pages(), BoardGate(library.run, lambda folder: 1 << 40)
    with pytest.raises(Refused):
        gate.accept([page[1:] for page in pages])
    assert gc.isenabled() and gate.accept(pages).new_posts == 1 and gc.isenabled()
