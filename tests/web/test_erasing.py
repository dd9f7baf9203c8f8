"""Erasing with a ticket, and what a ticket says that can do nothing else any more."""

from __future__ import annotations

from pathlib import Path

import pytest

from node import intake
from node.domain.sealed import Letter
from node.domain.wishes import (
    Edit,
    Erase,
    OpenPost,
    ReplaceTicket,
    WriteBack,
)
from tests.storage.nodes import Node
from tests.web import holders
from tests.web.conftest import Hall
from tests.web.holders import posted, promise_of, promised, says, with_ticket


@pytest.fixture(autouse=True)
def door(hall: Hall) -> None:
    holders.let_in(hall.app)


def test_everything_is_erased_in_two_taps_and_she_sees_who_confirmed(hall: Hall) -> None:
    ticket, post = posted(hall)
    yusuf = promised(hall, post)
    amina = with_ticket(hall, ticket)
    helper = with_ticket(hall, yusuf)
    page = amina.opens("/ticket/erase")
    assert "No reason is asked" in page.text and "flyer" in page.text
    assert "Rice for five" in hall.phone().opens("/").text
    page = amina.answers()
    assert "It is erased" in page.text and "Every space has confirmed" in page.text and "gone here" in page.text
    assert "Rice for five" not in hall.phone().opens("/").text
    again = with_ticket(hall, ticket)
    assert "It is erased" in again.page.text
    assert "There is nothing here any more" in helper.opens("/ticket").text and helper.status == 410
    assert helper.opens("/ticket/change") and "Rice for five" not in helper.page.text


def test_a_helper_who_comes_back_later_reads_that_it_was_erased(hall: Hall) -> None:
    ticket, post = posted(hall)
    yusuf = promised(hall, post)
    intake.erase(hall.run, ticket.signing)
    helper = with_ticket(hall, yusuf)
    assert "There is nothing here any more" in helper.page.text and helper.status == 410


def test_she_sees_which_spaces_have_confirmed_now_and_when_she_comes_back(hall: Hall, tmp_path: Path) -> None:
    here, library = Node(hall.run.settings.data, hall.run.settings.name, hall.clock), Node(tmp_path / "two", "Library")  # type: ignore[arg-type]
    here.accepts(library)
    library.accepts(here)
    ticket, _ = posted(hall)
    amina = with_ticket(hall, ticket)
    amina.opens("/ticket/erase")
    page = amina.answers()
    assert "1 of 2 spaces has confirmed" in page.text and "Library not heard from yet" in page.text
    library.hears_from(here)
    here.hears_from(library)
    page = with_ticket(hall, ticket).page
    assert "Every space has confirmed" in page.text and "Library confirmed" in page.text
    for node in (here, library):
        node.run.close()


def test_words_that_were_changed_before_wait_for_nothing(hall: Hall) -> None:
    ticket, post = posted(hall)
    says(hall, ticket, Edit(post, OpenPost("need", "food", "Rice for six", "en", "week")))
    amina = with_ticket(hall, ticket)
    amina.opens("/ticket/erase")
    assert "The last words go" not in amina.answers().text


def test_a_helper_erases_their_own_words_only(hall: Hall) -> None:
    ticket, post = posted(hall)
    yusuf = promised(hall, post)
    says(hall, ticket, WriteBack(post, promise_of(hall, post), Letter("Come at five")))
    helper = with_ticket(hall, yusuf)
    assert "stays sealed with them" in helper.opens("/ticket/erase").text
    assert "It is erased" in helper.answers().text
    amina = with_ticket(hall, ticket)
    assert "Nobody yet" in amina.page.text and "17:00" not in amina.page.text


def test_an_old_ticket_says_when_and_where_it_was_replaced_and_can_only_erase(hall: Hall) -> None:
    old, post = posted(hall)
    promised(hall, post)
    new = hall.app.config["OFFICE"].issue().ticket
    intake.record(hall.run, ReplaceTicket(post, new.owner, new.seal_to))
    lost = with_ticket(hall, old)
    assert "This ticket was replaced" in lost.page.text and "Riverside Hall" in lost.page.text
    assert "Rice for five" not in lost.page.text and "17:00" not in lost.page.text
    found = with_ticket(hall, new)
    assert "Closed: this was sealed to a ticket that was replaced." in found.page.text
    assert "after seven days" in found.opens("/ticket/erase").text
    lost.opens("/ticket/erase")
    assert "It is erased" in lost.answers().text
    assert "There is nothing here any more" in found.opens("/ticket").text


def test_a_ticket_given_out_for_a_lost_one_says_until_when_the_last_words_wait(hall: Hall) -> None:
    _, post = posted(hall)
    new = hall.app.config["OFFICE"].issue().ticket
    intake.record(hall.run, ReplaceTicket(post, new.owner, new.seal_to))
    amina = with_ticket(hall, new)
    amina.opens("/ticket/erase")
    assert "The last words go 12 January" in amina.answers().text
    assert "Rice for five" not in hall.phone().opens("/").text
    hall.clock.passes(days=8)
    intake.tidy(hall.run)
    page = with_ticket(hall, new).page
    assert "It is erased" in page.text and "The last words go" not in page.text


def test_what_its_space_erased_is_told_without_its_words(hall: Hall) -> None:
    ticket, post = posted(hall)
    amina = with_ticket(hall, ticket)
    intake.record(hall.run, Erase(post, "After its time"))
    page = amina.opens("/ticket")
    assert amina.status == 410 and "There is nothing here any more" in page.text and "Rice" not in page.text
