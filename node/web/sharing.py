"""From one screen to a phone: how to join, and a QR as large as the screen. No ticket is ever in one of these."""

from __future__ import annotations

from flask import Blueprint

from node.web import labels, wifi
from node.web.languages import _
from node.web.links import board_address, host_name, numbers, post_address
from node.web.pages import go, show
from node.web.qr import drawn
from node.web.reading import Page, find, which


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/join", "join", join)
    pages.add_url_rule("/p/<code>/show", "share", share)


def join() -> Page:
    """The Wi-Fi where a steward allowed its QR, the board by name, and by number for phones that know no such names."""
    return show(
        "join.html",
        wifi=wifi.name(),
        wifi_qr=wifi.qr(),
        qr=drawn(board_address(host_name()), _("QR code of our board")),
        whole=f"http://{host_name()}",
        host=host_name(),
        by_number=[(number, drawn(board_address(number), _("QR code of our board"))) for number in numbers()],
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
