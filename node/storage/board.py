"""What the pages ask: lists by page, counts, one post by its code, posts like it. Reads only, no transaction needed.

Every question takes the moment and the space that looks, since expired and hidden are decided when reading.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Protocol

import msgspec

from node.domain import codes, order, text
from node.domain.values import FAR_FUTURE_MS, Post, Said
from node.storage import coded, rows, search, tally
from node.storage import gather as gathering
from node.storage.cards import Card, Viewer
from node.storage.gather import Feeds, short
from node.storage.rows import OVER, Row
from sync import log

__all__ = ["Card", "Counts", "Known", "Page", "View"]

WEEK_MS = 7 * 24 * 3_600_000


class View(msgspec.Struct, frozen=True, kw_only=True):
    """Which posts, for whom, when. `status`: "current" leaves out what is over, run out or hidden here; "all" leaves
    out only what was erased."""

    kind: str | None = None
    category: str | None = None
    area: str | None = None
    find: str = ""
    status: str = "current"
    now_ms: int
    space: bytes


class Page(msgspec.Struct, frozen=True):
    """`next`: what to hand in as `after` for the following page; None on the last."""

    cards: list[Card]
    next: str | None


class Counts(msgspec.Struct, frozen=True):
    needs: int
    offers: int


Open = Mapping[tally.Open, int]
"""How many posts are open and not hidden here, by kind, category and area."""


COLUMNS = rows.OF_POST
LIST = f"""
SELECT {COLUMNS} FROM post
WHERE (since, n) < (:since, :n)
  AND (:kind IS NULL OR kind = :kind)
  AND (:category IS NULL OR category = :category)
  AND (:area IS NULL OR area = :area)
  AND (CASE WHEN :current THEN state & {OVER} = 0 AND expires > :now ELSE state & {rows.ERASED} = 0 END)
  FOUND
