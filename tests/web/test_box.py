"""Coming back: one box for ticket and code, the same words for whatever is wrong, and not too many tries."""

import pytest
from flask import Flask, request_started

from node.domain import codes
from node.ticket_office import ADDRESS, KIOSK, TooMany
from node.web.pace import PHONE
from tests.web.conftest import Hall, Person
from tests.web.page import Page

WRONG = "We do not find this ticket here. Look at the digits again."


def with_ticket(hall: Hall, person: Person | None = None, **more: str) -> str:
    """Somebody posts and keeps the ticket."""
    person = person or hall.phone()
    person.posts(**more)
    return person.keeps_it()


@pytest.mark.parametrize("start", ["", "/kiosk"])
@pytest.mark.parametrize("zero", ["0", "٠", "۰", "০"])
def test_a_ticket_is_typed_in_any_script_with_spaces_and_hyphens(hall: Hall, zero: str, start: str) -> None:
    digits = with_ticket(hall, words="Rice and oil")
    amina = hall.neighbour() if start else hall.phone()
    typed = "-".join("".join(chr(ord(zero) + int(digit)) for digit in digits[at : at + 4]) for at in (0, 4, 8, 12))
    page = amina.comes_back(f" {typed} ", start)
    assert amina.path == f"{start}/ticket" and "Rice and oil" in page.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("4821 0936 7715 304", "A code has 9 digits, a ticket 16. These are 15."),
        ("12345678901", "A code has 9 digits, a ticket 16. These are 11."),
        ("", "Type the digits of your ticket, or of a code."),
        ("hello", "Type the digits of your ticket, or of a code."),
    ],
)
def test_other_lengths_are_counted_kindly_and_stay_in_the_box(hall: Hall, typed: str, said: str) -> None:
    page = hall.phone().comes_back(typed)
    assert said in page.text and page.answer.fields["code"] == typed


def test_a_whole_link_is_taken_for_its_code(hall: Hall) -> None:
    link = hall.has("A ladder for Saturday")
    for typed in (f"HTTP://CORKBOARD.LOCAL:8080/P/{link}", f"corkboard.local:8080/p/{link[:9]}"):
        assert "A ladder for Saturday" in hall.phone().comes_back(typed).text


def test_a_code_with_one_digit_missing_still_says_what_may_be_meant(hall: Hall) -> None:
    link = hall.has("A ladder for Saturday")
    page = hall.phone().comes_back(link[:8])
    assert "Did you mean one of these?" in page.text and "A ladder for Saturday" in page.text


def test_digits_that_are_no_ones_code_are_put_into_no_address(hall: Hall) -> None:
    tom = hall.phone()
    page = tom.comes_back("482109367")
    assert (tom.status, tom.path) == (404, "/code") and "We do not know this code" in page.text
    page = tom.answers(lang="fr")
    assert tom.path == "/code" and codes.read_digits(page.answer.fields["code"]) == "482109367"


def test_whatever_is_wrong_with_a_ticket_the_words_are_the_same(hall: Hall) -> None:
    right = with_ticket(hall)
    swapped = right[:14] + right[15] + right[14] if right[14] != right[15] else right[:13] + "00" + right[15]
    never = hall.app.config["OFFICE"].issue().digits
    said = set()
    for typed in (swapped, never, "0" * 16):
        page = hall.phone().comes_back(typed)
        assert WRONG in page.text
        said.add(page.text)
    assert len(said) == 1


def test_what_was_typed_stays_in_the_form_and_nowhere_else(hall: Hall) -> None:
    tom = hall.phone()
    page = tom.comes_back("4821 0936 7715 3042")
    assert page.answer.fields["code"] == "4821 0936 7715 3042"
    page = tom.answers(lang="fr")
    assert 'lang="fr"' in page.html and page.answer.fields["code"] == "4821 0936 7715 3042"
    page = tom.answers(text="large")
    assert 'class="text-large ' in page.html and page.answer.fields["code"] == "4821 0936 7715 3042"
    page = tom.opens("/code")
    assert page.answer.fields["code"] == "" and 'lang="fr"' in page.html


def test_too_many_tries_say_how_long_to_wait(hall: Hall) -> None:
    tom = hall.phone()
    for _ in range(ADDRESS.tries):
        tom.comes_back("4821093677153042")
        assert tom.status == 422
    page = tom.comes_back("4821093677153042")
    assert tom.status == 429 and 200 < int(tom.headers["Retry-After"]) <= 301
    assert "Wait 5 minutes, then try again." in page.text or "Wait 6 minutes" in page.text
    assert page.answer.fields["code"] == "4821093677153042"


