"""Photographs the stewards' desk, at the touchscreen and in a browser elsewhere, with something on each of its pages.

Part of scripts.gallery, which is called; invents what waits there. For no real node.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from node import intake, posters, reviewing
from node.domain.wishes import Edit, OpenPost, Report, StopWords
from node.reviewing import Shares
from node.run import Run
from node.ticket_office import Office
from scripts.people import Saying, post_of

SCREENS = {"desk": (1280, 900), "desk-phone": (360, 740), "desk-screen": (1280, 800), "desk-upright": (800, 1280)}
AT_THE_SCREEN = ("desk-screen", "desk-upright")
LANGUAGES = ("en", "ar")
PAGES = {"home": "/", "review": "/review", "hanging": "/flyers/hanging", "reports": "/reports"}
SENT: tuple[dict[str, Any], ...] = (
    {"words": "نحتاج إلى بطانيات لثلاثة أطفال، الليلة إن أمكن.", "lang": "ar", "category": "shelter", "wanted": 3},
    {"words": "Two buckets of apples from our tree. Come with a bag.", "kind": "offer", "when": "week"},
    {"words": "Who can read a letter from the council with me? I do not understand it.", "category": "papers"},
    {"words": "Nakit odeme, ikinci el telefon. Ucuz.", "lang": "tr", "kind": "offer", "category": "phone"},
)
OLD, NEW = "A pram for twins, from Saturday on", "A pram for twins, from Friday on. We bring it back on Monday."


def fill(run: Run, office: Office, link: str, over: str) -> None:
    """Posts from phones that wait, new words for one that is up, what was reported, and flyers that hang. link, over:
    posts on the board, the second one met."""
    said = Saying(run, office)
    changes = said.posts(OLD, category="childcare")
    helper = said.promises(changes, "We have one")
    promise = said.promise(changes, helper)
    said.says(changes, StopWords(post_of(changes), promise, reported=True, why="They wrote unkindly."))
    said.says(None, Report(post_of(said.posts("Cheap watches", category="other")), "It sells something."))
    posters.hang(run, [over], "Mill Lane bus stop")
    posters.hang(run, [link, ""], "Library door")
    reviewing.turn_it(run, True)
    first = reviewing.first_read(run, Shares(lambda size: b"g" * size), "10.0.0.7")
    for given in SENT:
        wish = OpenPost(**{"kind": "need", "category": "food", "lang": "en", "when": "today", **given})
        intake.record(run, wish, ticket=office.issue().ticket, first=first)
    wish = OpenPost("need", "childcare", NEW, "en", when="week")
    intake.record(run, Edit(post_of(changes), wish), ticket=changes.ticket, first=first)


def photograph(browser: Browser, here: str, elsewhere: str, folder: Path, passphrase: str) -> list[Path]:
    """here, elsewhere: addresses by which a page is the touchscreen's, and by which it is not."""
    taken: list[Path] = []
    for screen, (width, height) in SCREENS.items():
        base = here if screen in AT_THE_SCREEN else elsewhere
        for language in LANGUAGES:
            context = browser.new_context(viewport={"width": width, "height": height}, base_url=base)
            for name in walk(context.new_page(), language, passphrase):
                taken.append(folder / f"{screen}-{name}.{language}.png")
                context.pages[0].screenshot(path=taken[-1], full_page=True)
            context.close()
    return taken


def walk(page: Page, language: str, passphrase: str) -> Iterator[str]:
    """Yields each page's name while it is on the screen."""
    page.goto(f"/desk/sign-in?lang={language}")
    yield "door"
    page.fill("#field-passphrase", passphrase)
    with page.expect_navigation():
        page.click("#answer .btn-main")
    for name, path in PAGES.items():
        page.goto(f"/desk{path}")
        yield name
    page.goto("/desk/review")
    with page.expect_navigation():
        page.click(".queue form a.btn")
    yield "why-not"
