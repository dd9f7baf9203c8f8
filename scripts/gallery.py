"""Photographs every page, kiosk, phone, desk and paper, in English and Arabic; makes a folder with an index.html.

Usage: python -m scripts.gallery [folder]. Needs Playwright for Python and a Chromium; starts a node on demo data.
"""

from __future__ import annotations

import html
import os
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from waitress import create_server

from node import demo, stewards
from node.app import create_app
from node.run import Run
from node.settings import Settings
from node.start import open_run
from node.storage import board
from node.ticket_office import Office
from scripts import desk_gallery, people

CHROMIUM = os.environ.get("CORKBOARD_CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_MS = 120_000  # of a browser, on a machine ten times slower
SCREENS = {"kiosk": (1280, 800), "portrait": (800, 1280), "phone": (360, 740)}
LANGUAGES = ("en", "ar")
PASSPHRASE = "three warm loaves on a cold sill"
WORDS = {
    "en": "Rice, oil and dates for tonight. We are five and we have a stove.",
    "ar": "نحتاج الليلة إلى أرز وزيت وتمر. نحن خمسة، وعندنا موقد.",
}


@dataclass(frozen=True)
class Links:
    """Posts worth a picture, as links: codes with their tail."""

    need: str
    offer: str
    arabic: str
    over: str
    own: str


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(run: Run, office: Office, host: str = "127.0.0.1", seen_from: str = "") -> Iterator[str]:
    """The pages of a run, on the port of its settings, to this machine only; gives their address. seen_from: the
    address that a browser is taken to have."""
    app = create_app(run, office)

    def from_there(asked: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        return app({**asked, "REMOTE_ADDR": seen_from}, start)

    server = create_server(from_there if seen_from else app, host=host, port=run.settings.port, threads=4)
    over = threading.Event()

    def serve() -> None:
        try:
            server.run()
        except OSError:  # its sockets were closed while it looked at them
            if not over.is_set():
                raise

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{run.settings.port}"
    finally:
        over.set()
        server.close()
        thread.join(5)


@contextmanager
def demo_run(folder: Path) -> Iterator[Run]:
    """A space with the invented posts on its board."""
    settings = Settings(
        data=folder,
        port=free_port(),
        peer_port=free_port(),
        name="Riverside Hall",
        desk="by the door",
        hours="9:00 to 20:00",
        wifi="Riverside Hall",
    )
    clock = demo.Clock()
    run = open_run(settings, clock_ms=clock)
    demo.fill(run, clock, False, lambda done, of: None)
    try:
        yield run
    finally:
        run.close()


def worth_a_picture(run: Run) -> Links:
    view = board.View(status="all", now_ms=run.clock_ms(), space=run.space_id)
    cards = board.page(run.db(), view, limit=200).cards
    open_ones = [card for card in cards if card.status == "open"]

    def link(of: list[board.Card], **wanted: object) -> str:
        return next(card.link for card in of if all(getattr(card, key) == want for key, want in wanted.items()))

    return Links(
        need=link([card for card in open_ones if card.promised], kind="need", lang="en"),
        offer=link(open_ones, kind="offer", lang="en"),
        arabic=link(open_ones, kind="need", lang="ar"),
        over=link(cards, status="met"),
        own=link([card for card in open_ones if "poster" in card.readers]),
    )


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=START_MS)
        try:
            yield browser
        finally:
            browser.close()


class Camera:
    """Takes pictures of one audience in one language."""

    def __init__(self, context: BrowserContext, address: str, folder: Path, screen: str, language: str) -> None:
        self.page: Page = context.new_page()
        self.base = address + ("" if screen == "phone" else "/kiosk")
        self._folder, self._screen, self._language = folder, screen, language
        self.taken: list[Path] = []

    def go(self, path: str) -> None:
        self.page.goto(self.base + path)

    def press(self, selector: str) -> None:
        """Touch something that leads to another page."""
        with self.page.expect_navigation():
            self.page.click(selector)

    def snap(self, name: str, whole: bool = False) -> None:
        file = self._folder / f"{self._screen}-{name}.{self._language}.png"
        self.page.screenshot(path=file, full_page=whole)
        self.taken.append(file)

    def visit(self, path: str, name: str, whole: bool = False) -> None:
        self.go(path)
        self.snap(name, whole)

    def comes_back(self, digits: str) -> None:
        """Somebody else, with a ticket."""
        self.page.context.clear_cookies()
        self.go(("/?lang=" if self._screen == "phone" else "/begin?lang=") + self._language)
        self.go("/code")
        self.page.fill("#field-code", digits)
        self.press("main .btn-main")


def photograph(browser: Browser, address: str, folder: Path, links: Links, tickets: dict[str, str]) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    taken: list[Path] = []
    for screen, (width, height) in SCREENS.items():
        for language in LANGUAGES:
            context = browser.new_context(viewport={"width": width, "height": height}, locale=language)
            camera = Camera(context, address, folder, screen, language)
            walk_pages(camera, screen, language, links)
            walk_posting(camera, language)
            walk_helping(camera, links.own)
            walk_mine(camera, tickets)
            taken += camera.taken
            context.close()
    return taken + photograph_paper(browser, address, folder, links)


def walk_pages(camera: Camera, screen: str, language: str, links: Links) -> None:
    if screen == "phone":
        camera.go(f"/?lang={language}")
    else:
        camera.go(f"/?lang={language}")
        camera.snap("attract")
        camera.go(f"/begin?lang={language}")
    tall = screen == "phone"
    camera.visit("/board", "board")
    camera.visit("/board?find=zzz", "nothing")
    camera.visit("/board?category=food", "category")
    camera.visit("/choose", "choose", tall)
    camera.visit("/code", "code", tall)
    camera.visit(f"/p/{links.need}", "need", tall)
    camera.visit(f"/p/{links.offer}", "offer", tall)
    camera.visit(f"/p/{links.over}", "over", tall)
    camera.visit("/p/123456789", "unknown", tall)
    camera.visit(f"/p/{links.need}/help", "help", tall)
    camera.visit("/nowhere", "error", tall)
    if tall:
        camera.visit("/carry", "carry", tall)
    camera.visit(f"/p/{links.arabic}/flyer", "flyer", tall)
    camera.visit("/flyers", "flyers", tall)
    camera.visit("/flyer?many=yes", "flyer-many", tall)
    if not tall:
        camera.visit("/flyer/hang", "flyer-hang")
        camera.visit("/flyers/hanging", "flyers-hanging")
    camera.go("/board")
    camera.page.click("summary")
    camera.snap("menu")
    if screen != "phone":
        camera.page.evaluate("document.getElementById('veil').hidden = false")
        camera.snap("still-there")
    camera.visit("/board?text=large", "board-large")
    camera.visit(f"/p/{links.arabic}", "large", tall)
    camera.visit("/board?text=usual&contrast=high", "board-contrast")
    camera.go("/board?contrast=usual")


def walk_posting(camera: Camera, language: str) -> None:
    page = camera.page
    tall = camera._screen == "phone"
    camera.visit("/post/need/what", "post-1-what", tall)
    camera.press("[value=food]")
    camera.snap("post-2-when", tall)
    page.check("[value=date]", force=True)
    camera.press(".dock .btn-main")
    camera.snap("post-2-date", tall)
    camera.press(".days .tile >> nth=2")
    camera.snap("post-3-many", tall)
    camera.press("[name=for][value='5']")
    camera.snap("post-4-where", tall)
    camera.press("[name=area] >> nth=1")
    camera.snap("post-5-words-empty", tall)
    camera.press(".dock .btn-main")
    camera.snap("post-5-words-wrong", tall)
    page.click("textarea")
    camera.snap("post-5-words-keys")
    page.fill("textarea", f"{WORDS[language]} 0151 234 56 78, 12 Mill Lane.")
    page.select_option("select", language)
    camera.snap("post-5-words", tall)
    camera.press(".dock .btn-main")
    camera.snap("post-5-words-look", tall)
    camera.press("[value=all]")
    camera.snap("post-6-check", tall)
    camera.press(".dock .btn-main")
    walk_ticket(camera, tall)


def walk_ticket(camera: Camera, tall: bool) -> None:
    """From the page with a new ticket to coming back with it."""
    page = camera.page
    camera.snap("ticket-1-keep", tall)
    page.fill("#field-last4", "12")
    camera.press("[value=written]")
    camera.snap("ticket-1-wrong", tall)
    if not tall:
        page.click("#field-last4")
        camera.snap("ticket-1-keys")
    camera.visit("/keep/paper", "ticket-2-paper")
    camera.visit("/keep/paper?size=receipt", "ticket-2-receipt")
    camera.visit("/keep/leaving", "ticket-3-leaving")
    camera.go("/keep")
    digits = page.locator(".ticket .digits").inner_text()
    camera.press("[value=photo]")
    camera.snap("post-7-done", tall)
    camera.go("/code")
    page.fill("#field-code", digits[:-1])
    camera.press("main .btn-main")
    camera.snap("ticket-4-too-few", tall)
    if not tall:
        page.click("#field-code")
        camera.snap("ticket-4-keys")
    page.fill("#field-code", digits)
    camera.press("main .btn-main")
    camera.snap("ticket-5-mine", tall)


def walk_helping(camera: Camera, link: str) -> None:
    """ "I can help", to the page with what comes next and what else is needed; then what a passer-by sees there."""
    tall = camera._screen == "phone"
    camera.go(f"/p/{link}/help")
    camera.page.fill("#field-words", "I can bring some at six")
    camera.press("#answer .btn-main")
    camera.snap("help-2-ticket", tall)
    camera.press("[value=photo]")
    camera.snap("help-3-next", tall)
    camera.visit(f"/p/{link}", "answers-wait", tall)


def walk_mine(camera: Camera, tickets: dict[str, str]) -> None:
    """What each of these neighbours finds who comes back with a ticket, whole: there is much to read."""
    for name, digits in tickets.items():
        camera.comes_back(digits)
        camera.snap(f"mine-{name}", whole=True)
        if name in ("poster", "helper", "reissued"):
            camera.visit("/ticket/erase", f"mine-{name}-erase", whole=True)
        if name == "poster":
            camera.visit("/ticket/1/stop", "mine-poster-stop", whole=True)
            camera.visit("/ticket/change", "mine-poster-change", whole=True)
            camera.page.fill("#field-words", "")
            camera.press(".dock .btn-main" if camera._screen != "phone" else "main .btn-main")
            camera.snap("mine-poster-change-wrong", whole=True)
            camera.page.fill("#field-words", "Soup for two. 0151 234 56 78")
            camera.press(".dock .btn-main" if camera._screen != "phone" else "main .btn-main")
            camera.snap("mine-poster-change-look", whole=True)


def photograph_paper(browser: Browser, address: str, folder: Path, links: Links) -> list[Path]:
    """At 96 dots an inch, as it prints."""
    taken = []
    for language in LANGUAGES:
        context = browser.new_context(viewport={"width": 794, "height": 1123}, locale=language)
        page = context.new_page()
        page.emulate_media(media="print")
        page.goto(f"{address}/?lang={language}")
        for name, path in (
            ("need", f"/p/{links.need}/flyer"),
            ("arabic", f"/p/{links.arabic}/flyer"),
            ("offer", f"/p/{links.offer}/flyer?also=ur"),
            ("letter", f"/p/{links.offer}/flyer?paper=letter&tabs=no&also=bn"),
            ("a5", f"/p/{links.arabic}/flyer?paper=a5"),
            ("small", f"/flyer?many=yes&p={links.need}&p={links.offer}&p={links.arabic}"),
            ("own", "/flyer"),
        ):
            page.goto(address + path)
            file = folder / f"paper-{name}.{language}.png"
            page.screenshot(path=file, full_page=True)
            page.pdf(path=file.with_suffix(".pdf"), prefer_css_page_size=True)
            taken.append(file)
        context.close()
    return taken


def index(folder: Path, taken: list[Path]) -> None:
    figures = "".join(
        f'<figure><img src="{file.name}" alt="" width="400"><figcaption>{html.escape(file.stem)}</figcaption></figure>'
        for file in taken
    )
    (folder / "index.html").write_text(
        f"<!doctype html><html lang='en'><meta charset='utf-8'><title>Corkboard gallery</title>{figures}",
        "utf-8",
    )


def main(folder: Path) -> None:
    os.environ["no_proxy"] = "*"
    with (
        tempfile.TemporaryDirectory() as data,
        demo_run(Path(data)) as run,
        served(run, office := people.quick_office(run)) as address,
        served(run, office, "127.0.0.2", "192.0.2.7") as elsewhere,
        chromium() as browser,
    ):
        stewards.make(Path(data), PASSPHRASE)
        links = worth_a_picture(run)
        taken = photograph(browser, address, folder, links, people.meet(run, office))
        desk_gallery.fill(run, office, links.need, links.over)
        taken += desk_gallery.photograph(browser, address, elsewhere, folder, PASSPHRASE)
    index(folder, taken)
    print(f"{len(taken)} pictures: {folder / 'index.html'}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "gallery"))
