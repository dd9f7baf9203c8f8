"""The small question that every phone asks again and again, is there news? Answered before all else.

A room full of phones asks every ten seconds, and languages, visits and routing cost several times what the answer does.
Answers only "nothing new", and only where that is plain; all else goes on to the pages.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask

from node.web import guard

PATH = "/api/posts.json"
Wsgi = Callable[..., Iterable[bytes]]


def install(app: Flask, mark: Callable[[], str], port: int) -> None:
    """mark: of the board as it is, what the list itself has for an ETag."""
    app.wsgi_app = in_front_of(app.wsgi_app, mark, port)  # type: ignore[method-assign]


def in_front_of(pages: Wsgi, mark: Callable[[], str], port: int) -> Wsgi:
    own_name = guard.own_name()

    def answer(asked: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        held = asked.get("HTTP_IF_NONE_MATCH")
        if not held or held == '""' or asked["PATH_INFO"] != PATH or asked["REQUEST_METHOD"] != "GET":
            return pages(asked, start)
        if not guard.good_host(asked.get("HTTP_HOST", ""), port, own_name) or held != f'"{now_of(mark)}"':
            return pages(asked, start)
        start("304 NOT MODIFIED", [("ETag", held), ("Cache-Control", "no-cache"), *guard.HEADERS.items()])
        return []

    return answer


def now_of(mark: Callable[[], str]) -> str:
    """The mark of the board; "" where it cannot be read."""
    try:
        return mark()
    except sqlite3.Error:  # the pages know what to say then
        return ""
