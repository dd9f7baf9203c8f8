"""What a flyer's memory is for: which to take down, since their post is over, and which to print again, since neither
address on them leads here any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from node import addresses
from node.domain.status import Status
from node.domain.text import clean_line
from node.run import Run
from node.storage import board, posters, turn
from node.storage.posters import Poster
from sync import log

PLACE_LETTERS = 60
OVER = ("met", "withdrawn", "expired", "hidden", "erased")
What = Literal["down", "again", "number", "up"]


@dataclass(frozen=True)
class Hanging:
    """A flyer, how its post stands ("" for the space's own, "gone" where nothing is known of it), and what there is to
    do. number: only the address by number has changed; the name on it still leads here."""

    poster: Poster
    status: Status | Literal["", "gone"]
    what: What


def hang(run: Run, links: Sequence[str], place: str) -> bool:
    """Remembers that these hang there, with the addresses of now; "" is the link of the space's own. False where no
    place is named."""
    where = clean_line(place)[:PLACE_LETTERS].strip()
    host, numbers = addresses.told(run.settings.data, run.settings.port)
    if not where:
        return False
    with turn.first(run.settings.data), log.writing(run.db()):
        for link in links:
            posters.hang(run.db(), link, where, host, next(iter(numbers), ""), run.clock_ms())
    return True


def take_down(run: Run, n: int) -> Poster | None:
    """Somebody took it off the wall: nothing is kept of it. What was known of it, for whoever wants to undo that."""
    with turn.first(run.settings.data), log.writing(run.db()):
        return posters.take_down(run.db(), n)


def print_again(run: Run, n: int) -> Poster | None:
    """A new one with the addresses of now hangs in its place. What was known of the old one."""
    host, numbers = addresses.told(run.settings.data, run.settings.port)
    with turn.first(run.settings.data), log.writing(run.db()):
        was = posters.one(run.db(), n)
        if was:
            posters.hang(run.db(), was.link, was.place, host, next(iter(numbers), ""), run.clock_ms())
        return was


def put_back(run: Run, was: Poster) -> None:
    """It was not so: what was known of it is known again."""
    with turn.first(run.settings.data), log.writing(run.db()):
        posters.put_back(run.db(), was)


def hanging(run: Run) -> list[Hanging]:
    """All that are remembered, the newest first."""
    host, numbers = addresses.told(run.settings.data, run.settings.port)
    return [_judged(run, poster, host, numbers) for poster in posters.hanging(run.db())]


def _judged(run: Run, poster: Poster, host: str, numbers: list[str]) -> Hanging:
    status = _status(run, poster.link)
    if status == "gone" or status in OVER:
        return Hanging(poster, status, "down")
    if not numbers or poster.number in ("", *numbers):  # without a network nobody can say what the number will be
        return Hanging(poster, status, "up" if poster.host == host or poster.number in numbers else "again")
    return Hanging(poster, status, "number" if poster.host == host else "again")


def _status(run: Run, link: str) -> Status | Literal["", "gone"]:
    if not link:
        return ""
    cards = board.one(run.db(), link, run.clock_ms(), run.space_id)
    return cards[0].status if cards else "gone"
