""" "I can help": words for whoever posted, sealed where they can be, and a ticket to come back with."""

from __future__ import annotations

from flask import Blueprint, g, request

from node import intake
from node.domain.refusals import Refusal, Refusals
from node.storage import board
from node.storage.board import Card
from node.web import forms, refusals, visits
from node.web.languages import choices_in, remember
from node.web.pages import go, now, office, run, show, to
from node.web.places import at_kiosk
from node.web.reading import Page, find, limits, which
from node.web.recording import may_say, record


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/p/<code>/help", "help", ask)
    pages.add_url_rule("/p/<code>/help", "helping", take, methods=["POST"])
    pages.add_url_rule("/p/<code>/thanks", "helped", thanks)


def ask(code: str) -> Page:
    cards = find(code)
    if len(cards) != 1:
        return which(code, cards)
    kept = visits.draft(f"help {cards[0].link}")
    return _page(cards[0], {"key": kept.key, "words": "", "reach": "", "count": "1", **kept.answers}, {})


def take(code: str) -> Page:
    cards = find(code)
    if len(cards) != 1:
        return which(code, cards)
    card, given = (
        cards[0],
        {name: request.form.get(name, "")[: forms.LONGEST] for name in ("key", "words", "reach", "count")},
    )
    choices = choices_in(request.form)
    if choices:
        visits.draft(f"help {card.link}").answers.update(
            words=given["words"], reach=given["reach"], count=given["count"] or "1"
        )
        return remember(to("help", code=card.link), choices)
    return _record(card, given)


def _record(card: Card, given: dict[str, str]) -> Page:
    wish = forms.helping(card.id, given, g.language.tag)
    if not given["words"].strip():  # the log takes a bare promise too, but nobody could meet on it
        return _page(card, given, refusals.sentences({"words": Refusal("promise.missing", "words")}))
    if visits.fresh():  # in another window a ticket still waits to be kept, and this one would take its place
        return go("keep")
    if intake.granted(run(), given["key"]):  # a second tap
        visits.posted(f"help {card.link}", given["key"], card.link)
        return go("helped", code=card.link)
    try:
        may_say()
        issued = office().issue(at_kiosk=at_kiosk())
        recorded = record(wish, given["key"], issued.ticket)
    except Refusals as refused:
        return _page(card, given, refusals.sentences(refused.by_field()))
    visits.posted(f"help {card.link}", given["key"], card.link)
    if recorded.new:
        visits.give(issued.digits, card.link, helping=True)
    return go("helped", code=card.link)


def thanks(code: str) -> Page:
    cards = find(code)
    if len(cards) != 1:
        return which(code, cards)
    if not cards[0].words:
        return go("one", code=cards[0].link)
    card = cards[0]
    similar = board.similar(run().db(), card, now(), run().space_id)
    return show("helped.html", card=card, similar=similar, lost=visits.without_ticket(card.link))


def _page(card: Card, given: dict[str, str], wrong: dict[str, str]) -> Page:
    if card.status not in ("open", "partly"):
        return go("one", code=card.link)
    return show("help.html", 422 if wrong else 200, card=card, given=given, problems=wrong, limits=limits())
