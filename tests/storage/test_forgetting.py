"""Words that were taken back go from the log after a while, and nothing on the board changes with them."""

import msgspec
import pytest

from node import intake
from node.domain import codes, wire
from node.domain.values import Event
from node.domain.wishes import Edit, Erase, PromiseHelp
from node.storage import forgetting, projection, refolding
from sync import log
from sync.entry import Entry
from sync.writer import Draft
from tests.storage.nodes import HOUR, NOON, Node, Ticket, need, opened

DAY = 24 * HOUR


def payloads(node: Node) -> str:
    return b" ".join(held.entry.payload or b"-" for held in log.read_all(node.db)).decode()


def without_words(entry: Entry) -> Entry:
    return msgspec.structs.replace(entry, salt=b"", payload=None)


def passes(node: Node, ms: int) -> None:
    node.clock.ms += ms
    forgetting.tidy(node.db, node.clock())


def test_words_before_an_edit_go_after_a_day(hall):
    post = hall.posts("Bread for Olga").post
    hall.does(Edit(post, need("Bread")))
    hall.does(Edit(post, need("Rice")))
    hall.does(PromiseHelp(post, "I can"))
    passes(hall, DAY - HOUR)
    assert "Olga" in payloads(hall)
    before, digest = hall.rows(), hall.digest()
    passes(hall, HOUR)
    assert "Olga" not in payloads(hall) and "Bread" not in payloads(hall) and "I can" in payloads(hall)
    assert hall.digest() == digest and hall.rows() == before
    projection.rebuild(hall.db)
    assert hall.rows() == before and hall.board(find="rice") == ["Rice"]


def test_words_of_a_ticket_before_its_edit_go_too_whoever_carried_them(hall, library):
    ticket = Ticket()
    hall.carries(ticket, opened("Bread for Olga"))
    library.hears_from(hall)
    library.carries(ticket, Event("post.edited", {**opened("Rice").fields, "at": NOON}), home=hall.space)
    hall.hears_from(library)
    passes(hall, DAY + HOUR)
    assert "Olga" not in payloads(hall) and "Olga" in payloads(library)
    assert hall.board() == ["Rice"] and hall.digest() == library.digest()


def test_who_hears_later_does_not_ask_for_words_that_an_edit_replaced(hall, library):
    post = hall.posts("Bread for Olga").post
    hall.does(Edit(post, need("Rice")))
    passes(hall, DAY + HOUR)
    library.hears_from(hall)
    assert library.board() == ["Rice"] and library.digest() == hall.digest()
    assert library.db.execute("SELECT COUNT(*) FROM missing").fetchone() == (0,)


def test_what_a_space_erased_is_hidden_at_once_and_gone_after_seven_days(hall):
    recorded = hall.posts("Bread for Olga")
    hall.does(Erase(recorded.post, "Past its time"))
    assert hall.board() == [] and hall.one(recorded.code).status == "erased"
    passes(hall, 7 * DAY - HOUR)
    assert "Olga" in payloads(hall)
    before = hall.rows()
    passes(hall, 2 * HOUR)
    assert "Olga" not in payloads(hall) and "Past its time" in payloads(hall)
    assert hall.rows() == before and hall.indexed() == []


def test_an_edit_that_was_set_aside_replaces_nothing(hall):
    post = hall.posts("Bread").post
    hall.new_run()
    hall.does(Edit(post, need("Send money")))
    with log.writing(hall.db):
        hall.db.execute("UPDATE feed SET state = 'void' WHERE no = 2")
        refolding.begin(hall.db, 2)
        refolding.step(hall.db)
    passes(hall, 2 * DAY)
    assert hall.board(status="all") == ["Bread"] and hall.board(status="all", find="bread") == ["Bread"]


def test_words_are_asked_for_again_when_the_edit_that_replaced_them_is_set_aside(hall, library):
    post = hall.posts("Bread").post
    library.hears_from(hall)
    hall.new_run()
    hall.does(Edit(post, need("Rice")))
    library.hears_from(hall)
    passes(library, 2 * DAY)
    library.hears([], [hall.evidence()])
    assert library.board(status="all") == []
    words = next(entry for page in hall.pages() for entry in page if entry.id == post)
    intake.accept(library.run, [], payloads=[words])
    assert library.board(status="all") == ["Bread"]


