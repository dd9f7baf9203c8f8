"""A post as a page shows it: the row, its words from the log, and how it stands for who looks, now. Reads only."""

import sqlite3
from collections.abc import Iterable
from functools import cached_property
from typing import Literal

import msgspec

from node.domain import codes, threads
from node.domain.status import PROMISE_DAYS, Status, holding, status
from node.domain.values import Post, Promise, Reported, Translation
from node.storage import memory, rows
from node.storage.gather import Feeds
from node.storage.gather import folded as fold_all
from node.storage.rows import ERASED, WITHDRAWN, Facts, Row
from sync import log

Reader = Literal["poster", "stewards"]


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """`n`, `k`: of the entry that opened it and of that with its words; `code` "481207393", `link` "481207393-TAIL",
    `id_text` the whole id as base64url. `promised`: how many promises hold, `places` what they add up to; `ours`:
    posted here; `met_ms`: when it was all met, else 0. Times in Unix milliseconds. `live`: the promises that hold;
    `sealed`: words for its poster can be sealed, and `readers` open them. In lists promises, translations and reports
    come without words, and nobody counts `waiting`: threads in which the poster has not answered; one() has them."""

    n: int
    k: int = 0
    id: bytes
    id_text: str
    code: str
    link: str
    status: Status
    kind: str = ""
    category: str = ""
    words: str = ""
    lang: str = ""
    original: str = ""
    original_lang: str = ""
    when: str = "any"
    date: str = ""
    area: str = ""
    wanted: int = 1
    met: int = 0
    scope: str = "circle"
    standing: bool = False
    marks: tuple[str, ...] = ()
    hours: int = 0
    ms: int = 0
    since_ms: int = 0
    expires_ms: int = 0
    met_ms: int = 0
    home: bytes = b""
    home_name: str = ""
    ours: bool = False
    owner: bytes = b""
    outside: bytes = b""
    promised: int = 0
    places: int = 0
    promises: tuple[Promise, ...] = ()
    live: tuple[Promise, ...] = ()
    hidden_by: tuple[tuple[bytes, str], ...] = ()
    reports: tuple[Reported, ...] = ()
    translations: tuple[Translation, ...] = ()
    thanked: bool = False
    sealed: bool = False
    readers: tuple[Reader, ...] = ()
    waiting: int = 0


def written_ms(db: sqlite3.Connection, card: Card, now_ms: int) -> int:
    """When its words were, with the opening or with the edit that counts, as claimed by who brought that here first;
    whoever carries a ticket's words may claim anything, so never later than now."""
    held = log.one(db, card.k) if card.k != card.n else None
    return min(held.entry.header.ms, now_ms) if held else card.ms


NAMES = "SELECT id, name FROM space"


class Viewer:
    """Makes cards for one moment and one space."""

    def __init__(self, db: sqlite3.Connection, now_ms: int, space: bytes) -> None:
        self._db = db
        self._now_ms = now_ms
        self._space = space
        self._feeds = Feeds(db)

    @cached_property  # who shows cards that were drawn before asks for neither
    def _promise_days(self) -> int:
        return int(memory.get(self._db, "promise_days") or PROMISE_DAYS)

    @cached_property
    def _names(self) -> dict[bytes, str]:
        return dict(self._db.execute(NAMES).fetchall())

    def hides(self, row: Row) -> bool:
        """True if this space took the post off its board."""
        return bool(row.state & rows.HIDDEN) and self._hidden(rows.read_facts(row.facts))

    def cards(self, found: Iterable[Row]) -> list[Card]:
        """As a list shows them."""
        listed = list(found)
        said = rows.states_at(self._db, [row.k for row in listed]) if listed else {}
        return [self._card(row, said.get(row.k) or _NOTHING, rows.read_facts(row.facts)) for row in listed]

    def card(self, row: Row) -> Card:
        return self.cards([row])[0]

    def whole(self, row: Row) -> Card:
        """With all that was said to it, words included: folded from the log."""
        folded, _ = fold_all(self._db, row.id, self._feeds, (row.n,))
        if folded is None:
            return self.card(row)
        facts = rows.facts_of(folded)
        card = self._card(row, folded, facts)
        return msgspec.structs.replace(card, translations=folded.translations, waiting=threads.waiting(folded))

    def to_come(self, post: Post) -> Card:
        """A post that is in no log yet, as it would stand on the board."""
        return self._card(rows.row_of(post, 0, 0, post.ms, b""), post, rows.facts_of(post))

    def waiting(self, post_id: bytes) -> Card:
        """A post of which only answers have arrived."""
        return Card(
            n=0,
            id=post_id,
            id_text=codes.write_id(post_id),
            code=codes.code_of(post_id),
            link=codes.link_of(post_id),
            status="waiting",
        )

    def _hidden(self, facts: Facts) -> bool:
        return any(space == self._space for space, _ in facts.hidden_by)

    def _card(self, row: Row, said: Post, facts: Facts) -> Card:
        home = self._feeds.of(row.n).space if row.home is None else row.home
        live = tuple(holding(facts.promises, self._now_ms, self._promise_days))
        return Card(
            n=row.n,
            k=row.k,
            id=row.id,
            id_text=codes.write_id(row.id),
            code=codes.code_of(row.id),
            link=codes.link_of(row.id),
            status=self._status(row, facts),
            kind=row.kind,
            category=row.category,
            words=said.words,
            lang=said.lang,
            original=said.original,
            original_lang=said.original_lang,
            when=said.when,
            date=said.date,
            area=row.area,
            wanted=row.wanted,
            met=row.met,
            scope="here" if row.here else "circle",
            standing=bool(row.standing),
            marks=said.marks,
            hours=row.hours,
            ms=row.ms,
            since_ms=row.since,
            expires_ms=row.expires,
            met_ms=row.met_ms or 0,
            home=home,
            home_name=self._names.get(home, ""),
            ours=home == self._space,
            owner=facts.owner,
            outside=row.outside or b"",
            promised=len(live),
            places=sum(promise.count for promise in live),
            promises=facts.promises,
            live=live,
            hidden_by=facts.hidden_by,
            reports=facts.reports,
            thanked=facts.thanked,
            sealed=bool(said.seal_to or said.stewards),
            readers=_readers(said),
        )

    def _status(self, row: Row, facts: Facts) -> Status:
        return status(
            erased=bool(row.state & ERASED),
            withdrawn=bool(row.state & WITHDRAWN),
            hidden=self._hidden(facts),
            met=row.met,
            wanted=row.wanted,
            standing=bool(row.standing),
            expires_ms=row.expires,
            now_ms=self._now_ms,
        )


def _readers(said: Post) -> tuple[Reader, ...]:
    """Who opens words that are sealed for this post, beside who writes them."""
    keys: tuple[tuple[Reader, bytes], ...] = (("poster", said.seal_to), ("stewards", said.stewards))
    return tuple(reader for reader, key in keys if key)


_NOTHING = Post(b"", b"")
