"""The public board for feed readers, of a kind, a category, an area, a language. Gives no more than api.py does.

What is hidden, over or erased is in none. A feed speaks the language that it is asked for, else the first of the space.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from flask import Blueprint, Response, g, request

from node.domain import codes
from node.domain.text import LANGUAGES, clean_line
from node.storage import board
from node.storage.board import Card
from node.storage.cards import written_ms
from node.web import labels, syndicated
from node.web.languages import _
from node.web.links import query_of
from node.web.pages import now, run
from node.web.reading import mark, view_of
from node.web.syndicated import Feed, Item

MOST = 50
PAGE, PAGES = 100, 10  # so many are looked through for those of one language
TAG = "tag:corkboard.local,2026:"  # RFC 4151: names that stay the same by whatever address somebody asks
TITLE = 80


def add_to(api: Blueprint) -> None:
    api.add_url_rule("/feed.atom", "atom", atom)
    api.add_url_rule("/feed.json", "json_feed", json_feed)


def atom() -> Response:
    return _told("application/atom+xml", syndicated.atom)


def json_feed() -> Response:
    return _told("application/feed+json", syndicated.json_feed)


def _told(kind: str, written: Callable[[Feed], str]) -> Response:
    """304 for a reader who has it, else the feed."""
    tag = mark()  # before the list, so that what comes meanwhile is news
    answer = Response(status=304) if tag in request.if_none_match else Response(written(_feed()), content_type=kind)
    answer.set_etag(tag)
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def asked() -> dict[str, str]:
    """The filters in the address, those that mean something. `language`: in which the posts are written."""
    query = query_of(request.args)
    query.pop("after", None)
    language = request.args.get("language", "")
    return query | ({"language": language} if language in LANGUAGES else {})


def _feed() -> Feed:
    query, host = asked(), request.host_url.rstrip("/")
    g.language = g.languages.get(query.get("language", ""), next(iter(g.languages.values())))
    items = tuple(_item(card, host) for card in _cards(query))
    shown = urlencode({key: value for key, value in query.items() if key != "language"})
    return Feed(
        id=f"{TAG}{codes.write_id(run().space_id)}?{urlencode(query)}",
        title=f"{run().settings.name}: {_title(query)}",
        address=f"{host}{request.path}" + (f"?{urlencode(query)}" if query else ""),
        home=f"{host}/" + (f"?{shown}" if shown else ""),
        author=run().settings.name,
        language=g.language.tag,
        updated_ms=max((item.updated_ms for item in items), default=0),
        items=items,
    )


def _title(query: dict[str, str]) -> str:
    kinds = {"need": _("Need"), "offer": _("Offer")}
    parts = [kinds.get(query.get("kind", ""), _("The board"))]
    parts += [labels.category(query["category"])] if "category" in query else []
    parts += [query[key] for key in ("area", "find") if key in query]
    parts += [labels.language_name(query["language"])] if "language" in query else []
    return ", ".join(parts)


def _cards(query: dict[str, str]) -> list[Card]:
    """The newest that are for the circle."""
    found: list[Card] = []
    after, view = None, view_of(query)
    for _page in range(PAGES):
        page = board.page(run().db(), view, after=after, limit=PAGE)
        found += [card for card in page.cards if card.scope == "circle" and query.get("language") in (None, card.lang)]
        after = page.next
        if after is None or len(found) >= MOST:
            break
    return found[:MOST]


def _item(card: Card, host: str) -> Item:
    kind, category = _("Offer") if card.kind == "offer" else _("Need"), labels.category(card.category)
    words = clean_line(card.words)
    short = words if len(words) <= TITLE else words[: TITLE - 1].rstrip() + "…"
    return Item(
        id=f"{TAG}{card.link}",
        title=f"{kind}, {category}: {short}",
        words=card.words,
        language=card.lang,
        address=f"{host}/p/{card.link}",
        published_ms=card.ms,
        updated_ms=max(card.ms, card.since_ms, written_ms(run().db(), card, now())),
        category=category,
        key=labels.picture(card.category),
        author=clean_line(card.home_name),
    )
