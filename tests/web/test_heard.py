"""What somebody hears who does not see the page: what it is about, what went wrong, what was found, whose words."""

import pytest

from tests.web.conftest import Hall, Person
from tests.web.page import Page

STARTS = pytest.mark.parametrize("start", ["/kiosk", ""], ids=["kiosk", "phone"])


def visitor(hall: Hall, start: str) -> Person:
    return hall.neighbour() if start else hall.phone()


def begins_well(page: Page) -> bool:
    """One heading is the page's, and it is the first."""
    levels = [int(tag[1]) for tag, _ in page.tags if tag in ("h1", "h2", "h3", "h4")]
    return levels[0] == 1 and levels.count(1) == 1


@STARTS
def test_a_page_begins_with_the_one_thing_that_it_is_about(hall: Hall, start: str) -> None:
    link = hall.has("Rice for five", wanted=5)
    amina = visitor(hall, start)
    for path in ("/", "/?find=zebra", f"/p/{link}", "/code", "/choose", "/join", "/flyers", f"/p/{link}/help"):
        assert begins_well(amina.opens(f"{start}/board{path[1:]}" if start and path < "/a" else start + path)), path
    assert begins_well(amina.answers(words="")) and begins_well(amina.answers(words="I bring rice", count="2"))
    helped = amina.answers(kept="photo")
    assert "Thank you." in helped.text and begins_well(helped)
    amina.posts(start=start)
    posted = amina.answers(kept="photo")
    assert "This is its code" in posted.text and begins_well(posted)


STEPS: tuple[tuple[dict[str, str], dict[str, str]], ...] = (  # an answer that will not do, and one that will
    ({"when": "never"}, {"when": "date"}),
    ({"later": "2001-01-01"}, {"later": "2026-01-07"}),
    ({"more": "some"}, {"for_": "5"}),
    ({"words": ""}, {"words": "Rice", "written": "en"}),
)


@STARTS
def test_what_went_wrong_is_where_one_begins_and_leads_to_its_field(hall: Hall, start: str) -> None:
    amina = visitor(hall, start)
    amina.opens(f"{start}/post/need")
    amina.answers(category="food")
    for wrong, right in STEPS:
        page = amina.answers(**wrong)
        said = [given for _, given in page.tags if given.get("class") == "errors"]
        assert [(given["role"], given["tabindex"], "autofocus" in given) for given in said] == [("alert", "-1", True)]
        there = {given.get("id") for _, given in page.tags}
        ways = [link[1:] for link in page.links if link.startswith("#field-")]
        assert ways and there.issuperset(ways), wrong
        amina.answers(**right)
        if amina.path.endswith("/where"):  # a touch is never wrong there
            amina.answers(area="East")
    amina.answers(scope="circle")
    page = amina.answers(last4="12", kept="written")  # beside the ticket there is one field: one begins in it
    assert [given["aria-invalid"] for _, given in page.tags if "autofocus" in given] == ["true"]


def test_who_searches_hears_that_there_is_nothing_as_well(hall: Hall) -> None:
    hall.has("A ladder")
    tom = hall.phone()
    for typed, found in (("ladder", "Found: 1"), ("zebra", "Found: 0")):
        assert found in tom.opens(f"/?find={typed}").text


def test_the_words_of_a_helper_are_in_no_language_that_the_page_knows(hall: Hall) -> None:
    link = hall.has("A cot")
    tom = hall.phone()
    tom.opens(f"/p/{link}")
    tom.answers(words="Ich habe eins")
    assert '<p lang="und" dir="auto">Ich habe eins</p>' in hall.phone("ar").opens(f"/p/{link}").html
