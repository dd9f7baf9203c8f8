"""Every string in every language: none missing, none hard-coded, placeholders equal, plurals complete."""

import re
from datetime import date, timedelta
from functools import cache

import pytest
from babel.messages.catalog import Catalog, Message
from flask import g

from node.web import days, labels
from node.web.languages import read_catalogue, read_languages
from scripts import catalogues
from tests.house import rooms
from tests.web.conftest import Hall

TAGS = catalogues.tags()
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")


def messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


@cache
def said_by_pages() -> set[tuple[object, object]]:
    return {(message.id, message.context) for message in messages(catalogues.used())}


@pytest.mark.parametrize("tag", TAGS)
def test_a_catalogue_holds_exactly_what_the_pages_say(tag: str) -> None:
    used = said_by_pages()
    held = {(message.id, message.context) for message in messages(read_catalogue(tag))}
    assert held - used == set() and used - held == set(), "run: python -m scripts.catalogues"


@pytest.mark.parametrize("tag", TAGS)
def test_no_translation_is_missing_or_a_guess(tag: str) -> None:
    wrong = [m.id for m in messages(read_catalogue(tag)) if m.fuzzy or not all(forms(m.string)) or not m.string]
    assert wrong == []


@pytest.mark.parametrize("tag", TAGS)
def test_every_form_has_the_placeholders_of_its_key(tag: str) -> None:
    """Forms for no, one and two may say the number in a word; the others may not."""
    wrong = []
    for message in messages(read_catalogue(tag)):
        wanted = set(PLACEHOLDER.findall(forms(message.id)[-1]))
        said = forms(message.string)
        spoken = {"%(num)s"} if len(said) > 2 else set()
        for at, text in enumerate(said):
            found = set(PLACEHOLDER.findall(text))
            if found != wanted and not (at < 3 and found == wanted - spoken):
                wrong.append((message.id, text))
    assert wrong == []


@pytest.mark.parametrize("tag", TAGS)
def test_the_desk_has_one_word_for_posts_and_others_for_flyers_and_reports(tag: str) -> None:
    """A steward who is to take down two flyers must not take two posts from the board."""
    said = {forms(message.id)[0]: forms(message.string) for message in messages(read_catalogue(tag))}
    waiting = " ".join(said["%(num)s post waits for review"]).lower()
    for other in ("Flyers", "Reports"):
        assert said[other][0].lower().removeprefix("ال") not in waiting


def test_plural_forms_are_complete() -> None:
    for tag, count in (("en", 2), ("ar", 6)):
        catalogue = read_catalogue(tag)
        assert catalogue.num_plurals == count
        assert all(len(m.string) == count for m in messages(catalogue) if not isinstance(m.id, str))


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "لا أحد"),
        (1, "لشخص واحد"),
        (2, "لشخصين"),
        (5, "لـ 5 أشخاص"),
        (11, "لـ 11 شخصًا"),
        (40, "لـ 40 شخصًا"),
        (100, "لـ 100 شخص"),
        (103, "لـ 103 أشخاص"),
    ],
)
def test_arabic_counts_with_all_its_forms(count: int, said: str) -> None:
    words = read_languages(["ar"])["ar"].words
    assert words.ngettext("For %(num)s person", "For %(num)s people", count) % {"num": count} == said


WORD = re.compile(r"[^\W\d_]{2,}")
# blocks that fill in an attribute; then Jinja's own marks
ATTRIBUTES = re.compile(r"\{% block (?:look|viewport|body_data) %\}.*?\{% endblock %\}", re.S)
MARKS = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.S)
VISIBLE = re.compile(r"\s(?:aria-label|placeholder|title|alt)=\"([^\"{]*)\"")


@pytest.mark.parametrize("file", rooms.pages(), ids=rooms.where)
def test_no_page_has_words_of_its_own(file: rooms.Path) -> None:
    text = MARKS.sub("", ATTRIBUTES.sub("", file.read_text(encoding="utf-8")))
    between = re.sub(r"[\w-]+=\"[^\"]*\"", "", " ".join(re.findall(r">([^<>]*)<", text)))
    assert WORD.findall(between + " ".join(VISIBLE.findall(text))) == []


@pytest.mark.parametrize("file", sorted((rooms.HOME / "node" / "static").glob("*.js")), ids=rooms.where)
def test_no_script_has_words_of_its_own(file: rooms.Path) -> None:
    assert re.findall(r"(?:textContent|innerText|alert\(|title)\s*=?\s*\"[A-Za-z]", file.read_text("utf-8")) == []


