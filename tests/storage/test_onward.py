"""One more event about a post is folded alone where that gives the same as everything together."""

import random

import msgspec
import pytest

from node.domain import codes, onward, order, plain, wire
from node.domain.kinds import KINDS
from node.domain.values import Event, Said
from node.storage import projection, rows
from node.storage.gather import Feeds, gather, row
from node.storage.work import Work
from sync.writer import Draft
from tests.storage.nodes import Node, Ticket, opened

SAID = (
    *("post.met", "post.renewed", "post.withdrawn", "post.reported", "post.hidden", "post.shown", "post.translated"),
    *(
        "help.promised",
        "help.promised",
        "help.confirmed",
        "help.released",
        "thanks.given",
        "post.erased",
        "post.edited",
    ),
)


@pytest.fixture
def third(tmp_path, hall, library):
    node = Node(tmp_path / "third", "Third")
    node.accepts(hall)
    node.accepts(library)
    return node


def all_together(node, monkeypatch):
    """Its board as it is when no event is ever folded alone, and no opening is put on the board the quick way."""
    with monkeypatch.context() as slow:
        slow.setattr(Work, "_goes_on", lambda *_: False)
        slow.setattr(plain, "read", lambda *_: None)
        projection.rebuild(node.db)
    return node.rows(), node.indexed(), node.digest()


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_said_in_whatever_order_the_rows_are_those_of_a_fold_of_everything(
    hall, library, third, monkeypatch, seed
):
    dice = random.Random(seed)
    posts = [hall.posts(f"Bread {n}", wanted=3, scope=dice.choice(("circle", "circle", "here"))).post for n in range(4)]
    posts += [hall.posts("From a sheet", outside=bytes([n]) * 32, standing=True, kind="offer").post for n in range(2)]
    library.hears_from(hall)
    for _ in range(30):
        speaker = dice.choice((hall, hall, library))
        post = dice.choice(posts)
        event = _something(dice, speaker, post)
        speaker.says(Draft(wire.payload(event), post, refs=_refs(dice, speaker, post)))
        if dice.random() < 0.2:
            dice.choice((hall, library)).hears_from(dice.choice((hall, library)))
    for node in (hall, library):
        for page in node.pages(size=dice.choice((1, 3, 50))):
            third.hears([page])
    hall.hears_from(library)
    for node in (hall, library, third):
        before = node.rows(), node.indexed(), node.digest()
        assert all_together(node, monkeypatch) == before


def _something(dice, speaker, post):
    kind = dice.choice(SAID)
    about = codes.write_id(dice.choice([one.id for one in _said(speaker, post)] or [post]))
    fields = {
        "help.confirmed": {"promise": about},
        "help.released": {"promise": about},
        "post.edited": {"kind": "need", "category": "food", "words": "Rice", "for": 2},
        "post.translated": {"lang": "ar", "words": "خبز"},
        "post.renewed": {"hours": dice.choice((0, 5))},
        "post.met": {"count": dice.randint(1, 2)},
    }
    return Event(kind, fields.get(kind, {}))


def _said(node, post):
    known = row(node.db, post)
    return gather(node.db, post, Feeds(node.db), (known.n,) if known else ()).said


def _refs(dice, node, post):
    """Mostly what a courteous node refers to; else nothing, or something in between."""
    said = _said(node, post)
    if dice.random() < 0.75:
        return order.heads(said)
    return tuple(dice.sample([one.id for one in said], min(len(said), dice.randint(0, 2))))


def test_an_event_that_had_seen_all_others_is_folded_alone(hall, library, monkeypatch):
    post = hall.posts("Bread", wanted=3).post
    hall.posts("Rice")
    monkeypatch.setattr(Work, "refold", None)
    for count in (1, 1, 1):
        hall.says(Draft(wire.payload(Event("post.met", {"count": count})), post, refs=order.heads(_said(hall, post))))
    assert [card.words for card in hall.page(status="all").cards if card.status == "met"] == ["Bread"]


