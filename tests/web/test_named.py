"""Who searches for the name of a category is led to it, whatever language its name is typed in."""

import re

import pytest

from node import intake
from node.domain.wishes import Hide
from node.storage import board
from node.web import languages, named
from node.web.labels import CATEGORIES
from tests.web.conftest import Hall, Person

TAGS = ("en", "ar", "ur", "fa", "so", "bn", "tr", "es", "fr", "ht")


@pytest.fixture
def full(hall: Hall) -> Hall:
    """A board with one post of each category, and no word of any category's name."""
    for category in CATEGORIES:
        hall.has("xyzzy", category=category)
    return hall


def chips(person: Person, find: str, **chosen: str) -> list[tuple[str, dict[str, str]]]:
    """(words, its address) of each, as they stand above the list."""
    html = person.opens(BOARD[person.address == "127.0.0.1"], query_string={"find": find, **chosen}).html
    [part] = re.findall(r'<nav class="row named".*?</nav>', html, re.S) or [""]
    found = re.findall(r'<a class="chip" href="([^"]+)">(.*?)</a>', part, re.S)
    return [(" ".join(re.sub("<[^>]+>", "", words).split()), address) for address, words in found]


BOARD = {True: "/kiosk/board", False: "/"}


@pytest.mark.parametrize("tag", TAGS)
def test_the_name_of_every_category_in_every_language_leads_to_it_from_any_page(tag: str) -> None:
    words = languages.read_languages([tag])[tag].words
    for key, name in CATEGORIES.items():
        said = words.gettext(name)
        for typed in (said, said.upper(), f" {said}? "):
            assert key in named.meant(typed, "en")
            assert named.meant(typed, tag)[0] == key


def test_what_was_found_stands_below_the_way_to_all_of_it(full: Hall) -> None:
    full.has("A tap with running water", category="tools")
    full.has("Bottles", kind="offer", category="water")
    for person, start in ((full.phone(), "/"), (full.neighbour(), "/kiosk/board")):
        assert chips(person, "water") == [("All of Water: 2 open", f"{start}?category=water")]
        assert "A tap with running water" in person.page.text
        assert 'href="#water"' in person.page.html and '<symbol id="water"' in person.page.html


def test_where_nothing_has_the_word_it_is_the_way_out(full: Hall) -> None:
    assert chips(full.phone(), "water") == [("All of Water: 1 open", "/?category=water")]
    page = full.phone().opens("/?find=water")
    assert "Nothing with “water” All of Water: 1 open" in page.text and "Try a shorter word" not in page.text


@pytest.mark.parametrize(
    ("typed", "category"),
    [
        ("wat", "water"),
        ("FOO", "food"),
        ("الطعام", "food"),
        ("الماء", "water"),
        ("رعاية الأطفال", "childcare"),
        ("طـعام", "food"),
        ("\ufec3\ufecc\ufe8e\ufee1", "food"),  # as some keyboards write it
        ("رفت و آمد", "transport"),
        ("vetements", "clothing"),
        ("sante", "health"),
        ("SAĞLIK", "health"),
        ("saglik", "health"),
        ("toit", "shelter"),
        ("garde d enf", "childcare"),
        ("su", "water"),
        ("herramientas", "tools"),
    ],
)
def test_a_beginning_or_another_spelling_will_do(typed: str, category: str) -> None:
    assert named.meant(typed, "en")[0] == category


@pytest.mark.parametrize("typed", ["", "wa", "الم", "zebra", "waterproof", "water food", "?", "a b c d e f g h", "٣٤٥"])
def test_what_is_no_category_leads_nowhere(full: Hall, typed: str) -> None:
    assert named.meant(typed, "en") == []
    assert chips(full.phone(), typed) == []


def test_two_that_begin_alike_are_both_there_and_the_readers_own_language_comes_first() -> None:
    assert named.meant("com", "en") == ["company", "food"]
    assert named.meant("com", "es") == ["food", "company"]
    assert named.meant("wax", "so") == ["learning", "other"]


def test_there_are_three_at_most(full: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(named, "meant", lambda find, tag: list(CATEGORIES))
    assert len(chips(full.phone(), "anything")) == 3


def test_kind_and_place_stay_chosen_and_count_and_the_chosen_category_needs_no_way(full: Hall) -> None:
    full.has("Bottles", kind="offer", category="water", area="East")
    phone = full.phone()
    assert chips(phone, "water", kind="offer", area="East", category="food") == [
        ("All of Water: 1 open", "/?kind=offer&amp;area=East&amp;category=water")
    ]
    assert chips(phone, "water", category="water") == []


def test_a_category_of_which_nothing_is_open_is_no_way_out(hall: Hall) -> None:
    hall.has("A ladder")
    phone = hall.phone()
    assert chips(phone, "water") == [] and "Try a shorter word" in phone.page.text


def test_the_number_is_that_of_the_board_as_it_is_now(hall: Hall) -> None:
    """Pages and counts are kept; what is new, hidden here or has run out counts at once."""
    phone = hall.phone()
    link = hall.has("Bottles", category="water", when="now")
    assert chips(phone, "water")[0][0] == "All of Water: 1 open"
    hall.has("A tank", category="water", when="any")
    assert chips(phone, "water")[0][0] == "All of Water: 2 open"
    post = board.one(hall.run.db(), link, hall.clock(), hall.run.space_id)[0]
    intake.record(hall.run, Hide(post_id=post.id, reason="twice"))
    assert chips(phone, "water")[0][0] == "All of Water: 1 open"
    assert "Water 1" in phone.opens("/choose").text
    hall.clock.passes(days=400)
    assert chips(phone, "water") == []


def test_it_is_said_in_the_readers_language(full: Hall) -> None:
    assert chips(full.phone("es"), "water") == [("Todo en Agua: 1 en el tablero", "/?category=water")]


def test_the_names_are_folded_once(full: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    named.meant("water", "en")
    monkeypatch.setattr(languages, "read_languages", lambda tags: pytest.fail("read again"))
    assert chips(full.phone(), "water")
