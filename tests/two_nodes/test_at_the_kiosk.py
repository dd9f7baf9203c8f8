"""A neighbour at the hall's touchscreen, in a real browser; what she posts is on the library's board."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.two_nodes.node import Node, wait_until

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PATIENCE_MS = 120_000  # for a machine ten times slower: never a measure

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed")


@pytest.fixture
def screen(hall: Node, tmp_path: Path) -> Iterator[Page]:
    """The touchscreen: a browser on the same machine as the hall's node."""
    start = tmp_path / "chromium"
    start.write_text(f'#!/bin/sh\nexec {" ".join(hall.place.command(str(CHROMIUM)))} "$@"\n')
    start.chmod(0o755)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=start, args=["--no-sandbox"], timeout=PATIENCE_MS)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(PATIENCE_MS)
        yield page
        browser.close()


def touch(screen: Page, name: str) -> None:
    screen.get_by_role("button", name=name).or_(screen.get_by_role("link", name=name)).first.click()


def test_a_need_posted_at_the_kiosk_of_one_space_is_on_the_board_of_the_other(
    hall: Node, library: Node, screen: Page
) -> None:
    library.pairs_with(hall)
    screen.goto(f"{hall.address}/kiosk")
    for name in ("Touch to begin", "Post a need", "Food", "Next", "5", "Anywhere"):
        touch(screen, name)
    screen.get_by_label("Say it in your own words").fill("Rice and lentils, halal")
    touch(screen, "Next")
    touch(screen, "Put it on the board")
    touch(screen, "I photographed it")
    code = screen.locator(".great.code").inner_text()
    wait_until(lambda: "Rice and lentils, halal" in library.page("/"))
    assert code in library.page(f"/p/{code.replace('-', '')}")
