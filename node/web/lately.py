"""What was just done at the desk, and for ten minutes how it is undone. In the memory of this process: a new start
forgets how, and what was done stays done.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Flask, current_app, request
from werkzeug.wrappers import Response as AnyResponse

from node.web.languages import _
from node.web.pages import go, now

MINUTES = 10
MOST = 50


@dataclass(frozen=True)
class Done:
    """said: in English, marked for the catalogues with N_, and what stands in it. undo: called at most once."""

    key: str
    ms: int
    said: str
    facts: dict[str, str]
    undo: Callable[[], None]

    def words(self) -> str:
        return _(self.said) % self.facts


class Lately:
    """Thread-safe."""

    def __init__(self) -> None:
        self._held: list[Done] = []
        self._lock = threading.Lock()

    def add(self, done: Done) -> None:
        with self._lock:
            self._held = [done, *self._held][:MOST]

    def at(self, now_ms: int) -> list[Done]:
        """The newest first."""
        with self._lock:
            self._held = [each for each in self._held if 0 <= now_ms - each.ms < MINUTES * 60_000]
            return list(self._held)

    def take(self, key: str, now_ms: int) -> Done | None:
        """Handed out once."""
        found = next((each for each in self.at(now_ms) if each.key == key), None)
        with self._lock:
            if found not in self._held:
                return None
            self._held = [each for each in self._held if each is not found]
            return found


def install(app: Flask) -> None:
    app.extensions["lately"] = Lately()
    app.jinja_env.globals["lately"] = lambda: _lately().at(now())


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/undo", "undo", undo, methods=["POST"])


def _lately() -> Lately:
    held: Lately = current_app.extensions["lately"]
    return held


def done(said: str, facts: dict[str, str], undo: Callable[[], None]) -> None:
    """A page of the desk did this just now."""
    _lately().add(Done(secrets.token_hex(8), now(), said, facts, undo))


def undo() -> AnyResponse:
    found = _lately().take(request.form.get("key", ""), now())
    if found:
        found.undo()
    return go("hanging" if request.form.get("page") == "hanging" else "home")
