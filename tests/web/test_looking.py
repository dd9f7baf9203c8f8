"""Words that lead to somebody are seen before they are pinned, and a person decides what becomes of them."""

import pytest

from node.domain import codes
from node.storage import board, tickets
from node.web import looking
from tests.web.conftest import Hall, Person
from tests.web.page import Page

CALL = "Rice for five. Call 0151 2345 6789 please"
BOTH = "Soup tonight at 12 Mill Lane. Call 0151 2345 6789"


def on_the_board(hall: Hall) -> list[board.Card]:
    return board.page(hall.run.db(), board.View(now_ms=hall.clock(), space=hall.run.space_id)).cards


def writes(person: Person, words: str, start: str = "", **more: str) -> Page:
    """Up to the words, and sends them."""
    person.opens(f"{start}/post/need")
    for answers in ({"category": "food"}, {"when": "today"}, {"for_": "5"}, {"area": "East"}):
        person.answers(**answers)
    return person.answers(words=words, written="en", **more)


@pytest.fixture(params=["kiosk", "phone"])
def amina(request: pytest.FixtureRequest, hall: Hall) -> tuple[Person, str]:
    """Somebody at the touchscreen, or with a phone, and where their pages are."""
    return (hall.neighbour(), "/kiosk") if request.param == "kiosk" else (hall.phone(), "")


def test_a_number_is_shown_before_it_is_pinned_and_goes_under_seal_with_one_tap(
    hall: Hall, amina: tuple[Person, str]
) -> None:
    person, start = amina
    page = writes(person, CALL, start)
    assert person.path == f"{start}/post/need/look" and person.status == 200
    assert "A telephone number" in page.text and "<mark>0151 2345 6789</mark>" in page.html
    page = person.answers(move="all")
    assert person.path == f"{start}/post/need/check" and "0151 2345 6789" in page.text
    person.answers()
    digits = person.keeps_it()
    [card] = on_the_board(hall)
    assert "0151" not in card.words and card.words.startswith("Rice for five")
    assert reach_of(hall, digits, card) == "0151 2345 6789"


def reach_of(hall: Hall, digits: str, card: board.Card) -> str:
    office = hall.app.config["OFFICE"]
    found = office.find(hall.run.db(), digits, "127.0.0.1", at_kiosk=True)
    mine = tickets.mine(hall.run.db(), found.ticket, card.id, hall.clock())
    return mine.reach if mine else ""


def test_a_street_to_meet_in_may_stay_and_is_asked_about_once(hall: Hall, amina: tuple[Person, str]) -> None:
    person, start = amina
    page = writes(person, "Tea for all at 12 Mill Lane", start)
    assert "A street and number" in page.text
    person.answers(leave="yes")
    assert person.path == f"{start}/post/need/check"
    person.answers(to="words")
    person.answers(words="Tea and cake for all at 12 Mill Lane", written="en")
    assert person.path == f"{start}/post/need/check"
    person.answers()
    assert [card.words for card in on_the_board(hall)] == ["Tea and cake for all at 12 Mill Lane"]


def test_of_several_one_may_go_and_the_other_stay(hall: Hall) -> None:
    tom = hall.phone()
    page = writes(tom, BOTH)
    assert ("move", "0151 2345 6789") in page.answer.buttons and ("move", "12 Mill Lane") in page.answer.buttons
    page = tom.answers(move="0151 2345 6789")
    assert tom.path == "/post/need/look" and "0151" not in page.text and "<mark>12 Mill Lane</mark>" in page.html
    tom.answers(leave="yes")
    tom.answers()
    digits = tom.keeps_it()
    [card] = on_the_board(hall)
    assert "12 Mill Lane" in card.words and "0151" not in card.words
    assert reach_of(hall, digits, card) == "0151 2345 6789"


def test_going_back_keeps_the_words_as_they_were_typed(hall: Hall) -> None:
    tom = hall.phone()
    writes(tom, CALL, reach="ask for Amina")
    page = tom.answers(to="words")
    assert (tom.path, page.answer.fields["words"]) == ("/post/need/words", CALL)
    assert page.answer.fields["reach"] == "ask for Amina"


