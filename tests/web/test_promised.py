"""My ticket, as whoever promised reads it; and what either side can stop or report."""

from __future__ import annotations

import pytest

from node import intake
from node.domain.wishes import (
    MarkMet,
    OpenWords,
    ReleasePromise,
    StopWords,
    Withdraw,
)
from node.storage import board
from tests.web import holders
from tests.web.conftest import Hall
from tests.web.holders import posted, presses, promise_of, promised, says, with_ticket


@pytest.fixture(autouse=True)
def door(hall: Hall) -> None:
    holders.let_in(hall.app)


def test_who_stops_is_told_what_it_means_and_the_other_side_sees_it(hall: Hall) -> None:
    ticket, post = posted(hall)
    yusuf = promised(hall, post)
    amina = with_ticket(hall, ticket)
    page = amina.opens("/ticket/1/stop")
    assert "neither of you can write here" in page.text and "They cannot read these words" in page.text
    assert "You stopped." in presses(amina, "stop").text
    assert "The other side stopped." in with_ticket(hall, yusuf).page.text
    assert amina.opens("/ticket/1/stop") and amina.path == "/ticket"


def test_who_writes_when_the_other_has_just_stopped_reads_so_and_keeps_the_words(hall: Hall) -> None:
    ticket, post = posted(hall)
    yusuf = promised(hall, post)
    amina = with_ticket(hall, ticket)
    says(hall, yusuf, StopWords(post, promise_of(hall, post)))
    page = presses(amina, "write", words="Come at five")
    assert amina.status == 422 and "one of you has stopped" in page.text
    assert "This page shows how it stands now" in page.text and 'id="field-whole"' in page.html
    assert "What you wrote was not sent:" in page.text and "Come at five" in page.text


def test_a_report_reaches_the_stewards_where_they_may_read(hall: Hall) -> None:
    stewards = hall.app.config["OFFICE"].issue().ticket
    ticket, post = posted(hall, stewards=stewards.seal_to)
    promised(hall, post)
    amina = with_ticket(hall, ticket)
    page = amina.opens("/ticket/1/stop")
    assert "They can open these words" in page.text
    arabic = amina.sends("/ticket", **{**page.answer.fields, "lang": "ar"})
    assert amina.path == "/ticket/1/stop" and 'dir="rtl"' in arabic.html
    presses(amina, "report", why="He asks for money")
    held = board.held(hall.run.db(), post).post
    assert held is not None and held.stops[0].reported and held.stops[0].to_stewards
    intake.record(hall.run, OpenWords(post, promise_of(hall, post), "Somebody reported it"))
    amina.opens("/ticket?lang=en")
    assert "The stewards of Riverside Hall opened these words" in amina.page.text
    assert "Somebody reported it" in amina.page.text


def test_a_helper_hears_how_it_stands_and_writes_back(hall: Hall) -> None:
    ticket, post = posted(hall)
    yusuf, other = promised(hall, post), promised(hall, post, "Secret of another")
    helper = with_ticket(hall, yusuf)
    assert "Waiting for their answer" in helper.page.text and "Secret of another" not in helper.page.text
    assert "1 other neighbour has promised as well" in helper.page.text
    presses(helper, "write", words="Is a van useful?")
    assert "Is a van useful?" in with_ticket(hall, ticket).page.text
    assert "Is a van useful?" not in with_ticket(hall, other).page.text


def test_a_helper_who_cannot_come_says_so_and_may_promise_again(hall: Hall) -> None:
    ticket, post = posted(hall)
    helper = with_ticket(hall, promised(hall, post, count=1))
    assert "You cannot help after all" in presses(helper, "release").text
    assert "They cannot help after all" in with_ticket(hall, ticket).page.text
    assert "Waiting for their answer" in presses(helper, "again").text
    assert "I can help after all" in with_ticket(hall, ticket).page.text


def test_a_promise_that_nobody_answers_lapses_and_both_are_told(hall: Hall) -> None:
    ticket, post = posted(hall, when="any")
    yusuf = promised(hall, post)
    hall.clock.passes(days=8)
    assert "Do not count on it" in with_ticket(hall, ticket).page.text
    helper = with_ticket(hall, yusuf)
    assert "Nobody answered in time" in helper.page.text
    assert "Waiting for their answer" in presses(helper, "again").text


def test_a_helper_of_what_was_met_is_thanked(hall: Hall) -> None:
    ticket, post = posted(hall)
    yusuf = promised(hall, post)
    says(hall, ticket, MarkMet(post))
    assert "Met. Thank you" in with_ticket(hall, yusuf).page.text
    says(hall, ticket, Withdraw(post))
    assert "Taken back" in with_ticket(hall, yusuf).page.text


def test_an_offer_speaks_in_its_own_words(hall: Hall) -> None:
    ticket, post = posted(hall, "A seat in the car", kind="offer", wanted=2)
    tom = promised(hall, post, "I come along")
    amina = with_ticket(hall, ticket)
    assert "Neighbour 1" in amina.page.text and "Yes, it is yours" in amina.page.text
    assert "Was it taken up?" in amina.page.text
    presses(amina, "confirm")
    page = with_ticket(hall, tom).page
    assert "They said yes" in page.text and "I do not need it any more" in page.text


def test_a_promise_dropped_by_its_helper_can_be_told_from_one_that_is_not_needed(hall: Hall) -> None:
    ticket, post = posted(hall)
    yusuf = promised(hall, post)
    says(hall, yusuf, ReleasePromise(post, promise_of(hall, post)))
    assert "They cannot help after all" in with_ticket(hall, ticket).page.text
