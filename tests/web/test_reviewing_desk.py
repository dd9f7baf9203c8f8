"""A steward reads posts from phones at the desk: puts them up, says why not, changes their mind."""

from __future__ import annotations

import re

import pytest

from node import intake, reviewing
from tests.web.conftest import Desk, Hall, Person
from tests.web.holders import let_in, posted, with_ticket
from tests.web.page import Page
from tests.web.test_posting import all_posts
from tests.web.test_read_first import queued, sent

REVIEW = "/desk/review"


@pytest.fixture
def maryam(desk: Desk) -> Person:
    let_in(desk.hall.app)
    reviewing.turn_it(desk.hall.run, True)
    return desk.steward()


def presses(person: Person, do: str, at: int = 0) -> Page:
    """The button that does this, in the form where it stands."""
    forms = [form for form in person.page.forms if ("do", do) in form.buttons]
    return person.sends(REVIEW, **forms[at].fields, do=do)


def test_nobody_but_a_steward_sees_what_waits(hall: Hall, maryam: Person) -> None:
    sent(hall, "Rice and oil")
    stranger = hall.phone()
    for path in (REVIEW, f"{REVIEW}/1"):
        assert "Rice and oil" not in stranger.opens(path).text and stranger.path == "/desk/sign-in"
    fields = stranger.opens("/code").answer.fields
    stranger.sends(REVIEW, token=fields["token"], do="up", n="1")
    assert stranger.path == "/desk/sign-in" and all_posts(hall) == []


def test_it_stands_there_as_on_the_board_and_is_put_up(hall: Hall, maryam: Person) -> None:
    sent(hall, "نحتاج إلى أرز", written="ar", scope="here")
    page = maryam.opens("/desk/")
    assert "1 post waits for review" in page.text and REVIEW in page.links
    page = maryam.opens(REVIEW)
    words = re.search(r'<h2 class="words whole" id="([^"]+)" lang="ar" dir="auto">نحتاج إلى أرز</h2>', page.html)
    assert words and [given["value"] for given in page.about(words.group(1)) if "value" in given] == ["up"]
    assert "Only here" in page.text and "For 5 people" in page.text and "East" in page.text
    page = presses(maryam, "up")
    assert [card.words for card in all_posts(hall)] == ["نحتاج إلى أرز"]
    assert "Nothing waits" in page.text and "It is on the board." in page.text and "Undo" in page.text


def test_new_words_stand_beside_those_on_the_board(hall: Hall, maryam: Person) -> None:
    ticket, _ = posted(hall, "Rice for five")
    amina = with_ticket(hall, ticket)
    amina.opens("/ticket/change")
    amina.answers(words="Rice for six")
    page = maryam.opens(REVIEW)
    before, _, after = page.text.partition("On the board now")
    assert "The new words" in before and "Rice for six" in before and "Rice for five" in after
    page = presses(maryam, "up")
    assert "The new words go on the board at" in page.text and "If you undo it, it waits here again." in page.text
    page = presses(maryam, "undo")
    assert [card.words for card in all_posts(hall)] == ["Rice for five"] and "Rice for six" in page.text
    presses(maryam, "up")
    hall.clock.passes(minutes=10)
    reviewing.say_due(hall.run)
    assert [card.words for card in all_posts(hall)] == ["Rice for six"] and "Undo" not in maryam.opens(REVIEW).text


def test_she_says_why_not_and_whoever_sent_it_reads_it(hall: Hall, maryam: Person) -> None:
    _, digits = sent(hall, "Sofa for sale")
    maryam.opens(f"{REVIEW}/{queued(hall)[0].n}")
    page = maryam.answers(said="Try the market")
    assert maryam.status == 422 and "Choose why." in page.text and "Try the market" in page.text
    page = maryam.answers(lang="ar")
    assert 'dir="rtl"' in page.html and "Try the market" in page.text and len(queued(hall)) == 1
    maryam.answers(lang="en")
    page = maryam.answers(reason="selling", said="Try the market")
    assert maryam.path == REVIEW and "Nothing waits" in page.text and "It was not put on the board." in page.text
    told = hall.phone("fr").comes_back(digits).text
    assert "Cela vend quelque chose." in told and "Try the market" in told


def test_both_can_be_undone_for_ten_minutes(hall: Hall, maryam: Person) -> None:
    sent(hall, "Rice")
    maryam.opens(f"{REVIEW}/{queued(hall)[0].n}")
    maryam.answers(reason="unclear")
    presses(maryam, "undo")
    assert len(queued(hall)) == 1
    presses(maryam, "up")
    page = presses(maryam, "undo")
    assert all_posts(hall) == [] and "Just decided" not in page.text and "Nothing waits" in page.text
    sent(hall, "Oil")
    maryam.opens(REVIEW)
    presses(maryam, "up")
    hall.clock.passes(minutes=11)
    intake.tidy(hall.run)
    assert "Undo" not in maryam.opens(REVIEW).text and len(all_posts(hall)) == 1


@pytest.mark.long
def test_who_comes_second_is_told_kindly(hall: Hall, maryam: Person) -> None:
    sent(hall, "Rice")
    [one] = queued(hall)
    maryam.opens(REVIEW)
    reviewing.put_up(hall.run, one.n)
    assert "somebody was quicker" in presses(maryam, "up").text and len(all_posts(hall)) == 1
    maryam.opens(f"{REVIEW}/{one.n}")
    assert maryam.path == REVIEW and "somebody was quicker" in maryam.page.text


def test_it_is_turned_on_and_off_here(hall: Hall, maryam: Person) -> None:
    assert 'data-review="on"' in maryam.opens(REVIEW).html
    assert 'data-review="off"' in presses(maryam, "off").html and not reviewing.is_on(hall.run)
    assert 'data-review="on"' in presses(maryam, "on").html and reviewing.is_on(hall.run)


def test_only_a_form_of_this_page_decides(hall: Hall, maryam: Person) -> None:
    sent(hall, "Rice")
    maryam.sends(REVIEW, do="up", n="1")
    assert maryam.status == 403 and all_posts(hall) == []
