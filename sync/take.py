"""The door for entries that others wrote: acceptance, chain, signature, commitment, insert. Never looks into a post.

A refusal changes nothing: it is raised before the first insert of its run, and the caller's transaction ends with it.
"""

import itertools
import operator
import sqlite3
from collections.abc import Sequence
from typing import Literal

import msgspec
from cryptography.exceptions import InvalidSignature

from sync import blocks, cutoffs, forks, proofs, quota
from sync.entry import OPEN, SIGN_EVERY, SIGN_EVERY_BYTES, STEP, Entry, check_commitment, check_signature, unb64
from sync.handshake import plain_name
from sync.identity import Certified, check_chain
from sync.log import Feed, Held
from sync.log_store import LogStore
from sync.plain import PlainRun
from sync.refusals import BadChain, BadEntry, BadSignature, Fork, Gap, TooMuch, Unaccepted
from sync.sqlite_log import SqliteLog
from sync.writer import check_opening


class Opening(msgspec.Struct, frozen=True):
    """What entry 0 of a feed says (sync/README, Openings)."""

    event: Literal["open"]
    space: str
    node: str
    scope: Literal["circle", "here"]
    name: str
    sig: str


_decode_opening = msgspec.json.Decoder(Opening).decode


def take(db: sqlite3.Connection, entries: Sequence[Entry], now_ms: int) -> Sequence[Held]:
    """Adds what is new of these entries, which are contiguous runs of one feed each, every run ending at a signed
    entry. Returns only the new ones; those already held are passed over. Raises Refused."""
    if isinstance(entries, PlainRun) and (all_new := _take_plain(db, entries, now_ms)):
        return all_new
    held: list[Held] = []
    for _, run in itertools.groupby(entries, key=operator.attrgetter("header.feed")):
        held += _take_run(db, list(run), now_ms)
    return held


def _take_plain(db: sqlite3.Connection, run: PlainRun, now_ms: int) -> Sequence[Held]:
    """Nothing where it does not simply go on behind the head of an open feed, or a tombstone may be about it: then
    _take_run() takes it, or says what is wrong. What is asked here is what is asked there, in the same order."""
    store: LogStore = SqliteLog(db)
    feed = store.feed(run.feed)
    if not _is_signed_often(run) or feed is None or feed.state != "open":
        return ()
    if (run.first, run.prev) != (feed.next, feed.head) or not (run.names_nothing or proofs.none_erased(db)):
        return ()
    _check_accepted(db, feed, run.last)
    quota.charge(db, feed.space_no, run.weights, now_ms)
    return store.append(feed, run, now_ms)


def _is_signed_often(run: PlainRun) -> bool:
    return run.is_signed() and all(n <= SIGN_EVERY and size <= SIGN_EVERY_BYTES for n, size in run.spans())


def _take_run(db: sqlite3.Connection, run: list[Entry], now_ms: int) -> Sequence[Held]:
    store: LogStore = SqliteLog(db)
    _check_chain(run)
    feed = store.feed(run[0].header.feed) or _admit(db, store, run[0], now_ms)
    _check_accepted(db, feed, run[-1].header.seq)
    new = _after_head(db, feed, run)
    if not new:
        return []
    for entry in new:
        check_commitment(entry)
    quota.charge(db, feed.space_no, [_weight(entry) for entry in new], now_ms)
    if feed.scope == "circle":
        proofs.widen(db, new, now_ms)
    new, dropped = proofs.without_erased(db, new)
    return store.append(feed, new, now_ms, dropped)


def _check_chain(run: list[Entry]) -> None:
    """Raises unless each entry follows the one before it, and a signature covers all of them soon enough."""
    first = run[0].header
    if (first.prev == b"") != (first.seq == 0):
        raise BadChain("only entry 0 follows nothing")
    seq, head = first.seq, first.prev
    for entry in run:
        header = entry.header
        if header.seq != seq or header.prev != head:
            raise BadChain(f"entry {header.seq} does not follow")
        seq, head = seq + 1, entry.id
    if len(run) > SIGN_EVERY or sum([len(entry.raw) + entry.header.size for entry in run]) > SIGN_EVERY_BYTES:
        _check_signed_often(run)
    if not run[-1].sig:
        raise BadSignature("a run ends at a signed entry")
    for entry in [entry for entry in run if entry.sig]:  # every one: a run passed on from here may end at any of them
        check_signature(entry)


