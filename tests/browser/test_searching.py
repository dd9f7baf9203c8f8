"""Who types the name of a category finds the way to all of it: at the touchscreen and on a phone, in two languages.
Who types a ticket comes to what belongs to it, and its digits are in no address."""

import re
import unicodedata
from collections.abc import Callable
from urllib.parse import unquote_plus

import pytest
from playwright.sync_api import Page, Request, Route, expect

from node import intake
from node.domain.wishes import OpenPost
from node.run import Run
from node.ticket_office import Office
from tests.browser.conftest import PHONE, PORTRAIT, Screen, stood_still

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
        expect(page.locator("#find")).to_be_focused()
        expect(page.locator("#keys")).to_be_visible(visible=script)
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


WORDS = "Unmistakable words of whoever typed a ticket"
PART = 8  # digits of a ticket in a row that stand nowhere; fewer are in pictures by chance


@pytest.fixture
def ticket(run: Run, office: Office) -> str:
    issued = office.issue()
    intake.record(run, OpenPost(kind="need", category="food", words=WORDS, lang="en"), ticket=issued.ticket)
    return issued.digits


def grouped(digits: str, zero: str = "0") -> str:
    """As people write it down, in the digits of their language."""
    said = "".join(chr(ord(zero) + int(digit)) for digit in digits)
    return " ".join(said[at : at + 4] for at in range(0, len(said), 4))


def tells_of(ticket: str) -> Callable[[str], bool]:
    """Whether a text, most often an address, has some of the digits, however they are written."""

    def tells(text: str) -> bool:
        plain = "".join(str(unicodedata.decimal(char, char)) for char in unquote_plus(text) if char not in " -")
        return any(ticket[at : at + PART] in plain for at in range(len(ticket) - PART + 1))

    return tells


def history(page: Page) -> list[str]:
    """Each entry of this tab, as Back and Forward know it: address, what was asked for, title."""
    entries = page.context.new_cdp_session(page).send("Page.getNavigationHistory")["entries"]
    return [f"{one['url']} {one['userTypedURL']} {one['title']}" for one in entries]


WHERE = [("kiosk", "/kiosk/board?find=", "0"), ("phone", "/?lang=ar", "٠")]


@pytest.mark.parametrize("mistyped", [False, True], ids=["right", "one digit wrong"])
@pytest.mark.parametrize(("where", "start", "zero"), WHERE, ids=["kiosk-en", "phone-ar"])
def test_a_ticket_typed_into_the_search_is_opened_and_stands_in_no_address(
    screen: Screen, ticket: str, where: str, start: str, zero: str, mistyped: bool
) -> None:
    page = stood_still(screen, "/kiosk/begin?lang=en" if where == "kiosk" else start)
    digits = ticket[:-1] + str((int(ticket[-1]) + 1) % 10) if mistyped else ticket
    tells, asked = tells_of(digits), list[str]()
    page.on("request", lambda request: asked.extend(addresses_in(request)))
    page.goto(start)
    for so_far in (7, 12, 19):  # it follows what is typed, after a while
        page.fill("#find", grouped(digits, zero)[:so_far])
        page.clock.run_for(1_000)
    with page.expect_navigation():
        page.press("#find", "Enter")
    if mistyped:
        expect(page.locator("#field-code")).to_have_value(grouped(digits, zero))
    else:
        expect(page.get_by_text(WORDS)).to_be_visible()
    assert page.url.endswith("/code" if mistyped else "/ticket") and len(asked) > 4
    assert not [one for one in asked + history(page) if tells(one)]
    page.go_back()
    expect(page.locator("#find")).to_have_value("")
    assert not tells(page.content())


def addresses_in(request: Request) -> list[str]:
    return [request.url, request.headers.get("referer", "")]


@pytest.mark.parametrize(("where", "start", "zero"), WHERE, ids=["kiosk-en", "phone-ar"])
def test_without_scripts_whoever_searches_for_a_ticket_is_told_where_to_type_it(
    screen: Screen, ticket: str, where: str, start: str, zero: str
) -> None:
    page = screen("/kiosk/begin?lang=en" if where == "kiosk" else start, script=False)
    page.goto(start)
    asked: list[str] = []
    page.on("request", lambda request: asked.extend(addresses_in(request)))
    page.fill("#find", grouped(ticket, zero))
    with page.expect_navigation():
        page.press("#find", "Enter")
    tells = tells_of(ticket)
    told = "a ticket is a secret. Type its digits here" if where == "kiosk" else "والتذكرة سر. اكتب أرقامها هنا"
    expect(page.locator("main .banner")).to_contain_text(told)
    assert page.url.endswith("/code?searched=yes")
    assert not [one for one in [*asked, *history(page), page.content()] if tells(one)]
    page.fill("#field-code", grouped(ticket, zero))
    with page.expect_navigation():
        page.press("#field-code", "Enter")
    expect(page.get_by_text(WORDS)).to_be_visible()


def test_a_ticket_waits_until_the_board_is_reached_and_is_sent_once(screen: Screen, ticket: str) -> None:
    page, tried, sent = stood_still(screen, "/"), list[str](), list[str]()

    def away(route: Route) -> None:
        tried.append(route.request.url)
        route.abort() if len(tried) == 1 else route.continue_()

    page.route("**/code", lambda route: away(route) if route.request.method == "GET" else route.continue_())
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.fill("#find", ticket)
    with page.expect_event("requestfailed"):
        page.press("#find", "Enter")
    page.press("#find", "Enter")
    with page.expect_navigation():
        page.clock.run_for(3_000)
    expect(page.get_by_text(WORDS)).to_be_visible()
    assert len(tried) == 2 and len(sent) == 1
    screen.complaints[:] = [said for said in screen.complaints if "ERR_FAILED" not in said]


def test_the_code_of_a_flyer_is_found_once_it_is_sent_and_short_numbers_at_once(screen: Screen, run: Run) -> None:
    link = intake.record(run, OpenPost(kind="offer", category="tools", words="Bulbs, 1515 of them", lang="en")).link
    page = stood_still(screen, "/")
    page.fill("#find", "1515")
    page.clock.run_for(1_000)
    expect(page.locator("#live-list .card")).to_have_count(1)
    expect(page.locator("#live-list .card")).to_contain_text("Bulbs")
    page.fill("#find", link[:9])
    with page.expect_navigation():
        page.press("#find", "Enter")
    expect(page.locator("#live-list .card")).to_contain_text("Bulbs")
