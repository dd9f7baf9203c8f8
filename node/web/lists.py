"""The board as a page: the list, what is searched for, what it is narrowed to. Drawn in parts, each of them once.

A frame is the page around the list, with holes for what was typed, for numbers and for the cards; a card is the same in
every list. Both are kept over news, since what they show is in their key, and forgotten with the minute: so erased
words are, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus, urlencode

from flask import Blueprint, current_app, request, url_for
from msgspec import structs
from werkzeug.wrappers import Response as AnyResponse

from node.domain import codes
from node.storage import board
from node.storage.board import Quick, View
from node.storage.cards import Viewer
from node.storage.rows import Row
from node.storage.searching import Asked
from node.web import cards, labels, named
from node.web.assets import Drawn, drawn
from node.web.frames import Frame, hole
from node.web.links import feeds, query_of, rest_of_query
from node.web.pages import audience, go, now, own, run, show, to
from node.web.reading import Page, changed, find, kept, looks, mark, open_now, view_of
from node.web.ready import same_for_all

PAGE = {"kiosk": 30, "phone": 20}
COUNTED = ("all", "needs", "offers")


def add_to(pages: Blueprint) -> None:
    """The same page at the kiosk and on a phone."""
    pages.before_request(a_ticket_to_its_box)
    pages.add_url_rule("/board", "board", show_board)
    pages.add_url_rule("/search", "search", search, methods=["POST"])


def a_ticket_to_its_box() -> AnyResponse | None:
    """Typed into the search it goes no further: it stands on no page, in no link of one, and nothing keeps it."""
    return go("code", searched="yes") if codes.like_a_ticket(request.values.get("find", "")) else None


def search() -> Page:
    """A POST, since a browser remembers every address that it asked for, whatever was answered; no ticket gets here."""
    return go("board", **{"find": "", **query_of(request.form)})


def show_board() -> Page:
    """The same for everybody who reads it in one language and look, until the board is another."""
    marked = mark()  # before the list is read: what comes meanwhile is news to this page
    same_for_all(marked)
    return kept().made(marked, (request.full_path, *looks()), lambda: _board(marked)), 200


def _board(marked: str) -> bytes:
    query = query_of(request.args)
    view, viewer = view_of(query), Viewer(run().db(), now(), run().space_id)
    found = board.listed(run().db(), view, viewer, query.get("after"), PAGE[audience()], _quick(marked, view))
    listed = _cards(viewer, found.rows) or _of_code(view.find)
    ways = named.links(marked, query, view)
    frame = _frame(query, view, bool(listed), found.next is not None, bool(ways.html))
    icons = tuple(dict.fromkeys([*frame.icons, *(icon for part in (*listed, ways) for icon in part.icons)]))
    return frame.filled(
        {
            **_counted(marked),
            "words": view.find,
            "find": quote_plus(view.find),
            "rest": rest_of_query(),
            "mark": f'"{marked}"',
            "named": ways.html,
            "cards": b"".join([card.html for card in listed]),
            "many": labels.number(len(listed)) + ("+" if found.next else ""),
            "after": found.next or "",
            "pictures": current_app.extensions["sprite"](icons),
        }
    )


def _quick(marked: str, view: View) -> Quick:
    return Asked(current_app.extensions["searches"], run().db(), marked, view)


def _cards(viewer: Viewer, rows: list[Row]) -> list[Drawn]:
    """Each is made once for all lists and searches that it is in, while its row says the same."""
    since, look, parts = cards.since(), cards.look(), kept("kept_parts")
    keys = [(row, look) for row in rows]
    made = parts.held(since, keys)
    unseen = [at for at, card in enumerate(made) if card is None]
    for at, card in zip(unseen, viewer.cards([rows[at] for at in unseen]), strict=True):
        made[at] = parts.made(since, keys[at], lambda card=card: cards.in_list(card))  # type: ignore[misc]
    return made


def _of_code(typed: str) -> list[Drawn]:
    """The code of a flyer, typed into the first box that there is: what it leads to."""
    digits = codes.read_digits(typed)
    return [cards.in_list(card) for card in find(digits)] if len(digits) == codes.CODE_LENGTH else []


def _counted(marked: str) -> dict[str, str]:
    counts = kept().made(marked, "counts", lambda: board.summed(open_now(marked)))
    numbers = (counts.needs + counts.offers, counts.needs, counts.offers)
    return {name: labels.number(number) for name, number in zip(COUNTED, numbers, strict=True)}


def _frame(query: Mapping[str, str], view: View, some: bool, more: bool, ways: bool) -> Frame:
    """The page around the list. Whatever it shows of this request is in the key, or a hole."""
    typed = (bool(view.find), bool(codes.read_digits(view.find)), "find" in request.args)
    key = (request.path, view.kind, view.category, view.area, *typed, "after" in query, some, more, ways, *looks())
    return kept("kept_parts").made(cards.since(), key, lambda: _drawn_frame(query, view, some, more, ways))


def _drawn_frame(query: Mapping[str, str], view: View, some: bool, more: bool, ways: bool) -> Frame:
    held = {**query, **{name: hole(name) for name in ("find", "after") if name in query}}
    names: dict[str, Any] = {name: hole(name) for name in ("mark", "many", *COUNTED)}
    part = drawn(
        lambda: show(
            own("board"),
            **names,
            view=structs.replace(view, find=hole("words") if view.find else ""),
            cards=hole("cards") if some else "",
            typed_digits=bool(codes.read_digits(view.find)),
            named=hole("named") if ways else "",
            next=to("board", **{**held, "after": hole("after")}) if more else "",
            sprite=lambda: hole("pictures"),
            rest_of_query=lambda without: hole("rest"),
            **_links(held),
        )[0]
    )
    return Frame(part.html, part.icons)


def _links(query: Mapping[str, str]) -> dict[str, Any]:
    rest = {key: value for key, value in query.items() if key != "after"}
    return {
        "query": rest,
        "live": "" if "after" in query else f"{url_for('api.posts')}?{urlencode({**rest, 'limit': 1})}",
        "feeds": feeds(rest),
        "asks": "find" in request.args,
        "searching": to("board", **{**rest, "find": rest.get("find", "")}),
        "with_kind": lambda kind: to("board", **changed(rest, "kind", kind)),
        "without": lambda key: to("board", **changed(rest, key, "")),
    }
