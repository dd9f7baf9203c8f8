"""Photographs every page, kiosk, phone and paper, in English and Arabic; makes a folder with an index.html.

Usage: python -m scripts.gallery [folder]. Needs Playwright for Python and a Chromium; starts a node on demo data.
"""

from __future__ import annotations

import html
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from waitress import create_server

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
SCREENS = {"kiosk": (1280, 800), "portrait": (800, 1280), "phone": (360, 740)}
LANGUAGES = ("en", "ar")
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


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The app on a free port of this machine; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # the guard knows the port that the settings name; here it is port 80 that it also knows
    server = create_server(app, host="127.0.0.1", port=port, threads=4, clear_untrusted_proxy_headers=True)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.close()


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class Camera:
    """Takes pictures of one audience in one language."""

    def __init__(
        self, context: BrowserContext, address: str, folder: Path, screen: str, language: str
    ) -> None:
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


def photograph(browser: Browser, address: str, folder: Path, links: Links) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    taken: list[Path] = []
    for screen, (width, height) in SCREENS.items():
        for language in LANGUAGES:
            context = browser.new_context(viewport={"width": width, "height": height}, locale=language)
            camera = Camera(context, address, folder, screen, language)
            walk_pages(camera, screen, language, links)
            walk_posting(camera, language)
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
    page.fill("textarea", WORDS[language])
    page.select_option("select", language)
    camera.snap("post-5-words", tall)
    camera.press(".dock .btn-main")
    camera.snap("post-6-check", tall)
    camera.press(".dock .btn-main")
    camera.snap("post-7-done", tall)


def photograph_paper(browser: Browser, address: str, folder: Path, links: Links) -> list[Path]:
    """A4 at 96 dots an inch, as it prints."""
    taken = []
    for language in LANGUAGES:
        context = browser.new_context(viewport={"width": 794, "height": 1123}, locale=language)
        page = context.new_page()
        page.emulate_media(media="print")
        for name, link in (("need", links.need), ("arabic", links.arabic), ("offer", links.offer)):
            page.goto(f"{address}/p/{link}/flyer?lang={language}")
            file = folder / f"paper-{name}.{language}.png"
            page.screenshot(path=file)
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
