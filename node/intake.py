"""The one door: record() our own wishes, accept() anyone's entries; both end in enter(), in one write transaction.

Append to the log, refresh the posts touched: nothing else writes to the board (design §3).
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from node import burying, cutting, saying, stewards, widening
from node.domain import codes
from node.domain.refusals import Refusal, Refusals
from node.domain.tickets import Ticket
from node.domain.wishes import Erase, OpenPost, Widen, Wish
from node.run import Run
from node.saying import Prepared
from node.storage import board, db, done, forgetting, projection, retention, tally, turn, waiting
from node.storage.work import Changes
from sync import cutoffs, introductions, log
from sync import proofs as proving
from sync.entry import BOARD, Entry
from sync.log import Held
from sync.parted import New, part
from sync.schema import FEED_SHIFT
from sync.take import take
from sync.writer import Draft

__all__ = [
    "First",
    "Prepared",
    "Recorded",
    "Refusal",
    "Refusals",
    "Taken",
    "accept",
    "bury",
    "erase",
    "record",
    "record_all",
    "say_kept",
    "tidy",
]

Progress = Callable[[int, int], None]
BATCH = 500
DAY_MS = 24 * 3_600_000


class Recorded(msgspec.Struct, frozen=True):
    """`code` "481207393", `link` "481207393-TAIL"; `entry`: id of what was said, b"" while that is kept back; `new`:
    false where the same was said before (a second tap, a row imported again)."""

    post: bytes
    code: str
    link: str
    entry: bytes
    new: bool = True


class Taken(msgspec.Struct, frozen=True):
    """What an exchange brought."""

    new_entries: int = 0
    new_posts: int = 0
    needs: int = 0
    offers: int = 0
    met: int = 0
    erased: int = 0
    returned: int = 0  # entries that this space had written and lost here


First = Callable[[sqlite3.Connection, Prepared], bool]
"""Looks at it in the transaction that would say it. True if it keeps it, to be said later; may raise Refusals."""


def record(run: Run, wish: Wish, key: str = "", ticket: Ticket | None = None, first: First | None = None) -> Recorded:
    """Makes one wish come true. `key`: of the form it came from; the same key again changes nothing and answers as
    before. `ticket`: who says it; without one this space does; `first`: looks at what a ticket is about to say. Raises
    Refusals."""
    with db.full_said(_no_room), turn.first(run.settings.data):
        return _record(run, wish, key, ticket, first)


def _no_room() -> Refusals:
    return Refusals([Refusal("disk.full")])


def _record(run: Run, wish: Wish, key: str, ticket: Ticket | None, first: First | None) -> Recorded:
    connection = run.db()
    with log.writing(connection):
        known = done.recall(connection, key) if key else None
        if known:
            return _recorded(*known, new=False)
        recorded = _say_as(run, connection, wish, ticket, first) if ticket else _say(run, connection, wish)
        if key:
            done.remember(connection, key, recorded.post, recorded.entry, run.clock_ms())
    return recorded


def say_kept(run: Run, connection: sqlite3.Connection, draft: Draft, scope: str) -> None:
    """Says what was kept back when it was recorded, within the caller's transaction: the same post, code and ticket."""
    enter(connection, run.writer.append(connection, [draft], scope), run.clock_ms())


def granted(run: Run, key: str) -> Recorded | None:
    """What a form with this key led to, if it was granted already."""
    known = done.recall(run.db(), key) if key else None
    return _recorded(*known, new=False) if known else None


def record_all(run: Run, wishes: Sequence[Wish], progress: Progress | None = None) -> list[Recorded]:
    """All of these, in one transaction, or none. `progress`: done, of how many. Raises Refusals with its `row`."""
    connection, recorded = run.db(), []
    with log.writing(connection):
        for start in range(0, len(wishes), BATCH):
            recorded += _say_batch(run, connection, wishes[start : start + BATCH], start)
            if progress:
                progress(len(recorded), len(wishes))
    return recorded


