"""From log to board, never back: refolds the posts that new entries are about, or all of them. Decides nothing.

A row is the fold of all entries about its post, so the order of arrival cannot matter, and a rebuild gives the same
bytes. A new post whose opening came alone, as nearly all do, is folded without looking for more.
"""

import hashlib
import itertools
import sqlite3
import unicodedata
from collections.abc import Callable, Sequence

import msgspec

from node.domain import bodies, post
from node.storage import erasures, memory, refolding, rows, search
from node.storage.gather import Feeds, short, shorts
from node.storage.rows import Row
from node.storage.work import ADD_ABOUT, Changes, Work
from sync import log, proofs
from sync.entry import BOARD, entry_id
from sync.log import Held
from sync.parted import Bare, New, part

FOLD_VERSION = 12
"""Raise it with every change of the fold, of the text folding or of what a row says; the next start rebuilds."""

VERSION = f"fold {FOLD_VERSION}, unicode {unicodedata.unidata_version}"

MINUTES_10 = 600_000
# In one statement, since it is asked for with every page: between two, another thread may take the interpreter's turn.
STATE = """
SELECT (SELECT n FROM arrival ORDER BY n DESC LIMIT 1), (SELECT hex(mark) FROM arrival ORDER BY n DESC LIMIT 1),
  (SELECT value FROM board WHERE name = 'promise_days'), (SELECT MIN(expires) FROM post WHERE expires > ?)
"""


def version(db: sqlite3.Connection, now_ms: int) -> str:
    """Changes whenever a list may: something arrived, a setting here, the next post runs out, or ten minutes passed ("3
    hours ago", promises that lapse)."""
    n, mark, policy, expiry = db.execute(STATE, (now_ms,)).fetchone()
    return f"{n or 0:x}-{(mark or '')[:8]}-{policy}-{expiry or 0:x}-{now_ms // MINUTES_10:x}"


def refresh(db: sqlite3.Connection, held: Sequence[Held] | New, arrived_ms: int | None = None) -> Changes:
    """Brings the board up to these new entries of the log, within the caller's transaction. `arrived_ms`: this node's
    clock; None when they had arrived before."""
    new = held if isinstance(held, New) else part([held])
    openings, said = new.bare, [one for one in new.others if one.entry.header.sys == BOARD]
    if len(said) < len(new.others):
        erasures.note(db, new.others)
    followups = [one for one in said if one.entry.header.post]
    answered = _answered(db, openings)  # by what was there before
    _note(db, said, followups)
    alone = [one for one in openings if short(one[1]) not in answered] if answered else openings
    work = Work(db, arrived_ms)
    unread = work.open(alone, {one.entry.header.post for one in followups})
    left = {id_: [k] for k, id_, _, _ in openings if short(id_) in answered or k in unread} if answered | unread else {}
    left |= {post_id: left.get(post_id, []) for post_id in work.go_on(followups)}
    for post_id, opened_at in left.items():
        work.refold(post_id, opened_at)
    return work.finish()


ADD_SPOKEN = "INSERT INTO spoken (o, k) VALUES (?, ?) ON CONFLICT (o, k) DO NOTHING"
ANSWERED = "SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM about WHERE about.p = value)"


def _note(db: sqlite3.Connection, said: Sequence[Held], followups: Sequence[Held]) -> None:
    """Leads from posts and from tickets to what is about them; from a ticket also to the post that it was given for."""
    db.executemany(ADD_ABOUT, sorted((short(one.entry.header.post), one.k) for one in followups))
    owned = [(short(one.entry.header.owner), one.k) for one in said if one.entry.header.owner]
    given = [(short(new), one.k) for one in followups if (new := post.given_out(one.entry.payload))]
    db.executemany(ADD_SPOKEN, sorted(owned + given))


def _answered(db: sqlite3.Connection, openings: Sequence[Bare]) -> set[int]:
    """Of these new posts, those about which something is here already (their short ids)."""
    asked = msgspec.json.encode(shorts([id_ for _, id_, _, _ in openings])).decode()
    return {p for (p,) in db.execute(ANSWERED, (asked,))}


CHUNK = 2_000
Progress = Callable[[int, int], None]
COUNT_ENTRIES = "SELECT COUNT(*) FROM entry"


def ensure_current(db: sqlite3.Connection, progress: Progress = lambda done, total: None) -> bool:
    """Rebuilds the board if another version of the fold, the text folding or Unicode made it. True if it did."""
    if memory.get(db, "version") == VERSION:
        return False
    rebuild(db, progress)
    return True


def rebuild(db: sqlite3.Connection, progress: Progress = lambda done, total: None) -> None:
    """Drops the board and makes it from the log alone, in one transaction. `progress`: entries done, of how many."""
    with log.writing(db):
        _clear(db)
        total, done = db.execute(COUNT_ENTRIES).fetchone()[0], 0
        entries = log.read_all(db)
        while chunk := list(itertools.islice(entries, CHUNK)):
            refresh(db, _without_erased(db, chunk))
            done += len(chunk)
            progress(done, total)
        memory.set(db, "version", VERSION)


def _without_erased(db: sqlite3.Connection, chunk: list[Held]) -> list[Held]:
    """An old copy may still hold what a tombstone forbids, and no `spoken` or `about` to find it by."""
    headers = {one.k: one.entry.header for one in chunk if one.entry.payload is not None}
    owned = ((k, header) for k, header in headers.items() if header.sys == BOARD and (header.owner or header.post))
    gone = {k for k, header in owned if proofs.is_erased(db, header.owner, header.post)}
    log.drop_payloads(db, sorted(gone))
    bare = {"salt": b"", "payload": None}
    return [Held(one.k, msgspec.structs.replace(one.entry, **bare)) if one.k in gone else one for one in chunk]


def drop(db: sqlite3.Connection) -> None:
    """Leaves the log alone in this database; the next start makes the board from it."""
    with log.writing(db):
        _clear(db)
        memory.set(db, "version", "")


def _clear(db: sqlite3.Connection) -> None:
    for table in ("post", "code", "new_code", "about", "spoken", "confirmed", "tally"):
        db.execute(f"DELETE FROM {table}")
    search.clear(db)
    refolding.forget(db)


DIGEST = f"SELECT {rows.COLUMNS} FROM post WHERE here = 0 ORDER BY id"
ENTRY = "SELECT header, payload FROM entry WHERE k = ?"


def digest(db: sqlite3.Connection) -> str:
    """Equal on every node that accepts the same entries and holds the same payloads: a hash over the posts of the
    circle, without local numbers, the local start of their time, and posts that are for here."""
    state, feeds = hashlib.blake2b(digest_size=16, person=b"cb1 board"), Feeds(db)
    for values in db.execute(DIGEST):
        one = Row(*values)
        words = one.id if one.k == one.n and not one.facts else _words_at(db, one.k)
        home = feeds.of(one.n).space if one.home is None else one.home
        everywhere = msgspec.structs.replace(one, n=0, k=0, home=home, since=0, expires=0)
        state.update(msgspec.json.encode([everywhere, words]))
    return state.hexdigest()


def _words_at(db: sqlite3.Connection, k: int) -> bytes:
    """Which words these are: the entry's id, or the hash of a ticket's body, whoever carried it."""
    header, payload = db.execute(ENTRY, (k,)).fetchone() or (b"", b"")
    body = bodies.literal(payload or b"")
    return bodies.hash_of(body) if body else entry_id(header) if header else b""
