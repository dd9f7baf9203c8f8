"""What a ticket opens stays with whoever holds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.domain import codes
from node.domain.wishes import (
    ConfirmPromise,
)
from node.storage import board
from tests.web import holders
from tests.web.conftest import Hall
from tests.web.holders import posted, presses, promise_of, promised, says, with_ticket


@pytest.fixture(autouse=True)
def door(hall: Hall) -> None:
    holders.let_in(hall.app)


def test_public_pages_and_the_interface_tell_no_keys_and_no_boxes(hall: Hall) -> None:
    ticket, post = posted(hall, reach="Room 4")
    yusuf = promised(hall, post)
    says(hall, ticket, ConfirmPromise(post, promise_of(hall, post)))
    anyone, link = hall.phone(), codes.link_of(post)
    held = board.held(hall.run.db(), post).post
    assert held is not None
    secrets = [codes.write_id(key) for one in (ticket, yusuf) for key in (one.owner, one.seal_to)]
    secrets += [held.reach, held.letters[0].to_poster]
    for path in (f"/p/{link}", "/", f"/api/posts/{link}", "/api/posts"):
        anyone.opens(path)
        assert [secret for secret in secrets if secret in anyone.page.html] == []
    amina = with_ticket(hall, ticket)
    assert [secret for secret in secrets if secret in amina.page.html] == []


def test_nothing_of_a_ticket_is_written_into_the_folder(hall: Hall) -> None:
    ticket, post = posted(hall, reach="CANARY at the blue door")
    promised(hall, post, "CANARY of a helper")
    amina = with_ticket(hall, ticket)
    assert "CANARY" in amina.page.text
    presses(amina, "write", words="CANARY of an answer")
    for file in Path(hall.run.settings.data).rglob("*"):
        assert not file.is_file() or b"CANARY" not in file.read_bytes(), file


def test_a_stranger_cannot_press_what_is_not_theirs(hall: Hall) -> None:
    _, post = posted(hall)
    promised(hall, post)
    about = codes.write_id(promise_of(hall, post))
    stranger = with_ticket(hall, promised(hall, post, "Another"))
    for do in (f"confirm {about}", f"write {about}", "met 0", "withdraw", "nonsense", f"write {about[:5]}"):
        stranger.sends("/ticket", **{**stranger.page.answer.fields, "do": do, f"words-{about}": "Hello"})
    held = board.held(hall.run.db(), post).post
    assert held is not None and not held.withdrawn and not held.met
    assert all(one.state == "promised" for one in held.promises) and len(held.letters) == 2
