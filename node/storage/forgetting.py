"""What is forgotten: words whose ticket erased them, at once; words that an edit or a space took back, after a while.

From the log, from the board, from the index, and by tidy(), a checkpoint and write_anew() from the files.
"""

import shutil
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from node.storage import db as database
from node.storage import memory, search, turn
from node.storage.gather import Feeds, row, short
from node.storage.gather import folded as fold_all
from node.storage.work import Changes, Work, needless
from sync import log, proofs
from sync.entry import BOARD, Entry, entry_id, parse_header
from sync.entry import post_id as own_post_of
from sync.log import SEQ_MASK
from sync.schema import FEED_SHIFT

SPOKEN = "SELECT k FROM spoken WHERE o = ?"
ABOUT = "SELECT k FROM about WHERE p = ?"


def forget(db: sqlite3.Connection, owner: bytes, now_ms: int) -> Changes:
    """Drops words and salt of all that this ticket said and of all about the post it opened, here and in the index.
    Its tombstone is held already. Of a post that it took over from a ticket before it, the rest is due later: who
    stole the machine of a space could have given out that ticket."""
    own_post = own_post_of(owner)
    spoken = [k for (k,) in db.execute(SPOKEN, (short(owner),)).fetchall()]
    about = [k for (k,) in db.execute(ABOUT, (short(own_post),)).fetchall()]
    dropped: dict[int, bytes] = {}
    given = set()
    for k in {*spoken, *about}:
        header = _held(db, k).header
        if header.owner == owner or header.post == own_post:
            dropped[k] = header.post
        else:
            given.add(header.post)
    return drop(db, dropped, now_ms, given)


def is_for_here(db: sqlite3.Connection, owner: bytes, told_so: bool) -> bool:
    """Whether only nodes of this space need to hear that this ticket's words are forgotten: all of them, and all about
    the post it opened, are in feeds that nobody else gets. Where nothing is held yet, as it was told (`told_so`)."""
    keys = [(SPOKEN, short(owner)), (ABOUT, short(own_post_of(owner)))]
    feeds = Feeds(db)
    held = [feeds.of(k).here for sql, key in keys for (k,) in db.execute(sql, (key,)).fetchall()]
    return all(held) if held else told_so


def is_known(db: sqlite3.Connection, owner: bytes) -> bool:
    """Whether this ticket has said anything here, or anything was said about the post it opened."""
    keys = ((SPOKEN, short(owner)), (ABOUT, short(own_post_of(owner))))
    return any(db.execute(sql, (key,)).fetchone() for sql, key in keys)


def drop(db: sqlite3.Connection, dropped: Mapping[int, bytes], now_ms: int, more: Iterable[bytes] = ()) -> Changes:
    """Drops the payloads of these entries, k -> id of the post that each is about, and refolds these posts and more."""
    work, posts = Work(db, now_ms), sorted({*dropped.values(), *more})
    for post_id in posts:
        work.lift(post_id)
    log.drop_payloads(db, sorted(dropped))
    for post_id in posts:
        work.refold(post_id)
    memory.set(db, "optimize", "due")
    return work.finish()


WORDS = "SELECT k, header FROM entry WHERE k >= ? AND k < ? AND payload IS NOT NULL ORDER BY k LIMIT ?"
WANT_NONE = "DELETE FROM missing WHERE k >= ? AND k < ?"


def purge(db: sqlite3.Connection, feed_no: int, start: int, most: int, now_ms: int) -> tuple[Changes, int]:
    """Drops words of a feed that count here no more, from seq `start` on, at most so many, and asks for none. The
    headers stay. Also the seq to go on from, 0 where all are gone."""
    first, end = _keys(feed_no)
    db.execute(WANT_NONE, (first, end))
    found, dropped = db.execute(WORDS, (first + start, end, most)).fetchall(), dict[int, bytes]()
    for k, raw in found:
        header = parse_header(raw)
        if header.sys == BOARD:
            dropped[k] = header.post or entry_id(raw)
    then = (found[-1][0] & SEQ_MASK) + 1 if len(found) == most else 0
    return drop(db, dropped, now_ms) if dropped else Changes(), then


NO_WORDS = "SELECT k, header FROM entry WHERE k >= ? AND k < ? AND payload IS NULL"
WANT = "INSERT INTO missing (k) VALUES (?) ON CONFLICT (k) DO NOTHING"


def want_again(db: sqlite3.Connection, feed_no: int) -> None:
    """Asks for all words of a feed that counts again, but those that a ticket erased."""
    rows = ((k, parse_header(raw)) for k, raw in db.execute(NO_WORDS, _keys(feed_no)).fetchall())
    db.executemany(WANT, [(k,) for k, one in rows if not proofs.is_erased(db, one.owner, one.post)])


def _keys(feed_no: int) -> tuple[int, int]:
    return feed_no << FEED_SHIFT, (feed_no + 1) << FEED_SHIFT


DUE = "SELECT k, post FROM due WHERE ms <= ? ORDER BY k LIMIT 500"
DONE = "DELETE FROM due WHERE k = ?"


def drop_due(db: sqlite3.Connection, now_ms: int) -> Changes:
    """Drops the words whose time has come, if the fold still does not read them."""
    due = db.execute(DUE, (now_ms,)).fetchall()
    feeds = Feeds(db)
    dropped: dict[int, bytes] = {}
    for k, post_id in due:
        old = row(db, post_id)
        folded, gathered = fold_all(db, post_id, feeds, (old.n,) if old else ())
        if folded and k in needless(folded, gathered):
            dropped[k] = post_id
    db.executemany(DONE, [(k,) for k, _ in due])
    return drop(db, dropped, now_ms) if dropped else Changes()


def tidy(db: sqlite3.Connection, now_ms: int) -> bool:
    """Drops what is due, and merges the index if words were taken out since the last time, so that they are gone from
    the file. True if it did: then a checkpoint takes them out of the write-ahead log too."""
    with log.writing(db):
        drop_due(db, now_ms)
        if memory.get(db, "optimize") != "due":
            return False
        search.optimize(db)
        memory.set(db, "optimize", "done")
        if not memory.get(db, ANEW):
            memory.set(db, ANEW, str(now_ms))
        return True


ANEW = "write anew"
SMALL_BYTES = 16 << 20  # written anew in a fifth of a second on a laptop; a larger file waits for the night
NIGHT_HOURS = range(1, 5)  # of local time
LONGEST_MS = 24 * 3_600_000


def write_anew(db: sqlite3.Connection, folder: Path, now_ms: int) -> bool:
    """Rids the file of what lies between its rows (db.write_anew), once words were dropped: at once where it is small,
    else at night, or after a day on a machine that is off at night. True if it did: a checkpoint follows."""
    since, size = memory.get(db, ANEW), database.size(db)
    if not since or shutil.disk_usage(folder).free < 3 * size:
        return False
    night = datetime.fromtimestamp(now_ms / 1000).hour in NIGHT_HOURS
    if size > SMALL_BYTES and not night and 0 <= now_ms - int(since) < LONGEST_MS:
        return False
    turn.give_way(folder)
    database.write_anew(db)
    with log.writing(db):
        memory.set(db, ANEW, "")
    return True


def _held(db: sqlite3.Connection, k: int) -> Entry:
    held = log.one(db, k)
    assert held is not None, "about and spoken name entries of the log"
    return held.entry
