"""The board for whoever asks as somebody did before, sent before all else: what languages, visits and routing do for
it costs several times what sending does.

A view says that its answer is the same for all who send these headers, and of which board (`same_for_all`). Knows what
such an answer hangs on, never what is in it. Whoever has a visit is asked for by the pages themselves.

It goes out compressed where the browser takes that, once for all: a sixth of the bytes on a weak Wi-Fi. No other page
does, since one with a secret on it must not be compressed beside what somebody else has typed (BREACH).
"""

from __future__ import annotations

import gzip
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from flask import Flask, request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from node.web import guard
from node.web.polls import Wsgi, now_of

PATHS = ("/", "/board")
LOOKS = ("PATH_INFO", "QUERY_STRING", "HTTP_COOKIE", "HTTP_ACCEPT_LANGUAGE")
MOST = 128  # pages of 40 KB or so, most of them the same that kept.py has
SAME = "corkboard.same"
MARK = "corkboard.mark"  # what is known of it already
LEVEL = 4  # 0.3 ms for a page of 40 KB; the smallest takes twice as long for a fiftieth less


class Answer(NamedTuple):
    headers: list[tuple[str, str]]
    body: bytes


class Ready:
    """Answers for one state of the board, forgotten with the next one. Thread-safe."""

    def __init__(self, most: int = MOST) -> None:
        self._most, self._mark = most, ""
        self._held: OrderedDict[tuple[str, ...], Answer] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, mark: str, key: tuple[str, ...]) -> Answer | None:
        with self._lock:
            if mark != self._mark or key not in self._held:
                return None
            self._held.move_to_end(key)
            return self._held[key]

    def put(self, mark: str, key: tuple[str, ...], answer: Answer) -> None:
        with self._lock:
            if mark != self._mark:
                self._mark = mark
                self._held.clear()
            self._held[key] = answer
            while len(self._held) > self._most:
                self._held.popitem(last=False)


def same_for_all(mark: str) -> None:
    """What is being answered hangs on nothing but this mark and LOOKS, unless it hands out a cookie."""
    request.environ[SAME] = mark


def install(app: Flask, mark: Callable[[], str], port: int) -> None:
    """mark: of the board as it is."""
    app.wsgi_app = in_front_of(app.wsgi_app, mark, port)  # type: ignore[method-assign]


def in_front_of(pages: Wsgi, mark: Callable[[], str], port: int) -> Wsgi:
    ready, own_name = Ready(), guard.own_name()

    def answer(asked: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if asked["PATH_INFO"] not in PATHS or asked["REQUEST_METHOD"] != "GET" or _has_visit(asked):
            return pages(asked, start)
        if not guard.good_host(asked.get("HTTP_HOST", ""), port, own_name):
            return pages(asked, start)
        packed = takes_gzip(asked.get("HTTP_ACCEPT_ENCODING", ""))
        key = ("gzip" if packed else "", *[asked.get(name, "") for name in LOOKS])
        asked[MARK] = now_of(mark)
        known = ready.get(asked[MARK], key)
        if known is None:
            return _noted(pages, asked, start, packed, lambda same, made: ready.put(same, key, made))
        start("200 OK", known.headers.copy())
        return [known.body]

    return answer


def _has_visit(asked: dict[str, Any]) -> bool:
    return f"{guard.COOKIE}=" in asked.get("HTTP_COOKIE", "")


@lru_cache(maxsize=64)  # each browser says the same each time
def takes_gzip(said: str) -> bool:
    """By what a browser says that it accepts."""
    return parse_accept_header(said, Accept)["gzip"] > 0


def _noted(
    pages: Wsgi, asked: dict[str, Any], start: Callable[..., Any], packed: bool, keep: Callable[[str, Answer], None]
) -> Iterable[bytes]:
    """The pages' own answer; where its view says so, packed for who takes that, and kept."""
    told: list[Any] = []

    def starts(*first: Any) -> None:
        told[:] = first

    parts = pages(asked, starts)
    if SAME not in asked or told[0] != "200 OK" or any(name == "Set-Cookie" for name, _ in told[1]):
        start(*told)
        return parts
    made = _sent(told[1], b"".join(parts), packed)
    parts.close()  # type: ignore[attr-defined]  # as WSGI has it; Flask's has one
    keep(asked[SAME], made)
    start(told[0], made.headers.copy())
    return [made.body]


def _sent(headers: list[tuple[str, str]], body: bytes, packed: bool) -> Answer:
    kept = [(name, said) for name, said in headers if name != "Content-Length"]
    body = gzip.compress(body, LEVEL, mtime=0) if packed else body
    coding = [("Content-Encoding", "gzip")] if packed else []
    return Answer([*kept, *coding, ("Content-Length", str(len(body))), ("Vary", "Accept-Encoding")], body)