ORDER BY since DESC, n DESC LIMIT :limit
"""
WALKED = "AND +n IN (SELECT rowid FROM search WHERE search MATCH :match)"
"""The newest posts are walked through until enough have the words: for words that many have. For rare ones that would
be all posts there are: the index is asked which have them (HAVING), and these are looked up and sorted (RARE), the
newest first, since sorting out a page from what is sorted the other way takes as long as looking it up."""
HAVING = """
SELECT json_group_array(rowid) FROM (SELECT rowid FROM search WHERE search MATCH :match ORDER BY rowid DESC LIMIT :many)
"""
RARE = LIST.replace("FOUND", "").replace(
    "FROM post", "FROM json_each(:having) AS asked CROSS JOIN post ON post.n = asked.value"
)
FEW = 5_000
ARE_FEW = "SELECT COUNT(*) < :few FROM (SELECT 1 FROM post WHERE expires > :now LIMIT :few)"
CURRENT_LIST = LIST.replace("FROM post\nWHERE", "FROM post INDEXED BY post_expires\nWHERE expires > :now AND")
"""For a word that many have where few posts are current: these alone are read then, however many are old."""
FIRST = (2**62, 2**62)


class Quick(Protocol):
    """What may know a page without the index, as searching.Asked; None where it does not."""

    def found(self, key: tuple[int, int], limit: int) -> "Some | None": ...

    def having(self) -> list[int] | None:
        """The posts that have the words, where they were not found; at most search.MANY of them."""


class Listed(msgspec.Struct, frozen=True):
    """A page before its words are read. `next`: as in Page."""

    rows: list[Row]
    next: str | None


def page(db: sqlite3.Connection, view: View, after: str | None = None, limit: int = 30) -> Page:
    """The newest first. An `after` that is no key of ours gives the first page."""
    viewer = Viewer(db, view.now_ms, view.space)
    found = listed(db, view, viewer, after, limit)
    return Page(viewer.cards(found.rows), found.next)


def listed(
    db: sqlite3.Connection,
    view: View,
    viewer: Viewer,
    after: str | None = None,
    limit: int = 30,
    quick: Quick | None = None,
) -> Listed:
    match, (since, n) = search.match(view.find), _read_key(after)
    if view.find.strip() and not match:
        return Listed([], None)
    asked = {"kind": view.kind, "category": view.category, "area": view.area, "now": view.now_ms, "match": match}
    asked |= {"current": view.status == "current", "limit": limit + 1, "since": since, "n": n}
    every = _rows(db, asked, quick)
    found = list(islice((row for row in every if not (asked["current"] and viewer.hides(row))), limit + 1))
    more = found[limit - 1] if len(found) > limit else None
    return Listed(found[:limit], f"{more.since:x}-{more.n:x}" if more else None)


def _rows(db: sqlite3.Connection, asked: dict[str, Any], quick: Quick | None) -> Iterator[Row]:
    """All rows of a view, as many at once as `limit` says."""
    sql = "" if asked["match"] else LIST.replace("FOUND", "")
    while True:
        known = None if sql else _few(db, asked, quick)
        sql = sql or ("" if known else _walk(db, asked))
        found, more = known or _all(db, sql, asked)
        yield from found
        if not found or not more:
            return
        asked |= {"since": found[-1].since, "n": found[-1].n}


Some = tuple[list[Row], bool]
"""Rows, and whether there may be more."""


def _all(db: sqlite3.Connection, sql: str, asked: dict[str, Any]) -> Some:
    found = [Row(*values) for values in db.execute(sql, asked)]
    return found, len(found) == asked["limit"]


def _few(db: sqlite3.Connection, asked: dict[str, Any], quick: Quick | None) -> Some | None:
    """Where words are found without walking through the board; None where too many posts have them."""
    key, limit = (asked["since"], asked["n"]), asked["limit"]
    known = quick.found(key, limit) if quick else None
    if known is not None:
        found, more = known
        return [row for row in found if not asked["current"] or _is_current(row, asked["now"])], more
    having = quick.having() if quick else None
    if having is None:
        ((listed,),) = db.execute(HAVING, {"match": asked["match"], "many": search.MANY}).fetchall()
        having = msgspec.json.decode(listed, type=list[int])
    if len(having) >= search.MANY:
        return None
    return _all(db, RARE, {**asked, "having": str(having)}) if having else ([], False)


def _is_current(row: Row, now_ms: int) -> bool:
    return not row.state & OVER and row.expires > now_ms


def _walk(db: sqlite3.Connection, asked: dict[str, Any]) -> str:
    """The quickest way to a page of words that many have."""
    few = asked["current"] and db.execute(ARE_FEW, {"now": asked["now"], "few": FEW}).fetchone()[0]
    return (CURRENT_LIST if few else LIST).replace("FOUND", WALKED)


def _read_key(after: str | None) -> tuple[int, int]:
    try:
        since, _, n = (after or "").partition("-")
        key = (int(since, 16), int(n, 16))
    except ValueError:
        return FIRST
    return key if all(0 <= part < 2**63 for part in key) else FIRST


HIDDEN = f"""
SELECT {COLUMNS} FROM post INDEXED BY post_hidden
WHERE state & {rows.HIDDEN} <> 0 AND state & {OVER} = 0 AND expires > ?
"""
MET_WEEK = f"SELECT COUNT(*) FROM post WHERE met_ms > ? AND met_ms <= ? AND kind = 'need' AND state & {rows.MET} <> 0"


def counts(db: sqlite3.Connection, now_ms: int, space: bytes) -> Counts:
    """What is on the board now."""
    return summed(open_now(db, now_ms, space))


def open_now(db: sqlite3.Connection, now_ms: int, space: bytes) -> Open:
    """How many are on the board now."""
    viewer, found = Viewer(db, now_ms, space), Counter(tally.standing(db, now_ms))
    for row in (Row(*values) for values in db.execute(HIDDEN, (now_ms,))):
        found[row.kind, row.category, row.area] -= viewer.hides(row)
    return found


def summed(open_ones: Open) -> Counts:
    found = Counter[str]()
    for (kind, _category, _area), count in open_ones.items():
        found[kind] += count
    return Counts(found["need"], found["offer"])


def met_week(db: sqlite3.Connection, now_ms: int) -> int:
    """The needs met in the last seven days."""
    return int(db.execute(MET_WEEK, (now_ms - WEEK_MS, now_ms + WEEK_MS)).fetchone()[0])


def areas(db: sqlite3.Connection, now_ms: int) -> list[str]:
    """Areas that current posts name."""
    return sorted({area for _kind, _category, area in tally.standing(db, now_ms) if area})


def categories(open_ones: Open, view: View) -> dict[str, int]:
    """How many of each category, whatever category and words the view has chosen."""
    found = Counter[str]()
    for (kind, category, area), count in open_ones.items():
        found[category] += count * (view.kind in (None, kind) and view.area in (None, area))
    return {category: count for category, count in found.items() if count}


BY_CODE = f"SELECT {COLUMNS} FROM post WHERE n IN ({coded.OF}) ORDER BY id"


def one(db: sqlite3.Connection, given: str, now_ms: int, space: bytes) -> list[Card]:
    """The post of a code, a link or an id. Two or more where a code is shared; [] where nothing is known."""
    viewer = Viewer(db, now_ms, space)
    code, beginning = _read_address(given)
    if not codes.rings_true(code) or len(code) != codes.CODE_LENGTH:
        return []
    found = [Row(*values) for values in db.execute(BY_CODE, {"code": int(code[:-1])})]
    found = [row for row in found if row.id.startswith(beginning)]
    if not found and beginning:
        return [viewer.waiting(id_) for id_ in _waiting(db, code, beginning)]
    return [viewer.whole(row) for row in found]


def _read_address(given: str) -> tuple[str, bytes]:
    """(code, beginning of the id) of a code in any script, a link, or a whole id as base64url."""
    if len(given.strip()) == 43:
        try:
            id_ = codes.read_id(given.strip())
        except ValueError:
            return "", b""
        return codes.code_of(id_), id_
    return codes.read_link(given)


def _waiting(db: sqlite3.Connection, code: str, beginning: bytes) -> set[bytes]:
    ids = set()
    for (k,) in db.execute(gathering.ABOUT, (short(beginning),)).fetchall():
        held = log.one(db, k)
        id_ = (held.entry.header.post or held.entry.id) if held else b""
        if id_.startswith(beginning) and codes.code_of(id_) == code:
            ids.add(id_)
    return ids


KNOWN = f"{coded.OF} LIMIT 1"


def near(db: sqlite3.Connection, code: str) -> list[str]:
    """Codes on the board that somebody may have meant who typed this one."""
    tries = codes.near(codes.read_digits(code))
    return [one for one in tries if db.execute(KNOWN, {"code": int(one[:-1])}).fetchone()]


RECENT = 1_000
LIKELY = f"""
SELECT {COLUMNS} FROM (SELECT {rows.COLUMNS} FROM post ORDER BY since DESC LIMIT {RECENT}) AS post
WHERE expires > :now AND state & {OVER} = 0 AND kind = :kind AND category = :category AND n <> :n
ORDER BY area <> :area, since DESC, n DESC LIMIT :limit
"""
SHARING = f"""
SELECT {COLUMNS} FROM post
WHERE n IN (SELECT rowid FROM search WHERE search MATCH :match ORDER BY rowid DESC LIMIT {RECENT // 5})
  AND expires > :now AND state & {OVER} = 0 AND kind = :kind AND n <> :n
ORDER BY category <> :category, since DESC, n DESC LIMIT :limit
"""


def similar(db: sqlite3.Connection, card: Card, now_ms: int, space: bytes, limit: int = 2) -> list[Card]:
    """Current posts of the same kind that are most like it: of its category, with words of it, of its area. Looks only
    among those of late, so it takes no longer on a board that has long been there."""
    viewer = Viewer(db, now_ms, space)
    asked = {"now": now_ms, "kind": card.kind, "category": card.category, "n": card.n, "area": card.area}
    asked |= {"limit": limit + 10, "match": search.like(card.words)}
    found = db.execute(LIKELY, asked).fetchall() + (db.execute(SHARING, asked).fetchall() if asked["match"] else [])
    near = {row.n: row for row in (Row(*values) for values in found) if not viewer.hides(row)}
    words = set(text.telling(card.words))
    cards = viewer.cards(near.values())
    return sorted(cards, key=lambda other: (_likeness(card, words, other), other.since_ms, other.n))[: -limit - 1 : -1]


def _likeness(card: Card, words: set[str], other: Card) -> int:
    shared = len(words.intersection(text.telling(other.words, most=99)))
    return 2 * (card.category == other.category) + (card.area == other.area != "") + 2 * min(shared, 3)


class Known(msgspec.Struct, frozen=True):
    """What a decision about a post needs. `post`: None where its opening is not here; `said`: every entry about it;
    `expires_ms`: by this node's reckoning."""

    post: Post | None
    said: list[Said]
    expires_ms: int

    def heads(self, space: bytes) -> tuple[bytes, ...]:
        """Those that the next event of this space refers to."""
        return order.heads(self.said, space)


def held(db: sqlite3.Connection, post_id: bytes) -> Known:
    """All that is known here about a post."""
    row = gathering.row(db, post_id)
    found, gathered = gathering.folded(db, post_id, Feeds(db), (row.n,) if row else ())
    return Known(found, gathered.said, row.expires if row else FAR_FUTURE_MS)


OUTSIDE = "SELECT id FROM post WHERE outside = ? ORDER BY id LIMIT 1"


def from_outside(db: sqlite3.Connection, outside: bytes) -> bytes | None:
    """The id of the post that was imported from a row with this hash."""
    found = db.execute(OUTSIDE, (outside,)).fetchone()
    return bytes(found[0]) if found else None