def test_the_kiosk_is_counted_apart_from_phones(hall: Hall) -> None:
    digits = with_ticket(hall)
    for _ in range(5):
        tom = hall.phone()
        for _ in range(ADDRESS.tries):
            tom.comes_back("4821093677153042")
    amina = hall.neighbour()
    amina.comes_back(digits, "/kiosk")
    assert amina.path == "/kiosk/ticket"
    for _ in range(KIOSK.tries):
        page = hall.neighbour().comes_back("4821093677153042", "/kiosk")
    assert "then try again" in page.text


def test_when_many_look_at_once_it_is_nobodys_fault(hall: Hall) -> None:
    def busy(*_: object) -> None:
        raise TooMany(2, busy=True)

    hall.app.config["OFFICE"].find = busy
    tom = hall.phone()
    page = tom.comes_back("4821093677153042")
    assert tom.status == 503 and tom.headers["Retry-After"] == "2"
    assert "Others are looking for their tickets just now." in page.text
    assert page.answer.fields["code"] == "4821093677153042"


def test_opening_a_ticket_hands_out_a_new_visit(hall: Hall) -> None:
    digits = with_ticket(hall)
    tom = hall.phone()
    tom.client.set_cookie("visit", "ab" * 16, domain="corkboard.local")  # somebody else set it
    tom.comes_back(digits)
    mallory = hall.phone()
    mallory.client.set_cookie("visit", "ab" * 16, domain="corkboard.local")
    assert mallory.opens("/ticket").answer and mallory.path == "/code"
    assert tom.opens("/ticket") and tom.path == "/ticket"


@pytest.mark.parametrize(("start", "minutes"), [("/kiosk", 5), ("", 30)])
def test_an_open_ticket_is_closed_by_leaving_and_by_time(hall: Hall, start: str, minutes: float) -> None:
    digits = with_ticket(hall)
    for ends in ("leave", "time"):
        amina = hall.neighbour() if start else hall.phone()
        amina.comes_back(digits, start)
        assert amina.path == f"{start}/ticket"
        if ends == "leave":
            amina.sends(f"{start}/leave")
        else:
            hall.clock.passes(minutes=minutes + 1)
        amina.opens(f"{start}/ticket")
        assert amina.path != f"{start}/ticket"


def test_what_a_tickets_qr_opens_has_a_box_to_type_for_phones_without_scripts(hall: Hall) -> None:
    digits = with_ticket(hall, words="Rice and oil")
    tom = hall.phone()
    page = tom.opens("/t")
    assert "Open my ticket" in page.text
    tom.answers(code=digits)
    assert tom.path == "/ticket"


def test_a_tickets_qr_at_the_touchscreen_opens_as_a_kiosk_page(hall: Hall) -> None:
    amina = hall.neighbour()
    amina.opens("/t")
    assert amina.path == "/kiosk/t"
    stranger = hall.passer_by()
    stranger.opens("/kiosk/t")
    assert stranger.path == "/kiosk/"


def test_the_corner_of_a_phone_leads_to_the_ticket_that_is_open(hall: Hall) -> None:
    digits = with_ticket(hall)
    tom = hall.phone()
    assert "/code" in tom.opens("/").links and "Set-Cookie" not in tom.headers
    tom.comes_back(digits)
    assert "/ticket" in tom.opens("/").links


NOT_THERE = "What you typed looks like a ticket, and a ticket is a secret. Type its digits here, not in the search."
TYPED = (
    "4821093677153042",
    "4821 0936 7715 304",
    "٤٨٢١-٠٩٣٦-٧٧١٥-٣٠٤٢",
    "ticket 4821.0936.7715.3042!",
    "x/t#4821093677153042",
)


def searches(person: Person, typed: str, **more: str) -> Page:
    """By the form on the board, without scripts."""
    person.opens("/kiosk/board?find=" if person.address == "127.0.0.1" else "/")
    [form] = [form for form in person.page.forms if "find" in form.fields]
    assert form.method == "post"
    return person.sends(form.action, **{**form.fields, "find": typed, **more})


