"""When something goes wrong: a page in plain words, with what to do next; JSON for programs. Never blames, never shows
the inside."""

from __future__ import annotations

import sqlite3

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable

from node.storage.db import is_full
from node.web.languages import N_, _
from node.web.pages import show

# status -> (what happened, what to do)
WORDS = {
    400: (N_("That did not arrive well."), N_("It is not your fault. Go back and try once more.")),
    403: (
        N_("This page was open for too long."),
        N_("To keep you safe it no longer takes answers. Open it again from the board; it takes a minute."),
    ),
    404: (N_("There is no such page."), N_("What you look for may be on the board.")),
    405: (N_("This page cannot do that."), N_("Go back to the board and try from there.")),
    413: (N_("That is too much at once."), N_("Use fewer words, up to 1,000 letters.")),
    429: (N_("That was very quick."), N_("Wait a minute, then try again. Nothing is lost.")),
    500: (N_("That did not work. It is not your fault."), N_("Nothing was posted. Please try again.")),
    503: (N_("Very busy just now."), N_("Nothing was posted. Please try again in a moment.")),
    507: (N_("This board has no room left."), N_("Nothing has changed. Please tell the desk.")),
}
Answer = tuple[str | Response, int]
MAY_RETRY = (400, 429, 500, 503, 507)
FULL = 507  # Insufficient Storage
FOR_PROGRAMS = "/api/"


def install(app: Flask) -> None:
    @app.errorhandler(HTTPException)
    def told(error: HTTPException) -> Answer:
        return page(error.code or 500)

    @app.errorhandler(sqlite3.OperationalError)
    def busy(error: sqlite3.OperationalError) -> Answer:
        app.logger.error("database: %s", error)
        return page(FULL if is_full(error) else ServiceUnavailable.code)

    @app.errorhandler(Exception)
    def broken(error: Exception) -> Answer:
        app.logger.error("a page failed", exc_info=error)
        return page(FULL if is_full(error) else InternalServerError.code)


def page(status: int) -> Answer:
    known = status if status in WORDS else (500 if status >= 500 else 400)
    heading, sentence = WORDS[known]
    if request.path.lower().startswith(FOR_PROGRAMS):
        return problem(status, _(heading))
    again = request.path if status in MAY_RETRY and request.method == "GET" else ""
    return show("error.html", status, heading=_(heading), sentence=_(sentence), number=status, again=again)


def problem(status: int, title: str) -> Answer:
    """What a program reads (RFC 9457): it asked for JSON, and a page of HTML would be one more fault to it."""
    answer = jsonify(status=status, title=title)
    answer.content_type = "application/problem+json"
    return answer, status
