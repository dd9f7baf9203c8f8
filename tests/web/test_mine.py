"""My ticket, as whoever posted reads it, and what they can do there."""

from __future__ import annotations

import pytest

from node import intake
from node.domain import codes
from node.domain.wishes import (
    Hide,
    PromiseHelp,
)
from node.storage import board
from tests.web import holders
from tests.web.conftest import Hall
from tests.web.holders import button, comes_back, posted, presses, promised, with_ticket


@pytest.fixture(autouse=True)
def door(hall: Hall) -> None:
    holders.let_in(hall.app)


def test_nobody_comes_in_without_a_ticket(hall: Hall) -> None:
    tom = hall.phone()
    for path in ("/ticket", "/ticket/erase", "/ticket/change", "/ticket/1/stop"):
        tom.opens(path)
        assert tom.path == "/code"


def test_the_first_thing_told_is_how_it_stands(hall: Hall) -> None:
    ticket, post = posted(hall)
    amina = with_ticket(hall, ticket)
    assert "Nobody yet" in amina.page.text and codes.shown(codes.code_of(post)) in amina.page.text
    promised(hall, post)
    promised(hall, post, "We cook, too")
    page = amina.opens("/ticket")
    assert "2 neighbours can help" in page.text and "each of them means it" in page.text
    assert "I bring rice at 17:00" in page.text and "We cook, too" in page.text
    assert "Helper 1" in page.text and "Helper 2" in page.text


def test_it_is_read_at_the_touchscreen_too(hall: Hall) -> None:
    ticket, post = posted(hall)
    promised(hall, post, reach="Ask for Yusuf")
    amina = comes_back(hall, hall.neighbour(), ticket)
    assert amina.path == "/kiosk/ticket" and "Ask for Yusuf" in amina.page.text
    assert amina.headers["Cache-Control"] == "no-store"


def test_yes_and_words_go_to_the_helper_and_to_nobody_else(hall: Hall) -> None:
    ticket, post = posted(hall)
    yusuf = promised(hall, post)
    amina = with_ticket(hall, ticket)
    assert "You said yes" in presses(amina, "confirm").text
    presses(amina, "write", words="The blue door, please", reach="0151 2345 6789")
    helper = with_ticket(hall, yusuf)
    assert "They count on you" in helper.page.text
    assert "The blue door, please" in helper.page.text and "0151 2345 6789" in helper.page.text
    assert "tel:" not in helper.page.html
    seen = hall.phone().opens(f"/p/{codes.link_of(post)}")
    assert "blue door" not in seen.text and "0151" not in seen.text


def test_how_to_reach_her_is_told_again_only_when_she_ticks_it(hall: Hall) -> None:
    ticket, post = posted(hall, reach="Room 4")
    yusuf = promised(hall, post)
    amina = with_ticket(hall, ticket)
    presses(amina, "write", words="Thank you")
    assert "Room 4" not in with_ticket(hall, yusuf).page.text
    amina.opens("/ticket")
    presses(amina, "write", tell="1")
    page = with_ticket(hall, yusuf).page
    assert "Room 4" in page.text and "You can reach me like this." in page.text


def test_an_answer_without_words_comes_back_and_keeps_what_was_typed_elsewhere(hall: Hall) -> None:
    ticket, post = posted(hall)
    promised(hall, post)
    promised(hall, post, "We cook, too")
    amina = with_ticket(hall, ticket)
    fields = [name for name in amina.page.answer.fields if name.startswith("words-")]
    first, second = fields
    about = first.partition("-")[2]
    page = amina.sends("/ticket", **{**amina.page.answer.fields, "do": f"write {about}", second: "Half a sen"})
    assert amina.status == 422 and "Write a few words." in page.text
    assert page.answer.fields[second] == "Half a sen"
    arabic = amina.sends("/ticket", **{**page.answer.fields, "lang": "ar"})
    assert arabic.answer.fields[second] == "Half a sen" and 'dir="rtl"' in arabic.html


