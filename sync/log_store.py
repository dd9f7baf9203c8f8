"""The log as whoever speaks with peers sees it: append, heads, pages, payloads. Says what a store can do, not how.

`SqliteLog` is the one there is. A hub that keeps its entries elsewhere writes another, and tests/sync/test_log_store.py
says whether that holds what is promised here. Whose entries are taken, and what they mean, is not its business.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from sync.entry import Entry
from sync.log import Feed, Held

Wanted = tuple[bytes, int, bytes]
"""(feed, seq, id) of an entry whose payload is wanted and not held."""


class LogStore(Protocol):
    """Entries by feed and seq, contiguous from 0, each feed ending at a signed one; and what arrived when."""

    def snapshot(self) -> AbstractContextManager[None]:
        """What is read inside is of one moment."""

    def feed(self, key: bytes) -> Feed | None:
        """The feed with this public key."""

    def feeds(self, changed_after: int = -1) -> list[Feed]:
        """Every feed that grew after this n, in the order in which they did: their heads."""

    def begin(self, key: bytes, space_no: int, node: bytes, scope: str) -> Feed:
        """A feed without entries; its opening is appended next, in the same transaction."""

    def append(
        self, feed: Feed, entries: Sequence[Entry], now_ms: int, dropped: frozenset[int] = frozenset()
    ) -> Sequence[Held]:
        """Adds checked entries behind the head of a feed, the last of them signed. `dropped`: seqs whose payload is not
        wanted any more; any other that did not come along is wanted."""

    def page(self, feed: Feed, from_seq: int, max_entries: int, max_bytes: int) -> list[bytes]:
        """Lines of one run that ends at a signed entry: the last one within the limits, else the next one after them.
        Only that last signature is in them."""

    def entry(self, feed: Feed, seq: int) -> Entry | None:
        """One entry with what is held of it, None where there is none."""

    def id_at(self, feed: Feed, seq: int) -> bytes:
        """The id of an entry, b"" where it is not held."""

    def arrived(self) -> tuple[int, bytes]:
        """(n, mark): how much has arrived here, and the running hash over it; (0, b"") while nothing has."""

    def arrived_by(self, n: int) -> tuple[int, bytes]:
        """(n, mark) as it was at the end of the last transaction at or before this n."""

    def knows_mark(self, n: int, mark: bytes) -> bool:
        """True if this log once said exactly this; false for one that was restored or swapped since."""

    def cut(self, after: int, most: int) -> int | None:
        """The n of the change that so many others since `after` come before; None where there are not so many."""

    def is_lacking(self) -> bool:
        """Whether a payload is wanted that is not held."""

    def wanted(self, limit: int, now_ms: int) -> Sequence[Wanted]:
        """Some of the payloads that are wanted, others each time; those that nobody had more and more seldom."""

    def digest(self) -> str:
        """Equal where the same entries of the circle are held."""
