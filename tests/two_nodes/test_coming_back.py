"""Amina posts at one space and reads her answer at the other, with sixteen digits and nothing else; then she erases."""

import re

from playwright.sync_api import Page, expect

from tests.two_nodes.node import Node, wait_until
from tests.two_nodes.test_at_the_kiosk import pytestmark, screen, touch

__all__ = ["pytestmark", "screen"]


def ticket_on(screen: Page) -> str:
    digits = re.sub(r"\D", "", screen.locator(".ticket .digits").inner_text())
    touch(screen, "I photographed it")
    return digits


def test_a_ticket_from_the_hall_reads_its_answer_at_the_library_and_erases_everywhere(
    hall: Node, library: Node, screen: Page
) -> None:
    library.pairs_with(hall)
    screen.goto(f"{hall.address}/kiosk")
    for name in ("Touch to begin", "Post a need", "Food", "Next", "5", "Anywhere"):
        touch(screen, name)
    screen.get_by_label("Say it in your own words").fill("Rice for five people")
    touch(screen, "Next")
    touch(screen, "Put it on the board")
    amina = ticket_on(screen)
    code = screen.locator(".great.code").inner_text().replace("-", "")
    touch(screen, "I am done")
    wait_until(lambda: "Rice for five people" in library.page("/"))
    helps(screen, hall, code)
    comes_back(screen, library, amina)
    expect(screen.locator(".letter").first).to_contain_text("Yusuf's group brings it here at 17:00")
    touch(screen, "Erase everything")
    touch(screen, "Erase it now")
    expect(screen.locator("#main")).to_contain_text("Erased. The words are gone here.")
    wait_until(lambda: "Rice for five people" not in hall.page("/"))


def helps(screen: Page, hall: Node, code: str) -> None:
    screen.goto(f"{hall.address}/kiosk")
    touch(screen, "Touch to begin")
    screen.goto(f"{hall.address}/kiosk/p/{code}/help")
    screen.locator("#answer textarea").fill("Yusuf's group brings it here at 17:00")
    screen.locator("#answer button.btn-main").click()
    ticket_on(screen)
    touch(screen, "Leave")


def comes_back(screen: Page, library: Node, digits: str) -> None:
    """Until her answer has come over."""
    for _ in range(6):
        screen.goto(f"{library.address}/code")
        screen.locator("#field-code").fill(digits)
        screen.locator("#answer button.btn-main").click()
        screen.locator(".ticket-page").wait_for()
        if screen.locator(".letter").count():
            return
        screen.wait_for_timeout(2_000)
