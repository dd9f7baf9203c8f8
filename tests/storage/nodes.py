"""Spaces with a real node each: they post, hear from one another and show their board, in one line."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from node import intake
from node.domain import bodies
from node.domain.values import Event
from node.domain.wishes import OpenPost
from node.intake import Recorded, Taken
from node.run import Run
from node.settings import Settings
from node.start import open_run
from node.storage import board, projection
from node.storage.board import Card, Counts, Page, View
from sync import log, proofs
from sync.entry import Entry, parse_page
from sync.refusals import Fork
from sync.writer import Draft

NOON = 1_790_000_000_000
HOUR = 3_600_000
BOARD_TABLES = ("post", "code", "new_code", "about", "spoken", "confirmed")


class Clock:
    """Set by hand; ticks a millisecond at each look."""

    def __init__(self) -> None:
        self.ms = NOON

    def __call__(self) -> int:
        self.ms += 1
        return self.ms


@dataclass
class Node:
    folder: Path
    name: str
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.run: Run = self.new_run()

    def new_run(self) -> Run:
        """As after a restart: a new feed at its next word."""
        self.run = open_run(Settings(data=self.folder, name=self.name), self.clock)
        return self.run

    @property
    def db(self):
        return self.run.db()

    @property
    def space(self) -> bytes:
        return self.run.space_id

    def accepts(self, other: "Node") -> None:
        row = (other.space, other.run.identity.space_cert, other.name)
        with log.writing(self.db):
            self.db.execute("INSERT INTO space (id, cert, name, state) VALUES (?, ?, ?, 'accepted')", row)
            proofs.take(self.db, [(other.folder / "space.roster").read_bytes()], 0)

    # --- says ---

    def posts(self, words: str = "Bread for tonight", key: str = "", **more) -> Recorded:
        return intake.record(self.run, need(words, **more), key)

    def does(self, wish) -> Recorded:
        return intake.record(self.run, wish)

    def carries(
        self, ticket: "Ticket", event: Event, post: bytes = b"", home: bytes = b"", scope: str = "circle"
    ) -> None:
        """A ticket's body enters at this node."""
        payload = ticket.body(post or ticket.post, home or self.space, event)
        self.says(Draft(payload, post or ticket.post, ticket.owner), scope=scope)

    def says(self, *drafts: Draft, scope: str = "circle") -> list[log.Held]:
        """Whatever it likes, past every courtesy."""
        with log.writing(self.db):
            held = self.run.writer.append(self.db, drafts, scope)
            intake.enter(self.db, held, self.clock())
        return held

    def says_otherwise(self, *drafts: Draft, after: int = 0, scope: str = "circle") -> list[Entry]:
        """Another history of the feed of this run, from behind this entry: signed, and held by nobody yet."""
        key = self.run.writer._keys[scope]
        feed = log.feed_by_key(self.db, key.public_key().public_bytes_raw())
        parted = msgspec.structs.replace(feed, next=after + 1, head=log.id_at(self.db, feed, after))
        return self.run.writer._entries(parted, key, drafts)

    def evidence(self, scope: str = "circle") -> bytes:
        """That the feed of this run has two histories."""
        try:
            self.hears([self.says_otherwise(Draft(b'{"event":"other"}'), scope=scope)])
        except Fork as fork:
            return fork.evidence
        raise AssertionError("nobody noticed")

    # --- hears ---

    def pages(self, scope: str = "circle", size: int = 500, own: bool = False) -> list[list[Entry]]:
        """All that it has to offer, feed by feed; or what it says itself."""
        found = []
        for feed in log.feeds(self.db):
            at = 0
            while feed.scope == scope and at < feed.next and (not own or feed.space == self.space):
                page = parse_page(b"".join(line + b"\n" for line in log.page(self.db, feed.no, at, size, 1 << 20)))
                at = page[-1].header.seq + 1
                found.append(page)
        return found

    def proofs(self) -> list[bytes]:
        return [line for (line,) in self.db.execute("SELECT line FROM proof WHERE kind IN ('tombstone', 'fork')")]

    def hears(self, pages: Iterable[list[Entry]], lines: Iterable[bytes] = ()) -> Taken:
        return intake.accept(self.run, list(pages), list(lines))

    def hears_from(self, other: "Node") -> Taken:
        return self.hears(other.pages(), other.proofs())

    # --- shows ---

    def page(self, after: str | None = None, limit: int = 30, **view) -> Page:
        return board.page(self.db, View(now_ms=self.clock.ms, space=self.space, **view), after, limit)

    def board(self, **view) -> list[str]:
        return [card.words for card in self.page(**view).cards]

    def one(self, address: str) -> Card:
        (card,) = board.one(self.db, address, self.clock.ms, self.space)
        return card

    def counts(self) -> Counts:
        return board.counts(self.db, self.clock.ms, self.space)

    def digest(self) -> str:
        return projection.digest(self.db)

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        """The whole board, byte for byte."""
        return {table: self.db.execute(f"SELECT * FROM {table}").fetchall() for table in BOARD_TABLES}

    def indexed(self) -> list[tuple[str, int]]:
        """Every word in the search index and in how many posts it is."""
        self.db.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.terms USING fts5vocab(main, search, row)")
        return self.db.execute("SELECT term, doc FROM temp.terms ORDER BY term").fetchall()


class Ticket:
    """A ticket's key; it counts what it says."""

    def __init__(self, seed: int = 1) -> None:
        self.key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.owner = self.key.public_key().public_bytes_raw()
        self.post = bodies.post_id(self.owner)
        self._counter = itertools.count()

    def body(self, post: bytes, home: bytes, event: Event) -> bytes:
        return bodies.make(self.key, post, home, next(self._counter), event)

    def tombstone(self) -> bytes:
        return proofs.make_tombstone(self.key)


def need(words: str = "Bread for tonight", **more) -> OpenPost:
    return OpenPost(**{"kind": "need", "category": "food", "words": words, "when": "today", **more})


def opened(words: str = "Bread for tonight", **more) -> Event:
    return Event("post.opened", {"kind": "need", "category": "food", "words": words, "hours": 36, **more})
