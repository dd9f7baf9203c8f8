"""What neighbours asked the stewards to look at: posts with the reasons given, threads that one side stopped. Says what
the command `reports` says; what is sealed is read at the machine alone, with `words`.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint

from node.domain import codes, desk
from node.domain.desk import Closed
from node.domain.values import Post, Reported
from node.storage import desk as asked
from node.web.desk_entries import Entry
from node.web.languages import N_
from node.web.pages import run, show
from node.web.reading import Page

ENTRY = Entry("reports", N_("Reports"))
WORDS = 'python3 run_node.py words {code} --thread {number} --reason "…"'


@dataclass(frozen=True)
class Stopped:
    """A thread that one side stopped and reported, ms: when. command: reads it; "" where it is closed to stewards."""

    ms: int
    command: str
    opened: bool


@dataclass(frozen=True)
class Asked:
    post: Post
    code: str
    link: str
    reports: tuple[Reported, ...]
    stopped: tuple[Stopped, ...]


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/reports", "reports", reports)


def many() -> int:
    """How many posts the stewards were asked to look at, in themselves or in a thread."""
    return len(asked.reported(run().db(), run().space_id))


def reports() -> Page:
    found = [_asked(post) for post in asked.reported(run().db(), run().space_id)]
    return show("desk/reports.html", found=found)


def _asked(post: Post) -> Asked:
    code = codes.shown(codes.code_of(post.id))
    threads = desk.closed(post) if post.home == run().space_id else []
    stopped = tuple(_stopped(post, code, thread) for thread in threads if thread.asked)
    return Asked(post, code, codes.write_id(post.id), post.reports, stopped)


def _stopped(post: Post, code: str, thread: Closed) -> Stopped:
    readable = bool(post.stewards and thread.anything)
    command = WORDS.format(code=code, number=thread.number) if readable else ""
    return Stopped(max(stop.ms for stop in thread.asked), command, bool(thread.opened))
