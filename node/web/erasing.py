"""Erasing with a ticket, in two taps, no reason asked; and what a ticket says that can do nothing else any more."""

from __future__ import annotations

from flask import Blueprint, request

from node import intake
from node.domain.values import Post
from node.storage import board, erasures, spaces
from node.storage import tickets as belongings
from node.web import visits
from node.web.holder import holder
from node.web.languages import _, choices_in, remember
from node.web.pages import go, now, run, show, to
from node.web.reading import Page
from node.web.visits import Opened


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/ticket/erase", "erase", ask)
    pages.add_url_rule("/ticket/erase", "erasing", erase, methods=["POST"])


def ask() -> Page:
    """The first tap: what will go, and what will stay."""
    opened = visits.visit().opened
    found = belongings.find(run().db(), opened.ticket.owner) if opened else None
    if found is None or found.side == "erased":
        return go("ticket")
    held = holder()
    return show("ticket/erase.html", side=found.side, reissued=bool(held and held.reissued), key=visits.fresh_key())


def erase() -> Page:
    """The second tap. A third changes nothing: a ticket erases once."""
    opened, choices = visits.visit().opened, choices_in(request.form)
    if choices:
        return remember(to("erase"), choices)
    if opened and belongings.find(run().db(), opened.ticket.owner):
        visits.visit().drafts.clear()
        intake.erase(run(), opened.ticket.signing)
    return go("ticket")


def what_is_left() -> Page:
    """The page of a ticket with which nothing can be said any more: erased, replaced, or its post is gone."""
    opened = visits.visit().opened
    if opened is None:
        return go("code")
    db = run().db()
    post = board.held(db, opened.post).post
    if erasures.is_erased(db, opened.ticket.owner):
        return _erased(opened, post)
    replaced = next((one for one in post.replaced if one.old == opened.ticket.owner), None) if post else None
    if replaced and post and not post.erased:
        where = spaces.name_of(db, replaced.space) or _("another space")
        return show("ticket/replaced.html", replaced=replaced, where=where)
    return _gone(post)


def _erased(opened: Opened, post: Post | None) -> Page:
    """Who has confirmed; and until when a re-issued ticket's elder words wait, hidden, since a thief could have it."""
    db = run().db()
    told = erasures.confirmations(db, opened.ticket.owner)
    waits = erasures.waits_until(db, post.id) if post and post.erased else None
    return show("ticket/erased.html", told=told, many=sum(bool(one.ms or one.ours) for one in told), waits=waits)


def _gone(post: Post | None) -> Page:
    """Erased by its space, by another ticket or after its time; or not here at all."""
    return show("ticket/gone.html", 410, erased=bool(post and post.erased), today=now())