def test_one_that_had_not_is_folded_with_all_others(hall, library):
    post = hall.posts("Bread").post
    hall.says(Draft(wire.payload(Event("post.hidden", {"reason": "twice"})), post))
    assert rows.read_facts(row(hall.db, post).facts).last is None


def test_what_a_ticket_opened_is_folded_with_everything(hall):
    ticket = Ticket()
    hall.carries(ticket, opened("Medicine"))
    hall.carries(ticket, Event("post.met", {}))
    assert row(hall.db, ticket.post).met == 1


def test_an_answer_to_a_promise_is_folded_with_it(hall, library):
    post = hall.posts("Bread", wanted=3).post
    promise = hall.says(Draft(wire.payload(Event("help.promised", {"words": "Two"})), post, refs=(post,)))[0].entry.id
    hall.says(Draft(wire.payload(Event("help.confirmed", {"promise": codes.write_id(promise)})), post, refs=(promise,)))
    assert [one.state for one in rows.read_facts(row(hall.db, post).facts).promises] == ["confirmed"]


def test_a_row_says_all_that_one_more_event_needs(hall, library):
    """A kind whose step reads or writes something else of a post must not be folded alone."""
    post = hall.posts("Bread", wanted=3).post
    held = row(hall.db, post)
    before = rows.post_of(held, rows.read_facts(held.facts), hall.space)
    carried = {"met", "met_ms", "since", "since_from", "hours", "withdrawn", "promises", "hidden_by", "reports"}
    for name in onward.ALONE:
        example = Event(name, {"lang": "ar", "words": "خبز"} if name == "post.translated" else {})
        said = _said(hall, post)[0]
        after = onward.onward(before, type(said)(b"e" * 32, hall.space, 5, post, b"", (post,), wire.payload(example)))
        changed = {field for field in after.__struct_fields__ if getattr(after, field) != getattr(before, field)}
        assert changed <= carried | {"translations"}, name
    assert set(KINDS) >= onward.ALONE


@pytest.mark.parametrize("standing", [False, True])
def test_what_is_said_most_often_needs_no_more_than_little_of_a_post(hall, standing):
    """Whoever says it, and however much is met by then: the same row as with all of the post, or none."""
    post = hall.posts("Tools", kind="offer", wanted=4, standing=standing).post
    held, last, by_row = row(hall.db, post), post, 0
    for name, fields in 2 * (("help.promised", {"words": "Two", "count": 2}), ("post.met", {"count": 2, "at": 7})):
        for space in (hall.space, b"s" * 32):
            facts, payload = rows.read_facts(held.facts), wire.payload(Event(name, fields))
            said = Said(bytes([len(last)]) + last[1:], space, 5, post, b"", (last,), payload)
            after = onward.onward(rows.slight_of(held, hall.space), said, onward.SLIGHT)
            gone_on = rows.gone_on(held, facts, after, said.id)
            folded = onward.onward(rows.post_of(held, facts, hall.space), said)
            whole = rows.row_of(folded, held.n, held.k, held.since, hall.space, said.id)
            if gone_on:
                met, met_ms, written, _ = gone_on
                assert msgspec.structs.replace(held, met=met, met_ms=met_ms, facts=written) == whole
                by_row += 1
            held, last = whole, said.id
    assert held.met == 4 and by_row == (8 if standing else 6)
    assert onward.onward(rows.slight_of(held, hall.space), a_said(hall, post, "post.withdrawn"), onward.SLIGHT) is None


def a_said(node, post, kind):
    return Said(b"w" * 32, node.space, 5, post, b"", (post,), wire.payload(Event(kind, {})))


def test_a_row_is_what_it_was_when_it_is_read_and_written_again(hall, library):
    post = hall.posts("Bread", wanted=3, area="North").post
    library.hears_from(hall)
    library.says(Draft(wire.payload(Event("help.promised", {"words": "Two"})), post, refs=(post,)))
    hall.hears_from(library)
    held = row(hall.db, post)
    facts = rows.read_facts(held.facts)
    again = rows.post_of(held, facts, hall.space)
    assert rows.row_of(again, held.n, held.k, held.since, hall.space, facts.last) == held
