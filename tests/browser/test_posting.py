"""A neighbour posts a need at the touchscreen, in Arabic, with scripts and without."""

import re

import pytest
from playwright.sync_api import Page, expect

from node import intake
from node.domain.wishes import OpenPost
from node.run import Run
from node.storage import board
from tests.browser.conftest import Screen

WORDS = "نحتاج الليلة إلى أرز وزيت"


def press(page: Page, selector: str) -> None:
    with page.expect_navigation():
        page.locator(selector).first.click()


def answer_until_words(page: Page) -> None:
    press(page, ".dock a:has-text('انشر حاجة')")
    press(page, "button[value=food]")
    page.locator("label:has([value=week])").click()
    press(page, ".dock .btn-main")
    press(page, "[name=for][value='5']")
    press(page, "[name=area]")


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_a_need_is_posted_in_arabic(kiosk: Screen, run: Run, script: bool) -> None:
    page = kiosk("ar", script=script)
    answer_until_words(page)
    words = f"{WORDS} {script}"
    page.fill("textarea", words)
    press(page, ".dock .btn-main")
    expect(page.locator("h1")).to_have_text("راجع إجاباتك")
    press(page, ".dock .btn-main")
    expect(page.locator(".banner")).to_contain_text("حاجتك الآن على اللوحة")
    digits = page.locator(".ticket .digits").inner_text()
    press(page, "[name=kept][value=photo]")
    assert digits not in page.content()
    code = page.locator(".great").inner_text()
    [card] = board.one(run.db(), code, run.clock_ms(), run.space_id)
    assert (card.words, card.lang, card.wanted) == (words, "ar", 5)


def test_words_are_typed_with_the_keys_on_the_screen(kiosk: Screen, run: Run) -> None:
    page = kiosk("ar")
    answer_until_words(page)
    page.click("textarea")
    for key in ("أ", "ر", "ز"):
        if key == "أ":
            page.click(".hg-button-shift")
        page.click(f".keys button[data-skbtn='{key}']")
    assert page.input_value("textarea") == "أرز"
    page.click(".hg-button-bksp")
    assert page.input_value("textarea") == "أر"
    page.keyboard.press("Escape")  # who has keys of their own puts these away, and types on
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.type("ز")
    assert page.input_value("textarea") == "أرز"


@pytest.mark.long
def test_the_keys_never_cover_the_field(kiosk: Screen) -> None:
    for size in ({"width": 1280, "height": 800}, {"width": 800, "height": 1280}):
        page = kiosk("ar", size=size)
        answer_until_words(page)
        press(page, ".dock .btn-main")  # with an error above it there is least room
        page.click("textarea")
        keys, field = page.locator(".keys").bounding_box(), page.locator("textarea").bounding_box()
        bar = page.locator(".bar").bounding_box()
        assert keys and field and bar
        assert field["y"] + field["height"] <= page.locator(".dock").bounding_box()["y"]
        assert small_keys(page) == []
        assert field["y"] >= 0 and keys["y"] + keys["height"] <= size["height"] + 1


def small_keys(page: Page) -> list[str]:
    boxes = [(key.inner_text(), key.bounding_box()) for key in page.locator(".keys button").all()]
    return [name for name, box in boxes if box and min(box["width"], box["height"]) < 63.5]


def test_digits_have_a_pad(kiosk: Screen) -> None:
    page = kiosk("en")
    press(page, ".dock a:has-text('I have a ticket')")
    page.click("#field-code")
    for digit in "481":
        page.click(f".keys button[data-skbtn='{digit}']")
    assert page.input_value("#field-code") == "481"
    assert page.locator(".keys button[data-skbtn='q']").count() == 0


def test_a_double_tap_posts_once(kiosk: Screen, run: Run) -> None:
    page = kiosk("ar")
    answer_until_words(page)
    page.fill("textarea", "مرة واحدة فقط")
    press(page, ".dock .btn-main")
    with page.expect_navigation():
        page.locator(".dock .btn-main").dblclick()
    page.wait_for_selector(".ticket .digits")
    view = board.View(find="مرة واحدة فقط", now_ms=run.clock_ms(), space=run.space_id)
    assert len(board.page(run.db(), view).cards) == 1


@pytest.mark.long
def test_a_new_post_shows_on_a_phone_by_itself(screen: Screen, run: Run) -> None:
    """By the real clock; test_phone.py says by ours how soon."""
    page = screen("/", size={"width": 360, "height": 740})
    intake.record(run, OpenPost(kind="offer", category="clothing", words="A warm coat, size M"))
    expect(page.locator("#live-list")).to_contain_text("A warm coat, size M")


@pytest.mark.parametrize(
    ("language", "keys", "words"),
    [
        ("ur", "کھانا", "کھانا"),
        pytest.param("fa", "سلام", "سلام", marks=pytest.mark.long),
        pytest.param("bn", "ভাত", "ভাত", marks=pytest.mark.long),
        pytest.param("tr", "ışık", "ışık", marks=pytest.mark.long),
        pytest.param("so", "bariis", "bariis", marks=pytest.mark.long),
    ],
)
def test_every_language_has_its_letters_on_the_keys(
    kiosk: Screen, run: Run, language: str, keys: str, words: str
) -> None:
    page = kiosk(language)
    if page.locator("html").get_attribute("lang") != language:
        pytest.skip(f"no catalogue for {language} yet")
    page.goto(f"{page.url.partition('/kiosk')[0]}/kiosk/board?find=")
    page.click("#find")
    for key in keys:
        page.click(f".keys button[data-skbtn='{key}']")
    assert page.input_value("#find") == words


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_the_enter_key_goes_on_in_the_same_language_with_the_number_that_was_typed(kiosk: Screen, script: bool) -> None:
    page = kiosk("ar", script=script)
    page.goto("/kiosk/post/need/what")
    press(page, "button[value=food]")
    press(page, ".dock .btn-main")
    page.fill("[name=more]", "7")
    with page.expect_navigation():
        page.press("[name=more]", "Enter")
    expect(page).to_have_url(re.compile("/where$"))
    assert page.locator("html").get_attribute("lang") == "ar"
    page.goto("/kiosk/post/need/many")
    expect(page.locator("[name=more]")).to_have_value("7")
