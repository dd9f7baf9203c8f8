"""One refresh of the board: posts folded, rows and index lines collected, all written at its end.

Within the caller's transaction. Puts on the board, takes off it, and notes what need not be kept; drops nothing.
"""

import operator
import sqlite3
from collections import Counter
from collections.abc import Collection, Container, Iterable, Sequence

import msgspec

from node.domain import onward, plain, post
from node.domain.values import Post, Said
from node.storage import coded, rows, search
from node.storage.gather import Feeds, Gathered, row, rows_of, said_of, short
from node.storage.gather import folded as fold_all
from node.storage.openings import Openings
from node.storage.rows import ERASED, MET, Row
from node.storage.tally import Tally
from sync import proofs
from sync.log import SEQ_MASK, Held
from sync.parted import Bare
from sync.schema import FEED_SHIFT

RELEASE_MS = 1_767_225_600_000
"""2026-01-01. No clock of a node was right when it said less."""


class Changes(msgspec.Struct, frozen=True):
    """What a refresh did to the board: new needs and offers, posts that became met, posts that were erased."""

    needs: int = 0
    offers: int = 0
    met: int = 0
    erased: int = 0

    def plus(self, other: "Changes") -> "Changes":
        return Changes(
            self.needs + other.needs, self.offers + other.offers, self.met + other.met, self.erased + other.erased
        )


