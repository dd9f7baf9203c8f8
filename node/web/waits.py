"""What a neighbour reads of a post that a steward reads first: after sending it, and with its ticket. Reads only."""

from __future__ import annotations

import msgspec
from flask import Flask

from node.domain import codes, review
from node.storage import waiting
from node.storage.cards import Card
from node.storage.waiting import Waiting
from node.web import visits
from node.web.languages import N_, _, ngettext
from node.web.pages import now, run, show
from node.web.reading import Page

REASONS = {
    "person": N_("It says where somebody can be found. Everybody could read that."),
    "unkind": N_("It could hurt somebody."),
    "selling": N_("It sells something. This board is for helping each other."),
    "unclear": N_("We did not understand it."),
    "twice": N_("The same is on the board already."),
    "other": N_("It does not fit this board."),
}
HEADINGS = {
    "waits": N_("It waits for a steward to look at it"),
    "declined": N_("It was not put on the board"),
    "lapsed": N_("Nobody looked at it in time"),
}


NEW_WORDS = {
    "waits": N_("Your new words wait for a steward to look at them"),
    "soon": N_("Your new words will soon be on the board"),
    "declined": N_("Your new words were not put on the board"),
    "lapsed": N_("Nobody looked at your new words in time"),
}


def install(app: Flask) -> None:
    app.jinja_env.globals["waits_at_most"] = at_most


def at_most() -> str:
    said = ngettext("It waits %(num)s day at most.", "It waits %(num)s days at most.", review.DAYS)
    return said % {"num": review.DAYS}


def is_waiting(link: str) -> bool:
    return _of_link(link) is not None


def _of_link(link: str) -> Waiting | None:
    """None where no post with this link waits."""
    id_ = codes.read_link(link)[1] if link else b""
    queue = waiting.queue(run().db(), now()) if id_ else []
    return next((one for one in queue if one.post.startswith(id_) and not one.edit), None)


def sent(link: str) -> Page | None:
    """After sending it: that it waits, its code, and the ticket that tells how it goes on. None of other posts."""
    one = _of_link(link)
    if one is None:
        return None
    return show("post/waits.html", one=one, code=codes.code_of(one.post), lost=visits.without_ticket(link))


class NewWords(msgspec.Struct, frozen=True):
    """Of a post that is up; card: None once they were declined or lapsed."""

    one: Waiting
    heading: str
    why: str
    card: Card | None


def new_words(post: bytes) -> NewWords | None:
    """For the page of its ticket."""
    one = waiting.new_words(run().db(), post)
    return NewWords(one, _(NEW_WORDS[one.state]), _why(one), _card(one)) if one else None


def _why(one: Waiting) -> str:
    return _(REASONS[one.reason]) if one.state == "declined" else ""


def _card(one: Waiting) -> Card | None:
    return waiting.card(run().db(), one, now(), run().space_id) if one.is_to_come else None


def mine() -> Page | None:
    """The page of its ticket, until it is on the board or was taken back."""
    opened = visits.opened()
    one = waiting.of_post(run().db(), opened.post) if opened else None
    if one is None:
        return None
    return show(
        "ticket/waits.html",
        one=one,
        heading=_(HEADINGS[one.state]),
        why=_why(one),
        card=_card(one),
        code=codes.code_of(one.post),
        kept_days=review.KEPT_DAYS,
    )
