"""From log to board, never back: refolds the posts that new entries are about, or all of them. Decides nothing.

A row is the fold of all entries about its post, so the order of arrival cannot matter, and a rebuild gives the same
bytes. A new post whose opening came alone, as nearly all do, is folded without looking for more.
"""

import hashlib
import itertools
import sqlite3
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from node.domain import codes, post
from node.domain.values import Post
from node.storage import rows, search
from node.storage.gather import Feeds, Gathered, Tombstones, gather, row, short
from node.storage.rows import ERASED, MET, Row
from sync import log
from sync.entry import BOARD, Entry, entry_id
from sync.entry import post_id as own_post_of
from sync.log import Held

FOLD_VERSION = 1
"""Raise it with every change of the fold, of the text folding or of what a row says; the next start rebuilds."""

VERSION = f"fold {FOLD_VERSION}, unicode {unicodedata.unidata_version}"
RELEASE_MS = 1_767_225_600_000
"""2026-01-01. No clock of a node was right when it said less."""


class Changes(msgspec.Struct, frozen=True):
    """What a refresh did to the board: new needs and offers, posts that became met, posts that were erased."""

    needs: int = 0
    offers: int = 0
    met: int = 0
    erased: int = 0

    def plus(self, other: "Changes") -> "Changes":
        return Changes(
            self.needs + other.needs, self.offers + other.offers, self.met + other.met, self.erased + other.erased
        )


def refresh(db: sqlite3.Connection, held: Sequence[Held], arrived_ms: int | None = None) -> Changes:
    """Brings the board up to these new entries of the log, within the caller's transaction. `arrived_ms`: this node's
    clock; None when they had arrived before."""
    said = [one for one in held if one.entry.header.sys == BOARD]
    openings = [one for one in said if not one.entry.header.post and not one.entry.header.owner]
    followups = [one for one in said if one.entry.header.post]
    _note(db, followups)
    work = _Work(db, arrived_ms)
    touched: dict[bytes, list[int]] = {one.entry.header.post: [] for one in followups}
    alone, answered = [], _answered(db, openings)
    for one in openings:
        if short(one.entry.id) in answered:
            touched.setdefault(one.entry.id, []).append(one.k)
        else:
            alone.append(one)
    work.open(alone)
    for post_id, opened_at in touched.items():
        work.refold(post_id, opened_at)
    return work.finish()


ADD_ABOUT = "INSERT INTO about (p, k) VALUES (?, ?) ON CONFLICT (p, k) DO NOTHING"
ADD_SPOKEN = "INSERT INTO spoken (o, k) VALUES (?, ?) ON CONFLICT (o, k) DO NOTHING"
ANSWERED = "SELECT DISTINCT p FROM about WHERE p IN (SELECT value FROM json_each(?))"


def _note(db: sqlite3.Connection, followups: Sequence[Held]) -> None:
    """Leads from posts and from tickets to what is about them."""
    db.executemany(ADD_ABOUT, sorted((short(one.entry.header.post), one.k) for one in followups))
    owned = (one for one in followups if one.entry.header.owner)
    db.executemany(ADD_SPOKEN, sorted((short(one.entry.header.owner), one.k) for one in owned))


def _answered(db: sqlite3.Connection, openings: Sequence[Held]) -> set[int]:
    """Of these new posts, those about which something is here already (their short ids)."""
    asked = msgspec.json.encode([short(one.entry.id) for one in openings]).decode()
    return {p for (p,) in db.execute(ANSWERED, (asked,))}


