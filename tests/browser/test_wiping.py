"""The touchscreen forgets: it asks, counts down, wipes; then Back, reload and storage show nothing."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Screen, stood_still

SECRET = "Unmistakable words of somebody"


def typing(page: Page) -> None:
    """Words half written."""
    page.goto("/kiosk/post/need/what")
    for selector in ("button[value=food]", ".dock .btn-main", "[name=for][value='2']", "[name=area]"):
        with page.expect_navigation():
            page.locator(selector).first.click()
    page.fill("textarea", SECRET)


@pytest.fixture
def quiet(screen: Screen) -> Page:
    """Somebody has walked away from half-written words; the browser's clock is ours."""
    page = stood_still(screen, "/kiosk/")
    page.goto("/kiosk/begin?lang=en")
    typing(page)
    return page


@pytest.mark.long
def test_it_asks_after_ninety_seconds_in_a_form(quiet: Page) -> None:
    quiet.clock.run_for(88_000)
    expect(quiet.locator("#veil")).to_be_hidden()
    quiet.clock.run_for(4_000)
    expect(quiet.locator("#veil")).to_be_visible()
    expect(quiet.locator("#veil-still")).to_be_focused()
    assert 25 <= int(quiet.locator("#veil-count").inner_text()) <= 30


def test_it_asks_after_sixty_seconds_on_the_board(screen: Screen) -> None:
    page = stood_still(screen, "/kiosk/")
    page.goto("/kiosk/begin?lang=en")
    page.clock.run_for(58_000)
    expect(page.locator("#veil")).to_be_hidden()
    page.clock.run_for(4_000)
    expect(page.locator("#veil")).to_be_visible()


@pytest.mark.long
def test_still_here_keeps_everything_any_number_of_times(quiet: Page) -> None:
    for by_key in (False, True, False):
        quiet.clock.run_for(92_000)
        quiet.keyboard.press("Escape") if by_key else quiet.click("#veil-still")
        expect(quiet.locator("#veil")).to_be_hidden()
    assert quiet.input_value("textarea") == SECRET


@pytest.mark.long
def test_it_does_not_ask_while_somebody_types(quiet: Page) -> None:
    for _ in range(4):
        quiet.clock.run_for(60_000)
        quiet.locator("textarea").press("a")
    expect(quiet.locator("#veil")).to_be_hidden()


def test_after_the_countdown_nothing_is_left(quiet: Page) -> None:
    before = {cookie["name"]: cookie["value"] for cookie in quiet.context.cookies()}
    quiet.clock.run_for(125_000)
    quiet.wait_for_url(re.compile("/kiosk/$"))
    after = {cookie["name"]: cookie["value"] for cookie in quiet.context.cookies()}
    assert after.get("visit") != before["visit"] and "lang" not in after
    nothing_left(quiet)


def test_leave_wipes_and_waits_for_nothing(screen: Screen) -> None:
    """The page's clock stands still: whatever it would do later it never does."""
    page = stood_still(screen, "/kiosk/begin?lang=en")
    typing(page)
    with page.expect_navigation():
        page.click(".btn-leave >> nth=0")
    nothing_left(page)


def nothing_left(page: Page, secret: str = SECRET) -> None:
    stored = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert stored == "[{},{}]"
    for move in (page.go_back, page.go_back, page.go_forward, page.reload):
        move()
        expect(page.locator(".attract")).to_be_visible()
        assert secret not in page.content()


def test_without_scripts_the_page_leads_back_by_itself(screen: Screen) -> None:
    page = screen("/kiosk/begin?lang=en", script=False)
    assert page.locator("meta[http-equiv=refresh]").get_attribute("content") == "90;url=/kiosk/idle"
    page.goto("/kiosk/idle")
    expect(page.locator(".attract")).to_be_visible()
