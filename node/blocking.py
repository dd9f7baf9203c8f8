"""What stewards decide about another space: block it, let it in again, purge its words, change the circle's keys.

Each is an entry of this space; what follows from it is worked out by cutting, in the same transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import msgspec

from node import cutting
from node.run import Run
from node.storage import turn
from sync import blocks, circle, cutoffs, log
from sync.blocks import Block, Heads
from sync.entry import BLOCKED
from sync.identity import shown
from sync.writer import Draft


class NotBlocked(Exception):
    """Nothing was changed. Its text is one sentence."""


class Other(msgspec.Struct, frozen=True):
    """Another space as it is known here."""

    space: bytes
    name: str
    state: str


OTHERS = "SELECT id, name, state FROM space WHERE state <> 'own' ORDER BY name, id"


def others(db: sqlite3.Connection) -> list[Other]:
    return [Other(*row) for row in db.execute(OTHERS)]


def named(run: Run, words: str) -> Other:
    """The space of this name, or whose id begins so, as `status` shows it. Raises NotBlocked."""
    beginning = "".join(words.upper().split())
    known = others(run.db())
    found = [one for one in known if one.name.casefold() == words.strip().casefold()]
    found = found or [one for one in known if beginning and shown(one.space).replace(" ", "").startswith(beginning)]
    if len(found) != 1:
        raise NotBlocked(f"{len(found)} spaces here are called {words}: see `status` for names and ids.")
    return found[0]


def block(run: Run, other: Other, hide: bool = False) -> None:
    """From now on nothing of this space is taken, told or answered. What it said until now stays, unless `hide`."""
    _say(run, other, lambda: {} if hide else _held(run.db(), other.space))
    cutting.follow(run)


def purge(run: Run, other: Other) -> None:
    """Drops all words of a blocked space from this disk. Raises NotBlocked for one that is not."""
    if other.state != "blocked":
        raise NotBlocked(f"{other.name} is not blocked: what it said would come again. First `block`, then `purge`.")
    _say(run, other, lambda: {}, purges=True)
    cutting.follow(run)


def unblock(run: Run, other: Other) -> None:
    """Accepts the space again: what it has said since, and what was purged, is asked for. Raises NotBlocked."""
    if other.state != "blocked":
        raise NotBlocked(f"{other.name} is not blocked.")
    _say(run, other, None)
    cutting.follow(run)


def lift(run: Run, space: bytes) -> None:
    """After pairing with a space: a block that stood is over."""
    held = blocks.ours(run.db()).get(space)
    if held and held.stands:
        _say(run, Other(space, "", "blocked"), None)


def _say(run: Run, other: Other, heads: Callable[[], Heads] | None, purges: bool = False) -> None:
    """heads: how far its feeds count; None where it is not blocked any more."""
    db = run.db()
    with turn.first(run.settings.data), log.writing(db):
        before = blocks.ours(db).get(other.space)
        number = before.number + 1 if before else 1
        said = Block(other.space, number, heads is not None, heads() if heads else {}, purges)
        drafts = [Draft(payload, sys=BLOCKED) for payload in blocks.payloads(said)]
        cutoffs.note(db, run.writer.append(db, drafts))
        cutting.settle(run, db)


def _held(db: sqlite3.Connection, space: bytes) -> Heads:
    """As far as what is here counts now."""
    feeds = [feed for feed in log.feeds(db) if feed.space == space and feed.state == "open" and feed.known_to_others]
    last = {feed.key: feed.known_to_others - 1 for feed in feeds}
    return {feed.key: (last[feed.key], log.id_at(db, feed, last[feed.key])) for feed in feeds}


def change_keys(run: Run, random: Callable[[int], bytes]) -> None:
    """New tickets derive from a new key; those given out before are found as ever."""
    circle.renew_keys(run.settings.data, random)
