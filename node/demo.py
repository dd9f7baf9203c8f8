"""Sixty invented posts in ten languages, for trying things out and for pictures. Nobody in them is real.

They are said in the order in which they would have been: opened over the last four days, then promised and met. One
was posted with a ticket, so that whoever tries things out can come back with it and read what was answered.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from node import intake
from node.domain import tickets
from node.domain.sealed import Letter
from node.domain.tickets import Ticket
from node.domain.wishes import MarkMet, OpenPost, PromiseHelp
from node.run import Run, now_ms
from node.settings import Settings
from node.ticket_office import office_of
from sync import circle

POSTS = Path(__file__).with_name("demo_posts.json")
HOUR_MS = 3_600_000
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
PROMISED_AFTER, MET_AFTER = 0.5, 0.8  # of the time since it was opened


class NotFresh(Exception):
    """There are posts on this node already."""


class Promised(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody's promise to an invented post."""

    words: str
    count: int = 1
    reach: str = ""


class Invented(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"wanted": "for"}):
    """One post of the file. age_hours: how long ago it was opened; weekday: the next such day is its date."""

    lang: str
    kind: str
    category: str
    words: str
    area: str
    when: str
    age_hours: int
    wanted: int = 1
    weekday: str = ""
    standing: bool = False
    marks: tuple[str, ...] = ()
    promises: tuple[Promised, ...] = ()
    met: int = 0
    ticket: bool = False
    reach: str = ""


@dataclass
class Clock:
    """A clock that the demo sets back, so that its posts have different ages. Unix milliseconds."""

    now: int = field(default_factory=now_ms)
    back: int = 0

    def __call__(self) -> int:
        return self.now - self.back


@dataclass(frozen=True)
class Filled:
    """How many posts there are now, and the digits of the ticket with which one of them was posted."""

    posts: int
    digits: str


@dataclass(frozen=True)
class _Step:
    """One thing that is said about the post with this number. back: how long ago, milliseconds; who: with which ticket,
    None for the space."""

    back: int
    number: int
    wish: Callable[[bytes], Any]
    who: Ticket | None


def invented() -> tuple[Invented, ...]:
    """The posts of the file."""
    return msgspec.json.decode(POSTS.read_bytes(), type=tuple[Invented, ...])


@dataclass(frozen=True)
class People:
    """Who has a ticket: who posted, and who answered. Nobody knows the digits of the helper's."""

    poster: Ticket
    helper: Ticket


ANY_POST = "SELECT 1 FROM post LIMIT 1"


def fill(run: Run, clock: Clock, anyway: bool, progress: Callable[[int, int], None]) -> Filled:
    """Records the invented posts. run: opened with this clock. Raises NotFresh."""
    if not anyway and run.db().execute(ANY_POST).fetchone():
        raise NotFresh
    posts, issued = invented(), office_of(run.settings.data).issue()
    people = People(issued.ticket, tickets.ticket(os.urandom(32), circle.issuing_key(run.settings.data).key))
    steps = sorted(_steps(posts, run.settings, clock.now, people), key=lambda step: (-step.back, step.number))
    ids: dict[int, bytes] = {}
    for done, step in enumerate(steps, 1):
        clock.back = step.back
        recorded = intake.record(run, step.wish(ids.get(step.number, b"")), ticket=step.who)
        ids.setdefault(step.number, recorded.post)
        progress(done, len(steps))
    clock.back = 0
    return Filled(len(posts), issued.digits)


def _steps(posts: tuple[Invented, ...], settings: Settings, now: int, people: People) -> Iterator[_Step]:
    today = datetime.date.fromtimestamp(now / 1000)
    for number, post in enumerate(posts):
        back = post.age_hours * HOUR_MS
        poster, helper = (people.poster, people.helper) if post.ticket else (None, None)
        yield _Step(back, number, _opening(post, settings, today), poster)
        for promise in post.promises:
            yield _Step(int(back * (1 - PROMISED_AFTER)), number, _promise(promise, post), helper)
        if post.met:
            yield _Step(int(back * (1 - MET_AFTER)), number, _met(post.met), poster)


def _opening(post: Invented, settings: Settings, today: datetime.date) -> Callable[[bytes], Any]:
    wish = OpenPost(
        kind=post.kind,
        category=post.category,
        words=post.words,
        lang=post.lang,
        when=post.when,
        date=_next(post.weekday, today) if post.weekday else "",
        area=_area(post.area, settings.areas),
        wanted=post.wanted,
        standing=post.standing,
        marks=post.marks,
        reach=post.reach,
    )
    return lambda _: wish


def _promise(promise: Promised, post: Invented) -> Callable[[bytes], Any]:
    """Sealed where the post has a ticket, else for everybody to read."""
    letter = Letter(promise.words, promise.reach, post.lang) if post.ticket else None
    return lambda id_: PromiseHelp(id_, "" if letter else promise.words, promise.count, letter)


def _met(count: int) -> Callable[[bytes], Any]:
    return lambda post: MarkMet(post, count)


def _next(weekday: str, today: datetime.date) -> str:
    ahead = (DAYS.index(weekday) - today.weekday()) % 7 or 7
    return (today + datetime.timedelta(days=ahead)).isoformat()


def _area(name: str, areas: tuple[str, ...]) -> str:
    """The same area where this space has it, else one of its own."""
    return name if name in areas else areas[sum(name.encode()) % len(areas)]