def accept(
    run: Run,
    pages: Iterable[Sequence[Entry]],
    proofs: Iterable[bytes] = (),
    payloads: Iterable[Entry] = (),
    by: bytes = b"",
) -> Taken:
    """Takes what others wrote: proofs first, then pages of entries, contiguous runs that each end at a signed entry.
    `payloads`: entries that are held without theirs. `by`: the node that brought the proofs. Raises sync's Refused, and
    then nothing has changed."""
    connection, now_ms = run.db(), run.clock_ms()
    with log.writing(connection):
        changes = burying.bury(run, connection, proofs, by)
        here = proving.owners_for_here(connection)
        came = _together(map(partial(_take_part, connection, now_ms), _parts(pages)))
        burying.say_so(run, connection, here - proving.owners_for_here(connection))
        filled = [one for entry in payloads if (one := _filled(connection, entry, now_ms))]
        changes = changes.plus(came.changes).plus(enter(connection, filled, now_ms))
        if cutoffs.note(connection, came.system):
            changes = changes.plus(cutting.settle(run, connection))
        if introductions.hear(connection, came.system, now_ms):
            introductions.settle(connection, now_ms, run.settings.introductions)
        changes = changes.plus(widening.carry_on(run, connection, sorted(came.about)))
        back = cutting.returned(connection, came.counts, run.identity.node_fingerprint)
    cutting.follow(run)
    return msgspec.structs.replace(_taken(sum(came.counts.values()), changes), returned=back)


def enter(connection: sqlite3.Connection, held: Sequence[Held] | New, arrived_ms: int | None) -> Changes:
    """What is new in the log goes onto the board, within the transaction that put it there."""
    return projection.refresh(connection, held, arrived_ms)


def erase(run: Run, ticket: Ed25519PrivateKey) -> Taken:
    """Forgets all that this ticket said and all about the post it opened: here at once, elsewhere with the next
    exchange. Once erased, a second time changes nothing."""
    with turn.first(run.settings.data):
        return bury(run, [proving.make_tombstone(ticket)])


def erase_closed(run: Run, limit: int = 200) -> int:
    """Erases posts of this space that have been closed for its `keep_days`, in one transaction. How many;
    as many as `limit` where there may be more. Only for while the clock can be trusted (sync.clocks)."""
    connection, now_ms, erased = run.db(), run.clock_ms(), 0
    with log.writing(connection):
        retention.look(connection, run.space_id, now_ms)
        for post_id in retention.ripe(connection, now_ms - run.settings.keep_days * DAY_MS, limit):
            with contextlib.suppress(Refusals):  # one that may not go, for whatever reason, keeps no other
                _say(run, connection, Erase(post_id))
                erased += 1
    return erased


def bury(run: Run, lines: Iterable[bytes]) -> Taken:
    """Takes proofs alone. Raises BadProof."""
    connection = run.db()
    with log.writing(connection):
        changes = burying.bury(run, connection, lines)
    return _taken(0, changes)


def tidy(run: Run) -> bool:
    """Takes what was forgotten out of the files, after at most a minute, and empties the write-ahead log. True if the
    log is empty now."""
    connection = run.db()
    waiting.sweep(connection, run.clock_ms())
    forgetting.tidy(connection, run.clock_ms())
    with log.writing(connection):
        done.prune(connection, run.clock_ms())
        tally.move(connection, run.clock_ms())
    emptied = db.checkpoint(connection, run.settings.data)
    if emptied and forgetting.write_anew(connection, run.settings.data, run.clock_ms()):
        return db.checkpoint(connection, run.settings.data)
    return emptied


# --- our own ---


def _say_batch(run: Run, connection: sqlite3.Connection, wishes: Sequence[Wish], start: int) -> list[Recorded]:
    """Openings of one scope in one go; anything else one after the other, since it may be about what came before."""
    openings = [wish for wish in wishes if isinstance(wish, OpenPost)]
    if len(openings) == len(wishes):
        return _open_batch(run, connection, openings, start)
    recorded: list[Recorded] = []
    try:
        for wish in wishes:
            recorded.append(_say(run, connection, wish))
    except Refusals as refused:
        raise Refusals(refused.problems, start + len(recorded)) from None
    return recorded


