"""Who types the name of a category finds the way to all of it: at the touchscreen and on a phone, in two languages."""

import re

import pytest
from playwright.sync_api import Page, expect

from node import intake
from node.domain.wishes import OpenPost
from node.run import Run
from tests.browser.conftest import PHONE, PORTRAIT, Screen

NAMED = ".named a.chip"


def searches(page: Page, words: str, typed: bool) -> None:
    """typed: the list follows; else the form is sent, as always where no script runs."""
    page.fill("#find", words)
    if not typed:
        with page.expect_navigation():
            page.press("#find", "Enter")


def number(page: Page) -> int:
    """How many are open, by the chip; int() reads any script's digits."""
    return int(re.findall(r"\d+", page.locator(NAMED).first.inner_text())[-1])


@pytest.mark.long
@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
@pytest.mark.parametrize(
    ("where", "word", "beginning", "nobody_wrote"),
    [("kiosk", "Clothing", "clothi", "vêtements"), ("phone", "الملابس", "ملاب", "giysi")],
    ids=["kiosk-en", "phone-ar"],
)
def test_a_word_that_names_a_category_leads_to_all_of_it(
    screen: Screen, run: Run, where: str, word: str, beginning: str, nobody_wrote: str, script: bool
) -> None:
    intake.record(run, OpenPost(kind="offer", category="tools", words=f"A rack: {word}", lang="en"))
    intake.record(run, OpenPost(kind="offer", category="clothing", words="Two warm jackets", lang="en"))
    if where == "kiosk":
        page, start = screen("/kiosk/begin?lang=en", size=PORTRAIT, script=script), "/kiosk/board"
        page.goto("/kiosk/board?find=")
    else:
        page, start = screen("/?lang=ar", size=PHONE, script=script), "/"
    typed = script and where == "phone"

    searches(page, word, typed)
    expect(page.locator(NAMED)).to_have_count(1)
    expect(page.locator("#live-list")).to_contain_text("A rack")
    assert number(page) >= 1

    searches(page, nobody_wrote, typed)
    expect(page.locator("#live-list .empty .named a.chip")).to_have_count(1)

    searches(page, "zzzz", typed)
    expect(page.locator("#live-list .empty")).to_be_visible()
    expect(page.locator(NAMED)).to_have_count(0)

    searches(page, beginning, typed)
    expect(page.locator(NAMED)).to_have_count(1)
    promised = number(page)
    with page.expect_navigation():
        page.click(NAMED)
    assert page.url.endswith(f"{start}?category=clothing")
    expect(page.locator("#live-list")).to_contain_text("Two warm jackets")
    expect(page.locator("#live-list .card")).to_have_count(promised)