def test_another_language_on_this_page_loses_nothing(hall: Hall) -> None:
    tom = hall.phone()
    writes(tom, CALL)
    page = tom.answers(lang="ar")
    assert tom.path == "/post/need/look" and "<mark>0151 2345 6789</mark>" in page.html
    assert "رقم هاتف" in page.text


def test_what_is_moved_joins_what_was_there(hall: Hall) -> None:
    tom = hall.phone()
    writes(tom, CALL, reach="ask for Amina")
    page = tom.answers(move="all")
    assert "ask for Amina, 0151 2345 6789" in page.text


def test_a_second_tap_moves_nothing_more(hall: Hall) -> None:
    tom = hall.phone()
    form = writes(tom, BOTH).answer
    for _ in range(2):
        tom.sends("/post/need/look", **{**form.fields, "move": "0151 2345 6789"})
    assert tom.path == "/post/need/look" and "<mark>12 Mill Lane</mark>" in tom.page.html


def test_words_that_were_nothing_else_are_asked_for_again(hall: Hall) -> None:
    tom = hall.phone()
    writes(tom, "0151 2345 6789")
    page = tom.answers(move="all")
    assert (tom.path, page.answer.fields["reach"]) == ("/post/need/words", "0151 2345 6789")


def test_where_there_is_no_room_under_the_seal_it_is_said_and_nothing_is_lost(hall: Hall) -> None:
    tom = hall.phone()
    writes(tom, CALL, reach="x" * 195)
    page = tom.answers(move="all")
    assert tom.status == 422 and "200 is the most" in page.text and "<mark>0151 2345 6789</mark>" in page.html


def test_the_check_cannot_be_reached_around_it(hall: Hall) -> None:
    tom = hall.phone()
    writes(tom, CALL)
    tom.sends("/post/need/check", **{**tom.page.answer.fields, "scope": "circle"})
    assert tom.path == "/post/need/look" and on_the_board(hall) == []


def test_words_without_any_go_straight_to_the_check(hall: Hall) -> None:
    tom = hall.phone()
    writes(tom, "Rice for 5 people, 10 kg, before 18:30 on 21.11.2026")
    assert tom.path == "/post/need/check"


TICKET = next(digits for n in range(10) if codes.rings_true(digits := f"482109367715304{n}"))
TYPED = [
    TICKET,
    " ".join(TICKET[at : at + 4] for at in range(0, 16, 4)),
    "-".join(TICKET[at : at + 2] for at in range(0, 16, 2)),
    f"{TICKET[:8]}\n{TICKET[8:]}",
    TICKET.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
    " – ".join(TICKET[at : at + 4] for at in range(0, 16, 4)).translate(str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯")),
    "\u200f".join(TICKET),
    f"5 people {TICKET[:4]} {TICKET[4:]} at 7",
    f"5 {TICKET[:4]} {TICKET[4:]} 7",
]


@pytest.mark.parametrize("typed", TYPED)
def test_a_ticket_never_gets_onto_the_board(hall: Hall, typed: str) -> None:
    tom = hall.phone()
    page = writes(tom, f"Rice, my ticket: {typed}")
    assert tom.status == 422 and "This looks like a ticket, and a ticket is a secret." in page.text
    assert page.answer.fields["words"].startswith("Rice, my ticket:")
    assert tom.path == "/post/need/words"


@pytest.mark.parametrize(
    "words", ["From 2026-11-21 - 2026-11-22", "21.11.2026 - 22.11.2026", TICKET[:-1] + str((int(TICKET[-1]) + 1) % 10)]
)
def test_two_days_and_a_wrong_check_digit_are_no_ticket(words: str) -> None:
    assert codes.tickets_in(words) == []


def test_what_is_cut_is_all_of_the_words_and_what_was_left_is_not_found_again() -> None:
    answers = {"words": BOTH}
    assert "".join(piece for piece, _ in looking.pieces(answers)) == BOTH
    assert [piece for piece, found in looking.pieces(answers) if found] == ["12 Mill Lane", "0151 2345 6789"]
    assert looking.undecided({**answers, **looking.left(answers)}) == []
