"""On paper nothing is clipped: words of every length, one language and two, need and offer."""

import dataclasses

import pytest

from node import intake
from node.domain.wishes import OpenPost
from node.run import Run
from tests.browser.conftest import Screen

SENTENCE = {
    "en": "We need rice, oil and dates for tonight, we are five and we have a stove. ",
    "ar": "نحتاج الليلة إلى أرز وزيت وتمر، نحن خمسة وعندنا موقد في البيت. ",
}
CLIPPED = """() => [...document.querySelectorAll(".notice, .how li, .tabs li")].filter(part => {
  const box = part.getBoundingClientRect(), sheet = document.querySelector(".sheet").getBoundingClientRect()
  return part.scrollHeight > part.clientHeight + 2 || part.scrollWidth > part.clientWidth + 2
    || box.bottom > sheet.bottom + 1
}).map(part => part.className + part.tagName)"""
MILLIMETRE = 96 / 25.4


@pytest.mark.parametrize(
    ("language", "reader"),
    [
        ("en", "ar"),
        *(pytest.param(*pair, marks=pytest.mark.long) for pair in (("en", "en"), ("en", "ur"))),
        *(pytest.param("ar", reader, marks=pytest.mark.long) for reader in ("en", "ar", "ur")),
    ],
)
def test_words_of_every_length_fit_the_sheet(screen: Screen, run: Run, language: str, reader: str) -> None:
    run.settings = dataclasses.replace(run.settings, desk="by the door", hours="9:00 to 20:00", wifi="Riverside Hall")
    page = screen(f"/?lang={reader}", size={"width": 820, "height": 1200})
    page.emulate_media(media="print")
    clipped = {}
    for length in (20, 60, 110, 180, 300, 500, 750, 1000):
        words = (SENTENCE[language] * 20)[:length].strip()
        wish = OpenPost(kind="offer", category="childcare", words=words, lang=language, area="North", wanted=40)
        page.goto(f"/p/{intake.record(run, wish).link}/flyer")
        clipped[length] = page.evaluate(CLIPPED)
    assert {length: found for length, found in clipped.items() if found} == {}


def test_what_is_scanned_is_large_enough(screen: Screen, run: Run) -> None:
    link = intake.record(run, OpenPost(kind="need", category="food", words="Rice", lang="en")).link
    page = screen(f"/p/{link}/flyer", size={"width": 820, "height": 1200})
    page.emulate_media(media="print")
    inside = 33 / 41  # of the drawing, without its quiet zone
    for where, least in ((".how .qr svg", 30), (".tabs .qr svg", 20)):
        box = page.locator(where).first.bounding_box()
        assert box and box["width"] * inside >= least * MILLIMETRE


def test_the_sheet_prints_on_one_page_and_without_the_bar(screen: Screen, run: Run) -> None:
    link = intake.record(run, OpenPost(kind="need", category="food", words="Oil", lang="en")).link
    page = screen(f"/p/{link}/flyer")
    page.emulate_media(media="print")
    assert not page.locator(".screen-only").is_visible()
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1