class Work:
    """One refresh: rows and index lines collected, written in finish()."""

    def __init__(self, db: sqlite3.Connection, arrived_ms: int | None) -> None:
        self._db = db
        self._tally = Tally(db)
        self._arrived_ms = arrived_ms
        self._feeds = Feeds(db)
        self._opened: dict[bytes, str] = {}
        self._fresh: Counter[str] = Counter()
        self._plain = Openings()
        self._new: list[Row] = []
        self._changed: list[Row] = []
        self._gone_on: list[rows.GoneOn] = []
        self._before: dict[bytes, tuple[Row, Row | None]] = {}
        self._words: list[tuple[int, str]] = []
        self._lifted: dict[bytes, Row | None] = {}

    def open(self, alone: Sequence[Bare], spoken_of: Container[bytes]) -> set[int]:
        """Posts of which only the opening was known so far, by rising key; on the board at once, for there may be more
        news about them (`spoken_of`). Returns the keys of those that are to be refolded with it."""
        unread, others = set(), self._open_plain(alone)
        kinds = zip(self._plain.ids, self._plain.kinds, strict=True)
        self._opened = {id_: kind for id_, kind in kinds if id_ in spoken_of} if spoken_of else {}
        self._fresh = Counter(self._plain.kinds) - Counter(self._opened.values())
        for k, id_, ms, payload in others:
            feed = self._feeds.of(k)
            opened = post.opening(id_, feed.space, ms, payload)
            if opened and feed.here:
                opened = msgspec.structs.replace(opened, scope="here")
            if opened is not None and k & SEQ_MASK < feed.counts:
                new = rows.row_of(opened, k, k, self._since([k], opened.since), feed.space)
                self._before[id_] = (new, None)
                self._put(opened, new)
            elif id_ in spoken_of:
                unread.add(k)
            else:
                self._db.execute(ADD_ABOUT, (short(id_), k))
        self._write()
        return unread

    def _open_plain(self, alone: Sequence[Bare]) -> list[Bare]:
        """Those that say nothing unusual, with little ado. Returns the others."""
        usual, events, others = [], [], []
        latest, until, feed_no = self._arrived_ms or 0, 0, -1
        for one, event in zip(alone, map(plain.read, [one[3] for one in alone]), strict=True):
            if one[0] >> FEED_SHIFT != feed_no:
                feed_no, feed = one[0] >> FEED_SHIFT, self._feeds.of(one[0])
                until = 0 if feed.here else (feed_no << FEED_SHIFT) + feed.counts
            if event is None or one[0] >= until or not RELEASE_MS <= one[2] <= latest:
                others.append(one)
            else:
                usual.append(one)
                events.append(event)
        self._plain.add(usual, events)
        return others

    def go_on(self, followups: Sequence[Held]) -> list[bytes]:
        """Folds one more event about a post where that can be done alone. Returns the posts that are left to refold."""
        news: dict[bytes, list[Held]] = {}
        for one in followups:
            news.setdefault(one.entry.header.post, []).append(one)
        known = rows_of(self._db, news)
        return [post_id for post_id, said in news.items() if not self._goes_on(said, known.get(post_id))]

    def _goes_on(self, news: Sequence[Held], old: Row | None) -> bool:
        """True where each of these had seen all before it, and nothing of the post is needed that is not in its row."""
        if old is None or old.state & ERASED or old.here:
            return False
        facts = rows.read_facts(old.facts)
        if facts.owner or facts.last is None:
            return False
        told = self._in_a_row(news, facts.last or old.id)
        if not told:
            return False
        home = self._feeds.of(old.n).space
        if len(told) == 1 and self._goes_on_slightly(told[0], old, facts, home):
            return True
        folded = rows.post_of(old, facts, home)
        for said in told:
            after = onward.onward(folded, said)
            if after is None:
                return False
            folded = after
        renewed = [one.k for one in news if one.entry.id == folded.since_from]
        since = self._since(renewed, folded.since) if renewed else old.since
        self._replace(old.id, old, folded, rows.row_of(folded, old.n, old.k, since, home, told[-1].id))
        return True

    def _in_a_row(self, news: Sequence[Held], last: bytes) -> list[Said]:
        """What was said, where spaces said it in feeds of the circle and each had seen the one before it; else []."""
        told = []
        for held in news:
            header, feed = held.entry.header, self._feeds.of(held.k)
            if header.owner or feed.here or held.k & SEQ_MASK >= feed.counts or last not in header.refs:
                return []
            told.append(said_of(held.entry.id, header, held.entry.payload, feed.space))
            last = held.entry.id
        return told

    def _goes_on_slightly(self, said: Said, old: Row, facts: rows.Facts, home: bytes) -> bool:
        """The same with less ado, for what is said most often: no other part of the post is looked at."""
        after = onward.onward(rows.slight_of(old, home), said, onward.SLIGHT)
        gone_on = rows.gone_on(old, facts, after, said.id) if after else None
        if gone_on:
            self._gone_on.append(gone_on)
        return gone_on is not None

    def lift(self, post_id: bytes) -> Row | None:
        """Takes a post off the board, if it is there; refold() puts it back. Before its payloads go."""
        if post_id not in self._lifted:
            old = self._lifted[post_id] = row(self._db, post_id)
            if old:
                _remove(self._db, old)
                self._tally.take(old)
        return self._lifted[post_id]

    def refold(self, post_id: bytes, opened_at: Iterable[int] = ()) -> None:
        """A post by everything that the log holds about it now."""
        old = self._lifted[post_id] if post_id in self._lifted else row(self._db, post_id)
        folded, gathered = fold_all(self._db, post_id, self._feeds, (*opened_at, old.n) if old else opened_at)
        n = _first_opening(folded, gathered) if folded else 0
        opening = gathered.ks.get(post_id, n)
        if opening != n:
            self._db.execute(ADD_ABOUT, (short(post_id), opening))
        if folded is None:
            self.lift(post_id)
            self._ask_again(gathered)
            return
        k = gathered.ks.get(folded.words_from, 0)
        since = self._since(_all_that_say(gathered, folded.since_from), folded.since) if k else 0
        last = b"" if folded.owner or folded.erased else onward.last(post_id, gathered.said)
        if old and old.state & ERASED and not folded.erased:
            self._ask_again(gathered)
        self._replace(post_id, old, folded, rows.row_of(folded, n, k, since, self._feeds.of(n).space, last))
        self._note_needless(folded, gathered)

    def _ask_again(self, gathered: Gathered) -> None:
        """What may have been dropped for an edit or an erasure that counts no more. Never what a ticket erased: a peer
        that has not heard of it yet would bring it back."""
        for one in gathered.said:
            if one.payload is None and not proofs.is_erased(self._db, one.owner, one.post):
                self._db.execute(WANTED, (gathered.ks[one.id],))

    def finish(self) -> Changes:
        """Writes all rows that are still to be written."""
        self._write()
        kinds = self._fresh + Counter(self._opened.values())
        return Changes(kinds["need"], kinds["offer"]).plus(_changes(self._before.values()))

    def _write(self) -> None:
        """By rising n: an index that grows at its end is quick, and of rows that change several are in one page."""
        plain, self._plain = self._plain, Openings()
        self._tally.write(plain, self._new)
        self._new.sort(key=lambda row: row.n)
        plain.put(self._db)
        self._db.executemany(rows.PUT, map(msgspec.structs.astuple, self._new))
        self._db.executemany(rows.REPLACE, map(msgspec.structs.astuple, self._changed))
        self._db.executemany(rows.GO_ON, sorted(self._gone_on, key=operator.itemgetter(3)))
        coded.put(self._db, plain.ids + [row.id for row in self._new], plain.ns + [row.n for row in self._new])
        search.put(self._db, sorted(plain.words + self._words, key=operator.itemgetter(0)))
        for written in (self._new, self._changed, self._gone_on, self._words):
            written.clear()

    def _replace(self, post_id: bytes, old: Row | None, folded: Post, new: Row) -> None:
        """A row that says the same words in the same place changes where it is; any other is taken off and put anew."""
        before = None if self._opened.pop(post_id, None) else old
        self._before[post_id] = (new, self._before[post_id][1] if post_id in self._before else before)
        if old and post_id not in self._lifted and (old.n, old.k, old.area) == (new.n, new.k, new.area):
            if old != new:
                self._change(old, new)
            return
        self.lift(post_id)
        self._put(folded, new)

    def _change(self, old: Row, new: Row) -> None:
        if msgspec.structs.replace(old, met=new.met, met_ms=new.met_ms, facts=new.facts) == new:
            self._gone_on.append((new.met, new.met_ms, new.facts, new.n))
        else:
            self._changed.append(new)
            self._tally.take(old)
            self._tally.put(new)

    def _put(self, folded: Post, new: Row) -> None:
        self._new.append(new)
        if new.k:
            self._words.append((new.n, search.words_of(folded.words, folded.original, folded.area)))

    def _note_needless(self, folded: Post, gathered: Gathered) -> None:
        """Payloads that nobody reads any more may go some time after this; a missing one is not asked for again."""
        lacking = {gathered.ks[one.id] for one in gathered.said if one.payload is None}
        wait = ERASED_WAIT_MS if folded.erased else REPLACED_WAIT_MS
        for k in sorted(needless(folded, gathered)):
            self._db.execute(UNWANTED, (k,))
            if k not in lacking and self._arrived_ms is not None:
                self._db.execute(ADD_DUE, (k, folded.id, self._arrived_ms + wait))

    def _since(self, ks: Sequence[int], claimed: int) -> int:
        """From when the time of a post runs here: as claimed, or from its arrival where that cannot be. ks: of every
        entry that says so, for who carries a ticket's words again does not make them younger."""
        known = [int(ms) for k in ks for (ms,) in self._db.execute(LATE, (k,))]
        if known:
            return min(known)
        if self._arrived_ms is None or RELEASE_MS <= claimed <= self._arrived_ms:
            return claimed
        self._db.execute(ADD_LATE, (ks[0], self._arrived_ms))
        return self._arrived_ms


