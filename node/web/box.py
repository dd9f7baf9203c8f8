"""One box for code and ticket: nine digits lead to a post, sixteen open what belongs to a ticket. Keeps no digits.

Only POSTs, so that digits never stand in an address that somebody keeps.
"""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from node.domain import codes
from node.domain.refusals import Refusal
from node.ticket_office import TooMany
from node.web import refusals, visits
from node.web.languages import _, choices_in, ngettext, remember
from node.web.pages import go, office, run, show, to
from node.web.places import is_kiosk_address
from node.web.reading import Page

LONGEST_CODE = 12  # digits; more were meant to be a ticket


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/code", "code", ask_code)
    pages.add_url_rule("/code", "take_code", take_code, methods=["POST"])


def ask_code() -> Page:
    kept = visits.visit().drafts.pop("code", None)
    return show("code.html", given=kept.answers["code"] if kept else "", problems={})


def take_code() -> Page:
    """A POST, so that digits never stand in an address that is kept."""
    given, choices = request.form.get("code", "")[:40], choices_in(request.form)
    digits = codes.read_digits(given)
    if choices:  # another language or larger text: the same page, and a code stays; a ticket is remembered nowhere
        visits.draft("code").answers["code"] = given if len(digits) <= LONGEST_CODE else ""
        return remember(to("code"), choices)
    if len(digits) == codes.TICKET_LENGTH:
        return come_back(digits, given)
    if len(digits) > LONGEST_CODE:
        return asked(given, {"code": Refusal("ticket.length", "code", has=len(digits))}, 422)
    if not digits:
        return show(
            "code.html",
            422,
            given=given,
            problems=refusals.sentences({"code": Refusal("code.missing", "code")}),
        )
    return redirect(to("one", code=digits[:20]), 303)


def come_back(digits: str, typed: str) -> Page:
    """Somebody typed sixteen digits."""
    address = request.remote_addr or ""
    at_kiosk = is_kiosk_address(address, run().settings.kiosks)
    try:
        found = office().find(run().db(), digits, address, at_kiosk)
    except TooMany as wait:
        return _later(wait, typed)
    if found is None:
        return asked(typed, {"code": Refusal("ticket.unknown", "code")}, 422)
    visits.come_in(found.ticket, found.belonging.post)
    return go("ticket")


def asked(typed: str, wrong: dict[str, Refusal], status: int = 200) -> Page:
    return show("code.html", status, given=typed, problems=refusals.sentences(wrong))


def _later(wait: TooMany, typed: str) -> AnyResponse:
    minutes = -(-wait.seconds // 60)
    sentence = ngettext(
        "That were many tries. Please wait %(num)s minute, then try again.",
        "That were many tries. Please wait %(num)s minutes, then try again.",
        minutes,
    ) % {"num": minutes}
    said = {"code": _("Very busy just now. Please try again in a moment.") if wait.busy else sentence}
    page = show("code.html", 503 if wait.busy else 429, given=typed, problems=said)
    answer = make_response(page)
    answer.headers["Retry-After"] = str(wait.seconds)
    return answer
