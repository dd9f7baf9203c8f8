"""Changing a post with its ticket: the whole of it, under the rules of posting."""

from __future__ import annotations

import pytest

from node.domain import codes, threads
from node.domain.tickets import Ticket
from node.storage import board
from tests.web import holders
from tests.web.conftest import Hall, Person
from tests.web.holders import posted, with_ticket


@pytest.fixture(autouse=True)
def door(hall: Hall) -> None:
    holders.let_in(hall.app)


def test_the_words_are_changed_under_the_rules_of_posting(hall: Hall) -> None:
    ticket, _ = posted(hall, wanted=5, area="East")
    amina = with_ticket(hall, ticket)
    amina.opens("/ticket/change")
    assert amina.page.answer.fields["words"] == "Rice for five"
    page = amina.answers(words="", category="water", when="today", area="West", written="en")
    assert amina.status == 422 and "Write a few words" in page.text and page.answer.fields["for"] == "5"
    amina.answers(words="Water for five", category="water", when="today", area="West", written="en")
    assert amina.path == "/ticket" and "Water for five" in amina.page.text and "West" in amina.page.text


def test_another_day_counts_from_now(hall: Hall) -> None:
    ticket, post = posted(hall, when="week")
    hall.clock.passes(days=6)
    amina = with_ticket(hall, ticket)
    amina.opens("/ticket/change")
    amina.answers(when="today", category="food", area="", written="en")
    [card] = board.one(hall.run.db(), codes.link_of(post), hall.clock(), hall.run.space_id)
    assert card.status == "open" and card.expires_ms == hall.clock() + 36 * 3_600_000


def test_changing_keeps_the_time_that_it_has(hall: Hall) -> None:
    ticket, post = posted(hall, when="week")
    hall.clock.passes(days=2)
    before = board.one(hall.run.db(), codes.link_of(post), hall.clock(), hall.run.space_id)[0].expires_ms
    amina = with_ticket(hall, ticket)
    amina.opens("/ticket/change")
    amina.answers(words="Rice for six", category="food", when="week", area="", written="en")
    assert board.one(hall.run.db(), codes.link_of(post), hall.clock(), hall.run.space_id)[0].expires_ms == before


CALL = "Rice for six, call 0151 2345 6789"


def changes_to(hall: Hall, words: str, before: str = "Rice for five", **more: str) -> tuple[Person, bytes]:
    ticket, post = posted(hall, before, **more)
    amina = with_ticket(hall, ticket)
    amina.opens("/ticket/change")
    amina.answers(words=words, category="food", when="week", area="", written="en")
    return amina, post


def words_of(hall: Hall, post: bytes) -> str:
    return board.one(hall.run.db(), codes.link_of(post), hall.clock(), hall.run.space_id)[0].words


def test_a_number_in_the_new_words_is_shown_first_and_goes_under_seal(hall: Hall) -> None:
    amina, post = changes_to(hall, CALL, reach="ask for Amina")
    assert amina.path == "/ticket/change/look" and "<mark>0151 2345 6789</mark>" in amina.page.html
    assert words_of(hall, post) == "Rice for five"
    amina.answers(move="all")
    assert amina.path == "/ticket" and words_of(hall, post) == "Rice for six"
    held = board.held(hall.run.db(), post).post
    ticket: Ticket = hall.app.config["IN_TESTS"].ticket
    assert held and threads.reach_of(held, ticket) == "ask for Amina, 0151 2345 6789"


def test_it_may_stay_and_what_stood_there_before_is_not_asked_again(hall: Hall) -> None:
    amina, post = changes_to(hall, CALL)
    amina.answers(leave="yes")
    assert amina.path == "/ticket" and words_of(hall, post) == CALL
    amina.opens("/ticket/change")
    amina.answers(words=f"{CALL} today", category="food", when="week", area="", written="en")
    assert amina.path == "/ticket" and words_of(hall, post) == f"{CALL} today"


def test_back_from_it_keeps_the_new_words_and_another_language_too(hall: Hall) -> None:
    amina, post = changes_to(hall, CALL)
    amina.answers(lang="ar")
    assert amina.path == "/ticket/change/look" and "<mark>0151 2345 6789</mark>" in amina.page.html
    page = amina.answers(to="change")
    assert amina.path == "/ticket/change" and page.answer.fields["words"] == CALL
    assert words_of(hall, post) == "Rice for five"


def test_a_ticket_in_the_new_words_is_refused(hall: Hall) -> None:
    digits = hall.app.config["OFFICE"].issue().digits
    amina, post = changes_to(hall, f"Rice, mine is {digits}")
    assert amina.status == 422 and "a ticket is a secret" in amina.page.text
    assert words_of(hall, post) == "Rice for five"


def test_all_that_was_typed_stays_in_another_language(hall: Hall) -> None:
    ticket, _ = posted(hall)
    amina = with_ticket(hall, ticket)
    amina.opens("/ticket/change")
    typed = {"words": "Rice for six", "category": "water", "when": "today", "area": "West", "written": "fr"}
    page = amina.sends("/ticket/change", **{**amina.page.answer.fields, **typed, "lang": "ar"})
    assert amina.path == "/ticket/change" and 'dir="rtl"' in page.html
    assert page.answer.fields["words"] == "Rice for six"
    assert [value for value in typed.values() if f'value="{value}" selected' in page.html] == list(typed.values())[1:]