class _Work:
    """One refresh: rows and index lines collected, written in finish()."""

    def __init__(self, db: sqlite3.Connection, arrived_ms: int | None) -> None:
        self._db = db
        self._arrived_ms = arrived_ms
        self._feeds = Feeds(db)
        self._rows: list[tuple[Row, Row | None]] = []
        self._words: list[tuple[int, str]] = []
        self._lifted: dict[bytes, Row | None] = {}
        self._erased = Tombstones(db)

    def open(self, alone: Sequence[Held]) -> None:
        """Posts of which only the opening is known."""
        latest = self._arrived_ms
        for k, entry in ((one.k, one.entry) for one in alone):
            feed = self._feeds.of(k)
            opened = post.opening(entry.id, feed.space, entry.header.ms, entry.payload)
            if opened is None or feed.void:
                self._db.execute(ADD_ABOUT, (short(entry.id), k))
                continue
            on_time = latest is not None and RELEASE_MS <= opened.since <= latest
            since = opened.since if on_time else self._since(k, opened.since)
            self._put(opened, k, k, since, feed.space)

    def lift(self, post_id: bytes) -> Row | None:
        """Takes a post off the board, if it is there; refold() puts it back. Before its payloads go."""
        if post_id not in self._lifted:
            old = self._lifted[post_id] = row(self._db, post_id)
            if old:
                _remove(self._db, old)
        return self._lifted[post_id]

    def refold(self, post_id: bytes, opened_at: Iterable[int] = ()) -> None:
        """A post by everything that the log holds about it now."""
        old = self.lift(post_id)
        gathered = gather(self._db, post_id, self._feeds, (*opened_at, old.n) if old else opened_at)
        folded = post.fold(post_id, gathered.said, self._erased)
        n = _first_opening(folded, gathered) if folded else 0
        opening = gathered.ks.get(post_id, n)
        if opening != n:
            self._db.execute(ADD_ABOUT, (short(post_id), opening))
        if folded:
            k = gathered.ks.get(folded.words_from, 0)
            since = self._since(gathered.ks[folded.since_from], folded.since) if k else 0
            self._put(folded, n, k, since, self._feeds.of(n).space, old)

    def finish(self) -> Changes:
        """Writes all rows, by rising n: an index that grows at its end is quick."""
        self._rows.sort(key=lambda pair: pair[0].n)
        new = [row for row, _ in self._rows]
        self._db.executemany(rows.PUT, map(msgspec.structs.astuple, new))
        self._db.executemany(ADD_CODE, sorted((codes.number_of(one.id), one.n) for one in new))
        search.put(self._db, sorted(self._words))
        return _changes(self._rows)

    def _put(self, folded: Post, n: int, k: int, since: int, feed_space: bytes, old: Row | None = None) -> None:
        self._rows.append((rows.row_of(folded, n, k, since, feed_space), old))
        if k:
            self._words.append((n, search.words_of(folded.words, folded.original, folded.area)))

    def _since(self, k: int, claimed: int) -> int:
        """From when the time of a post runs here: as claimed, or from its arrival where that cannot be."""
        known = self._db.execute(LATE, (k,)).fetchone()
        if known:
            return int(known[0])
        if self._arrived_ms is None or RELEASE_MS <= claimed <= self._arrived_ms:
            return claimed
        self._db.execute(ADD_LATE, (k, self._arrived_ms))
        return self._arrived_ms


ADD_CODE = "INSERT INTO code (code, n) VALUES (?, ?)"
LATE = "SELECT ms FROM late WHERE k = ?"
ADD_LATE = "INSERT INTO late (k, ms) VALUES (?, ?)"


def _first_opening(folded: Post, gathered: Gathered) -> int:
    """The key of the entry that opened it: of a post with a ticket, the first of what its ticket said."""
    if not folded.owner:
        return gathered.ks[folded.id]
    return min(gathered.ks[one.id] for one in gathered.said if one.owner == folded.owner)


def _changes(pairs: Sequence[tuple[Row, Row | None]]) -> Changes:
    fresh = [row.kind for row, old in pairs if old is None]
    states = [(row.state, old.state if old else 0, old) for row, old in pairs if row.state]
    return Changes(
        needs=fresh.count("need"),
        offers=fresh.count("offer"),
        met=sum(1 for now, before, _ in states if now & ~before & MET),
        erased=sum(1 for now, before, old in states if old and now & ~before & ERASED),
    )


REMOVE_POST = "DELETE FROM post WHERE n = ?"
REMOVE_CODE = "DELETE FROM code WHERE code = ? AND n = ?"


def _remove(db: sqlite3.Connection, old: Row) -> None:
    """Takes a post off the board, its words out of the index: while its payload is still held."""
    words = rows.state_at(db, old.k) if old.k else None
    if words:
        search.take_out(db, old.n, search.words_of(words.words, words.original, old.area))
    db.execute(REMOVE_POST, (old.n,))
    db.execute(REMOVE_CODE, (codes.number_of(old.id), old.n))


# --- what is forgotten ---

SPOKEN = "SELECT k FROM spoken WHERE o = ?"
ABOUT = "SELECT k FROM about WHERE p = ?"