@pytest.mark.parametrize("kind", ["post.edited", "post.erased"])
def test_nobody_elses_word_makes_a_post_forgotten(hall, library, kind):
    post = hall.posts("Bread").post
    library.hears_from(hall)
    ticket = Ticket(5)
    fields = opened("Send money").fields if kind == "post.edited" else {}
    library.carries(ticket, Event(kind, fields), post)
    hall.hears_from(library)
    passes(hall, 30 * DAY)
    assert "Bread" in payloads(hall) and hall.board(status="all") == ["Bread"]


def test_an_erasure_in_a_strangers_name_keeps_no_words_away_that_are_still_to_come(hall, library, tmp_path):
    """A member puts somebody else's key into a header and erases in passing; the words arrive a month later."""
    mosque = Node(tmp_path / "mosque", "Mosque")
    for node in (hall, library):
        mosque.accepts(node)
    hall.accepts(mosque)
    ticket, helper = Ticket(), Ticket(2)
    hall.carries(ticket, opened("Bread for Olga"))
    hall.carries(helper, Event("help.promised", {"words": "At five"}), ticket.post)
    full = hall.pages()
    bare = [[without_words(entry) if entry.header.owner == ticket.owner else entry for entry in page] for page in full]
    mosque.hears(bare)
    library.says(
        Draft(b'"no body"', ticket.post, ticket.owner), Draft(wire.payload(Event("post.erased", {})), ticket.post)
    )
    mosque.hears_from(library)
    passes(mosque, 30 * DAY)
    words = next(entry for page in full for entry in page if entry.header.owner == ticket.owner)
    intake.accept(mosque.run, [], payloads=[words])
    promise = next(entry for page in full for entry in page if entry.header.owner == helper.owner)
    intake.accept(mosque.run, [], payloads=[promise])
    hall.hears_from(library)
    assert mosque.board(status="all") == ["Bread for Olga"] and mosque.digest() == hall.digest()


def test_what_a_reissued_ticket_erases_is_hidden_at_once_and_gone_after_seven_days(hall, library):
    old, new, helper = Ticket(1), Ticket(2), Ticket(3)
    hall.carries(old, opened("Bread for Olga"))
    hall.carries(helper, Event("help.promised", {"words": "At five"}), old.post)
    fields = {"old": codes.write_id(old.owner), "new": codes.write_id(new.owner), "counter": 0}
    hall.says(Draft(wire.payload(Event("ticket.replaced", fields)), old.post))
    library.hears_from(hall)
    for node in (hall, library):
        node.hears([], [new.tombstone()])
        assert node.board(status="all") == [] and "Olga" in payloads(node)
        erased = node.digest()
        passes(node, 7 * DAY + HOUR)
        assert "Olga" not in payloads(node) and "At five" not in payloads(node)
        assert node.digest() == erased, "it is known to be erased although its words do not tell any more whose it was"
        assert node.db.execute("SELECT COUNT(*) FROM missing").fetchone() == (0,), "and nobody is asked for them"
    assert hall.digest() == library.digest()


def test_an_edit_by_a_reissued_ticket_leaves_what_says_that_it_may_speak(hall, library):
    old, new = Ticket(1), Ticket(2)
    hall.carries(old, opened("Bread"))
    fields = {"old": codes.write_id(old.owner), "new": codes.write_id(new.owner), "counter": 0}
    hall.says(Draft(wire.payload(Event("ticket.replaced", fields)), old.post))
    hall.carries(new, Event("post.edited", opened("Rice for two").fields), old.post)
    hall.carries(new, Event("post.edited", opened("Rice").fields), old.post)
    passes(hall, DAY + HOUR)
    assert hall.board() == ["Rice"] and "for two" not in payloads(hall)
    library.hears_from(hall)
    assert library.digest() == hall.digest()


def test_what_is_said_about_an_erased_post_goes_from_a_feed_that_was_set_aside_too(hall, library):
    post = hall.posts("Bread for Olga").post
    library.hears_from(hall)
    library.does(PromiseHelp(post, "At five"))
    hall.hears_from(library)
    hall.hears([], [library.evidence()])
    hall.does(Erase(post, "Asked for"))
    passes(hall, 6 * DAY)
    assert "At five" in payloads(hall)
    passes(hall, 2 * DAY)
    assert "At five" not in payloads(hall) and "Olga" not in payloads(hall)
