"""All that the log holds about one post, and what that makes it. Reads only; `about` leads from a post to its entries.

An entry that opens a post without ticket is not in `about` as long as it is that post's `n`: most posts need no line.
"""

import sqlite3
import struct
from collections.abc import Container, Iterable, Sequence

import msgspec

from node.domain import codes, post
from node.domain.values import Post, Said
from node.storage import coded, rows
from node.storage.rows import Row
from sync import log
from sync.entry import Header, entry_id, parse_header
from sync.schema import FEED_SHIFT


def short(id_: bytes) -> int:
    """The first 8 bytes of an id or key as SQLite's integer; few share them, and whoever reads compares the whole."""
    return int.from_bytes(id_[:8], "big", signed=True)


def shorts(ids: Sequence[bytes]) -> tuple[int, ...]:
    """short() of many."""
    return struct.unpack(f">{len(ids)}q", b"".join([id_[:8] for id_ in ids]))


class Feed(msgspec.Struct, frozen=True):
    space: bytes
    counts: int  # how many of its entries
    here: bool


ALL = 1 << FEED_SHIFT


class Feeds:
    """Which space a feed belongs to, asked once for each feed."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._known: dict[int, Feed] = {}

    def of(self, k: int) -> Feed:
        no = k >> FEED_SHIFT
        return self._known.get(no) or self._look_up(no)

    def _look_up(self, no: int) -> Feed:
        feed = log.feed_by_no(self._db, no)
        counts = ALL if feed.counts is None else feed.counts
        found = self._known[no] = Feed(feed.space, counts if feed.state == "open" else 0, feed.scope == "here")
        return found

    def counts(self, k: int) -> bool:
        """False for an entry of a void feed, or after a cut-off."""
        return k & log.SEQ_MASK < self.of(k).counts


TOMBSTONE = "SELECT 1 FROM proof WHERE kind = 'tombstone' AND about = ?"


class Tombstones(Container[bytes]):
    """The tickets whose holder erased."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __contains__(self, owner: object) -> bool:
        return bool(owner) and self._db.execute(TOMBSTONE, (owner,)).fetchone() is not None


class Gathered(msgspec.Struct, frozen=True):
    """What is held about a post, and under which key each entry is. aside: keys of what does not count, as far as its
    words are held; copies: of these, what was said for here about a post that the circle knows."""

    said: list[Said]
    ks: dict[bytes, int]
    aside: frozenset[int] = frozenset()
    copies: frozenset[int] = frozenset()


ROWS = f"""
SELECT {", ".join("post." + name for name in rows.COLUMNS.split(", "))}
FROM post WHERE n IN ({coded.OF})
"""
ROWS_OF = ROWS.replace("FROM post WHERE n IN", "FROM").replace(coded.OF, coded.OF_ALL) + "CROSS JOIN post USING (n)"
ABOUT = "SELECT k FROM about WHERE p = ? ORDER BY k"
ENTRY = "SELECT header, payload FROM entry WHERE k = ?"


def row(db: sqlite3.Connection, post_id: bytes) -> Row | None:
    """The post as the board has it."""
    found = (Row(*values) for values in db.execute(ROWS, {"code": codes.number_of(post_id)}))
    return next((one for one in found if one.id == post_id), None)


def rows_of(db: sqlite3.Connection, post_ids: Iterable[bytes]) -> dict[bytes, Row]:
    """Those of these posts that are on the board."""
    asked = {id_: codes.number_of(id_) for id_ in post_ids}
    numbers = msgspec.json.encode(sorted(set(asked.values()))).decode()
    found = (Row(*values) for values in db.execute(ROWS_OF, {"codes": numbers}))
    return {one.id: one for one in found if one.id in asked}


def gather(db: sqlite3.Connection, post_id: bytes, feeds: Feeds, opened_at: Iterable[int] = ()) -> Gathered:
    """`opened_at`: keys of entries that may open it and are not in `about`."""
    ks = {k for (k,) in db.execute(ABOUT, (short(post_id),))} | set(opened_at)
    said, key_of, aside = [], {}, set()
    for k in sorted(ks):
        raw, payload = db.execute(ENTRY, (k,)).fetchone()
        header, id_, feed = parse_header(raw), entry_id(raw), feeds.of(k)
        if (header.post or id_) != post_id:
            continue
        if feeds.counts(k):
            said.append(said_of(id_, header, payload, feed.space))
            key_of[id_] = k
        elif payload is not None:
            aside.add(k)
    return Gathered(said, key_of, frozenset(aside))


def folded(
    db: sqlite3.Connection, post_id: bytes, feeds: Feeds, opened_at: Iterable[int] = ()
) -> tuple[Post | None, Gathered]:
    """A post by all that counts, and what that is. What the circle knows is folded from what the circle has, so that
    its row is the same everywhere; what is held for here alone is for here, whatever its words say."""
    held, erased = gather(db, post_id, feeds, opened_at), Tombstones(db)
    copies = {id_: k for id_, k in held.ks.items() if feeds.of(k).here}
    if not copies:
        return post.fold(post_id, held.said, erased), held
    told = [one for one in held.said if one.id not in copies]
    if known := post.fold(post_id, told, erased) if told else None:
        left = frozenset(copies[one.id] for one in held.said if one.id in copies and one.payload is not None)
        return known, Gathered(told, {one.id: held.ks[one.id] for one in told}, held.aside | left, left)
    found = post.fold(post_id, held.said, erased)
    return found and msgspec.structs.replace(found, scope="here"), held


def said_of(id_: bytes, header: Header, payload: bytes | None, space: bytes) -> Said:
    return Said(id_, space, header.ms, header.post, header.owner, header.refs, payload)
