"""Two spaces without a network, and a neighbour whose phone carries the news: real nodes, a real browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, sync_playwright

from tests.two_nodes.journeys.browsers import CHROMIUM, PATIENCE_MS, Browsers
from tests.two_nodes.node import Node

pytestmark = [pytest.mark.long, pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed")]


class Phone:
    """Tom's, in his language. script: whether its browser runs scripts."""

    def __init__(self, browsers: Browsers, space: Node, language: str, script: bool) -> None:
        browser = browsers.at_the_screen_of(space)
        context = browser.new_context(java_script_enabled=script, viewport={"width": 360, "height": 740}, locale="en")
        context.set_default_timeout(PATIENCE_MS)
        self.page: Page = context.new_page()
        self.page.goto(f"{space.address}/?lang={language}")
        self.page.click("main .ends a[href='/carry']")

    def fetches(self, to: Path) -> Path:
        self.page.click("form[action='/carry/fetch'] button")
        with self.page.expect_download() as coming:
            self.page.click("a[download]")
        assert coming.value.suggested_filename.startswith("Hall-20")
        coming.value.save_as(to)
        return to

    def brings(self, file: Path) -> str:
        """What the last page says."""
        self.page.set_input_files("input[type=file]", file)
        self.page.click("form[action='/carry/bring'] .btn")
        self.page.wait_for_selector("[data-came], [data-why]")
        return self.page.inner_text("main")


@pytest.fixture
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as held:
        yield held


def test_what_a_phone_fetches_here_and_brings_there_is_on_the_board_there(
    hall: Node, library: Node, playwright: Playwright, tmp_path: Path
) -> None:
    library.pairs_with(hall)
    library.stops()
    hall.posts("A ladder for Saturday")
    browsers = Browsers(playwright, tmp_path)
    file = Phone(browsers, hall, "en", script=True).fetches(tmp_path / "with.corkboard")
    again = Phone(browsers, hall, "ar", script=False).fetches(tmp_path / "without.corkboard")
    assert file.read_bytes() == again.read_bytes(), "nothing came in between, so it is the same one"
    spoilt = shutil.copy(file, tmp_path / "spoilt.corkboard")
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    Path(spoilt).write_bytes(data)
    hall.stops()  # from now on nothing else could bring it
    library.starts()
    assert "This file was changed on the way" in Phone(browsers, library, "en", script=True).brings(Path(spoilt))
    assert library.board() == []
    assert "حاجة جديدة واحدة" in Phone(browsers, library, "ar", script=False).brings(file)
    assert "A ladder for Saturday" in library.page("/") and library.board() == ["A ladder for Saturday"]
    assert "Nothing new: all of it was here already." in Phone(browsers, library, "en", script=True).brings(file)
    left = [path.name for path in (library.folder / "carry").iterdir()]
    assert left == []
    browsers.close()