def _length(entry: Entry) -> int:
    """Bytes of header and payload, an absent one as short as it can be: it may come later, and counts then too."""
    absent = entry.header.size - STEP + 1
    return len(entry.raw) + (absent if entry.payload is None else len(entry.payload))


def _weight(entry: Entry) -> int:
    """As above, an absent payload as long as it can be: what is told without it may be filled at any time."""
    return len(entry.raw) + (entry.header.size if entry.payload is None else len(entry.payload))


def _check_signed_often(run: list[Entry]) -> None:
    unsigned = size = 0
    for entry in run:
        unsigned, size = unsigned + 1, size + _length(entry)
        if unsigned > SIGN_EVERY or size > SIGN_EVERY_BYTES:
            raise TooMuch("a feed signs at least every 500 entries or 512 KiB")
        if entry.sig:
            unsigned = size = 0


def _after_head(db: sqlite3.Connection, feed: Feed, run: list[Entry]) -> list[Entry]:
    """What of a checked run comes after the head that is held. Raises Gap, and Fork where histories differ."""
    first = run[0].header.seq
    if first > feed.next:
        raise Gap(f"entries {feed.next} to {first - 1} are not held here")
    if parted := forks.between(db, feed, run):
        raise Fork(feed.key, *parted)
    return run[feed.next - first :]


SPACE = "SELECT no, state, roster FROM space WHERE id = ?"


def _check_accepted(db: sqlite3.Connection, feed: Feed, last: int) -> None:
    """last: seq. Of a blocked space comes what counts: another node of this space may still have more of it."""
    if feed.state != "open":
        raise Unaccepted("this feed is void: it has two histories")
    row = db.execute("SELECT state FROM space WHERE no = ?", (feed.space_no,)).fetchone()
    if row[0] == "blocked" and last >= blocks.admits(db, feed.space, feed.key):
        raise Unaccepted("this space is blocked here")


NAME = "UPDATE space SET name = ?, named_ms = ? WHERE no = ? AND state <> 'own' AND named_ms <= ?"


def _admit(db: sqlite3.Connection, store: LogStore, entry: Entry, now_ms: int) -> Feed:
    """A feed not seen before, if its opening proves that it belongs to a node that an accepted space names."""
    opening, certified = read_opening(entry)
    row = db.execute(SPACE, (certified.space,)).fetchone()
    if row is None or (row[1] == "blocked" and not blocks.admits(db, certified.space, entry.header.feed)):
        raise Unaccepted("this space is not accepted here")
    _check_named(db, row[1], row[2], certified, entry.header.feed)
    said_ms = min(entry.header.ms, now_ms)  # a clock that was far ahead once gives no name for ever
    db.execute(NAME, (plain_name(opening.name), said_ms, row[0], said_ms))
    return store.begin(entry.header.feed, row[0], certified.node, opening.scope)


def _check_named(db: sqlite3.Connection, state: str, line: bytes | None, who: Certified, feed: bytes) -> None:
    """A retired node's feeds are still taken: by its own space, which names cut-offs, and elsewhere as these say."""
    roster = proofs.read_roster(line) if line else None
    if roster is None or who.node_key not in (*roster.nodes, *roster.retired):
        raise Unaccepted("its space does not name this node")
    if who.node_key in roster.retired and state != "own" and not cutoffs.admits(db, who.node, feed):
        raise Unaccepted("its node was retired, and this feed is not among those that count")


def read_opening(entry: Entry) -> tuple[Opening, Certified]:
    """Raises BadEntry unless this is entry 0 of a feed with all that belongs in it."""
    if entry.header.seq != 0 or entry.header.sys != OPEN or entry.payload is None:
        raise Gap("a feed begins with its opening")
    try:
        opening = _decode_opening(entry.payload)
        certified = check_chain(_any_length(opening.space), _any_length(opening.node))
        check_opening(certified.node_key, unb64(opening.sig, 64), entry.header.feed, opening.scope)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadEntry(str(error)) from None
    except InvalidSignature:
        raise BadSignature("the node did not sign this feed's key") from None
    return opening, certified


def _any_length(word: str) -> bytes:
    return unb64(word, len(word) * 3 // 4)
