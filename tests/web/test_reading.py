"""The board and one post, at the kiosk and on a phone."""

import pytest

from node import intake
from node.domain import codes
from node.domain.wishes import Erase, Hide, MarkMet, OpenPost, Withdraw
from node.storage import board
from sync import log
from sync.writer import Draft
from tests.tickets import tickets_of_one_code
from tests.web.conftest import Hall


def card_of(hall: Hall, link: str) -> board.Card:
    return board.one(hall.run.db(), link, hall.clock(), hall.run.space_id)[0]


def test_a_phone_reads_the_board(hall: Hall) -> None:
    hall.has("A ladder for Saturday", area="East", wanted=2, when="today")
    page = hall.phone().opens("/")
    assert "A ladder for Saturday" in page.text
    assert "Today" in page.text and "East" in page.text and "For 2 people" in page.text and "Nobody yet" in page.text


def test_needs_and_offers_category_and_area_narrow_the_board(hall: Hall) -> None:
    hall.has("A ladder", category="tools", area="East")
    hall.has("Hot soup", kind="offer", category="food", area="West")
    tom = hall.phone()
    for query, there, not_there in (
        ("kind=need", "A ladder", "Hot soup"),
        ("kind=offer", "Hot soup", "A ladder"),
        ("category=food", "Hot soup", "A ladder"),
        ("area=East", "A ladder", "Hot soup"),
        ("find=soup", "Hot soup", "A ladder"),
    ):
        page = tom.opens(f"/?{query}")
        assert there in page.text and not_there not in page.text


def test_a_search_finds_what_is_written_a_little_differently(hall: Hall) -> None:
    hall.has("أحتاج إلى سرير", lang="ar")
    assert "أحتاج إلى سرير" in hall.phone().opens("/?find=احتاج").text


def test_nothing_found_says_what_to_do(hall: Hall) -> None:
    hall.has("A ladder")
    page = hall.phone().opens("/?find=zebra")
    assert "Nothing with “zebra”" in page.text and "/" in page.links


def test_at_the_touchscreen_the_way_into_the_search_is_there_until_it_is_open(hall: Hall) -> None:
    amina = hall.neighbour()
    closed = amina.opens("/kiosk/board")
    assert closed.links.count("/kiosk/board?find=") == 1 and '<form class="search"' not in closed.html
    opened = amina.opens("/kiosk/board?find=")
    assert "/kiosk/board?find=" not in opened.links and '<form class="search"' in opened.html


@pytest.mark.parametrize("start", ["/?find=", "/kiosk/board?find="])
def test_the_code_of_a_flyer_is_found_by_the_search_too(hall: Hall, start: str) -> None:
    code = hall.has("A ladder for Saturday")[:9]
    arabic = "".join(chr(0x0660 + int(digit)) for digit in code)
    person = hall.neighbour() if "kiosk" in start else hall.phone()
    for typed in (code, codes.shown(code), arabic):
        page = person.opens(start + typed)
        assert "A ladder for Saturday" in page.text and "Nothing with" not in page.text


def test_other_digits_in_the_search_lead_to_the_box_for_them(hall: Hall) -> None:
    hall.has("A ladder for Saturday")
    tom = hall.phone()
    for typed in ("123-456", "0151 2345 6789"):
        assert tom.opens(f"/?find={typed}").links.count("/code") == 2
    assert tom.opens("/?find=zebra").links.count("/code") == 1  # that of the page's corner


def test_the_beginning_of_a_short_link_leads_to_the_box_for_its_digits(hall: Hall) -> None:
    tom = hall.phone()
    for path in ("/p", "/p/"):
        assert tom.opens(path).answer.action == "/code" and tom.status == 200


def test_an_empty_board_invites(hall: Hall) -> None:
    assert "The board is empty" in hall.neighbour().page.text


def test_more_leads_on_until_all_were_shown_once(hall: Hall) -> None:
    for number in range(45):
        hall.has(f"Post number {number:02}")
        hall.clock.passes(minutes=1)
    tom, seen, path = hall.phone(), "", "/"
    while path:
        page = tom.opens(path)
        seen += page.text
        path = next((link for link in page.links if link.startswith("/?after=")), "")
    assert [seen.count(f"Post number {number:02}") for number in range(45)] == [1] * 45


@pytest.mark.parametrize("spelt", ["{code}", "{shown}", "{link}", "{loud}", "{arabic}", "{code}/"])
def test_a_post_is_found_however_its_code_is_written(hall: Hall, spelt: str) -> None:
    link = hall.has("A ladder for Saturday")
    code = link[:9]
    arabic = "".join(chr(0x0660 + int(digit)) for digit in code)
    path = spelt.format(code=code, shown=codes.shown(code), link=link, loud=link.lower(), arabic=arabic)
    tom = hall.phone()
    assert "A ladder for Saturday" in tom.opens(f"/p/{path}").text
    assert tom.status == 200


