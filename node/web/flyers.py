"""Flyers: of one post, of a chosen few, of the space itself. The page shows them as they print, beside the choices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, g, request
from markupsafe import Markup

from node.domain import codes
from node.storage import board
from node.storage.board import Card
from node.web import labels, told, wifi
from node.web.languages import Language
from node.web.links import board_address, host_name, post_address
from node.web.pages import go, run, show
from node.web.paper import PAPERS, Choice, Fit, chosen, fit, fit_small
from node.web.qr import drawn
from node.web.reading import Page, find, view_of, which
from node.web.told import Told

MOST = 30  # posts chosen at once
OFFERED = 60  # posts to choose from, the newest
OPEN = ("open", "partly")


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/p/<code>/flyer", "flyer", of_one)
    pages.add_url_rule("/flyer", "flyer_of", of_several)
    pages.add_url_rule("/flyers", "flyers", choose)


@dataclass(frozen=True)
class Flyer:
    """kind: need, offer, or "" for the space's own. also: the words in the second language, "" where nobody translated
    them; small: what a small one holds, and its type size."""

    kind: str
    picture: str
    words: str
    lang: str
    also: str
    small: tuple[str, int]
    area: str
    code: str
    qr: Markup
    first: Told
    second: Told | None
    fit: Fit


def choose() -> Page:
    """Tick some posts, or none for the flyer of the space."""
    cards = board.page(run().db(), view_of({}), limit=OFFERED).cards
    return show("flyers.html", cards=cards)


def of_one(code: str) -> Page:
    cards = find(code)
    if len(cards) != 1:
        return which(code, cards)
    if cards[0].status not in OPEN:  # over, taken down, erased or not here yet: there is nothing to hang up
        return go("one", code=cards[0].link)
    return _page(cards, chosen(request.args))


def of_several() -> Page:
    """The posts named in the address that are open; the space's own flyer where none is."""
    return _page(open_ones(request.args.getlist("p")), chosen(request.args))


def open_ones(links: Sequence[str]) -> list[Card]:
    """Of the posts with these links those that can be hung up."""
    found = (find(link) for link in links[:MOST])
    return [cards[0] for cards in found if len(cards) == 1 and cards[0].status in OPEN]


def _page(cards: Sequence[Card], choice: Choice) -> Page:
    flyers = [_of_post(card, choice) for card in cards] or [_of_space(choice)]
    return show(
        "print/flyer.html",
        cards=cards,
        choice=choice,
        papers=list(PAPERS),
        sheets=_sheets(flyers, choice),
        host=host_name(),
        network=f"Wi-Fi: {wifi.name()}" if wifi.name() else "",
        wifi_qr=wifi.qr(),
    )


def _sheets(flyers: list[Flyer], choice: Choice) -> list[list[Flyer]]:
    """One on a sheet; or small ones, one post as often as the sheet holds it, several once each."""
    if not choice.many:
        return [[flyer] for flyer in flyers]
    full = choice.paper.small
    each = flyers * full if len(flyers) == 1 else flyers
    return [each[start : start + full] for start in range(0, len(each), full)]


def _of_post(card: Card, choice: Choice) -> Flyer:
    main = g.languages.get(card.lang, g.language)
    second = _second(main, choice)
    tag = second.tag if second else ""
    also = next((one.words for one in card.translations if second and one.lang == tag), "")
    return Flyer(
        kind=card.kind,
        picture=labels.picture(card.category),
        words=card.words,
        lang=card.lang,
        also=also,
        small=fit_small(choice.paper, second is not None, card.words, card.lang),
        area=card.area,
        code=codes.shown(card.code),
        qr=drawn(post_address(card.link), "QR"),
        first=told.of_post(main, card),
        second=told.of_post(second, card) if second else None,
        fit=fit(choice, main.tag, tag, (card.words, card.lang), (also, tag)),
    )


def _of_space(choice: Choice) -> Flyer:
    main = g.language
    second = _second(main, choice)
    tag = second.tag if second else ""
    words, also = told.invitation(main), told.invitation(second) if second else ""
    return Flyer(
        kind="",
        picture="place",
        words=words,
        lang=main.tag,
        also=also,
        small=fit_small(choice.paper, second is not None, words, main.tag),
        area="",
        code="",
        qr=drawn(board_address(host_name()), "QR"),
        first=told.of_space(main),
        second=told.of_space(second) if second else None,
        fit=fit(choice, main.tag, tag, (words, main.tag), (also, tag)),
    )


def _second(main: Language, choice: Choice) -> Language | None:
    """The one that was chosen, else the reader's; None where that is the first already."""
    wanted = choice.also or g.language.tag
    found: Language | None = g.languages.get(wanted)
    return found if found is not main else None
