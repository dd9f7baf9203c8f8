"""A real node and a real browser in front of it. Without a Chromium these tests are passed over, and say so."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from node.run import Run
from node.ticket_office import Office
from scripts import gallery, people

HERE = Path(__file__).parent
LANDSCAPE = {"width": 1280, "height": 800}
PORTRAIT = {"width": 800, "height": 1280}
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    with gallery.demo_run(tmp_path_factory.mktemp("node")) as held:
        yield held


@pytest.fixture(scope="session")
def office(run: Run) -> Office:
    return people.quick_office(run)


@pytest.fixture(scope="session")
def node(run: Run, office: Office) -> Iterator[str]:
    os.environ["no_proxy"] = "*"
    with gallery.served(run, office) as address:
        yield address


@pytest.fixture(scope="session")
def tickets(run: Run, office: Office) -> dict[str, str]:
    """Neighbours with tickets, by what became of them."""
    return people.meet(run, office)


OPEN = pytest.StashKey[ExitStack]()


@pytest.fixture(scope="session")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    if not Path(gallery.CHROMIUM).exists():
        pytest.skip("no Chromium here: set CORKBOARD_CHROMIUM")
    with ExitStack() as until_the_last:
        request.session.stash[OPEN] = until_the_last
        yield until_the_last.enter_context(gallery.chromium())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """After the last test of this folder: while a browser is open no other test can run an event loop of its own."""
    yield
    if (nextitem is None or HERE not in nextitem.path.parents) and OPEN in item.session.stash:
        item.session.stash[OPEN].close()


Screen = Callable[..., Page]
PATIENCE_MS = 120_000  # for a machine ten times slower: never a measure
expect.set_options(timeout=PATIENCE_MS)


def stood_still(screen: Screen, path: str) -> Page:
    """A page on a new screen whose clock stands still, here and on all that follow: `page.clock.run_for` alone moves
    it. One that is only installed goes on by itself, so a slow machine would be seconds further than the test says."""
    page = screen("about:blank")
    page.clock.install()
    page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))
    page.goto(path)
    return page


@pytest.fixture
def screen(browser: Browser, node: str) -> Iterator[Screen]:
    """Opens a page on a new screen, and at the end says what the browser complained about."""
    opened: list[BrowserContext] = []
    complaints: list[str] = []

    def open_one(path: str, size: dict[str, int] = LANDSCAPE, script: bool = True, **more: object) -> Page:
        context = browser.new_context(viewport=size, java_script_enabled=script, base_url=node, **more)
        context.set_default_timeout(PATIENCE_MS)
        opened.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    open_one.complaints = complaints
    yield open_one
    for context in opened:
        context.close()
    assert [said for said in complaints if "status of 4" not in said] == []


@pytest.fixture
def kiosk(screen: Screen) -> Screen:
    """The touchscreen after somebody chose a language."""

    def begin(language: str = "en", **more: object) -> Page:
        return screen(f"/kiosk/begin?lang={language}", **more)

    return begin
