"""The board is made once for everybody who reads it in one language and look, and anew as soon as it is another."""

import re
import threading
import time
from urllib.parse import parse_qs, urlsplit

import pytest

from node import intake
from node.domain.wishes import Erase
from node.storage import board
from node.storage import db as database
from node.web import cards, lists, reading
from node.web.frames import Frame, hole
from node.web.kept import Kept, Since
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


def test_parts_are_kept_while_the_board_is_the_same_and_else_for_a_minute() -> None:
    since = Since()
    assert [since.at("one", minute) for minute in (5, 6, 9)] == ["5", "5", "5"]
    assert [since.at("two", minute) for minute in (9, 10)] == ["9", "9"]
    assert since.at("three", 9) == "9"
    assert [since.at("three", minute) for minute in (10, 11)] == ["10", "10"]


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
    phone, drawings, draw = hall.phone(), [], cards.in_list
    monkeypatch.setattr(cards, "in_list", lambda card: drawings.append(1) or draw(card))
    for find in ("ladder", "saturday", "lad"):
        page = phone.opens(f"/?find={find}").html
        assert "A ladder for Saturday" in page and 'href="#tools"' in page and '<symbol id="tools"' in page
    assert len(drawings) == 1
    assert "A ladder for Saturday" in hall.phone("ar").opens("/").html and len(drawings) == 2


def test_news_draws_the_new_card_alone_and_no_frame(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    phone, drawings, draw, frame = hall.phone(), [], cards.in_list, lists._drawn_frame
    monkeypatch.setattr(cards, "in_list", lambda card: drawings.append("card") or draw(card))
    monkeypatch.setattr(lists, "_drawn_frame", lambda *given: drawings.append("frame") or frame(*given))
    for words in ("A ladder", "A drill", "A saw"):
        hall.has(words)
        assert words in phone.opens("/").text
    assert drawings == ["card", "frame", "card", "card"]


def test_what_is_typed_stands_in_every_place_as_it_was_typed(hall: Hall) -> None:
    """The page was drawn for other words before."""
    hall.has("Rice & bread, a&b, l'eau 100%, خبز, hole, x")
    phone, chosen = hall.phone(), {"kind": "need", "category": "food"}
    phone.opens("/?find=bread&kind=need&category=food")
    for typed in ("rice", "a&b", '"><b>x', "l'eau 100%", "خبز", "hole"):
        page = phone.opens("/", query_string={**chosen, "find": typed})
        [form] = [form for form in page.forms if "find" in form.fields]
        assert form.fields["find"] == typed and page.text.count(typed) >= 2
        links = [parse_qs(urlsplit(link).query) for link in page.links if "find=" in link]
        assert len(links) > 10 and all(link["find"] == [typed] for link in links)
        assert "<b>x" not in page.html and "find=bread" not in page.html


def test_a_frame_is_filled_with_what_is_escaped_once() -> None:
    frame = Frame(f"<p title={hole('words')}>{hole('words')} {hole('cards')}</p>".encode(), ("clock",))
    filled = frame.filled({"words": "a & b", "cards": b"<li>"})
    assert filled == b"<p title=a &amp; b>a &amp; b <li></p>" and frame.icons == ("clock",)


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


def test_whoever_answers_next_reads_with_the_connection_that_was_given_back_last(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.has("A ladder")
    hall.run.close()
    opened, connect = [], database.open
    monkeypatch.setattr(database, "open", lambda path: opened.append(path) or connect(path))
    for _phone in range(4):
        thread = threading.Thread(target=lambda: hall.phone().opens("/"))
        thread.start()
        thread.join()
    assert len(opened) == 1


def test_posts_of_one_shape_are_drawn_once_and_each_says_its_own(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    drawings, draw = [], cards._drawn
    monkeypatch.setattr(cards, "_drawn", lambda shape: drawings.append(shape) or draw(shape))
    hall.has("Rice <b>& oil", category="food", area="East", wanted=5)
    hall.has("خبز", category="food", lang="ar", area="West & North", when="week")
    hall.has("Tea", category="food")
    html = hall.phone().opens("/").html
    assert "Rice &lt;b&gt;&amp; oil" in html and 'lang="ar" dir="auto"' in html and "West &amp; North" in html
    assert "For 5 people" in html and "العربية" in html and "hole" not in html
    assert len(drawings) == 3, "with an area, in another language besides, with no area"
    hall.has("Oil", category="food", area="South")
    assert "South" in hall.phone().opens("/").text and len(drawings) == 3


def test_one_post_is_drawn_once_and_each_phone_answers_with_its_own_form(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawings, draw = [], reading._drawn
    monkeypatch.setattr(reading, "_drawn", lambda code: drawings.append(code) or draw(code))
    link = hall.has("A ladder for Saturday")
    amina, tom = hall.phone(), hall.phone()
    forms = [phone.opens(f"/p/{link}").answer.fields for phone in (amina, tom)]
    assert drawings == [link]
    assert all(re.fullmatch("[0-9a-f]{32}", form[name]) for form in forms for name in ("token", "key"))
    assert forms[0]["token"] != forms[1]["token"] and forms[0]["key"] != forms[1]["key"]
    for phone in (amina, tom):
        phone.answers(words="I have one")
        assert phone.ticket
    assert amina.ticket != tom.ticket


def test_a_post_that_is_read_again_is_as_it_is_now(hall: Hall) -> None:
    link = hall.has("A ladder for Saturday")
    [card] = board.one(hall.run.db(), link, hall.clock(), hall.run.space_id)
    phone, reader = hall.phone(), hall.phone("ar")
    assert "A ladder" in phone.opens(f"/p/{link}").text and "Set-Cookie" in phone.headers
    first = phone.page.text
    hall.clock.passes(minutes=5)
    assert phone.opens(f"/p/{link}").text != first, "it was posted five minutes ago"
    hall.hears_promise(card.id, "I bring mine")
    assert "I bring mine" in phone.opens(f"/p/{link}").text and "I bring mine" in reader.opens(f"/p/{link}").text
    intake.record(hall.run, Erase(card.id))
    late = hall.phone()
    assert "A ladder" not in late.opens(f"/p/{link}").text and late.status == 410
    assert "Set-Cookie" not in late.headers, "there is nothing to send from this page"
