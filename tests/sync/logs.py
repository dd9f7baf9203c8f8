"""Valid logs in one line: a space with its key, its node and a real database file."""

import os
import sqlite3
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from sync import identity, log, proofs, schema
from sync.entry import Entry, parse_page
from sync.identity import Identity, Paper
from sync.log import Held
from sync.take import take
from sync.writer import Draft, Writer

BEGIN_MS = 1_790_000_000_000


@dataclass
class Space:
    """One space with one node. Its clock ticks a millisecond at each look."""

    folder: Path
    name: str = "Hall"
    _ms: count = field(default_factory=lambda: count(BEGIN_MS))

    def __post_init__(self) -> None:
        self.identity: Identity = identity.found(self.folder, os.urandom)
        paper = identity.paper_on_disk(self.folder)
        assert paper is not None
        self.paper: Paper = paper
        self.roster = proofs.make_roster(paper.authority(), 1, [self.identity.public_key], [])
        self.db = sqlite3.connect(self.folder / "log.db", isolation_level=None)
        self.db.executescript("".join(schema.STEPS))
        self.accepts(self, "own")
        self.writer = self.new_run()

    def new_run(self) -> Writer:
        return Writer(self.identity, lambda: next(self._ms), os.urandom, self.name)

    def accepts(self, other: "Space", state: str = "accepted") -> None:
        row = (other.identity.space_id, other.identity.space_cert, other.name, state)
        with log.writing(self.db):
            self.db.execute("INSERT INTO space (id, cert, name, state) VALUES (?, ?, ?, ?)", row)
            proofs.take(self.db, [other.roster], 0)

    def says(self, *words: str, scope: str = "circle", owner: bytes = b"", post: bytes = b"") -> list[Held]:
        drafts = [Draft(b'{"event":"note","words":"%s"}' % word.encode(), owner=owner, post=post) for word in words]
        with log.writing(self.db):
            return self.writer.append(self.db, drafts, scope)

    def page(
        self, feed_no: int = 1, from_seq: int = 0, max_entries: int = 500, max_bytes: int = 1 << 20
    ) -> list[Entry]:
        lines = log.page(self.db, feed_no, from_seq, max_entries, max_bytes)
        return parse_page(b"".join(line + b"\n" for line in lines))

    def hears(self, entries: list[Entry]) -> list[Held]:
        with log.writing(self.db):
            return take(self.db, entries, next(self._ms))

    def words(self) -> list[bytes | None]:
        return [held.entry.payload for held in log.read_all(self.db) if held.entry.header.sys == 0]

    def state(self) -> tuple[object, ...]:
        """All that a refusal must leave as it was."""
        tables = ("space", "feed", "entry", "arrival", "proof", "missing", "peer")
        return tuple(self.db.execute(f"SELECT * FROM {table}").fetchall() for table in tables)