def test_a_qr_in_capital_letters_is_understood(hall: Hall) -> None:
    link = hall.has("A ladder for Saturday")
    assert "A ladder for Saturday" in hall.phone().opens(f"/P/{link}").text


def test_a_wrong_digit_asks_whether_another_was_meant(hall: Hall) -> None:
    code = hall.has("A ladder for Saturday")[:9]
    wrong = code[:4] + str((int(code[4]) + 1) % 10) + code[5:]
    tom = hall.phone()
    page = tom.opens(f"/p/{wrong}")
    assert tom.status == 404
    assert "Did you mean one of these?" in page.text and codes.shown(code) in page.text


def test_an_unknown_code_is_no_bare_404(hall: Hall) -> None:
    hall.has("A ladder for Saturday")
    tom = hall.phone()
    page = tom.opens("/p/123456789")
    assert tom.status == 404 and "We do not know this code" in page.text and page.answer.action == "/code"
    assert "What is on the board now" in page.text and "A ladder for Saturday" in page.text


@pytest.mark.parametrize("tail", ["", "-ABCDEFGHIJKLMNOP"])
def test_a_right_code_of_which_nothing_is_known_is_on_its_way(hall: Hall, tail: str) -> None:
    hall.has("A ladder for Saturday")
    tom = hall.phone()
    page = tom.opens(f"/p/{codes.code_of(bytes(32))}{tail}")
    assert tom.status == 404 and "It has not arrived here yet 000-000-000" in page.text
    assert "with the next exchange" in page.text and "A ladder for Saturday" in page.text


def test_a_post_of_which_only_an_answer_has_arrived_is_on_its_way(hall: Hall) -> None:
    unheard = bytes(range(32))
    with log.writing(hall.run.db()):
        said = hall.run.writer.append(hall.run.db(), [Draft(b'{"event":"help.promised"}', unheard)])
        intake.enter(hall.run.db(), said, hall.clock())
    hall.has("A ladder for Saturday")
    tom = hall.phone()
    page = tom.opens(f"/P/{codes.link_of(unheard)}")
    assert tom.status == 404 and "This post is still on its way to us." in page.text
    assert "A ladder for Saturday" in page.text


def test_a_link_whose_end_was_torn_off_leads_to_the_post_of_its_code(hall: Hall) -> None:
    link = hall.has("A ladder for Saturday")
    page = hall.phone().opens(f"/p/{link[:-1]}{'A' if link[-1] != 'A' else 'B'}")
    assert "Did you mean one of these?" in page.text and "A ladder for Saturday" in page.text
    assert "A ladder for Saturday" in hall.phone().opens(f"/p/{link[:-3]}").text


def test_two_posts_with_one_code_are_both_offered_and_a_scan_opens_the_one_that_was_meant(hall: Hall) -> None:
    ladder, drill = (
        intake.record(hall.run, OpenPost(kind="need", category="tools", words=words, lang="en"), ticket=ticket)
        for ticket, words in zip(tickets_of_one_code(), ("A ladder", "A drill"), strict=True)
    )
    assert ladder.code == drill.code and ladder.link != drill.link
    for person, start in ((hall.phone(), ""), (hall.neighbour(), "/kiosk")):
        page = person.comes_back(ladder.code, start)
        assert "Which one do you mean?" in page.text and "A ladder" in page.text and "A drill" in page.text
        page = person.opens(f"{start}/p/{drill.link}")
        assert "A drill" in page.text and "Which one" not in page.text
    assert "Which one do you mean?" in hall.phone().opens(f"/p/{ladder.code}").text


WORDS_WHEN_OVER = {
    ("need", "met"): "This need was met. Thanks for coming.",
    ("offer", "met"): "This offer has been taken up. Thanks for coming.",
    ("need", "withdrawn"): "This need was taken back.",
    ("offer", "withdrawn"): "This offer was taken back.",
    ("need", "expired"): "The time of this need is over.",
    ("offer", "expired"): "The time of this offer is over.",
    ("need", "hidden"): "This need is not shown here.",
    ("offer", "hidden"): "This offer is not shown here.",
    ("need", "erased"): "was erased.",
}


@pytest.mark.parametrize(("kind", "how"), WORDS_WHEN_OVER)
def test_a_post_that_is_over_thanks_and_shows_what_is_like_it(hall: Hall, kind: str, how: str) -> None:
    link = hall.has("The one", kind=kind, category="food", when="today")
    post = card_of(hall, link).id
    wishes = {
        "met": MarkMet(post),
        "withdrawn": Withdraw(post),
        "hidden": Hide(post, "twice"),
        "erased": Erase(post),
    }
    if how in wishes:
        intake.record(hall.run, wishes[how])
    else:
        hall.clock.passes(days=3)
    hall.has("Another one", kind=kind, category="food")
    tom = hall.phone()
    page = tom.opens(f"/p/{link}")
    assert tom.status == (410 if how == "erased" else 200) and WORDS_WHEN_OVER[kind, how] in page.text
    assert "Another one" in page.text
    assert "I can help" not in page.text and "I would like this" not in page.text


