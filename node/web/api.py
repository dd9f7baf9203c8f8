"""Public JSON: is the node there, and what is on the board. No more than the pages show."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from node.domain import codes
from node.storage import board
from node.storage.board import Card
from node.web import feeds, openapi
from node.web.links import query_of
from node.web.pages import run
from node.web.reading import mark, view_of

MOST = 100
PUBLIC = (
    "kind",
    "category",
    "words",
    "lang",
    "when",
    "area",
    "scope",
    "standing",
    "status",
    "met",
    "promised",
)


def make() -> Blueprint:
    api = Blueprint("api", __name__)
    api.add_url_rule("/health", "health", health)
    api.add_url_rule("/api/posts.json", "posts", posts)
    api.add_url_rule("/api/openapi.json", "openapi", openapi.openapi)
    feeds.add_to(api)
    return api


def health() -> Response:
    """200 while the database answers."""
    run().db().execute("SELECT 1").fetchone()
    return jsonify(ok=True, name=run().settings.name)


def posts() -> Response:
    """A page of the board, newest first. An unchanged board answers 304 and costs next to nothing.

    Without posts for here: pages are read in the building, a list for programs is soon anywhere. So a page of it may
    hold fewer than asked for, and is the last only where `next` is null.
    """
    tag = mark()
    if tag in request.if_none_match:
        return _tagged(Response(status=304), tag)
    query = query_of(request.args)
    limit = min(max(request.args.get("limit", 30, type=int), 1), MOST)
    found = board.page(run().db(), view_of(query), after=query.get("after"), limit=limit)
    shown = [public(card) for card in found.cards if card.scope == "circle"]
    return _tagged(jsonify(posts=shown, next=found.next), tag)


def _tagged(answer: Response, tag: str) -> Response:
    answer.set_etag(tag)
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def public(card: Card) -> dict[str, Any]:
    """What anybody may read of a post."""
    return {name: getattr(card, name) for name in PUBLIC} | {
        "code": codes.shown(card.code),
        "path": f"/p/{card.link}",
        "for": card.wanted,
        "date": card.date or None,
        "marks": list(card.marks),
        "posted_ms": card.ms,
        "until_ms": card.expires_ms,
        "space": card.home_name,
    }