def _open_batch(run: Run, connection: sqlite3.Connection, wishes: list[OpenPost], start: int) -> list[Recorded]:
    drafts: dict[int, Draft] = {}
    same: dict[bytes, int] = {}
    answers: dict[int, Recorded] = {}
    ours = stewards.sealing_key(run.settings.data)  # what the space posts is theirs: helpers' words can be sealed to it
    for at, wish in enumerate(wishes):
        first = same.setdefault(wish.outside, at) if wish.outside else at
        known = board.from_outside(connection, wish.outside) if wish.outside else None
        if known:
            answers[at] = _recorded(known, known, new=False)
        elif first == at:
            drafts[at] = saying.opening(run, msgspec.structs.replace(wish, stewards=ours), start + at)
    for scope in ("circle", "here"):
        places = [at for at in drafts if wishes[at].scope == scope]
        held = run.writer.append(connection, [drafts[at] for at in places], scope)
        enter(connection, held, run.clock_ms())
        answers |= {at: _recorded(one.entry.id, one.entry.id) for at, one in zip(places, held, strict=True)}
    for at, wish in enumerate(wishes):
        if at not in answers:
            answers[at] = msgspec.structs.replace(answers[same[wish.outside]], new=False)
    return [answers[at] for at in range(len(wishes))]


def _say(run: Run, connection: sqlite3.Connection, wish: Wish) -> Recorded:
    if isinstance(wish, OpenPost):
        return _open_batch(run, connection, [wish], 0)[0]
    return _spoken(run, connection, saying.by_space(run, connection, wish))


def _say_as(run: Run, connection: sqlite3.Connection, wish: Wish, ticket: Ticket, first: First | None) -> Recorded:
    """About the post that this ticket opens, or about another."""
    prepared = saying.by_ticket(run, connection, wish, ticket)
    if isinstance(wish, Widen):
        widening.carry(run, connection, wish.post_id)
    if first and first(connection, prepared):
        return _recorded(prepared.draft.post, b"")
    return _spoken(run, connection, prepared)


def _spoken(run: Run, connection: sqlite3.Connection, prepared: Prepared) -> Recorded:
    spoken = run.writer.append(connection, [prepared.draft], prepared.scope)
    enter(connection, spoken, run.clock_ms())
    return _recorded(prepared.draft.post, spoken[0].entry.id)


def _recorded(post_id: bytes, entry: bytes, new: bool = True) -> Recorded:
    return Recorded(post_id, codes.code_of(post_id), codes.link_of(post_id), entry, new)


# --- others' ---


class _Came(msgspec.Struct, frozen=True):
    """What came in. `counts`: as in New; `system`: entries of the system; `about`: posts that were spoken of."""

    changes: Changes = Changes()
    counts: dict[int, int] = {}
    system: list[Held] = []
    about: set[bytes] = set()


PART = 2_000
"""So many entries have objects in memory at once; with fewer a row that counts is written too often."""


def _parts(pages: Iterable[Sequence[Entry]]) -> Iterator[list[Sequence[Entry]]]:
    """One page after the other, several together."""
    some: list[Sequence[Entry]] = []
    for page in pages:
        some.append(page)
        if sum(map(len, some)) >= PART:
            yield some
            some = []
    if some:
        yield some


def _take_part(connection: sqlite3.Connection, now_ms: int, pages: list[Sequence[Entry]]) -> _Came:
    """Into the log and onto the board at once."""
    new = part([take(connection, page, now_ms) for page in pages])
    system = [one for one in new.others if one.entry.header.sys != BOARD]
    about = {one.entry.header.post for one in new.others if one.entry.header.post}
    return _Came(enter(connection, new, now_ms), new.counts, system, about)


def _together(parts: Iterable[_Came]) -> _Came:
    changes, counts, all_ = Changes(), Counter[int](), _Came()
    for one in parts:
        changes = changes.plus(one.changes)
        counts.update(one.counts)
        all_.system.extend(one.system)
        all_.about.update(one.about)
    return msgspec.structs.replace(all_, changes=changes, counts=counts)


def _filled(connection: sqlite3.Connection, entry: Entry, now_ms: int) -> Held | None:
    """The payload of an entry that lacks it; None where none is missing, or none is wanted any more."""
    feed = log.feed_by_key(connection, entry.header.feed)
    k = feed.no << FEED_SHIFT | entry.header.seq if feed else 0
    held = log.one(connection, k)
    if held is None or held.entry.id != entry.id or entry.payload is None or not log.is_missing(connection, k):
        return None
    if proving.is_erased(connection, held.entry.header.owner, held.entry.header.post):
        return None
    return log.fill_payload(connection, k, entry.salt, entry.payload, now_ms)


def _taken(new_entries: int, changes: Changes) -> Taken:
    posts = changes.needs + changes.offers
    return Taken(new_entries, posts, changes.needs, changes.offers, changes.met, changes.erased)
