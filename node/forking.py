"""A feed turned out to have two histories: what rested on it goes, what people said there is carried on.

Part of the one door (intake), beside burying and cutting. Neighbours' words are carried at once, by whoever holds them:
a body is the same body wherever it stands. What is more than one transaction should hold, or than the feed's space may
bring today, follows later. What a space itself said there, its own node says again, once it has heard whether a copy of
it did so already.
"""

from __future__ import annotations

import itertools
import re
import sqlite3
from collections.abc import Iterator
from typing import Any

import msgspec

from node import cutting
from node.domain import bodies, codes, wire
from node.run import Run
from node.storage import board, memory, projection, refolding, turn
from node.storage.gather import ABOUT, Feeds, short
from node.storage.work import Changes
from sync import cutoffs, introductions, log, proofs, quota
from sync.entry import BLOCKED, BOARD, CUTOFFS, INTRODUCED, Entry, b64, unb64
from sync.identity import fingerprint
from sync.log import Feed, Held
from sync.writer import Draft

ID = re.compile(rb"(?<![\w-])[\w-]{43}(?![\w-])")
SYSTEM = (CUTOFFS, BLOCKED, INTRODUCED)
AGAIN = "say again"  # remembers feeds of ours, by number, of which that is still to be done
CARRY = "carry on"  # remembers feeds with words still to be carried
STEP = 1_000  # words in one transaction: whoever is at the kiosk waits that long


def retract(run: Run, db: sqlite3.Connection, key: bytes) -> Changes:
    """Within the transaction that made this feed void."""
    feed = log.feed_by_key(db, key)
    assert feed is not None, "evidence is only kept of a feed that is known"
    _, changes = _carry(run, db, feed, 0)
    if _is_ours_to_say(run, db, feed):
        memory.set(db, AGAIN, f"{memory.get(db, AGAIN)} {feed.no}")
    refolding.begin(db, feed.no)
    return changes.plus(cutting.settle(run, db))


def _carry(run: Run, db: sqlite3.Connection, feed: Feed, start: int) -> tuple[int, Changes]:
    """What neighbours said from seq `start` on, as much as its space may bring and one transaction should hold, and how
    many. The rest waits for say_again(): nothing that somebody signed is given up."""
    words = [*itertools.islice(_neighbours_words(db, feed, start), STEP + 1)]
    drafts = [Draft(entry.payload or b"", entry.header.post, entry.header.owner) for entry in words[:STEP]]
    fitting = quota.charge_some(db, feed.space_no, [len(each.payload) for each in drafts], run.clock_ms())
    waiting = memory.places(db, CARRY)
    waiting.pop(feed.no, None)
    if fitting < len(words):
        waiting[feed.no] = words[fitting].header.seq
    memory.set_places(db, CARRY, waiting)
    carried = run.writer.append(db, drafts[:fitting], feed.scope)
    return fitting, projection.refresh(db, carried, run.clock_ms())


def _neighbours_words(db: sqlite3.Connection, feed: Feed, start: int) -> Iterator[Entry]:
    """What tickets said on this feed and is on no other that counts."""
    feeds = Feeds(db)
    said = (held for held in log.read(db, feed.no, start, feed.known_to_others) if _is_by_its_ticket(held))
    return (held.entry for held in said if not _is_elsewhere(db, feeds, held, feed.scope == "here"))


def _is_by_its_ticket(held: Held) -> bool:
    header = held.entry.header
    return bool(header.owner) and bodies.read(held.entry.payload, header.post, header.owner) is not None


def _is_elsewhere(db: sqlite3.Connection, feeds: Feeds, held: Held, here: bool) -> bool:
    """here: a place where only this space reads will do."""
    body = bodies.literal(held.entry.payload or b"")
    found = (k for (k,) in db.execute(ABOUT, (short(held.entry.header.post),)).fetchall())
    places = (k for k in found if feeds.counts(k) and (here or not feeds.of(k).here))
    others = (log.one(db, k) for k in places)
    return any(bodies.literal(one.entry.payload) == body for one in others if one and one.entry.payload)


def _is_ours_to_say(run: Run, db: sqlite3.Connection, feed: Feed) -> bool:
    """What this machine said; of a retired one of this space, the first of those that speak now says it."""
    if feed.space != run.space_id or feed.node == run.identity.node_fingerprint:
        return feed.space == run.space_id
    line = db.execute("SELECT roster FROM space WHERE state = 'own'").fetchone()[0]
    roster = proofs.read_roster(line)
    return feed.node in map(fingerprint, roster.retired) and roster.nodes[:1] == (run.identity.public_key,)


def say_again(run: Run) -> int:
    """Does what was left for later of feeds that turned void: what rested on them goes, and neighbours' words and those
    of this space are said again. How many entries."""
    cutting.follow(run)
    return _carry_on(run) + _say_ours(run)


