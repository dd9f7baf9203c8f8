"""Changing a post with its ticket: the whole of it, under the rules of posting."""

from __future__ import annotations

import pytest

from node.domain import codes
from node.storage import board
from tests.web import holders
from tests.web.conftest import Hall
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
