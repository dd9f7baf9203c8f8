"""Reading the board: one post, what it may be narrowed to. Only translates between request and storage."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, g, request
from msgspec import structs
from werkzeug.wrappers import Response as AnyResponse

from node.domain import codes
from node.domain.kinds import KINDS
from node.storage import board, projection
from node.storage.board import Card, View
from node.web import labels, visits, wifi
from node.web import qr as qr_codes
from node.web.frames import Frame, hole
from node.web.kept import Kept
from node.web.links import host_name, post_address, query_of
from node.web.pages import audience, go, now, own, run, show, to
from node.web.ready import MARK

OPEN_ONES = 2  # shown where somebody came for what is not there
STATUS = {"erased": 410, "waiting": 404}  # for machines; whoever reads finds words
Page = tuple[str | bytes, int] | AnyResponse


def add_to(pages: Blueprint) -> None:
    """The same pages at the kiosk and on a phone."""
    pages.add_url_rule("/choose", "narrow", narrow)
    pages.add_url_rule("/p/<code>", "one", one)
    for spelt in ("/P/<code>", "/p/<code>/"):  # as a QR has it, and as people type a short link
        pages.add_url_rule(spelt, "one_spelt", spelt_otherwise)
    pages.add_url_rule("/p/", "which_one", lambda: go("code"))


def spelt_otherwise(code: str) -> Page:
    return go("one", code=code)


def view_of(query: Mapping[str, str]) -> View:
    return View(
        kind=query.get("kind"),
        category=query.get("category"),
        area=query.get("area"),
        find=query.get("find", ""),
        now_ms=now(),
        space=run().space_id,
    )


def kept(which: str = "kept") -> Kept:
    held: Kept = current_app.extensions[which]
    return held


def open_now(marked: str) -> board.Open:
    """How many there are on the board of this mark: counted once for all pages that say so."""
    return kept().made(marked, "open", lambda: board.open_now(run().db(), now(), run().space_id))


def mark() -> str:
    """The ETag of whatever lists posts: another one when a list may be another. Costs no list."""
    known: str | None = request.environ.get(MARK)
    return known or mark_of(run().db(), now())


def mark_of(db: sqlite3.Connection, now_ms: int) -> str:
    return hashlib.blake2b(projection.version(db, now_ms).encode(), digest_size=12).hexdigest()


def changed(query: Mapping[str, str], key: str, value: str) -> dict[str, str]:
    """The same query but for this."""
    rest = {name: held for name, held in query.items() if name != key}
    return {**rest, key: value} if value else rest


def narrow() -> Page:
    query = query_of(request.args)
    query.pop("after", None)
    view = view_of(query)
    return show(
        "narrow.html",
        view=view,
        query=query,
        areas=board.areas(run().db(), now()),
        categories=labels.categories(),
        found=board.categories(open_now(mark()), view),
        show_category=lambda key: to("board", **changed(query, "category", key)),
        narrow_to=lambda key, value: to("narrow", **changed(query, key, value)),
    )


def one(code: str) -> Page:
    """/p/CODE and /p/CODE-TAIL. At the kiosk a link opens as a kiosk page."""
    host = host_name() if audience() == "kiosk" else ""
    key = (request.full_path, *looks(), now() // labels.MINUTE, wifi.name(), host)
    drawing = kept("kept_ones").made(mark(), key, lambda: _drawn(code))
    if drawing is None:
        return which(code, find(code))
    frame, status = drawing
    own_ones = {"token": form_token(), "key": visits.fresh_key()} if frame.has_holes else {}
    return frame.filled(own_ones), status


def looks() -> tuple[Any, ...]:
    """What pages differ by that say the same."""
    return audience(), g.language.tag, g.large, g.contrast, visits.opened() is not None


def _drawn(code: str) -> tuple[Frame, int] | None:
    """The page for all who open this post in one language and look, with holes for what is a visit's own. None where
    the code leads to no post, or to several."""
    cards = find(code)
    if len(cards) != 1:
        return None
    card = cards[0]
    page = show(
        own("one"),
        STATUS.get(card.status, 200),
        card=card,
        form_token=lambda: hole("token"),
        given={"key": hole("key"), "words": "", "reach": "", "count": "1"},
        limits=limits(),
        qr=qr_codes.drawn(post_address(card.link), labels.qr_label(card)) if audience() == "kiosk" else "",
        similar=_similar(card) if card.category else open_ones(),
        wifi=wifi.name(),
    )
    return Frame(page[0].encode(), ()), page[1]


def form_token() -> str:
    """Of this visit, which a cookie names from now on."""
    made: str = current_app.jinja_env.globals["form_token"]()  # type: ignore[operator]
    return made


def _similar(card: Card) -> list[Card]:
    """Found once for all who open this post, until the board is another."""

    def find() -> list[Card]:
        return board.similar(run().db(), card, now(), run().space_id)

    return kept("kept_similar").made(mark(), card.n, find)


def open_ones() -> list[Card]:
    """The newest on the board, for whoever came for something of which nothing is known here."""
    return board.page(run().db(), view_of({}), limit=OPEN_ONES).cards


def find(code: str) -> list[Card]:
    """What a page may show: of a post that was taken down here, that there was one, but none of its words."""
    return [_seen(card) for card in board.one(run().db(), code, now(), run().space_id)]


def _seen(card: Card) -> Card:
    if card.status != "hidden":
        return card
    return structs.replace(card, words="", original="", translations=(), promises=())


def which(code: str, cards: list[Card]) -> Page:
    """Two posts with one code, or none: what may have been meant, or that it is on its way; never a bare 404."""
    digits = codes.read_link(code)[0]
    meant = cards or _meant(digits)
    whole = len(digits) == codes.CODE_LENGTH
    return show(
        "which.html",
        200 if cards else 404,
        several=len(cards) > 1,
        cards=meant,
        shown=codes.shown(digits) if whole else digits[:20],
        typed=request.method == "POST",
        on_its_way=whole and codes.rings_true(digits) and not meant,
        others=[] if meant else open_ones(),
    )


def _meant(digits: str) -> list[Card]:
    """Posts of this very code, where only the rest of a link was wrong; else of codes like it."""
    return find(digits) or [card for near in board.near(run().db(), digits)[:4] for card in find(near)]


def limits() -> dict[str, int]:
    """How long words may be: the registry says so, the forms only repeat it."""
    return {
        "words": KINDS["post.opened"].fields["words"].max,
        "promise": KINDS["help.promised"].fields["words"].max,
    }