def _carry_on(run: Run) -> int:
    """Goes on with neighbours' words, step by step, as far as the quotas of their spaces let it today."""
    db, said = run.db(), 0
    if memory.get(db, CARRY):
        proofs.begin_the_day(db, run.clock_ms())
    while feed := _next_to_carry(db):
        turn.give_way(run.settings.data)
        with log.writing(db):
            said += _carry(run, db, feed, memory.places(db, CARRY).get(feed.no, feed.next))[0]
    return said


def _next_to_carry(db: sqlite3.Connection) -> Feed | None:
    over = quota.spaces_over(db)
    feeds = (log.feed_by_no(db, no) for no in memory.places(db, CARRY))
    return next((feed for feed in feeds if feed.space not in over), None)


def _say_ours(run: Run) -> int:
    """What a copy of this machine has said again already, as far as that has come in, is passed over."""
    db = run.db()
    if not memory.get(db, AGAIN):
        return 0
    with log.writing(db):
        numbers = memory.get(db, AGAIN).split()
        said = sum(_Again(run, db, log.feed_by_no(db, int(no))).say() for no in numbers)
        memory.set(db, AGAIN, "")
    return said


class _Again:
    """One feed of ours, said again: posts under new ids, and what refers to them follows. `_new`: what each is now."""

    def __init__(self, run: Run, db: sqlite3.Connection, feed: Feed) -> None:
        self._run, self._db, self._feed = run, db, feed
        self._new: dict[str, str] = {}

    def say(self) -> int:
        entries = [*log.read(self._db, self._feed.no, 0, self._feed.known_to_others)]
        spoken = [one for one in entries if one.entry.header.sys == BOARD and not one.entry.header.owner]
        gone = {one.entry.header.post for one in spoken if _is_erasing(one)} & {one.entry.id for one in spoken}
        openings = [one for one in spoken if not one.entry.header.post and one.entry.id not in gone]
        followups = [one for one in spoken if one.entry.header.post and one.entry.header.post not in gone]
        named = [one.entry for one in entries if one.entry.header.sys in SYSTEM and one.entry.payload]
        drafts = [Draft(entry.payload or b"", sys=entry.header.sys) for entry in named]
        said = self._append(drafts)
        cutoffs.note(self._db, said)
        introductions.hear(self._db, said, self._run.clock_ms())
        count = len(named) + self._open(openings) + sum(self._follow(one) for one in followups)
        cutting.settle(self._run, self._db)
        return count

    def _open(self, openings: list[Held]) -> int:
        drafts: dict[bytes, Draft] = {}
        for one in openings:
            event = wire.read(one.entry.payload)
            if isinstance(event, wire.Opened):
                known = board.from_outside(self._db, codes.read_id(event.outside) if event.outside else one.entry.id)
                if known:  # a copy of this machine was first
                    self._new[b64(one.entry.id)] = b64(known)
                else:
                    drafts[one.entry.id] = Draft(self._payload(one, one.entry.id))
        said = self._append([*drafts.values()])
        self._new |= {b64(id_): b64(held.entry.id) for id_, held in zip(drafts, said, strict=True)}
        return len(said)

    def _payload(self, one: Held, post: bytes) -> bytes:
        """As it was, with the time at which it was said; a post of ours is known again by its first id."""
        said: dict[str, Any] = msgspec.json.decode(ID.sub(self._renamed, one.entry.payload or b""))
        said["at"] = said.get("at") or one.entry.header.ms
        if wire.is_state(wire.read(one.entry.payload)) and b64(post) in {*self._new, b64(one.entry.id)}:
            said["outside"] = said.get("outside") or codes.write_id(post)
        return msgspec.json.encode(said)

    def _renamed(self, word: re.Match[bytes]) -> bytes:
        return self._new.get(word[0].decode(), word[0].decode()).encode()

    def _follow(self, one: Held) -> int:
        """What was said about a post, in its order: each refers to the one before."""
        if wire.read(one.entry.payload) is None:
            return 0
        old = one.entry.header.post
        post, payload = unb64(self._new.get(b64(old), b64(old)), 32), self._payload(one, old)
        known = board.held(self._db, post)
        there = [said.id for said in known.said if said.payload == payload]
        said = [] if there else self._append([Draft(payload, post, refs=known.heads(self._run.space_id))])
        self._new[b64(one.entry.id)] = b64(there[0] if there else said[0].entry.id)
        return len(said)

    def _append(self, drafts: list[Draft]) -> list[Held]:
        held = self._run.writer.append(self._db, drafts, self._feed.scope)
        projection.refresh(self._db, held, self._run.clock_ms())
        return held


def _is_erasing(one: Held) -> bool:
    event = wire.read(one.entry.payload)
    return event is not None and wire.kind_of(event).name == "post.erased"
