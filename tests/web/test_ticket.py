"""Coming back without an account: a ticket is given out, kept, and opens what belongs to it."""

import re

import pytest

from node.storage import board
from tests.web.conftest import Hall, Person


def digits_on(person: Person) -> str:
    """The sixteen digits that the page shows."""
    found = re.findall(r"<span>(\d{4})</span>", person.page.html)
    return "".join(found[:4])


def keeps(person: Person) -> str:
    digits = digits_on(person)
    person.answers(kept="written", last4=digits[-4:])
    return digits


def comes_back(person: Person, digits: str, start: str = "") -> Person:
    person.opens(f"{start}/code")
    person.answers(code=digits)
    return person


def test_amina_posts_keeps_her_ticket_and_comes_back(hall: Hall) -> None:
    amina = hall.neighbour()
    page = amina.posts("need", "/kiosk", words="Rice and oil")
    assert "This is your ticket. Keep it." in page.text and amina.path == "/kiosk/keep"
    digits = keeps(amina)
    assert len(digits) == 16 and "This is its code" in amina.page.text
    assert digits not in amina.page.html
    amina.sends("/kiosk/leave")
    again = comes_back(hall.neighbour(), f"{digits[:4]} {digits[4:8]}-{digits[8:]}", "/kiosk")
    assert again.path == "/kiosk/ticket" and "Rice and oil" in again.page.text and "Nobody yet" in again.page.text


def test_the_ticket_is_gone_from_the_pages_once_it_is_kept(hall: Hall) -> None:
    tom = hall.phone()
    tom.posts()
    digits = keeps(tom)
    for path in ("/keep", "/keep/paper", "/"):
        tom.opens(path)
        assert digits[:4] + "</span>" not in tom.page.html


def test_wrong_last_digits_come_back_kindly(hall: Hall) -> None:
    tom = hall.phone()
    tom.posts()
    wrong = "0000" if digits_on(tom)[-4:] != "0000" else "1111"
    page = tom.answers(kept="written", last4=wrong)
    assert tom.status == 422 and "not its last 4 digits" in page.text and len(digits_on(tom)) == 16


def test_digits_of_any_script_open_the_ticket(hall: Hall) -> None:
    tom = hall.phone()
    tom.posts(words="Bread")
    arabic = keeps(tom).translate({ord(str(digit)): chr(0x660 + digit) for digit in range(10)})
    assert "Bread" in comes_back(hall.phone("ar"), arabic).page.text


@pytest.mark.parametrize("digits", ["1234567890123456", "0000000000000000"])
def test_wrong_digits_say_the_same_whatever_is_wrong(hall: Hall, digits: str) -> None:
    tom = comes_back(hall.phone(), digits)
    assert tom.status == 422 and "We do not find this ticket here." in tom.page.text
    assert tom.page.answer.fields["code"] == digits


def test_a_digit_too_few_is_counted(hall: Hall) -> None:
    assert "These are 15." in comes_back(hall.phone(), "123456789012345").page.text


def test_many_tries_are_asked_to_wait_and_the_kiosk_is_not(hall: Hall) -> None:
    tom = hall.phone()
    for _ in range(7):
        comes_back(tom, "1234567890123456")
    assert tom.status == 429 and "then try again" in tom.page.text and int(tom.headers["Retry-After"]) > 0
    assert comes_back(hall.neighbour(), "1234567890123456", "/kiosk").status == 422


def answered(hall: Hall) -> tuple[str, str, str]:
    """A need with a promise: (ticket of the poster, ticket of the helper, link)."""
    amina, yusuf = hall.phone(), hall.phone()
    amina.posts(words="Rice for five", reach="ask for Amina")
    poster = keeps(amina)
    [link] = _links(hall)
    yusuf.opens(f"/p/{link}/help")
    yusuf.answers(words="We bring it at 17:00", reach="0151 234 56 78", count="5")
    assert "This is your ticket" in yusuf.page.text
    return poster, keeps(yusuf), link


def _links(hall: Hall) -> list[str]:
    view = board.View(now_ms=hall.clock(), space=hall.run.space_id)
    return [card.link for card in board.page(hall.run.db(), view).cards]


def test_what_a_helper_writes_is_read_by_the_poster_alone(hall: Hall) -> None:
    poster, helper, link = answered(hall)
    public = hall.phone().opens(f"/p/{link}").text
    assert "1 neighbour can help" in public and "17:00" not in public and "0151" not in public
    amina = comes_back(hall.phone(), poster)
    assert "We bring it at 17:00" in amina.page.text and "0151 234 56 78" in amina.page.text
    does(amina, "write", words="Yes, from 16:30", tell="1")
    does(amina, "confirm")
    yusuf = comes_back(hall.phone(), helper)
    assert "They count on you" in yusuf.page.text and "Yes, from 16:30" in yusuf.page.text
    assert "ask for Amina" in yusuf.page.text


def does(person: Person, do: str, **typed: str) -> None:
    """Presses the button of the ticket's page that does this; what is typed goes into the fields of its thread."""
    form = person.page.answer
    value = next(value for name, value in form.buttons if name == "do" and value.partition(" ")[0] == do)
    about = value.partition(" ")[2]
    fields = {f"{name}-{about}": words for name, words in typed.items()}
    person.sends("/ticket", **{**form.fields, "do": value, **fields})


def test_leaving_closes_the_ticket(hall: Hall) -> None:
    tom = hall.phone()
    tom.posts(words="Rice")
    digits = keeps(tom)
    mine = comes_back(hall.phone(), digits)
    mine.sends("/leave")
    mine.opens("/ticket")
    assert mine.path == "/code" and "Rice" not in mine.page.text


def test_no_cookie_and_no_address_holds_the_digits(hall: Hall) -> None:
    tom = hall.phone()
    tom.posts()
    digits = keeps(tom)
    mine = comes_back(hall.phone(), digits)
    assert digits not in str(mine.headers) and digits not in mine.path and digits not in mine.page.html
