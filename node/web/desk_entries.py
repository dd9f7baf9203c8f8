"""What stands in the desk's bar, and what waits there for a steward. Each page of the desk brings its own entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Waiting:
    """Something to do, in the reader's language: what, and how it came to it; many: how many things that are. label: of
    the link to the page where it is done; "" where there is none."""

    icon: str
    what: str
    more: str
    label: str = ""
    many: int = 1


@dataclass(frozen=True)
class Entry:
    """page: its endpoint in the desk's blueprint. name: in English, marked for the catalogues with N_. waiting: what
    waits there at this moment; it may read the board, and is asked for with every page of the desk."""

    page: str
    name: str
    waiting: Callable[[], Sequence[Waiting]] = tuple


@dataclass(frozen=True)
class Shown:
    """An entry as the bar shows it to this reader."""

    entry: Entry
    waiting: Sequence[Waiting]

    @property
    def many(self) -> int:
        return sum(one.many for one in self.waiting)


def shown(entries: Sequence[Entry]) -> list[Shown]:
    return [Shown(entry, tuple(entry.waiting())) for entry in entries]