def forget(db: sqlite3.Connection, owner: bytes) -> Changes:
    """Drops words and salt of all that this ticket said and of all about the post it opened, here and in the index.
    Its tombstone is held already."""
    own_post = own_post_of(owner)
    spoken = [k for (k,) in db.execute(SPOKEN, (short(owner),)).fetchall()]
    about = [k for (k,) in db.execute(ABOUT, (short(own_post),)).fetchall()]
    dropped: dict[int, bytes] = {}
    for k in {*spoken, *about}:
        header = _held(db, k).header
        if header.owner == owner or header.post == own_post:
            dropped[k] = header.post
    return drop(db, dropped)


def drop(db: sqlite3.Connection, dropped: Mapping[int, bytes]) -> Changes:
    """Drops the payloads of these entries, k -> id of the post that each is about, and refolds the posts."""
    work, posts = _Work(db, None), sorted(set(dropped.values()))
    for post_id in posts:
        work.lift(post_id)
    log.drop_payloads(db, sorted(dropped))
    for post_id in posts:
        work.refold(post_id)
    db.execute(SET, ("optimize", "due"))
    return work.finish()


def refold_feed(db: sqlite3.Connection, feed_no: int) -> Changes:
    """Refolds every post that a feed speaks of: after it became void, or open again."""
    work = _Work(db, None)
    openings: dict[bytes, list[int]] = {}
    for one in log.read(db, feed_no):
        if one.entry.header.sys == BOARD:
            openings.setdefault(one.entry.header.post or one.entry.id, []).append(one.k)
    for post_id, ks in openings.items():
        work.refold(post_id, ks)
    return work.finish()


def tidy(db: sqlite3.Connection) -> bool:
    """Merges the index if words were taken out since the last time, so that they are gone from the file. True if it
    did: then a checkpoint takes them out of the write-ahead log too."""
    with log.writing(db):
        if _get(db, "optimize") != "due":
            return False
        search.optimize(db)
        db.execute(SET, ("optimize", "done"))
        return True


def _held(db: sqlite3.Connection, k: int) -> Entry:
    held = log.one(db, k)
    assert held is not None, "about and spoken name entries of the log"
    return held.entry


# --- the whole board ---

CHUNK = 2_000
Progress = Callable[[int, int], None]
GET = "SELECT value FROM board WHERE name = ?"
SET = "INSERT INTO board (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
COUNT_ENTRIES = "SELECT COUNT(*) FROM entry"


def _get(db: sqlite3.Connection, name: str) -> str:
    found = db.execute(GET, (name,)).fetchone()
    return str(found[0]) if found else ""


def ensure_current(db: sqlite3.Connection, progress: Progress = lambda done, total: None) -> bool:
    """Rebuilds the board if another version of the fold, the text folding or Unicode made it. True if it did."""
    if _get(db, "version") == VERSION:
        return False
    rebuild(db, progress)
    return True


def rebuild(db: sqlite3.Connection, progress: Progress = lambda done, total: None) -> None:
    """Drops the board and makes it from the log alone, in one transaction. `progress`: entries done, of how many."""
    with log.writing(db):
        for table in ("post", "code", "about", "spoken"):
            db.execute(f"DELETE FROM {table}")
        search.clear(db)
        total, done = db.execute(COUNT_ENTRIES).fetchone()[0], 0
        entries = log.read_all(db)
        while chunk := list(itertools.islice(entries, CHUNK)):
            refresh(db, chunk)
            done += len(chunk)
            progress(done, total)
        db.execute(SET, ("version", VERSION))


DIGEST = f"SELECT {rows.COLUMNS} FROM post WHERE here = 0 ORDER BY id"
HEADER = "SELECT header FROM entry WHERE k = ?"


def digest(db: sqlite3.Connection) -> str:
    """Equal on every node that accepts the same entries and holds the same payloads: a hash over the posts of the
    circle, without local numbers, the local start of their time, and posts that are for here."""
    state, feeds = hashlib.blake2b(digest_size=16, person=b"cb1 board"), Feeds(db)
    for values in db.execute(DIGEST):
        one = Row(*values)
        words = one.id if one.k == one.n and not one.facts else _id_at(db, one.k)
        home = feeds.of(one.n).space if one.home is None else one.home
        everywhere = msgspec.structs.replace(one, n=0, k=0, home=home, since=0, expires=0)
        state.update(msgspec.json.encode([everywhere, words]))
    return state.hexdigest()


def _id_at(db: sqlite3.Connection, k: int) -> bytes:
    found = db.execute(HEADER, (k,)).fetchone()
    return entry_id(found[0]) if found else b""
