"""A post for here is widened: the circle gets what tickets said about it, and everyone has the same row."""

import pytest

from node import intake
from node.domain import bodies, tickets, wire
from node.domain.refusals import Refusals
from node.domain.values import Event
from node.domain.wishes import Hide, Widen
from node.storage import board
from sync.writer import Draft
from tests.storage.nodes import HOUR, Ticket, need

CIRCLE_KEY = bytes(32)


def posted_for_here(hall) -> tuple[tickets.Ticket, bytes]:
    ticket = tickets.ticket(bytes(range(32)), CIRCLE_KEY)
    intake.record(hall.run, need("Bread", scope="here"), ticket=ticket)
    return ticket, bodies.post_id(ticket.owner)


def test_what_is_widened_is_on_every_board_with_what_was_said_to_it(hall, library):
    ticket, post = posted_for_here(hall)
    hall.carries(Ticket(2), Event("help.promised", {"words": "At five"}), post, scope="here")
    intake.record(hall.run, Hide(post, "Twice"))
    library.hears_from(hall)
    assert library.board(status="all") == []
    intake.record(hall.run, Widen(post), ticket=ticket)
    library.hears_from(hall)
    assert library.board() == ["Bread"] and hall.board() == [] and hall.digest() == library.digest()
    assert [promise.words for promise in board.held(library.db, post).post.promises] == ["At five"]


def test_what_another_node_of_the_space_hears_later_is_carried_too(hall, library):
    """Said for here by somebody who had not heard yet that the circle knows."""
    ticket, post = posted_for_here(hall)
    intake.record(hall.run, Widen(post), ticket=ticket)
    hall.carries(Ticket(2), Event("help.promised", {"words": "At six"}), post, scope="here")
    hall.hears(library.pages())
    library.says(Draft(wire.payload(Event("thanks.given", {})), post))
    hall.hears_from(library)
    library.hears_from(hall)
    assert [promise.words for promise in board.held(library.db, post).post.promises] == ["At six"]
    assert hall.digest() == library.digest()


def test_copies_for_here_go_after_a_day(hall):
    ticket, post = posted_for_here(hall)
    intake.record(hall.run, Widen(post), ticket=ticket)
    hall.clock.ms += 25 * HOUR
    intake.tidy(hall.run)
    (here,) = hall.pages(scope="here")
    assert [entry.payload for entry in here if entry.header.post == post] == [None]
    assert hall.board() == ["Bread"]


def test_a_post_without_a_ticket_stays_where_it_is(hall):
    post = hall.posts("Bread", scope="here").post
    with pytest.raises(Refusals) as refused:
        hall.does(Widen(post))
    assert [problem.key for problem in refused.value.problems] == ["ticket.none"]


def test_what_no_other_space_can_have_is_not_in_the_digest_whatever_it_says(hall, library):
    hall.says(Draft(wire.payload(Event("post.opened", {**need_fields("Bread"), "scope": "circle"}))), scope="here")
    library.hears_from(hall)
    assert hall.board() == ["Bread"] and library.board() == [] and hall.digest() == library.digest()


def need_fields(words: str) -> dict[str, object]:
    return {"kind": "need", "category": "food", "words": words, "when": "any", "hours": 24}