def test_met_says_when(hall: Hall) -> None:
    link = hall.has("Rice")
    intake.record(hall.run, MarkMet(card_of(hall, link).id))
    assert "Met today at" in hall.phone().opens(f"/p/{link}").text


def test_a_post_shows_its_qr_and_code(hall: Hall) -> None:
    link = hall.has()
    page = hall.neighbour().opens(f"/kiosk/p/{link}")
    assert codes.shown(link[:9]) in page.text
    assert any(given.get("role") == "img" and given["aria-label"] == "QR code of this need" for _, given in page.tags)


def test_a_code_is_typed_in_any_script(hall: Hall) -> None:
    link = hall.has("A ladder for Saturday")
    amina = hall.neighbour()
    amina.opens("/kiosk/code")
    amina.answers(code="".join(chr(0x06F0 + int(digit)) for digit in link[:9]))
    assert "A ladder for Saturday" in amina.page.text and amina.path.startswith("/kiosk/p/")


def test_no_digits_come_back_with_the_error_beside_the_field(hall: Hall) -> None:
    amina = hall.neighbour()
    amina.opens("/kiosk/code")
    page = amina.answers(code="hello")
    assert amina.status == 422 and page.answer.fields["code"] == "hello"
    assert page.text.count("Type the digits of your ticket, or of a code.") == 2


def test_words_of_neighbours_are_never_markup(hall: Hall) -> None:
    link = hall.has('<script>alert(1)</script> "quoted" & <b>bold</b>')
    for page in (
        hall.phone().opens("/"),
        hall.phone().opens(f"/p/{link}"),
        hall.phone().opens(f"/p/{link}/flyer"),
    ):
        assert "<script>alert" not in page.html and "&lt;b&gt;bold" in page.html


def test_the_categories_are_offered_with_how_many_there_are(hall: Hall) -> None:
    hall.has("Rice", category="food", area="East")
    page = hall.phone().opens("/choose")
    assert "Food 1" in page.text and "Water 0" in page.text and "East" in page.text
    assert "/?category=food" in page.links or "/board?category=food" in page.links


def test_a_time_that_no_calendar_has_stops_no_page(hall: Hall) -> None:
    far = b'"hours":9600,"at":9007199254740991'
    said = b'{"event":"post.opened","kind":"need","category":"food","words":"Rice","for":2,%s}' % far
    with log.writing(hall.run.db()):
        [held] = hall.run.writer.append(hall.run.db(), [Draft(said)])
        answers = [Draft(b'{"event":"%s","at":9007199254740991}' % kind, held.entry.id) for kind in _DATED]
        intake.enter(hall.run.db(), [held, *hall.run.writer.append(hall.run.db(), answers)], hall.clock())
    link = codes.link_of(held.entry.id)
    for address in ("/", f"/p/{link}", f"/p/{link}/flyer"):
        phone = hall.phone()
        assert "Rice" in phone.opens(address).text and phone.status == 200


_DATED = (b"post.met", b"help.promised", b"post.renewed")


@pytest.mark.parametrize("page", ["", "/help", "/thanks", "/flyer"])
def test_words_that_were_taken_down_are_on_no_page_and_no_flyer(hall: Hall, page: str) -> None:
    link = hall.has("Buy these pills", category="health")
    intake.record(hall.run, Hide(card_of(hall, link).id, "an advertisement"))
    for person, start in ((hall.phone(), ""), (hall.neighbour(), "/kiosk")):
        html = person.opens(f"{start}/p/{link}{page}").html
        assert person.status == 200 and "This need is not shown here." in html
        assert "Buy these pills" not in html and "Print a flyer" not in html


def test_a_mistyped_code_does_not_bring_back_words_that_were_taken_down(hall: Hall) -> None:
    link = hall.has("Buy these pills", category="health")
    intake.record(hall.run, Hide(card_of(hall, link).id, "an advertisement"))
    page = hall.phone().opens(f"/p/{link[:8]}{(int(link[8]) + 1) % 10}")
    assert "Did you mean one of these?" in page.text and "This need is not shown here." in page.text
    assert "Buy these pills" not in page.html


def test_another_language_on_the_page_of_codes_keeps_the_digits(hall: Hall) -> None:
    tom = hall.phone()
    tom.opens("/code")
    page = tom.answers(code="4812", lang="fr")
    assert tom.path == "/code" and 'lang="fr"' in page.html and page.answer.fields["code"] == "4812"
    assert tom.opens("/code").answer.fields["code"] == ""
