"""A new ticket: shown until somebody says how they keep it, printed if they like. Its digits live in the visit only.

Until then every page of the visit leads here, since it is shown this once. `posting` and `helping` hand one over with
`visits.give`.
"""

from __future__ import annotations

from flask import Blueprint, request
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from node.domain import codes, tickets
from node.domain.refusals import Refusal
from node.storage.board import Card
from node.web import refusals, visits, waits
from node.web.languages import _, at_once, choices_in
from node.web.links import ticket_address
from node.web.pages import go, show
from node.web.qr import drawn
from node.web.reading import Page, find
from node.web.visits import Fresh

LAST = 4  # digits that whoever wrote it down types
WAYS = ("photo", "paper")  # of keeping it; whoever wrote it down shows that by its last digits
# pages that are there although a ticket waits: itself, and the ways out
STILL_THERE = ("keep", "paper", "leaving", "leave", "idle", "still", "attract", "begin")
SIZES = ("a6", "receipt")


def add_to(pages: Blueprint) -> None:
    pages.before_request(first_the_ticket)
    pages.add_url_rule("/keep", "keep", ask)
    pages.add_url_rule("/keep", "kept", take, methods=["POST"])
    pages.add_url_rule("/keep/paper", "paper", paper)
    pages.add_url_rule("/keep/leaving", "leaving", leaving)


def first_the_ticket() -> AnyResponse | None:
    page = (request.endpoint or "").rpartition(".")[2]
    return go("keep") if request.method == "GET" and page not in STILL_THERE and visits.fresh() else None


def ask() -> Page:
    fresh = visits.fresh()
    return _page(fresh, "", {}) if fresh else go("board")


def take() -> Page:
    fresh, typed, choices = visits.fresh(), request.form.get("last4", "")[:40], choices_in(request.form)
    if fresh is None:  # a second tap
        return go("board")
    if choices:
        return at_once(choices, lambda: _page(fresh, typed, {}))
    if request.form.get("kept") not in WAYS and codes.read_digits(typed) not in (fresh.digits, fresh.digits[-LAST:]):
        wrong = Refusal("ticket.last" if typed else "ticket.last-missing", "last4")
        return _page(fresh, typed, refusals.sentences({"last4": wrong}))
    visits.keep()
    return _after(fresh)


def _after(fresh: Fresh) -> Page:
    if fresh.helping:
        return go("helped", code=fresh.link)
    return go("posted", key=next(key for key, link in visits.visit().done.items() if link == fresh.link))


def paper() -> Page:
    """A6, or as long as it needs to be on a roll of 80 mm. Says nothing of what was posted: whoever finds it learns
    nothing of whoever lost it."""
    fresh, size = visits.fresh(), request.args.get("size", "")
    if fresh is None:
        return go("board")
    size = size if size in SIZES else SIZES[0]
    return show("print/ticket.html", size=size, sizes=SIZES, groups=tickets.groups(fresh.digits), qr=_qr(fresh))


def leaving() -> Page:
    """Leaving without the ticket asks once more, on a page that shows nothing of it."""
    return show("ticket/leaving.html") if visits.fresh() else go("board")


def asks_before_leaving() -> bool:
    return request.method == "POST" and visits.fresh() is not None and "sure" not in request.form


def _page(fresh: Fresh, typed: str, wrong: dict[str, str]) -> tuple[str, int]:
    return show(
        "ticket/keep.html",
        422 if wrong else 200,
        fresh=fresh,
        card=_card(fresh),
        waits=waits.is_waiting(fresh.link),
        typed=typed,
        problems=wrong,
        groups=tickets.groups(fresh.digits),
        qr=_qr(fresh),
    )


def _card(fresh: Fresh) -> Card | None:
    """None where it was erased, or taken down, meanwhile."""
    return next((card for card in find(fresh.link) if card.words), None)


def _qr(fresh: Fresh) -> Markup:
    return drawn(ticket_address(fresh.digits), _("Your ticket as a QR code"))
