"""People with tickets, for tests: who posted, who promised, and how each comes back."""

from __future__ import annotations

from typing import Any

from flask import g

from node import intake
from node.domain.sealed import Letter
from node.domain.tickets import Ticket
from node.domain.wishes import OpenPost, PromiseHelp
from node.storage import board
from node.storage import tickets as belongings
from node.web.visits import PHONE_MS, Opened
from tests.web.conftest import Hall, Person
from tests.web.page import Page

COME_BACK = "/in-tests/come-back"


def posted(hall: Hall, words: str = "Rice for five", **more: Any) -> tuple[Ticket, bytes]:
    """Somebody posts a need and keeps the ticket. Gives it, and the id of the post."""
    ticket = hall.app.config["OFFICE"].issue().ticket
    given = {"kind": "need", "category": "food", "lang": "en", "when": "week", **more}
    return ticket, intake.record(hall.run, OpenPost(words=words, **given), ticket=ticket).post


def promised(hall: Hall, post: bytes, words: str = "I bring rice at 17:00", reach: str = "", count: int = 1) -> Ticket:
    ticket: Ticket = hall.app.config["OFFICE"].issue().ticket
    intake.record(hall.run, PromiseHelp(post, count=count, letter=Letter(words, reach, "en")), ticket=ticket)
    return ticket


def says(hall: Hall, ticket: Ticket, wish: Any) -> None:
    """Something that was said elsewhere with this ticket."""
    intake.record(hall.run, wish, ticket=ticket)


def comes_back(hall: Hall, person: Person, ticket: Ticket) -> Person:
    """They have typed the digits: their visit knows the ticket."""
    prefix = "/kiosk" if person.address == "127.0.0.1" else ""
    found = belongings.find(hall.run.db(), ticket.owner)
    assert found is not None
    hall.app.config["IN_TESTS"] = Opened(ticket, found.post)
    person.opens(f"{prefix}{COME_BACK}")
    person.opens(f"{prefix}/ticket")
    return person


def with_ticket(hall: Hall, ticket: Ticket) -> Person:
    """Somebody who comes back with it, on a phone."""
    return comes_back(hall, hall.phone(), ticket)


def button(page: Page, do: str) -> str:
    """The value of the button that does this."""
    return next(value for name, value in page.answer.buttons if name == "do" and value.partition(" ")[0] == do)


def presses(person: Person, do: str, **typed: str) -> Page:
    """Presses a button of the ticket's page; what is typed goes into the fields of its thread."""
    value = button(person.page, do)
    about = value.partition(" ")[2]
    fields = {f"{name}-{about}": words for name, words in typed.items()}
    form = person.page.answer
    return person.sends(form.action, **{**form.fields, "do": value, **fields})


def promise_of(hall: Hall, post: bytes) -> bytes:
    """The only one that was made."""
    held = board.held(hall.run.db(), post).post
    assert held is not None
    [promise] = held.promises
    return promise.id


def let_in(app: Any) -> None:
    """A door that only tests have, since looking up digits is tried elsewhere."""

    def come_back() -> str:
        g.visit_used = True
        held = g.visits.get(g.visit_id, PHONE_MS)
        held.opened, held.begun = app.config["IN_TESTS"], True
        return ""

    app.add_url_rule(COME_BACK, "come_back", come_back)
    app.add_url_rule(f"/kiosk{COME_BACK}", "kiosk_come_back", come_back)
