"""Openings that say nothing unusual, as nearly all do when they arrive: from payload to row in columns, many at once.

Knows the row of such a post and its words; where they are written together with all others is `work`'s business.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any

from node.domain import text
from node.domain.status import HOUR_MS
from node.storage import rows, search
from sync.bulk import Bulk, blobs
from sync.parted import Bare

PUT = Bulk(
    f"post ({rows.COLUMNS})",
    f"(?1, ?2, ?1, NULL, ?3, ?4, ?5, 0, 0, ?6, ?6, ?7, ?6 + ?7 * {HOUR_MS}, ?8, 0, NULL, 0, NULL, NULL)",
    width=8,
)
"""As rows.PUT, with less to hand over."""


class Openings:
    """All that the rows of such posts say, and their words, folded. `since`: as claimed, from when their time runs."""

    def __init__(self) -> None:
        self.ns: list[int] = []
        self.ids: list[bytes] = []
        self.since: list[int] = []
        self.kinds: list[str] = []
        self.categories: list[str] = []
        self.areas: list[str] = []
        self.hours: list[int] = []
        self.wanted: list[int] = []
        self.words: list[tuple[int, str]] = []

    def add(self, bare: Sequence[Bare], events: Sequence[Any]) -> None:
        """events: what plain.read() gave of each."""
        areas = [text.clean_line(event.area) if event.area else "" for event in events]
        ns = [one[0] for one in bare]
        self.ns += ns
        self.ids += [one[1] for one in bare]
        self.since += [one[2] for one in bare]
        self.kinds += [event.kind for event in events]
        self.categories += [event.category for event in events]
        self.areas += areas
        self.hours += [event.hours for event in events]
        self.wanted += [event.wanted for event in events]
        words = [search.words_of(event.words, event.original, area) for event, area in zip(events, areas, strict=True)]
        self.words += zip(ns, words, strict=True)

    def expires(self) -> list[int]:
        return [since + hours * HOUR_MS for since, hours in zip(self.since, self.hours, strict=True)]

    def put(self, db: sqlite3.Connection) -> None:
        said = (self.kinds, self.categories, self.areas, self.since, self.hours, self.wanted)
        PUT.put(db, (self.ns, blobs(self.ids), *said))