def test_the_switch_is_on_every_page_in_each_language_s_own_name(hall: Hall) -> None:
    link = hall.has("Rice")
    tom = hall.phone()
    for path in ("/", f"/p/{link}", "/code", "/choose", "/p/123456789", "/nowhere", "/post/need/what"):
        page = tom.opens(path)
        assert "العربية" in page.text and "English" in page.text


def test_a_phone_is_spoken_to_in_its_language(hall: Hall) -> None:
    answer = hall.app.test_client().get(
        "/", base_url="http://corkboard.local:8080", headers={"Accept-Language": "ar-SY,ar;q=0.9,en;q=0.5"}
    )
    assert '<html lang="ar" dir="rtl">' in answer.text


def test_the_choice_is_remembered_and_leaves_the_address(hall: Hall) -> None:
    tom = hall.phone()
    page = tom.opens("/?kind=need&lang=ar")
    assert tom.path == "/" and ("html", {"lang": "ar", "dir": "rtl"}) in page.tags
    assert ("html", {"lang": "ar", "dir": "rtl"}) in tom.opens("/").tags


def test_larger_text_and_contrast_are_switches(hall: Hall) -> None:
    tom = hall.phone()
    page = tom.opens("/?text=large")
    assert any("text-large" in given.get("class", "") for tag, given in page.tags if tag == "html")
    page = tom.opens("/?contrast=high")
    assert any("high-contrast" in given.get("class", "") for tag, given in page.tags if tag == "html")
    page = tom.opens("/?text=usual")
    assert not any("text-large" in given.get("class", "") for tag, given in page.tags if tag == "html")


def test_times_are_said_as_people_say_them(hall: Hall) -> None:
    link = hall.has("Rice", when="week")
    hall.clock.passes(hours=3)
    assert "Posted 3 hours ago" in hall.phone("en").opens(f"/p/{link}").text
    assert "نُشرت قبل 3 ساعات" in hall.phone("ar").opens(f"/p/{link}").text
    assert "Sou tablo a: sa gen 3 èdtan" in hall.phone("ht").opens(f"/p/{link}").text


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("en", ["Thursday", "Thursday 5 March", "5 March", "5 Mar"]),
        ("es", ["jueves", "jueves 5 de marzo", "5 de marzo", "5 mar"]),
        ("fr", ["jeudi", "jeudi 5 mars", "5 mars", "5 mars"]),
        ("ht", ["jedi", "jedi 5 mas", "5 mas", "5 mas"]),
        ("tr", ["Perşembe", "5 Mart Perşembe", "5 Mart", "5 Mar"]),
    ],
)
def test_days_are_said_as_people_say_them(hall: Hall, tag: str, said: list[str]) -> None:
    day = date(2026, 3, 5)
    with hall.app.test_request_context():
        g.language = read_languages([tag])[tag]
        assert [labels.day_name(day), labels.long_day(day), labels.short_day(day), labels.brief_day(day)] == said


@pytest.mark.parametrize(
    ("past", "said"),
    [
        ({"minutes": 1}, "sa gen 1 minit"),
        ({"minutes": 50}, "sa gen 50 minit"),
        ({"minutes": 55}, "sa gen 1 èdtan"),
        ({"hours": 23}, "sa gen 1 jou"),
        ({"days": 5}, "sa gen 5 jou"),
        ({"days": 14}, "sa gen 2 semèn"),
        ({"days": 60}, "sa gen 2 mwa"),
    ],
)
def test_creole_says_how_long_ago(hall: Hall, past: dict[str, int], said: str) -> None:
    with hall.app.test_request_context():
        g.language = read_languages(["ht"])["ht"]
        assert days.ago(timedelta(**past)) == said


def test_the_look_for_words_sees_them() -> None:
    """The test above is worth what this is worth."""
    for wrong in ("<p>Hello</p>", '<p>{{ _("Right") }} wrong</p>', '<a title="Hello">{{ x }}</a>'):
        text = MARKS.sub("", ATTRIBUTES.sub("", wrong))
        between = re.sub(r"[\w-]+=\"[^\"]*\"", "", " ".join(re.findall(r">([^<>]*)<", text)))
        assert WORD.findall(between + " ".join(VISIBLE.findall(text)))
