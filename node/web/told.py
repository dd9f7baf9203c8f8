"""What a flyer says, in one language: of a post, or of the space itself. Never of a person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import g
from markupsafe import Markup

from node.storage.board import Card
from node.web import labels, wifi
from node.web.languages import Language, _
from node.web.links import host_name, numbers
from node.web.pages import now


@dataclass(frozen=True)
class Told:
    """Everything around the words. facts: pairs of a picture and what it says; desk: the question, and its answer."""

    tag: str
    dir: str
    motto: str
    kind: str
    category: str
    facts: tuple[tuple[str, str], ...]
    join: str
    wifi: Markup
    scan: str
    type: Markup
    desk: tuple[str, str]
    until: str
    short: str


def of_post(language: Language, card: Card) -> Told:
    with speaking(language):
        return _told(
            language,
            kind=_("Offer") if card.kind == "offer" else _("Need"),
            category=labels.category(card.category),
            facts=(("clock", labels.when(card, now())), ("people", labels.people(card))),
            answer=_("Ask at the desk"),
            until=_until(card),
        )


def of_space(language: Language) -> Told:
    with speaking(language):
        return _told(
            language,
            kind="",
            category=_("The board"),
            facts=(("check", _("It is free")), ("check", _("No account, no name"))),
            answer=_("Come in and touch the screen"),
            until="",
        )


def invitation(language: Language) -> str:
    """The words of the space's own flyer."""
    with speaking(language):
        return _("Do you need something? Can you help?")


def _told(
    language: Language, kind: str, category: str, facts: tuple[tuple[str, str], ...], answer: str, until: str
) -> Told:
    return Told(
        tag=language.tag,
        dir=language.dir,
        motto=_("Neighbours helping neighbours"),
        kind=kind,
        category=category,
        facts=facts,
        join=_("Join"),
        wifi=_wifi(wifi.name()),
        scan=_("Scan"),
        type=_type(address()),
        desk=(_("No phone?"), answer),
        until=until,
        short=_("Join the Wi-Fi first, then scan."),
    )


def address() -> str:
    """By number as well: some phones do not know .local names. "" without a network."""
    return next(iter(numbers()), "")


def _wifi(name: str) -> Markup:
    if not name:
        return Markup(_("Join our Wi-Fi. It is free. There is no internet on it."))
    sentence = Markup.escape(_("Our Wi-Fi: %(name)s. It is free. There is no internet on it."))
    return sentence % {"name": Markup("<b><bdi>{}</bdi></b>").format(name)}


def _type(number: str) -> Markup:
    host, numbers = (Markup('<b class="ltr">{}</b>').format(text) for text in (host_name(), number))
    if not number:
        return Markup.escape(_("Or type %(address)s")) % {"address": host}
    return Markup.escape(_("Or type %(address)s or %(number)s")) % {"address": host, "number": numbers}


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
