"""One post on paper: A4, black, in the post's language and the reader's, with tabs to tear off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Blueprint, g
from markupsafe import Markup

from node import addresses
from node.domain import codes
from node.storage.board import Card
from node.web import labels, wifi
from node.web.languages import Language, _
from node.web.links import host_name, post_address
from node.web.pages import go, now, run, show
from node.web.qr import drawn
from node.web.reading import Page, find, which

TABS = 6
# Type sizes of the words, in points; print.css has a class for each.
SIZES = (42, 36, 30, 26, 22, 18, 16, 14, 12, 10, 8)
BILINGUAL = 30  # the largest beside a second language
# letters times points squared that the sheet holds; scripts with tall lines hold fewer
ROOM, TALL_ROOM = 100_000, 75_000
BESIDE = 0.6  # what a second language leaves of it
TALL = ("ar", "bn", "ckb", "fa", "ps", "ur")


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/p/<code>/flyer", "flyer", flyer)


def flyer(code: str) -> Page:
    cards = find(code)
    if len(cards) != 1:
        return which(code, cards)
    card, reader = cards[0], g.language
    if not card.words:  # taken down, erased or not here yet: there is nothing to print
        return go("one", code=card.link)
    main = g.languages.get(card.lang, reader)
    return show(
        "print/flyer.html",
        card=card,
        main=main,
        first=told_in(main, card),
        second=told_in(reader, card) if reader is not main else None,
        size=size_of(card, bilingual=reader is not main),
        tabs=TABS,
        code=codes.shown(card.code),
        qr=drawn(post_address(card.link), "QR"),
        host=host_name(),
        address=_address(),
        wifi_qr=wifi.qr(),
    )


def size_of(card: Card, bilingual: bool) -> int:
    """The largest type in which the words fit the sheet."""
    room = (TALL_ROOM if card.lang in TALL else ROOM) * (BESIDE if bilingual else 1)
    largest = BILINGUAL if bilingual else SIZES[0]
    fitting = (size for size in SIZES if size <= largest and len(card.words) * size * size <= room)
    return next(fitting, SIZES[-1])


def _address() -> str:
    """By number as well: some phones do not know .local names. "" without a network."""
    found = next(iter(addresses.here()), "")
    return found and f"{found}:{run().settings.port}"


@dataclass(frozen=True)
class Told:
    """Everything that the paper says, in one language."""

    tag: str
    dir: str
    motto: str
    kind: str
    category: str
    when: str
    people: str
    join: str
    wifi: Markup
    scan: str
    type: Markup
    desk: tuple[str, str]
    until: str


def told_in(language: Language, card: Card) -> Told:
    with speaking(language):
        return Told(
            tag=language.tag,
            dir=language.dir,
            motto=_("Neighbours helping neighbours"),
            kind=_("Offer") if card.kind == "offer" else _("Need"),
            category=labels.category(card.category),
            when=labels.when(card, now()),
            people=labels.people(card),
            join=_("Join"),
            wifi=_wifi(wifi.name()),
            scan=_("Scan"),
            type=_type(_address()),
            desk=(_("No phone?"), _("Ask at the desk")),
            until=_until(card),
        )


def _wifi(name: str) -> Markup:
    if not name:
        return Markup(_("Join our Wi-Fi. It is free. There is no internet on it."))
    sentence = Markup.escape(_("Our Wi-Fi: %(name)s. It is free. There is no internet on it."))
    return sentence % {"name": Markup("<b><bdi>{}</bdi></b>").format(name)}


def _type(address: str) -> Markup:
    host, number = (Markup('<b class="ltr">{}</b>').format(text) for text in (host_name(), address))
    if not address:
        return Markup.escape(_("Or type %(address)s")) % {"address": host}
    return Markup.escape(_("Or type %(address)s or %(number)s")) % {"address": host, "number": number}


def _until(card: Card) -> str:
    if not card.expires_ms:
        return ""
    day = labels.long_day(labels.local(card.expires_ms).date())
    return _("On the board until %(day)s, %(time)s") % {"day": day, "time": labels.clock(card.expires_ms)}


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    before, g.language = g.language, language
    try:
        yield
    finally:
        g.language = before
