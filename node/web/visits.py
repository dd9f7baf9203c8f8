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
# Visits remembered; then the oldest of the least goes. More than phones can open tickets within half an hour, twenty a
# minute: so nobody who has one open is pushed out.
MOST = 1_000
SWEEP_MS = 1_000
ID = re.compile(r"[0-9a-f]{32}")


@dataclass
class Draft:
    """One post being written. key: makes a double tap post once; torn: earlier answers are not here any more."""

    key: str
    answers: dict[str, str] = field(default_factory=dict)
    torn: bool = False


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
    kept: set[str] = field(default_factory=set)  # links of those posts whose ticket was shown and kept
    opened: Opened | None = None

    @property
    def weight(self) -> int:
        """Who has more to lose is remembered longer. Anybody can begin a form, fewer can post, and how many can open a
        ticket is counted; those at the touchscreen are known by their address."""
        return 3 if self.begun else 2 if self.opened else 1 if self.fresh else 0


class Visits:
    """Visits by id. Thread-safe; forgets by itself."""

    def __init__(self, clock_ms: Callable[[], int], random: Callable[[int], bytes], most: int = MOST) -> None:
        self._clock_ms, self._random, self._most = clock_ms, random, most
        self._held: OrderedDict[str, Visit] = OrderedDict()
        self._swept_ms = 0
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
                del self._held[self._least()]
            return visit

    def _least(self) -> str:
        """Who goes first: of those with the least to lose whoever was silent longest."""
        earlier = list(self._held)[:-1]
        return min(earlier, key=lambda name: self._held[name].weight)

    def look(self, visit_id: str) -> Visit | None:
        """The visit if it is known, held no longer than before."""
        visit = self._held.get(visit_id)
        return visit if visit is not None and visit.until_ms >= self._clock_ms() else None

    def known(self, visit_id: str) -> bool:
        return self.look(visit_id) is not None

    def rename(self, visit_id: str) -> str:
        """The same visit goes on under a new id, which is answered; the old one is worth nothing any more."""
        new = self.new_id()
        with self._lock:
            if visit_id in self._held:
                self._held[new] = self._held.pop(visit_id)
        return new

    def sweep(self) -> None:
        """Visits that are over leave the memory too, and not only when somebody asks for them. At most once a second,
        since every request sweeps."""
        now = self._clock_ms()
        if abs(now - self._swept_ms) < SWEEP_MS:
            return
        self._swept_ms = now
        with self._lock:
            for name in [name for name, visit in self._held.items() if visit.until_ms < now]:
                del self._held[name]

    def forget(self, visit_id: str) -> None:
        with self._lock:
            self._held.pop(visit_id, None)


def install(app: Flask, visits: Visits) -> None:
    app.extensions["visits"] = visits

    @app.before_request
    def recognise() -> None:
        given = request.cookies.get(COOKIE, "")
        visits.sweep()
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


def fresh() -> Fresh | None:
    """The ticket that waits to be kept. Makes no visit: who only reads needs no cookie."""
    known: Visit | None = g.visits.look(g.visit_id)
    return known.fresh if known else None


def opened() -> Opened | None:
    """The ticket that this person came back with. Makes no visit."""
    known: Visit | None = g.visits.look(g.visit_id)
    return known.opened if known else None


def come_in(ticket: Ticket, post: bytes) -> None:
    """Somebody came back with a ticket. From here on under a new id: whoever had set the old one gets nothing."""
    visit().opened = Opened(ticket, post)
    g.visit_id = g.visits.rename(g.visit_id)


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


def posted(kind: str, key: str, link: str) -> None:
    mine = visit()
    mine.drafts.pop(kind, None)
    mine.done[key] = link


def give(digits: str, link: str, helping: bool) -> None:
    """A new ticket, shown until it is kept."""
    visit().fresh = Fresh(digits, link, helping)


def without_ticket(link: str) -> bool:
    """Whether its ticket could not even be shown: the node stopped between recording and answering."""
    mine: Visit | None = g.visits.look(g.visit_id)
    return mine is not None and link in mine.done.values() and link not in mine.kept


def keep() -> None:
    """Whoever got it has it: its digits are gone from here."""
    mine = visit()
    if mine.fresh:
        mine.kept.add(mine.fresh.link)
    mine.fresh = None


def end() -> None:
    """Forget all of this visit; the answer carries a new id, so Back finds nothing."""
    g.visits.forget(g.visit_id)
    g.visit_id, g.visit_used = g.visits.new_id(), True
