"""A steward at the desk, in a real browser: a journey with and without scripts, everybody's access, and Back."""

import re
from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from node import posters
from node.run import Run
from node.sign_in import SignIn
from node.web import places
from scripts import gallery
from tests.browser.conftest import LANDSCAPE, PHONE, PORTRAIT, Screen
from tests.browser.test_access import AXE, OPEN, SMALL, WIDE

GOOD = "three warm loaves on a cold sill"
ZOOMED = {"width": 640, "height": 400}  # 1280 by 800 at 200 %
NARROW = {"width": 320, "height": 640}
HANGS = "Mill Lane bus stop"


@pytest.fixture(autouse=True)
def desk(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    """A browser somewhere on the network; its passphrase is known without the slow step. One flyer's post is met."""
    monkeypatch.setattr(SignIn, "ready", lambda self: None)
    monkeypatch.setattr(SignIn, "opens", lambda self, typed, address, at_node: typed == GOOD)
    monkeypatch.setattr("node.web.desk.is_kiosk_address", lambda address, kiosks: False)
    links = gallery.worth_a_picture(run)
    posters.hang(run, [links.over], HANGS)
    posters.hang(run, [links.need, links.arabic, ""], "Library door")


def signs_in(page: Page) -> None:
    page.fill("#field-passphrase", GOOD)
    with page.expect_navigation():
        page.click("#answer .btn-main")


@pytest.mark.long
@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_a_steward_takes_a_flyer_down_undoes_it_leaves_and_back_shows_nothing(screen: Screen, script: bool) -> None:
    page = screen("/desk", script=script)
    signs_in(page)
    expect(page.locator("h1")).to_have_text("1 thing waits for you")
    with page.expect_navigation():
        page.click(".wait a.btn")
    row = page.locator("section[aria-labelledby=down-ones] li", has_text=HANGS)
    expect(row).to_contain_text("Met. Thank you")
    for pressed in ("It is down", "Undo", "It is down"):
        within = page.locator(".lately") if pressed == "Undo" else row
        with page.expect_navigation():
            within.get_by_role("button", name=pressed).first.click()
    expect(row).to_have_count(0)
    with page.expect_navigation():
        page.click("form[action='/desk/leave'] button")
    expect(page).to_have_url(re.compile(r"/desk/sign-in\?was=left$"))
    for _ in range(3):
        page.go_back()
        expect(page.locator("body")).not_to_contain_text("Library door")
        expect(page.locator("#field-passphrase")).to_be_visible()
    assert page.input_value("#field-passphrase") == ""


def walk(page: Page, run: Run) -> Iterator[str]:
    """Every kind of page of the desk; yields its name while it is on screen."""
    link = gallery.worth_a_picture(run).need
    yield "the door"
    page.fill("#field-passphrase", "nearly")
    with page.expect_navigation():
        page.click("#answer .btn-main")
    yield "a wrong passphrase"
    signs_in(page)
    paths = (
        "/",
        "/flyers/hanging",
        "/flyers",
        f"/p/{link}/flyer",
        f"/flyer/hang?p={link}",
        "/review",
        "/reports",
        "/over",
        "/no",
    )
    for path in paths:
        page.goto(f"/desk{path}")
        yield path


@pytest.mark.long
@pytest.mark.parametrize("language", ["en", "ar"])
def test_fingers_can_use_it_at_the_touchscreen(
    screen: Screen, run: Run, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("node.web.desk.is_kiosk_address", places.is_kiosk_address)
    page = screen(f"/desk/sign-in?lang={language}", bypass_csp=True)
    assert wrong_on_the_way(page, run, language, (LANDSCAPE, PORTRAIT), least=64) == {}


def wrong_on_the_way(
    page: Page, run: Run, language: str, sizes: Sequence[ViewportSize], least: int
) -> dict[str, list[object]]:
    """Page by page what axe finds, and at each size what sticks out or is smaller than `least` pixels."""
    wrong = {}
    for name in walk(page, run):
        said = broken(page, language)
        for size in sizes:
            page.set_viewport_size(size)
            page.evaluate(OPEN, True)
            said += [(size["width"], each) for each in page.evaluate(SMALL, least)]
            page.evaluate(OPEN, False)
            said += [(size["width"], "sticks out", wide)] if (wide := page.evaluate(WIDE)) > 0 else []
        page.set_viewport_size(LANDSCAPE)
        if said:
            wrong[name] = said
    return wrong


def broken(page: Page, language: str) -> list[object]:
    """What axe finds. It cannot be let in by our own policy, so pages are opened with the policy set aside."""
    page.add_script_tag(path=AXE)
    rules = {"color-contrast": {"enabled": language != "ar"}}
    found = page.evaluate("rules => axe.run(document, {rules}).then(all => all.violations)", rules)
    return [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in found]


@pytest.mark.long
@pytest.mark.parametrize("language", ["en", "ar", "bn"])
def test_everybody_can_use_it(screen: Screen, run: Run, language: str) -> None:
    page = screen(f"/desk/sign-in?lang={language}", bypass_csp=True)
    sizes = (LANDSCAPE, ZOOMED, PHONE, NARROW) if language == "en" else (LANDSCAPE, NARROW)
    assert wrong_on_the_way(page, run, language, sizes, least=48) == {}


@pytest.mark.long
def test_the_keyboard_alone_is_enough(screen: Screen) -> None:
    page = screen("/desk/sign-in?text=large", size=NARROW)

    def reaches(selector: str) -> None:
        for _ in range(60):
            if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"{selector} is not reached")

    reaches("#field-passphrase")
    page.keyboard.type(GOOD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.evaluate(WIDE) <= 0
    reaches(".wait a.btn")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.evaluate(WIDE) <= 0
    reaches("section[aria-labelledby=down-ones] li button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".lately")).to_contain_text(HANGS)


@pytest.mark.long
def test_a_page_that_nobody_touched_is_left_by_itself(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    page = screen("/desk")
    page.clock.install()
    signs_in(page)
    page.clock.fast_forward(31 * 60_000)
    expect(page).to_have_url(re.compile("/desk/over$"))
    expect(page.locator("body")).not_to_contain_text("Library door")
