"""When something goes wrong, a page says so in plain words."""

import sqlite3

import pytest

from node.storage import board
from tests.web.conftest import Hall


def test_a_page_that_is_not_there(hall: Hall) -> None:
    tom = hall.phone()
    page = tom.opens("/nowhere")
    assert tom.status == 404 and "There is no such page." in page.text and "/" in page.links


def test_the_wrong_way_to_ask(hall: Hall) -> None:
    tom = hall.phone()
    token = tom.opens("/code").answer.fields["token"]
    page = tom.sends("/board", token=token)
    assert tom.status == 405 and "This page cannot do that." in page.text


def test_a_fault_of_ours_is_not_the_neighbours_fault(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **more: object) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr(board, "listed", broken)
    tom = hall.phone()
    page = tom.opens("/")
    assert tom.status == 500 and "That did not work. It is not your fault." in page.text
    assert "secret inside" not in page.html


def test_a_busy_database_asks_to_try_again(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*args: object, **more: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(board, "listed", locked)
    tom = hall.phone("ar")
    page = tom.opens("/")
    assert tom.status == 503 and "ضغط كبير في هذه اللحظة." in page.text


def test_an_error_at_the_kiosk_looks_like_the_kiosk(hall: Hall) -> None:
    amina = hall.neighbour()
    page = amina.opens("/kiosk/nowhere")
    assert amina.status == 404 and any(form.action == "/kiosk/leave" for form in page.forms)
