"""A post as a row, and the words behind it. One shape for the fast way in and for a refold. Knows no table but post.

Words are not in the row: `k` names the entry whose payload has them.
"""

import sqlite3
from typing import Any

import msgspec

from node.domain import bodies, kinds, wire
from node.domain.registry import TICKET, By
from node.domain.status import HOUR_MS
from node.domain.values import Post, Promise, Reported

WITHDRAWN, MET, ERASED, HIDDEN, ASKED = 1, 2, 4, 8, 16
OVER = WITHDRAWN | MET | ERASED

COLUMNS = (
    "n, id, k, home, kind, category, area, here, standing, ms, since, hours, expires, wanted, met, met_ms, state, "
    "outside, facts"
)
OF_POST = ", ".join("post." + name for name in COLUMNS.split(", "))
PUT = f"INSERT INTO post ({COLUMNS}) VALUES ({', '.join('?' * 19)})"
REPLACE = PUT.replace("INSERT", "REPLACE", 1)
GO_ON = "UPDATE post SET met = ?, met_ms = ?, facts = ? WHERE n = ?"
"""What changes most often, and stands in hardly any index: a REPLACE would write all of them anew."""


class Row(msgspec.Struct, frozen=True, gc=False):
    """As in the table."""

    n: int
    id: bytes
    k: int
    home: bytes | None
    kind: str
    category: str
    area: str
    here: int
    standing: int
    ms: int
    since: int
    hours: int
    expires: int
    wanted: int
    met: int
    met_ms: int | None
    state: int
    outside: bytes | None
    facts: bytes | None


class Facts(msgspec.Struct, frozen=True, omit_defaults=True):
    """What few posts have. Promises are without their words here: those stay in the log too. `last`: as onward.last()
    has it; an event that refers to it can be folded alone."""

    promises: tuple[Promise, ...] = ()
    hidden_by: tuple[tuple[bytes, str], ...] = ()
    reports: tuple[Reported, ...] = ()
    thanked: bool = False
    owner: bytes = b""
    tickets: tuple[bytes, ...] = ()
    last: bytes | None = b""


_NO_FACTS = Facts()
_encode = msgspec.json.Encoder().encode
_decode_facts = msgspec.json.Decoder(Facts).decode


def row_of(post: Post, n: int, k: int, since: int, feed_space: bytes, last: bytes | None = b"") -> Row:
    """`k`: of the entry with its words; `since`: from when its time runs here; `feed_space`: whose feed n is in;
    `last`: as in Facts."""
    return Row(
        n,
        post.id,
        0 if post.erased else k,
        None if post.home == feed_space else post.home,
        post.kind,
        post.category,
        post.area,
        int(post.scope == "here"),
        int(post.standing),
        post.ms,
        since,
        post.hours,
        since + post.hours * HOUR_MS,
        post.wanted,
        post.met,
        post.met_ms or None,
        state_of(post) if _has_state(post) else 0,
        post.outside or None,
        _written(post, last) if last != b"" or _has_facts(post) else None,
    )


def _has_state(post: Post) -> bool:
    """False for nearly all posts."""
    return bool(post.met or post.withdrawn or post.erased or post.hidden_by or post.reports or post.stops)


def state_of(post: Post) -> int:
    return (
        WITHDRAWN * post.withdrawn
        | MET * (post.met >= post.wanted and not post.standing)
        | ERASED * post.erased
        | HIDDEN * bool(post.hidden_by)
        | ASKED * bool(post.reports or [stop for stop in post.stops if stop.reported])
    )


def facts_of(post: Post) -> Facts:
    return Facts(post.promises, post.hidden_by, post.reports, post.thanked, post.owner, _handed_out(post))


def _handed_out(post: Post) -> tuple[bytes, ...]:
    return post.tickets if len(post.tickets) > 1 else ()


def _has_facts(post: Post) -> bool:
    return bool(post.promises or post.hidden_by or post.reports or post.thanked or post.owner)


def _written(post: Post, last: bytes | None) -> bytes | None:
    """Without the words of promises, which stay in the log."""
    bare = tuple([msgspec.structs.replace(one, words="") if one.words else one for one in post.promises])
    facts = Facts(bare, post.hidden_by, post.reports, post.thanked, post.owner, _handed_out(post), last)
    return None if facts == _NO_FACTS else _encode(facts)


def read_facts(blob: bytes | None) -> Facts:
    return _decode_facts(blob) if blob else _NO_FACTS


def post_of(row: Row, facts: Facts, home: bytes) -> Post:
    """What the row says of a post without ticket: enough for one more event (onward), and row_of() gives it again."""
    return Post(
        row.id,
        home,
        ms=row.ms,
        kind=row.kind,
        category=row.category,
        area=row.area,
        wanted=row.wanted,
        scope="here" if row.here else "circle",
        standing=bool(row.standing),
        hours=row.hours,
        met=row.met,
        met_ms=row.met_ms or 0,
        withdrawn=bool(row.state & WITHDRAWN),
        promises=facts.promises,
        hidden_by=facts.hidden_by,
        outside=row.outside or b"",
        thanked=facts.thanked,
        reports=facts.reports,
    )


def slight_of(row: Row, home: bytes) -> Post:
    """As much as an event of onward.SLIGHT needs, without the promises there are."""
    return Post(row.id, home, wanted=row.wanted, met=row.met, met_ms=row.met_ms or 0)


GoneOn = tuple[int, int | None, bytes | None, int]
"""What GO_ON writes."""


def gone_on(row: Row, facts: Facts, after: Post, last: bytes) -> GoneOn | None:
    """What changes in a row of which slight_of() is `after` now; None where its state may too."""
    if after.met >= row.wanted and not row.standing:
        return None
    more = [msgspec.structs.replace(promise, words="") for promise in after.promises]
    written = msgspec.structs.replace(facts, promises=(*facts.promises, *more), last=last)
    return after.met, after.met_ms or None, _encode(written), row.n


PAYLOAD = "SELECT payload FROM entry WHERE k = ?"


def state_at(db: sqlite3.Connection, k: int) -> Post | None:
    """The words and whatever else an opening or edit says, from the log; None where they are not held any more."""
    row = db.execute(PAYLOAD, (k,)).fetchone()
    return read_state(row[0]) if row else None


PAYLOADS = "SELECT k, payload FROM json_each(?) AS asked CROSS JOIN entry ON entry.k = asked.value"


def states_at(db: sqlite3.Connection, ks: list[int]) -> dict[int, Post | None]:
    """The same of several; 0 is no entry. In one statement: with each another thread may get the interpreter."""
    return {k: read_state(payload) for k, payload in db.execute(PAYLOADS, (str([k for k in ks if k]),))}


_NOBODY = By(b"", b"", b"", b"", 0, TICKET)
_NO_POST = Post(b"", b"")


def read_state(payload: bytes | None) -> Post | None:
    """What the payload of an opening or edit says, by a space or by a ticket; who may is the fold's business."""
    if payload is None:
        return None
    event: Any = wire.read(payload)
    if event is None and (body := bodies.literal(payload)):
        event = bodies.event_of(body)
    return kinds.state(_NO_POST, event, _NOBODY) if event is not None and wire.is_state(event) else None