@pytest.mark.parametrize("typed", TYPED)
@pytest.mark.parametrize("start", ["", "/kiosk"])
def test_a_ticket_in_the_search_leads_to_its_box(hall: Hall, start: str, typed: str) -> None:
    digits = with_ticket(hall, words="Rice and oil")
    amina = hall.neighbour() if start else hall.phone()
    page = searches(amina, typed)
    assert amina.path == f"{start}/code" and NOT_THERE in page.text
    assert page.answer.fields["code"] == "" and typed not in page.html
    amina.answers(code=digits)
    assert amina.path == f"{start}/ticket" and "Rice and oil" in amina.page.text


@pytest.mark.parametrize("start", ["", "/kiosk"])
def test_whatever_else_is_searched_for_has_an_address_as_ever(hall: Hall, start: str) -> None:
    code = hall.has("A ladder for Saturday")[:9]
    amina = hall.neighbour() if start else hall.phone()
    for typed in ("ladder", code, "4821 0936"):
        page = searches(amina, typed, kind="need")
        assert amina.path == (f"{start}/board" if start else "/")
        assert ("A ladder for Saturday" in page.text) is (typed != "4821 0936")
        assert f"“{typed}”" in page.html and f'value="{typed}"' in page.html
    assert '<form class="search"' in searches(amina, "").html, "it stays open where nothing was typed"


def test_the_search_needs_no_token_and_begins_no_visit_but_takes_only_what_our_pages_send(hall: Hall) -> None:
    passer_by = hall.passer_by()
    passer_by.sends("/kiosk/search", find="ladder")
    assert passer_by.path == "/kiosk/"
    passer_by.opens("/kiosk/board")
    assert passer_by.path == "/kiosk/"
    tom = hall.phone()
    searches(tom, "ladder")
    assert tom.status == 200 and "Set-Cookie" not in tom.headers
    tom.client.set_cookie("visit", "ab" * 16, domain="corkboard.local")
    for _ in range(PHONE.burst + 1):
        tom.sends("/search", find="ladder")
    assert tom.status == 200, "somebody who searches much may still post"
    strange = tom.client.post(
        "/search", data={"find": "x"}, base_url=tom.base, headers={"Origin": "http://bad.example"}
    )
    assert strange.status_code == 403


@pytest.mark.parametrize("path", ["/", "/choose", "/join", "/kiosk/board", "/kiosk/choose", "/kiosk/join"])
def test_an_address_with_a_ticket_is_no_page(hall: Hall, path: str) -> None:
    person = hall.neighbour() if "kiosk" in path else hall.phone()
    answer = person.client.get(
        f"{path}?kind=need&find=4821+0936+7715+3042",
        base_url=person.base,
        environ_base={"REMOTE_ADDR": person.address},
    )
    box = "/kiosk/code" if "kiosk" in path else "/code"
    assert (answer.status_code, answer.location) == (303, f"{box}?searched=yes")
    assert "4821" not in answer.text and answer.headers["Cache-Control"] == "no-store" and "ETag" not in answer.headers


def test_what_the_box_says_of_the_search_is_said_in_the_language_that_is_then_chosen(hall: Hall) -> None:
    digits = with_ticket(hall, words="Rice and oil")
    tom = hall.phone()
    assert NOT_THERE not in tom.opens("/code").text
    searches(tom, "4821093677153042")
    page = tom.answers(lang="tr")
    assert "Yazdığınız bir bilete benziyor ve bilet sırdır. Rakamlarını aramaya değil, buraya yazın." in page.text
    tom.answers(code=digits)
    assert tom.path == "/ticket" and "Rice and oil" in tom.page.text


def test_nothing_keeps_a_ticket_that_was_typed_into_the_search(hall: Hall, caplog: pytest.LogCaptureFixture) -> None:
    tom, asked = hall.phone(), list[Flask]()
    with request_started.connected_to(lambda app: asked.append(app), hall.app):
        for _ in range(2):
            tom.opens("/?find=zebra")
        assert len(asked) == 1, "what was searched for is ready for the next one"
        for _ in range(2):
            tom.opens("/?find=4821093677153042")
        assert len(asked) == 1 + 2 * 2, "but no way to the box is"
    kept = [str(list(vars(hall.app.extensions[name])["_slots"])) for name in ("kept", "kept_parts")]
    assert "zebra" in kept[0] and "4821" not in "".join(kept) + caplog.text
