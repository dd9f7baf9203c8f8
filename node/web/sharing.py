"""From one screen to a phone: how to join, and a QR as large as the screen. No ticket is ever in one of these."""

from __future__ import annotations

from flask import Blueprint, request
from markupsafe import Markup

from node.web import labels, wifi
from node.web.languages import _
from node.web.links import FEEDS, board_address, feeds, host_name, numbers, post_address, query_of
from node.web.pages import go, show
from node.web.qr import drawn
from node.web.reading import Page, find, which


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/join", "join", join)
    pages.add_url_rule("/p/<code>/show", "share", share)


def join() -> Page:
    """The Wi-Fi where a steward allowed its QR, the board by name, and by number for phones that know no such names. A
    phone goes on with what was chosen or searched for."""
    query = query_of(request.args)
    query.pop("after", None)

    def board_qr(host: str) -> Markup:
        return drawn(board_address(host, query), _("QR code of our board"))

    return show(
        "join.html",
        wifi=wifi.name(),
        wifi_qr=wifi.qr(),
        qr=board_qr(host_name()),
        whole=f"http://{host_name()}",
        host=host_name(),
        by_number=[(number, board_qr(number)) for number in numbers()],
        feeds=[(FEEDS[name], address) for name, address in feeds(query).items()],
    )


def share(code: str) -> Page:
    """One post as a QR that the phone across the table scans."""
    cards = find(code)
    if len(cards) != 1:
        return which(code, cards)
    card = cards[0]
    if not card.words:  # taken down, erased or not here yet
        return go("one", code=card.link)
    qr = drawn(post_address(card.link), labels.qr_label(card))
    return show("share.html", card=card, qr=qr, wifi=wifi.name(), host=host_name())
