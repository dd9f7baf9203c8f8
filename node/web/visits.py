"""What somebody has answered so far, in memory only: by a random id, for minutes, never on disk or in a URL."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Flask, Response, g, request

from node.domain.tickets import Ticket
from node.web.guard import COOKIE
from node.web.places import at_kiosk

KIOSK_MS, PHONE_MS = 5 * 60_000, 30 * 60_000
MOST = 400  # visits remembered; the oldest goes first, so strangers cannot fill the memory
ID = re.compile(r"[0-9a-f]{32}")


@dataclass
class Draft:
    """One post being written. key: makes a double tap post once."""

    key: str
    answers: dict[str, str] = field(default_factory=dict)


@dataclass(repr=False)
class Fresh:
    """A ticket that was just given out, until whoever got it says that they keep it. link: of its post; helping: it is
    a helper's, not the poster's."""

    digits: str
    link: str
    helping: bool


@dataclass(frozen=True)
class Opened:
    """A ticket that somebody came back with: its keys, never its digits; post: id of what it belongs to."""

    ticket: Ticket
    post: bytes


@dataclass(repr=False)
class Visit:
    until_ms: int = 0
    begun: bool = False  # touched the screen to begin (kiosk)
    drafts: dict[str, Draft] = field(default_factory=dict)
    done: dict[str, str] = field(default_factory=dict)  # key of a draft that was posted -> link of its post
    fresh: Fresh | None = None
    opened: Opened | None = None


class Visits:
    """Visits by id. Thread-safe; forgets by itself."""

    def __init__(self, clock_ms: Callable[[], int], random: Callable[[int], bytes], most: int = MOST) -> None:
        self._clock_ms, self._random, self._most = clock_ms, random, most
        self._held: OrderedDict[str, Visit] = OrderedDict()
        self._lock = threading.Lock()

    def new_id(self) -> str:
        return self._random(16).hex()

    def get(self, visit_id: str, lasts_ms: int) -> Visit:
        """The visit, held for lasts_ms more from now; an empty one if it is unknown or over."""
        now = self._clock_ms()
        with self._lock:
            visit = self._held.pop(visit_id, None)
            if visit is None or visit.until_ms < now:
                visit = Visit()
            visit.until_ms = now + lasts_ms
            self._held[visit_id] = visit
            while len(self._held) > self._most:
                del self._held[self._oldest()]
            return visit

    def _oldest(self) -> str:
        """Who goes first. Nobody at the touchscreen, as long as there are others: phones cannot push them out."""
        earlier = list(self._held.items())[:-1]
        return next((name for name, visit in earlier if not visit.begun), earlier[0][0])

    def known(self, visit_id: str) -> bool:
        visit = self._held.get(visit_id)
        return visit is not None and visit.until_ms >= self._clock_ms()

    def forget(self, visit_id: str) -> None:
        with self._lock:
            self._held.pop(visit_id, None)


def install(app: Flask, visits: Visits) -> None:
    @app.before_request
    def recognise() -> None:
        given = request.cookies.get(COOKIE, "")
        g.visits, g.visit_used = visits, False
        g.visit_id = given if ID.fullmatch(given) else visits.new_id()

    @app.after_request
    def hand_out(answer: Response) -> Response:
        if g.get("visit_used") and request.cookies.get(COOKIE) != g.visit_id:
            answer.set_cookie(COOKIE, g.visit_id, httponly=True, samesite="Strict")
        return answer


def visit() -> Visit:
    """This person's visit, made when first asked for. Looking at a form on a phone is not yet remembered: only what is
    sent is, and sending is paced."""
    g.visit_used = True
    if request.method != "POST" and not at_kiosk() and not g.visits.known(g.visit_id):
        return Visit()
    held: Visit = g.visits.get(g.visit_id, KIOSK_MS if at_kiosk() else PHONE_MS)
    return held


def begun() -> bool:
    return bool(g.visits.known(g.visit_id)) and visit().begun


def draft(kind: str) -> Draft:
    """What was answered so far for a new need or offer."""
    mine = visit()
    if kind not in mine.drafts:
        mine.drafts[kind] = Draft(key=g.visits.new_id())
    return mine.drafts[kind]


def fresh_key() -> str:
    """For a form that is not a draft yet."""
    key: str = g.visits.new_id()
    return key


def come_in(ticket: Ticket, post: bytes) -> None:
    """Somebody came back with a ticket. Under a new id: one that another page had given away opens nothing."""
    before = visit()
    g.visits.forget(g.visit_id)
    g.visit_id, g.visit_used = g.visits.new_id(), True
    mine = visit()
    mine.begun, mine.opened = before.begun, Opened(ticket, post)


def posted(kind: str, key: str, link: str) -> None:
    mine = visit()
    mine.drafts.pop(kind, None)
    mine.done[key] = link


def end() -> None:
    """Forget all of this visit; the answer carries a new id, so Back finds nothing."""
    g.visits.forget(g.visit_id)
    g.visit_id, g.visit_used = g.visits.new_id(), True
