"""The board is made once for everybody who reads it in one language and look, and anew as soon as it is another."""

import threading
import time

import pytest

from node import intake
from node.domain.wishes import Erase
from node.storage import board
from node.web import reading
from node.web.assets import drawn
from node.web.kept import Kept
from tests.web.conftest import Hall


def test_a_page_is_made_once_however_many_ask_at_once() -> None:
    kept, made = Kept(), []

    def make() -> str:
        made.append(1)
        time.sleep(0.05)
        return "page"

    seen: list[str] = []
    phones = [threading.Thread(target=lambda: seen.append(kept.made("mark", "/", make))) for _ in range(8)]
    for phone in phones:
        phone.start()
    for phone in phones:
        phone.join()
    assert seen == ["page"] * 8 and made == [1]


def test_another_mark_forgets_all_and_other_keys_are_pages_of_their_own() -> None:
    kept = Kept(most=2)
    assert kept.made("one", "a", lambda: "first") == kept.made("one", "a", lambda: "never") == "first"
    assert kept.made("one", "b", lambda: "other") == "other"
    assert kept.made("two", "a", lambda: "second") == "second"
    for key in ("b", "c"):
        kept.made("two", key, lambda: "more")
    assert kept.made("two", "a", lambda: "made again, there was no room") == "made again, there was no room"


def test_a_page_that_could_not_be_made_is_made_by_the_next_who_asks() -> None:
    kept = Kept()

    def fails() -> str:
        raise OSError

    for make, expected in ((fails, None), (lambda: "page", "page")):
        try:
            assert kept.made("mark", "/", make) == expected
        except OSError:
            assert expected is None


def test_a_card_is_drawn_once_for_all_searches_and_each_page_carries_its_pictures(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.has("A ladder for Saturday", category="tools")
    phone, drawings = hall.phone(), []
    monkeypatch.setattr(reading, "drawn", lambda draw: drawings.append(1) or drawn(draw))
    for find in ("ladder", "saturday", "lad"):
        page = phone.opens(f"/?find={find}").html
        assert "A ladder for Saturday" in page and 'href="#tools"' in page and '<symbol id="tools"' in page
    assert len(drawings) == 1
    assert "A ladder for Saturday" in hall.phone("ar").opens("/").html and len(drawings) == 2


def test_each_sees_their_own_language_and_what_was_posted_or_erased_at_once(hall: Hall) -> None:
    link = hall.has("A ladder for Saturday")
    amina, tom = hall.phone("ar"), hall.phone("en")
    assert 'lang="ar"' in amina.opens("/").html and 'lang="en"' in tom.opens("/").html
    hall.has("A drill")
    assert "A drill" in amina.opens("/").text and "A drill" in tom.opens("/").text
    [card] = board.one(hall.run.db(), link, hall.clock(), hall.run.space_id)
    intake.record(hall.run, Erase(card.id))
    assert "A ladder" not in amina.opens("/").text and "A ladder" not in tom.opens("/").text


def test_nobody_is_shown_the_page_of_one_who_came_back_with_a_ticket(hall: Hall) -> None:
    amina = hall.phone()
    amina.posts()
    digits = amina.keeps_it()
    amina.comes_back(digits)
    assert "/ticket" in amina.opens("/").links
    assert "/ticket" not in hall.phone().opens("/").links and "/ticket" in amina.opens("/").links