DAY_MS = 24 * 3_600_000
REPLACED_WAIT_MS = DAY_MS
"""So long the words before an edit are kept."""
ERASED_WAIT_MS = 7 * DAY_MS
"""So long words erased by a space are kept, so that a thief of its machine can be retired before it destroys."""

ADD_ABOUT = "INSERT INTO about (p, k) VALUES (?, ?) ON CONFLICT (p, k) DO NOTHING"
ADD_DUE = "INSERT INTO due (k, post, ms) VALUES (?, ?, ?) ON CONFLICT (k) DO NOTHING"
WANTED = "INSERT INTO missing (k) VALUES (?) ON CONFLICT (k) DO NOTHING"
UNWANTED = "DELETE FROM missing WHERE k = ?"
LATE = "SELECT ms FROM late WHERE k = ?"
ADD_LATE = "INSERT INTO late (k, ms) VALUES (?, ?)"


def needless(folded: Post, gathered: Gathered) -> set[int]:
    """Keys of the entries that the fold of this post never reads again; what was said for here of a post that the
    circle knows by now; of an erased one also what does not count, such as words on a feed that was set aside."""
    if len(gathered.said) == 1 and not gathered.aside:
        return set()
    unread = {gathered.ks[id_] for id_ in post.needless(folded, gathered.said)}
    return unread | (gathered.aside if folded.erased else gathered.copies)


def _all_that_say(gathered: Gathered, id_: bytes) -> list[int]:
    """Keys of the entry with this id and of those that carry the same body."""
    (said,) = (one for one in gathered.said if one.id == id_)
    same = (one for one in gathered.said if one.owner and (one.owner, one.payload) == (said.owner, said.payload))
    return sorted({gathered.ks[id_], *(gathered.ks[one.id] for one in same)})


def _first_opening(folded: Post, gathered: Gathered) -> int:
    """The key of the entry that opened it: of a post with a ticket, the first of what its ticket said."""
    if not folded.owner:
        return gathered.ks[folded.id]
    return min(gathered.ks[one.id] for one in gathered.said if one.owner == folded.owner)


def _changes(pairs: Collection[tuple[Row, Row | None]]) -> Changes:
    fresh = [row.kind for row, old in pairs if old is None]
    states = [(row.state, old.state if old else 0, old) for row, old in pairs if row.state]
    return Changes(
        needs=fresh.count("need"),
        offers=fresh.count("offer"),
        met=sum(1 for now, before, _ in states if now & ~before & MET),
        erased=sum(1 for now, before, old in states if old and now & ~before & ERASED),
    )


REMOVE_POST = "DELETE FROM post WHERE n = ?"


def _remove(db: sqlite3.Connection, old: Row) -> None:
    """Takes a post off the board, its words out of the index: while its payload is still held."""
    words = rows.state_at(db, old.k) if old.k else None
    if words:
        search.take_out(db, old.n, search.words_of(words.words, words.original, old.area))
    db.execute(REMOVE_POST, (old.n,))
    coded.remove(db, old.id, old.n)
