"""How a space that one member has paired with becomes known to the others: introductions, and how many are followed.

An introduction is an entry of the member's feed, so who joins later reads it too, and two circles that meet become one.
Whom this space has blocked nobody can introduce. Source: sync/README, Introductions.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from typing import Literal

import msgspec

from sync import blocks, circle, log, proofs
from sync.address import read_address
from sync.entry import INTRODUCED, b64, unb64
from sync.handshake import BadHandover, Handover, PairingError, plain_name
from sync.log import Held
from sync.refusals import BadEntry
from sync.schema import FEED_SHIFT

WEEK_MS = 7 * 24 * 3_600_000
EACH = 5  # of one space in a week; those of this space's own machines are not counted
ALL = 20  # of all spaces together: whoever was introduced may introduce too


class _Wire(msgspec.Struct, frozen=True, omit_defaults=True):
    event: Literal["introduced"]
    space: str
    node: str
    roster: str
    name: str
    bundle_key: str = ""
    address: str = ""


def payload(who: Handover) -> bytes:
    """Tells of a space what was learnt by pairing with it, but no keys."""
    certificates = (b64(who.space_cert), b64(who.node_cert), who.roster.decode())
    return msgspec.json.encode(_Wire("introduced", *certificates, who.name, b64(who.bundle_key), who.address))


def read(data: bytes | None) -> Handover | None:
    """None where this introduces nobody: what is odd stops no feed. An address that is none is left out."""
    try:
        wire = msgspec.json.decode(data or b"", type=_Wire)
        words = (wire.space, wire.node, wire.bundle_key)
        space, node, bundle_key = (unb64(word, len(word) * 3 // 4) if word else b"" for word in words)
        told = Handover(space, node, wire.roster.encode(), plain_name(wire.name), (), bundle_key)
        circle.proven(told)
        return msgspec.structs.replace(told, address=_address(wire.address))
    except (msgspec.MsgspecError, UnicodeError, RecursionError, BadEntry, BadHandover):
        return None


def _address(words: str) -> str:
    try:
        return read_address(words).text if words else ""
    except PairingError:
        return ""


# --- heard ---

HEARD = """
INSERT INTO introduced (space, by, k, ms) VALUES (?, ?, ?, ?)
ON CONFLICT (space, by) DO UPDATE SET k = excluded.k WHERE introduced.accepted_ms IS NULL
"""


def hear(db: sqlite3.Connection, held: Iterable[Held], now_ms: int) -> bool:
    """Notes which of these entries introduce a space. True if any does."""
    told = [(one, who) for one in held if one.entry.header.sys == INTRODUCED and (who := read(one.entry.payload))]
    for one, who in told:
        by = log.feed_by_no(db, one.k >> FEED_SHIFT).space
        db.execute(HEARD, (circle.proven(who)[0].space, by, one.k, now_ms))
    return bool(told)


WAITING = """
SELECT introduced.space, introduced.by, introducer.name, introducer.state, introduced.k
FROM introduced JOIN space AS introducer ON introducer.id = introduced.by
LEFT JOIN space AS known ON known.id = introduced.space
WHERE introduced.accepted_ms IS NULL AND known.no IS NULL AND introducer.state IN ('own', 'accepted')
ORDER BY introduced.ms, introduced.k
"""


class Waiting(msgspec.Struct, frozen=True):
    """A space that was introduced here and is not accepted yet. by: who did it."""

    space: bytes
    by: bytes
    by_name: str
    ours: bool
    who: Handover


def waiting(db: sqlite3.Connection) -> list[Waiting]:
    """The first heard first. Not what a void feed says, or a retired machine after its cut-off, nor whom we block."""
    blocked = {space for space, block in blocks.ours(db).items() if block.stands}
    found = []
    for space, by, name, state, k in db.execute(WAITING).fetchall():
        feed, held = log.feed_by_no(db, k >> FEED_SHIFT), log.one(db, k)
        counts = feed.state == "open" and k & log.SEQ_MASK < feed.known_to_others
        who = read(held.entry.payload) if held and counts and space not in blocked else None
        if who:
            found.append(Waiting(space, by, name, state == "own", who))
    return found


LATELY = """
SELECT introduced.by, COUNT(*) FROM introduced JOIN space ON space.id = introduced.by
WHERE introduced.accepted_ms > ? AND space.state <> 'own' GROUP BY introduced.by
"""


def settle(db: sqlite3.Connection, now_ms: int, follow: bool) -> list[str]:
    """Accepts who was introduced, as many as a week allows, within the caller's transaction. follow: false where the
    stewards turned that off; what another machine of this space accepted is accepted all the same. Their names."""
    lately = Counter(dict(db.execute(LATELY, (now_ms - WEEK_MS,)).fetchall()))
    names: dict[bytes, str] = {}
    for one in waiting(db):
        room = follow and lately[one.by] < EACH and lately.total() < ALL
        if one.space not in names and (one.ours or room):
            accept(db, one, now_ms)
            lately[one.by] += not one.ours
            names[one.space] = one.who.name
    return [*names.values()]


ACCEPTED = "UPDATE introduced SET accepted_ms = ? WHERE space = ? AND by = ?"


def accept(db: sqlite3.Connection, one: Waiting, now_ms: int) -> None:
    """Within the caller's transaction."""
    circle.admit(db, one.who, now_ms)
    db.execute(ACCEPTED, (now_ms, one.space, one.by))


# --- said ---

MEMBERS = """
SELECT space.id, space.cert, peer.cert, space.roster, space.name, coalesce(space.bundle_key, x''), peer.address
FROM space JOIN peer ON peer.space = space.no
WHERE space.state = 'accepted' AND space.roster IS NOT NULL
ORDER BY space.id, peer.seen_ms IS NULL, peer.seen_ms DESC
"""
TOLD = "SELECT space FROM introduced WHERE by = (SELECT id FROM space WHERE state = 'own')"


def to_tell(db: sqlite3.Connection) -> list[Handover]:
    """The accepted spaces that this one has not introduced yet, each with the node that was heard last; none where only
    one is accepted and this space has one machine: there is nobody to tell of it."""
    told = {space for (space,) in db.execute(TOLD)}
    members: dict[bytes, Handover] = {}
    for id_, space, node, roster, name, bundle_key, address in db.execute(MEMBERS):
        members.setdefault(id_, Handover(space, node, roster, name, (), bundle_key, address=address))
    machines = proofs.read_roster(circle.own_roster(db)).nodes
    return [who for id_, who in members.items() if id_ not in told] if len(members) + len(machines) > 2 else []
