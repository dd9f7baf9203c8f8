"""Evidence that a feed has two signed histories: how it is found, written and checked. It proves itself, as a proof.

One line: `["cf1","SPACE","NODE","SCOPE","SIG",[HEADER,…],"SIG",[HEADER,…],"SIG"]`: whose feed it is, and
both runs of headers from where they differ, each to its next signature. Source: sync/README, Forks.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec
from cryptography.exceptions import InvalidSignature

from sync import log
from sync.entry import SIGN_EVERY, Entry, b64, check_signature, entry_id, parse_header, unb64
from sync.identity import Certified, check_chain
from sync.log import Feed
from sync.refusals import BadCertificate, BadEntry, BadProof, BadSignature
from sync.schema import FEED_SHIFT
from sync.writer import check_opening

LINE_LIMIT = 1 << 20  # two runs of headers as long as a run may be

_Headers = Annotated[list[msgspec.Raw], msgspec.Meta(min_length=1, max_length=SIGN_EVERY)]


class Wire(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """Fields of the line. one: the run that begins first, or whose first id is the smaller one."""

    version: Literal["cf1"]
    space: str
    node: str
    scope: Literal["circle", "here"]
    sig: str
    one: _Headers
    one_sig: str
    other: _Headers
    other_sig: str


class Evidence(msgspec.Struct, frozen=True):
    """`feed`: public key of the feed with two histories; `who`: whose it is; `seq`: where they part at the latest."""

    feed: bytes
    who: Certified
    scope: str
    seq: int
    line: bytes


# --- found ---


class _Opening(msgspec.Struct, frozen=True):
    space: str
    node: str
    scope: Literal["circle", "here"]
    sig: str


def between(db: sqlite3.Connection, feed: Feed, run: list[Entry]) -> tuple[int, bytes] | None:
    """Where what is held of a feed and a checked run of it part, and the line that proves it. None: they do not."""
    first = run[0].header.seq
    known, new = run[: feed.next - first], run[feed.next - first :]
    if known and log.id_at(db, feed, known[-1].header.seq) != known[-1].id:
        at = next(at for at, entry in enumerate(known) if log.id_at(db, feed, entry.header.seq) != entry.id)
        return first + at, _proof(db, feed, first + at, run[at:])
    if new and new[0].header.prev != feed.head:
        return feed.next - 1, _proof(db, feed, feed.next - 1, new)
    return None


def _proof(db: sqlite3.Connection, feed: Feed, seq: int, theirs: list[Entry]) -> bytes:
    ours = (held.entry for held in log.read(db, feed.no, seq))
    return _line(db, feed, _to_signature(ours), _to_signature(theirs))


def _to_signature(entries: Iterable[Entry]) -> list[Entry]:
    found = []
    for entry in entries:
        found.append(entry)
        if entry.sig:
            break
    return found


def _line(db: sqlite3.Connection, feed: Feed, ours: list[Entry], theirs: list[Entry]) -> bytes:
    opened = log.one(db, feed.no << FEED_SHIFT)
    assert opened is not None and opened.entry.payload is not None, "a feed is known by its opening"
    opening = msgspec.json.decode(opened.entry.payload, type=_Opening)
    one, other = sorted((ours, theirs), key=lambda run: (run[0].header.seq, run[0].id))
    whose = (opening.space, opening.node, opening.scope, opening.sig)
    wire = Wire("cf1", *whose, _raw(one), b64(one[-1].sig), _raw(other), b64(other[-1].sig))
    return msgspec.json.encode(wire)


def _raw(run: list[Entry]) -> list[msgspec.Raw]:
    return [msgspec.Raw(entry.raw) for entry in run]


# --- checked ---


def checked(wire: Wire, line: bytes) -> Evidence:
    """What a decoded line proves. Raises BadProof."""
    try:
        one, other = _signed(wire.one, wire.one_sig), _signed(wire.other, wire.other_sig)
        feed = one[0].header.feed
        who = check_chain(_any_length(wire.space), _any_length(wire.node))
        check_opening(who.node_key, unb64(wire.sig, 64), feed, wire.scope)
    except (BadEntry, BadSignature, BadCertificate, InvalidSignature) as error:
        raise BadProof(str(error) or "the node did not sign this feed's key") from None
    if not _differ(one[0], other[0]):
        raise BadProof("two runs of one feed that do not differ, or not in their order")
    return Evidence(feed, who, wire.scope, one[0].header.seq, line)


def _signed(headers: list[msgspec.Raw], sig: str) -> list[Entry]:
    """The entries of a run, without salt and payload; its last one is signed."""
    run = [Entry(parse_header(bytes(raw)), bytes(raw), entry_id(bytes(raw))) for raw in headers]
    for before, entry in itertools.pairwise(run):
        follows = (before.header.feed, before.header.seq + 1, before.id)
        if (entry.header.feed, entry.header.seq, entry.header.prev) != follows:
            raise BadProof("a header does not follow the one before it")
    check_signature(msgspec.structs.replace(run[-1], sig=unb64(sig, 64)))
    return run


def _differ(one: Entry, other: Entry) -> bool:
    """Either two entries of one place, or one that follows another entry than the one before its place."""
    if one.header.feed != other.header.feed:
        return False
    if one.header.seq == other.header.seq:
        return one.id < other.id
    return one.header.seq + 1 == other.header.seq and one.id != other.header.prev


def _any_length(word: str) -> bytes:
    return unb64(word, len(word) * 3 // 4)


# --- taken ---

SPACE = "SELECT no, state FROM space WHERE id = ?"
IS_HELD = "SELECT 1 FROM proof WHERE kind = 'fork' AND about = ?"
VOID = "UPDATE feed SET state = 'void' WHERE key = ?"


def note(db: sqlite3.Connection, found: Evidence, named: bool) -> bool:
    """Makes the feed void, one that has not come yet too. named: the roster held of its space knows its node. False
    where its space or node is not known here, or it is void already: one proof is enough."""
    space = db.execute(SPACE, (found.who.space,)).fetchone()
    if space is None or not named or (found.scope == "here" and space[1] != "own"):
        return False
    if db.execute(IS_HELD, (found.feed,)).fetchone():
        return False
    if log.feed_by_key(db, found.feed) is None:
        log.add_feed(db, found.feed, space[0], found.who.node, found.scope)
    db.execute(VOID, (found.feed,))
    return True
