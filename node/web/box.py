"""Coming back with a ticket or a code: one box for both, since their length tells which. Digits go from the form to the
office and are kept nowhere on the way.
"""

from __future__ import annotations

import re

from flask import Blueprint, Response, make_response, request

from node.domain import codes
from node.domain.refusals import Refusal
from node.storage import board
from node.ticket_office import TooMany
from node.web import asking, refusals, visits
from node.web.languages import at_once, choices_in
from node.web.pages import go, office, run, show
from node.web.places import at_kiosk
from node.web.reading import Page, find, which

LONGEST = 60  # characters kept of what was typed: sixteen digits, however they are spaced
_LINK = re.compile("/p/", re.IGNORECASE)  # somebody brought the whole of it
NEARLY = (codes.CODE_LENGTH - 1, codes.CODE_LENGTH + 1)


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/code", "code", ask)
    pages.add_url_rule("/code", "take_code", take, methods=["POST"])
    pages.add_url_rule("/t", "scanned", scanned)


def ask() -> Page:
    return _box("", {})


def scanned() -> Page:
    """What the QR of a ticket opens. Its digits stand behind the #, where only the script of this page sees them; it
    sends them by the form. Without scripts they are typed."""
    return _box("", {}, scanned=True)


def take() -> Page:
    """A POST, so that digits never stand in an address; and no redirect before they are known to be a post's code."""
    given, choices = request.form.get("code", "")[:LONGEST], choices_in(request.form)
    if choices:
        return at_once(choices, lambda: _box(given, {}))
    digits = codes.read_digits(given) or codes.read_link(_LINK.split(given)[-1])[0]
    if len(digits) == codes.TICKET_LENGTH:
        return _open(digits, given)
    if len(digits) == codes.CODE_LENGTH or (len(digits) in NEARLY and board.near(run().db(), digits)):
        return _show(digits)
    wrong = Refusal("code.length", "code", has=len(digits)) if digits else Refusal("code.missing", "code")
    return _box(given, refusals.sentences({"code": wrong}), 422)


def _show(code: str) -> Page:
    cards = find(code)
    return go("one", code=cards[0].link) if len(cards) == 1 else which(code, cards)


def _open(digits: str, given: str) -> Page:
    try:
        found = office().find(run().db(), digits, request.remote_addr or "", at_kiosk())
    except TooMany as wait:
        return _later(given, wait)
    if found is None:  # whatever the cause: the same words, after the same work
        return _box(given, refusals.sentences({"code": Refusal("ticket.unknown", "code")}), 422)
    visits.come_in(found.ticket, found.belonging.post)
    return go("ticket")


def _later(given: str, wait: TooMany) -> Response:
    page = _box(given, {"code": asking.wait(wait.seconds, wait.busy)}, 503 if wait.busy else 429)
    answer = make_response(page)
    answer.headers["Retry-After"] = str(wait.seconds)
    return answer


def _box(given: str, wrong: dict[str, str], status: int = 200, scanned: bool = False) -> tuple[str, int]:
    searched = "searched" in request.values  # its digits were typed into the search, and are typed here again
    return show("code.html", status, given=given, problems=wrong, scanned=scanned, searched=searched)
