"""The touchscreen forgets what has to do with a ticket as well: after Done, after a while, and by a refresh without
scripts. Then Back, Forward and reload show the first screen."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from node import intake
from node.domain import codes
from node.domain.sealed import Letter
from node.domain.wishes import OpenPost, PromiseHelp
from node.run import Run
from node.ticket_office import Issued, Office
from tests.browser.conftest import Screen, stood_still
from tests.browser.test_wiping import nothing_left

POSTED, ANSWERED, TYPED = "Bread for three, please", "Unmistakable words of a helper", "Unmistakable words, unsent"


@pytest.fixture
def poster(run: Run, office: Office) -> Issued:
    """Somebody whose need was answered, under seal."""
    issued = office.issue()
    wish = OpenPost(kind="need", category="food", lang="en", words=POSTED, when="week")
    post = intake.record(run, wish, ticket=issued.ticket).post
    intake.record(run, PromiseHelp(post, letter=Letter(ANSWERED, "0151 2345 6789")), ticket=office.issue().ticket)
    return issued


def a_new_ticket(page: Page, poster: Issued, run: Run) -> str:
    """Just posted; not kept yet. Gives what nobody shall see afterwards."""
    page.goto("/kiosk/post/need/what")
    for selector in ("button[value=food]", ".dock .btn-main", "[name=for][value='2']", "[name=area]"):
        press(page, selector)
    page.fill("textarea", POSTED)
    press(page, ".dock .btn-main")
    press(page, ".dock .btn-main")
    shown = page.locator(".ticket .digits span").all_inner_texts()
    assert codes.rings_true("".join(shown))
    return shown[0] + "</span> <span>" + shown[1]


def my_ticket(page: Page, poster: Issued, run: Run) -> str:
    """Come back with a ticket, an answer on the screen and another half written."""
    page.goto("/kiosk/code")
    page.fill("#field-code", poster.digits)
    press(page, "main .btn-main")
    expect(page.get_by_text(ANSWERED)).to_be_visible()
    page.locator("details:has(textarea) > summary").first.click()
    page.locator("textarea").first.fill(TYPED)
    return ANSWERED


def a_typed_answer(page: Page, poster: Issued, run: Run) -> str:
    """ "I can help", half written."""
    link = codes.link_of(intake.record(run, OpenPost(kind="need", category="food", lang="en", words=POSTED)).post)
    page.goto(f"/kiosk/p/{link}/help")
    page.fill("textarea", TYPED)
    return TYPED


def press(page: Page, selector: str) -> None:
    with page.expect_navigation():
        page.locator(selector).first.click()


Brings = Callable[[Page, Issued, Run], str]
EACH = pytest.mark.parametrize("brings", [a_new_ticket, my_ticket, a_typed_answer])


def test_my_ticket_is_gone_after_done(screen: Screen, poster: Issued, run: Run) -> None:
    after_done(screen("/kiosk/begin?lang=en"), my_ticket, poster, run)


@pytest.mark.long
@pytest.mark.parametrize("brings", [a_new_ticket, a_typed_answer])
def test_what_else_is_of_a_ticket_is_gone_after_done(screen: Screen, poster: Issued, run: Run, brings: Brings) -> None:
    after_done(screen("/kiosk/begin?lang=ar"), brings, poster, run)


def after_done(page: Page, brings: Brings, poster: Issued, run: Run) -> None:
    secret = brings(page, poster, run)
    press(page, ".btn-leave >> visible=true")
    if brings is a_new_ticket:  # asked once more, on a page that shows nothing of it
        assert secret not in page.content()
        press(page, "main .btn-leave")
    expect(page.locator(".attract")).to_be_visible()
    nothing_left(page, secret)


@pytest.mark.long
@EACH
def test_it_is_gone_when_nobody_touches_the_screen(screen: Screen, poster: Issued, run: Run, brings: Brings) -> None:
    page = stood_still(screen, "/kiosk/")
    page.goto("/kiosk/begin?lang=en")
    secret = brings(page, poster, run)
    page.clock.run_for(92_000)
    expect(page.locator("#veil")).to_be_visible()
    page.clock.run_for(33_000)
    page.wait_for_url(re.compile("/kiosk/$"))
    nothing_left(page, secret)


SOON = 10
"""Seconds instead of minutes, on the page under test."""


@pytest.mark.long
@EACH
def test_without_scripts_it_is_gone_by_a_refresh(screen: Screen, poster: Issued, run: Run, brings: Brings) -> None:
    page = screen("/kiosk/begin?lang=en", script=False)
    secret = brings(page, poster, run)
    address = page.url
    page.route(address, refreshing_soon)  # this page alone: a page that is fetched here keeps its address
    page.reload()
    if brings is a_typed_answer:
        page.fill("textarea", TYPED)
    page.wait_for_url(re.compile("/kiosk/$"))
    page.unroute(address)
    for move in (page.go_back, page.go_back, page.go_forward, page.reload):
        move()
        expect(page.locator(".attract")).to_be_visible()
        assert secret not in page.content()


def refreshing_soon(route: Route) -> None:
    """The page as it is, but for how long it waits."""
    answer = route.fetch()
    refresh = re.compile(r'http-equiv="refresh" content="\d+;')
    body = refresh.sub(f'http-equiv="refresh" content="{SOON};', answer.text())
    route.fulfill(response=answer, body=body) if refresh.search(answer.text()) else route.fulfill(response=answer)
