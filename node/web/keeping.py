"""A ticket that was just given out: shown, printed, kept. Holds its digits for one visit only.

Shown until whoever got it says that they keep it; then nobody here can show it again.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from node.domain import codes, tickets
from node.web import visits
from node.web.languages import _, choices_in, remember
from node.web.links import host_name
from node.web.pages import go, show, to
from node.web.qr import drawn
from node.web.reading import Page, find

LAST = 4  # digits that prove that it was written down


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/keep", "keep", keep)
    pages.add_url_rule("/keep", "kept", kept, methods=["POST"])
    pages.add_url_rule("/keep/paper", "paper", paper)
    pages.add_url_rule("/t", "scanned", scanned)


def give(ticket_digits: str, link: str, helping: bool) -> Page:
    """On to the page that shows it."""
    visits.visit().fresh = visits.Fresh(ticket_digits, link, helping)
    return go("keep")


def keep() -> Page:
    return _shown({})


def kept() -> Page:
    """The gate: a photograph, or the last four digits in any script."""
    fresh, choices = visits.visit().fresh, choices_in(request.form)
    if fresh is None:
        return go("board")
    if choices:
        return remember(to("keep"), choices)
    if (
        request.form.get("kept") == "written"
        and codes.read_digits(request.form.get("last4", "")) != fresh.digits[-LAST:]
    ):
        return _shown({"last4": _("These are not its last four digits. Please look again.")})
    visits.visit().fresh = None
    if fresh.helping:
        return go("helped", code=fresh.link)
    key = next((key for key, link in visits.visit().done.items() if link == fresh.link), "")
    return go("posted", key=key) if key else go("one", code=fresh.link)


def _shown(problems: dict[str, str]) -> Page:
    fresh = visits.visit().fresh
    cards = find(fresh.link) if fresh else []
    if fresh is None or not cards:
        return go("board")
    status = 422 if problems else 200
    return show("ticket/keep.html", status, fresh=fresh, card=cards[0], problems=problems, **_drawn(fresh.digits))


def _drawn(digits: str) -> dict[str, Any]:
    address = f"http://{host_name()}/t#{digits}"
    return {"groups": tickets.groups(digits), "qr": drawn(address, _("Your ticket as a QR code"))}


def paper() -> Page:
    """A6, or the roll of a receipt printer. Nothing on it says what was posted."""
    fresh = visits.visit().fresh
    return show("print/ticket.html", **_drawn(fresh.digits)) if fresh else go("board")


def scanned() -> Page:
    """What a ticket's QR opens: its digits are behind the #, so no request and no log has them."""
    return show("ticket/scanned.html", problems={}, given="")