def test_a_double_tap_says_it_once(hall: Hall) -> None:
    ticket, post = posted(hall)
    promised(hall, post)
    amina = with_ticket(hall, ticket)
    about = button(amina.page, "write")
    form = {**amina.page.answer.fields, "do": about, about.replace("write ", "words-"): "Come at five"}
    amina.sends("/ticket", **form)
    assert amina.sends("/ticket", **form).text.count("Come at five") == 1


def test_who_is_not_needed_is_thanked_and_shown_something_similar(hall: Hall) -> None:
    ticket, post = posted(hall, "A cot")
    hall.has("A cot for twins", category="food")
    first = promised(hall, post, "Ours is free")
    hall.clock.passes(minutes=1)
    second = promised(hall, post, "So is ours")
    amina = with_ticket(hall, ticket)
    assert "Not needed, thank you" in amina.page.text
    assert "not needed, thank you" in presses(amina, "release").text
    helper = with_ticket(hall, first)
    assert "Not needed any more. Thank you" in helper.page.text and "A cot for twins" in helper.page.text
    held = board.held(hall.run.db(), post).post
    assert held is not None and [bool(one.suggested) for one in held.promises if one.spared] == [True]
    assert "Waiting for their answer" in with_ticket(hall, second).page.text


def test_partly_met_counts_then_all_then_thanks(hall: Hall) -> None:
    ticket, post = posted(hall, wanted=5)
    yusuf = promised(hall, post, count=2)
    amina = with_ticket(hall, ticket)
    form = amina.page.answer
    page = amina.sends("/ticket", **{**form.fields, "do": "met 2"})
    assert "Met for 2 of 5" in page.text and "For how many of the 3?" in page.text
    page = amina.sends("/ticket", **{**page.answer.fields, "do": "met 3"})
    assert "Met. Thank you" in page.text
    presses(amina, "thank")
    assert "They say: thank you" in with_ticket(hall, yusuf).page.text


def test_more_than_are_wanted_cannot_be_met(hall: Hall) -> None:
    ticket, _ = posted(hall, wanted=2)
    amina = with_ticket(hall, ticket)
    page = amina.sends("/ticket", **{**amina.page.answer.fields, "do": "met 7"})
    assert amina.status == 422 and "Choose a number from 1 to 2." in page.text


def test_what_was_met_or_taken_back_by_mistake_is_put_back(hall: Hall) -> None:
    ticket, _ = posted(hall)
    amina = with_ticket(hall, ticket)
    for do, told, back in (("met", "Met. Thank you", "unmet"), ("withdraw", "Taken back", "renew")):
        assert told in presses(amina, do).text
        assert "Nobody yet" in presses(amina, back).text


def test_on_its_last_day_and_afterwards_she_is_asked_kindly(hall: Hall) -> None:
    ticket, _ = posted(hall, when="today")
    hall.clock.passes(hours=30)
    assert "Is it still needed?" in with_ticket(hall, ticket).page.text
    hall.clock.passes(days=2)
    amina = with_ticket(hall, ticket)
    assert "Its time is over" in amina.page.text and "Is it still needed?" in amina.page.text
    assert "Nobody yet" in presses(amina, "renew").text


def test_what_is_only_here_can_be_shown_to_the_circle(hall: Hall) -> None:
    ticket, post = posted(hall, scope="here")
    amina = with_ticket(hall, ticket)
    presses(amina, "widen")
    held = board.held(hall.run.db(), post).post
    assert held is not None and held.scope == "circle"
    assert all(value != "widen" for _, value in amina.page.answer.buttons)


def test_who_promised_for_a_space_can_be_answered_at_its_desk(hall: Hall) -> None:
    ticket, post = posted(hall)
    intake.record(hall.run, PromiseHelp(post_id=post, words="Our kitchen cooks"))
    amina = with_ticket(hall, ticket)
    assert "Our kitchen cooks" in amina.page.text and "Answer at the desk of Riverside Hall" in amina.page.text
    presses(amina, "confirm")
    assert "You said yes" in amina.page.text


def test_a_post_that_was_taken_down_here_says_so_to_its_poster(hall: Hall) -> None:
    ticket, post = posted(hall)
    intake.record(hall.run, Hide(post, "A double"))
    page = with_ticket(hall, ticket).page
    assert "Taken down here" in page.text and "A double" in page.text
