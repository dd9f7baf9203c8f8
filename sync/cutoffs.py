"""How far the feeds of a node count that speaks for its space no more: what was said of it, and what follows.

A cut-off names a feed, the last of its entries that counts, and that entry's id. Once any was named for a node, its
other feeds are set aside whole. Nothing is deleted: a cut-off may be raised later. Source: sync/README, Cut-offs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Literal

import msgspec

from sync import blocks, log, proofs
from sync.entry import BLOCKED, CUTOFFS, Count, b64, unb64
from sync.identity import fingerprint
from sync.log import Held
from sync.refusals import BadEntry

HEADS_EACH = 250  # in one entry, whose payload has 32,768 bytes at most


class _Wire(msgspec.Struct, frozen=True):
    event: Literal["cut-offs"]
    node: str
    heads: Annotated[list[tuple[str, Count, str]], msgspec.Meta(max_length=HEADS_EACH)]


class CutOffs(msgspec.Struct, frozen=True):
    """Of this node (fingerprint) count these feeds up to and with these entries: feed key -> (seq, id)."""

    node: bytes
    heads: dict[bytes, tuple[int, bytes]]


def payloads(named: CutOffs) -> list[bytes]:
    """What says so, in as many entries as it takes; at least one."""
    heads = [(b64(feed), seq, b64(id_)) for feed, (seq, id_) in sorted(named.heads.items())]
    parts = [heads[at : at + HEADS_EACH] for at in range(0, len(heads), HEADS_EACH)] or [[]]
    return [msgspec.json.encode(_Wire("cut-offs", b64(named.node), part)) for part in parts]


def read(payload: bytes | None) -> CutOffs | None:
    """None where this says nothing about cut-offs that can be understood."""
    try:
        wire = msgspec.json.decode(payload or b"", type=_Wire)
        heads = {unb64(feed, 32): (seq, unb64(id_, 32)) for feed, seq, id_ in wire.heads}
        return CutOffs(unb64(wire.node, 32), heads)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, BadEntry):
        return None


class Said(msgspec.Struct, frozen=True):
    """Cut-offs as an entry has them. node: who says so; feed, seq: where."""

    node: bytes
    feed: bytes
    seq: int
    named: CutOffs


def in_force(said: Sequence[Said], nodes: Iterable[bytes], retired: Sequence[bytes]) -> dict[bytes, CutOffs]:
    """By fingerprint, the cut-offs of those retired nodes for which any count. nodes: who speaks for the space;
    retired: who does not any more, in the order of its roster, the last one retired at the end.

    Who speaks now may name them for every retired node. Who was retired may for those retired before it, as far as its
    own words count; so the order is fixed, nobody speaks for itself, and of several the highest holds.
    """
    counts: dict[bytes, CutOffs] = {}
    speakers, rest = set(nodes), list(reversed(retired))
    while rest:
        for one in said:
            if one.node in speakers and one.named.node in rest and _holds(one, counts):
                counts[one.named.node] = _joined(counts.get(one.named.node), one.named)
        speakers = {rest.pop(0)}
    return counts


def _holds(one: Said, counts: dict[bytes, CutOffs]) -> bool:
    """False for what a retired node said after its own cut-off."""
    limit = counts.get(one.node)
    return limit is None or one.seq <= limit.heads.get(one.feed, (-1, b""))[0]


def _joined(before: CutOffs | None, more: CutOffs) -> CutOffs:
    heads = dict(before.heads) if before else {}
    for feed, head in more.heads.items():
        heads[feed] = max(head, heads.get(feed, head))
    return CutOffs(more.node, heads)


# --- what follows, in the tables ---

NOTE = "INSERT INTO named (k) VALUES (?) ON CONFLICT (k) DO NOTHING"


def note(db: sqlite3.Connection, held: Iterable[Held]) -> bool:
    """Remembers which of these entries name cut-offs, of machines or of blocked spaces. True if any does."""
    ks = [(one.k,) for one in held if one.entry.header.sys in (CUTOFFS, BLOCKED)]
    db.executemany(NOTE, ks)
    return bool(ks)


ROSTERS = "SELECT no, roster FROM space WHERE roster IS NOT NULL"
SAID = """
SELECT feed.node, feed.key, entry.k & ((1 << 40) - 1), entry.payload
FROM named JOIN entry ON entry.k = named.k JOIN feed ON feed.no = named.k >> 40
WHERE feed.space = ? AND feed.state = 'open' AND feed.scope = ? ORDER BY named.k
"""
KEEP = "INSERT INTO cutoff (node, feed, counts, id) VALUES (?, ?, ?, ?)"
TOLD = "UPDATE feed SET changed = ? WHERE no = ?"


def settle(db: sqlite3.Connection, now_ms: int) -> list[int]:
    """Works out anew which entries count, after a roster, cut-offs or a block came in, within the caller's transaction.
    Returns the numbers of the feeds of which more, or less, counts than before; peers are told of them again."""
    before = {feed.no: feed.counts for feed in log.feeds(db)}
    db.execute("DELETE FROM cutoff")
    for node, named in sorted(_all_in_force(db).items()):
        db.execute(KEEP, (node, b"", 0, b""))  # so that a node of which nothing counts is in the table too
        db.executemany(KEEP, [(node, feed, seq + 1, id_) for feed, (seq, id_) in named.heads.items()])
    if blocks.apply(db):
        proofs.from_the_start(db)
    changed = [feed for feed in log.feeds(db) if feed.counts != before[feed.no]]
    for feed in changed:
        db.execute(TOLD, (log.arrive(db, 1, feed.key, now_ms), feed.no))
    if changed:
        db.execute(proofs.FROM_THE_START)  # what was not asked for before may be wanted now
    return [feed.no for feed in changed]


def _all_in_force(db: sqlite3.Connection) -> dict[bytes, CutOffs]:
    found: dict[bytes, CutOffs] = {}
    for no, line in db.execute(ROSTERS).fetchall():
        roster = proofs.read_roster(line)
        if roster.retired:
            nodes, retired = [*map(fingerprint, roster.nodes)], [*map(fingerprint, roster.retired)]
            for scope in ("circle", "here"):  # what is for here is known to this space alone, and named there
                for node, named in in_force([*_said(db, no, scope)], nodes, retired).items():
                    found[node] = _joined(found.get(node), named)
    return found


def _said(db: sqlite3.Connection, space_no: int, scope: str) -> Iterator[Said]:
    for node, feed, seq, payload in db.execute(SAID, (space_no, scope)):
        if named := read(payload):
            yield Said(node, feed, seq, named)


def admits(db: sqlite3.Connection, node: bytes, feed: bytes) -> bool:
    """Whether anything of this feed of a retired node may count."""
    rows = [key for (key,) in db.execute("SELECT feed FROM cutoff WHERE node = ?", (node,))]
    return not rows or feed in rows
