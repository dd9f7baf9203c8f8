"""What programs may ask this node, as OpenAPI 3.1. Only describes; a test compares it with the routes and answers."""

from __future__ import annotations

from flask import Response, jsonify

from node.domain.kinds import CATEGORIES, POST_KINDS
from node.domain.status import Status
from node.domain.text import LANGUAGES

Told = dict[str, object]


def openapi() -> Response:
    """GET /api/openapi.json. The same for everybody, until the node is another version."""
    answer = jsonify(described())
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def described() -> Told:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Corkboard",
            "version": "1",
            "summary": "The public board of a space, for programs in its network.",
            "description": "Reads only, no more than the pages show, without key or account. Posts that are for one "
            "space alone, and whatever leads to a person, are not in it. Ask again with the ETag: an unchanged board "
            "answers 304 and costs next to nothing; every ten seconds is often enough.",
        },
        "servers": [{"url": "/"}],
        "paths": {
            "/api/posts.json": {"get": _posts()},
            "/feed.atom": {"get": _feed("atom", "The board as an Atom feed (RFC 4287).", "application/atom+xml")},
            "/feed.json": {"get": _feed("jsonFeed", "The board as a JSON Feed 1.1.", "application/feed+json")},
            "/api/openapi.json": {"get": _get("openapi", "This description.", _json({"type": "object"}))},
            "/health": {"get": _get("health", "Whether the node answers.", _json(_object(ok=BOOLEAN, name=TEXT)))},
        },
        "components": {"schemas": {"Post": POST, "Problem": PROBLEM}, "parameters": PARAMETERS},
    }


TEXT: Told = {"type": "string"}
BOOLEAN: Told = {"type": "boolean"}
COUNT: Told = {"type": "integer", "minimum": 0}
MS: Told = {"type": "integer", "description": "Unix milliseconds; a claim of whoever posted."}


def _object(**properties: Told) -> Told:
    return {"type": "object", "properties": properties, "required": sorted(properties), "additionalProperties": False}


POST = _object(
    **{"for": COUNT | {"description": "For how many people."}},
    code=TEXT | {"pattern": "^[0-9]{3}-[0-9]{3}-[0-9]{3}$", "description": "What people type; two posts may share it."},
    path=TEXT | {"description": "Its page at this node, and at every space of the circle that holds it."},
    kind={"enum": list(POST_KINDS)},
    category=TEXT | {"description": f"One of {', '.join(CATEGORIES)}, or one of a newer version."},
    words=TEXT | {"description": "As its neighbour wrote it. Text, never markup."},
    lang=TEXT | {"description": "In which language the words are, as a BCP 47 tag."},
    when=TEXT | {"description": "now, today, week, date or any."},
    date={"type": ["string", "null"], "format": "date"},
    area=TEXT,
    scope={"const": "circle"},
    standing=BOOLEAN | {"description": "An offer that is not used up."},
    status={"enum": list(Status.__args__)},  # type: ignore[attr-defined]
    met=COUNT,
    promised=COUNT | {"description": "How many promises hold."},
    marks={"type": "array", "items": TEXT},
    posted_ms=MS,
    until_ms=MS | {"description": "Until then it is on the board, by this node's reckoning."},
    space=TEXT | {"description": "The name of the space that put it up."},
)

PROBLEM = _object(status=COUNT, title=TEXT | {"description": "What went wrong, in the reader's language."})
NOT_GIVEN: Told = {
    "description": "Anything else, below /api/ as RFC 9457 has it; elsewhere a page.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def _parameter(name: str, schema: Told, description: str) -> Told:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}


PARAMETERS: dict[str, Told] = {
    "kind": _parameter("kind", {"enum": list(POST_KINDS)}, "Only needs, or only offers."),
    "category": _parameter("category", {"enum": list(CATEGORIES)}, "Only of this category."),
    "area": _parameter("area", TEXT, "Only of this area, by its exact name."),
    "find": _parameter("find", TEXT | {"maxLength": 80}, "Only with all of these words, or words that begin so."),
    "after": _parameter("after", TEXT, "The `next` of the page before."),
    "limit": _parameter("limit", {"type": "integer", "minimum": 1, "maximum": 100, "default": 30}, "How many at most."),
    "language": _parameter("language", {"enum": list(LANGUAGES)}, "Only posts written in it; the feed speaks it too."),
}
FILTERS = ("kind", "category", "area", "find")


def _posts() -> Told:
    page = _object(
        posts={"type": "array", "items": {"$ref": "#/components/schemas/Post"}},
        next={"type": ["string", "null"], "description": "For `after`; null on the last page."},
    )
    return _get("posts", "A page of the board, newest first.", _json(page), (*FILTERS, "after", "limit"), tagged=True)


def _feed(name: str, summary: str, kind: str) -> Told:
    return _get(name, summary, {kind: {"schema": TEXT}}, (*FILTERS, "language"), tagged=True)


def _json(schema: Told) -> Told:
    return {"application/json": {"schema": schema}}


def _get(name: str, summary: str, content: Told, parameters: tuple[str, ...] = (), tagged: bool = False) -> Told:
    responses: dict[str, Told] = {"200": {"description": "Here it is.", "content": content}, "default": NOT_GIVEN}
    if tagged:
        responses["304"] = {"description": "Unchanged since the ETag that came in If-None-Match."}
    refs = [{"$ref": f"#/components/parameters/{one}"} for one in parameters]
    return {"operationId": name, "summary": summary, "parameters": refs, "responses": responses}
