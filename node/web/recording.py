"""What somebody says on a page goes in by the one door. From a phone it may be read first; at the kiosk it is not."""

from __future__ import annotations

from flask import Flask, current_app, request

from node import intake, reviewing
from node.domain.tickets import Ticket
from node.domain.wishes import Wish
from node.intake import Recorded
from node.reviewing import Shares
from node.web import pace
from node.web.pages import run
from node.web.places import at_kiosk


def install(app: Flask, shares: Shares) -> None:
    app.extensions["shares"] = shares


def may_say() -> None:
    """Asked before a ticket is given out for it. Raises Refusals where too much came from this address just now."""
    pace.saying(run().settings.kiosks)


def record(wish: Wish, key: str, ticket: Ticket) -> Recorded:
    """Raises Refusals."""
    return intake.record(run(), wish, key, ticket, None if at_kiosk() else _first_read())


def _first_read() -> intake.First:
    return reviewing.first_read(run(), current_app.extensions["shares"], request.remote_addr or "")


def is_read_first() -> bool:
    """Whether what is posted on this page waits for a steward."""
    return not at_kiosk() and reviewing.is_on(run())
