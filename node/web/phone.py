"""The board on a phone: "/" and what a flyer's QR opens."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from node.web import carrying, keeping, lists, neighbours, visits
from node.web.pages import go, run
from node.web.places import KIOSK, is_kiosk_address

SHOWN_THERE = ("phone.one", "phone.scanned")


def make() -> Blueprint:
    phone = Blueprint("phone", __name__)
    phone.before_request(show_at_the_kiosk)
    phone.add_url_rule("/", "board", lists.show_board)
    phone.add_url_rule("/leave", "leave", leave, methods=["POST"])
    neighbours.add_to(phone)
    carrying.add_to(phone)
    return phone


def show_at_the_kiosk() -> AnyResponse | None:
    """A post's link or a ticket's, opened at the touchscreen, shows itself as a kiosk page."""
    at_the_screen = request.endpoint in SHOWN_THERE and is_kiosk_address(request.remote_addr, run().settings.kiosks)
    return redirect(KIOSK + request.path, 303) if at_the_screen and visits.begun() else None


def leave() -> AnyResponse:
    if keeping.asks_before_leaving():
        return go("leaving")
    visits.end()
    return go("board")
