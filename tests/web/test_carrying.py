"""Phones as carriers: a file is fetched at one space and brought to another, page by page, or refused in words."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from node import intake
from node.bundles import take
from node.carrying import AGAIN_SECONDS, FOLDER, Busy, Carrying
from node.domain.wishes import MarkMet
from node.gate import BoardGate
from node.uploads import Sunk
from node.web import carrying as pages
from tests.storage.nodes import Node, Ticket, opened
from tests.test_bundles import meet, stick
from tests.web.conftest import Hall, Person
from tests.web.page import Page


@pytest.fixture
def library(tmp_path: Path, hall: Hall) -> Iterator[Node]:
    """Connected with the hall, and far from it."""
    node = Node(tmp_path / "library", "Library", hall.clock)  # type: ignore[arg-type]  # a clock set by hand too
    meet(as_node(hall), node)
    yield node
    node.run.close()


def as_node(hall: Hall) -> Node:
    """The hall without its pages."""
    node = Node.__new__(Node)
    node.folder, node.name, node.run, node.clock = hall.run.settings.data, "Riverside Hall", hall.run, hall.clock
    return node


@pytest.fixture
def jobs(hall: Hall) -> Carrying:
    """What the exchange process does for the hall, in this process."""
    carrying = Carrying(hall.run, BoardGate(hall.run, lambda folder: 1 << 40))
    hall.app.config["ASK"] = lambda asked: answer(carrying, asked)
    return carrying


def answer(carrying: Carrying, asked: dict[str, str]) -> dict[str, Any]:
    try:
        if asked["do"] == "carried":
            return carrying.state(asked["job"])
        by = {"carry": lambda: carrying.make(bytes.fromhex(asked["to"])), "bring": lambda: carrying.take(asked["file"])}
        return {"job": by[asked["do"]]()}
    except Busy:
        return {"error": "busy", "again_s": AGAIN_SECONDS}


def until(person: Person, done: Callable[[Page], bool]) -> Page:
    """Looks again until it is so; each look waits a moment by itself."""
    end = time.monotonic() + 60
    while not done(person.page):
        assert time.monotonic() < end, person.page.text
        person.opens(person.path)
    return person.page


def fetches(person: Person, to: str = "") -> bytes:
    page = person.opens("/carry")
    form = next(form for form in page.forms if form.action == "/carry/fetch")
    person.sends(form.action, **{**form.fields, "to": to})
    page = until(person, lambda page: "Your file is ready" in page.text)
    [link] = [link for link in page.links if link.endswith("/file")]
    with person.client.get(link, base_url=person.base) as found:
        assert "filename=Riverside-Hall-2026-01-05.corkboard" in found.headers["Content-Disposition"]
        return found.data


def brings(person: Person, data: bytes, name: str = "Library-2026-01-05.corkboard") -> Page:
    page = person.opens("/carry")
    form = next(form for form in page.forms if form.action == "/carry/bring")
    sent = {"token": form.fields["token"], "file": (io.BytesIO(data), name)}
    answer = person.client.post(
        form.action, data=sent, base_url=person.base, headers={"Origin": person.base}, follow_redirects=True
    )
    person._see(answer)
    return until(person, lambda page: "One moment" not in page.text)


def test_a_phone_fetches_news_here_and_brings_it_there(hall: Hall, library: Node, jobs: Carrying) -> None:
    hall.has("A ladder for Saturday")
    tom = hall.phone()
    assert "/carry" in tom.opens("/").links
    assert "Library" in tom.opens("/carry").text
    for to in ("", library.space.hex()):
        take(library.run, io.BytesIO(fetches(tom, to)), lambda done, total: None)
    assert library.board() == ["A ladder for Saturday"]


def test_what_a_phone_brings_is_told_in_numbers(hall: Hall, library: Node, jobs: Carrying) -> None:
    """The report of a stick on the sixth journey, on a phone."""
    ticket, bread = Ticket(7), [library.posts(f"Bread {number}") for number in range(3)]
    library.carries(ticket, opened("Formula"))
    library.posts("A ladder", kind="offer", category="tools")
    tom = hall.phone()
    assert "From Library 4 new needs 1 new offer" in brings(tom, stick(library)).text
    for number in range(12):
        library.posts(f"Rice {number}")
    for each in bread:
        library.does(MarkMet(each.post))
    intake.bury(library.run, [ticket.tombstone()])
    assert "From Library 12 new needs 3 met 1 erased" in brings(tom, stick(library)).text
    assert "Nothing new: all of it was here already." in brings(tom, stick(library)).text
    board = tom.opens("/").text
    assert "Rice 3" in board and "Bread" not in board and "Formula" not in board
    assert list((hall.run.settings.data / FOLDER).iterdir()) == [], "nothing of it stays"


SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "The end of this file is missing": lambda data: data[:-1],
    "This file was changed on the way": lambda data: data[:200] + bytes([data[200] ^ 1]) + data[201:],
    "This is not a file of news": lambda data: b"\x89PNG" + data,
}


def test_a_spoilt_file_is_refused_in_words_and_changes_nothing(hall: Hall, library: Node, jobs: Carrying) -> None:
    library.posts("Rice")
    tom, data = hall.phone(), stick(library)
    for said, spoil in SPOILT.items():
        assert said in brings(tom, spoil(data)).text and tom.status == 422
    assert "sealed for another space" in brings(tom, stick(library, library.space)).text
    for nothing in (b"", bytes(1 << 20)):  # the larger one is more than a form may be
        assert "This is not a file of news" in brings(tom, nothing).text
    assert "Rice" not in tom.opens("/").text


def test_a_file_that_did_not_come_in_is_said_why(hall: Hall, jobs: Carrying) -> None:
    for why, status in (("busy", 503), ("no-room", 503), ("too-large", 413)):
        answer = hall.app.test_client().post(
            pages.BRING, base_url="http://corkboard.local:8080", environ_overrides={"wsgi.input": Sunk(why)}
        )
        assert answer.status_code == status and f'data-why="{why}"' in answer.text
        assert ("Retry-After" in answer.headers) == (status == 503)
    tom = hall.phone()
    assert "Choose the file first." in brings(tom, b"", "").text and tom.status == 422
    with jobs._in:
        assert "Somebody else" in brings(tom, b"x").text and tom.status == 503
    alone = {"file": (io.BytesIO(b"x"), "x")}
    assert tom.client.post(pages.BRING, data=alone, base_url=tom.base).status_code == 403, "a page elsewhere"


def test_while_the_exchange_process_is_away_the_page_says_so(hall: Hall) -> None:
    tom = hall.phone()
    token = tom.opens("/carry").forms[-1].fields["token"]
    page = tom.sends("/carry/fetch", token=token, to="")
    assert tom.status == 503 and "Please try again in a moment" in page.text and tom.headers["Retry-After"]


def test_a_file_that_lies_ready_goes_after_minutes_and_when_somebody_erases(
    hall: Hall, library: Node, jobs: Carrying
) -> None:
    ticket = Ticket(7)
    as_node(hall).carries(ticket, opened("Formula"))
    tom = hall.phone()
    fetches(tom)
    hall.clock.passes(minutes=6)
    jobs.sweep()
    fetches(tom)
    lying = hall.run.settings.data / FOLDER
    assert len(list(lying.iterdir())) == 1, "the first is gone"
    intake.bury(hall.run, [ticket.tombstone()])
    jobs.sweep()
    assert list(lying.iterdir()) == []
    assert "We do not know this file any more" in tom.opens(tom.path).text
