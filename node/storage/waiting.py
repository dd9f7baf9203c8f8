"""Posts from phones that a steward reads first: in no log and on no board, told to nobody, until they are put up.

This node's own memory, in a table of its own. Words leave it as erased ones leave the board (forgetting.tidy).
"""

import sqlite3
from collections.abc import Collection
from typing import Literal

import msgspec

from node.domain.review import DAYS, KEPT_DAYS, UNDO_MINUTES
from node.domain.status import HOUR_MS
from node.storage import memory, rows
from node.storage.cards import Card, Viewer
from node.storage.erasures import is_erased
from node.storage.gather import row as row_on_the_board
from sync import log

State = Literal["waits", "up", "declined", "lapsed"]
DAY_MS, MINUTE_MS = 24 * HOUR_MS, 60_000


class Waiting(msgspec.Struct, frozen=True):
    """`n`: its number, for stewards; `payload`: as its ticket signed it, None once the words are gone; `ms`, `until`:
    sent, and waits until; `reason`: one of review.REASONS and `said` a steward's own words, where it was declined;
    `decided`: since when its state is this. Times in Unix milliseconds."""

    n: int
    post: bytes
    owner: bytes
    scope: str
    payload: bytes | None
    ms: int
    until: int
    state: State
    reason: str
    said: str
    decided: int | None

    def may_be_undone(self, now_ms: int) -> bool:
        """For ten minutes; and not once its words are gone."""
        held = self.state == "up" or (self.state == "declined" and self.payload is not None)
        return held and 0 <= now_ms - (self.decided or 0) < UNDO_MINUTES * MINUTE_MS


HOLD = """
INSERT INTO waiting (post, owner, scope, payload, ms, until, state, reason, said)
VALUES (?, ?, ?, ?, ?, ?, 'waits', '', '')
"""


def hold(db: sqlite3.Connection, post: bytes, owner: bytes, scope: str, payload: bytes, now_ms: int) -> None:
    """It waits from now on: a week, or until its own time is over."""
    said = rows.read_state(payload)
    over = said.since + said.hours * HOUR_MS if said else now_ms
    db.execute(HOLD, (post, owner, scope, payload, now_ms, min(over, now_ms + DAYS * DAY_MS)))


COLUMNS = "n, post, owner, scope, payload, ms, until, state, reason, said, decided"
ALL = f"SELECT {COLUMNS} FROM waiting ORDER BY n"
ONE = f"SELECT {COLUMNS} FROM waiting WHERE post = ?"


def everything(db: sqlite3.Connection) -> list[Waiting]:
    """Who came first stands first."""
    return [Waiting(*found) for found in db.execute(ALL)]


def queue(db: sqlite3.Connection, now_ms: int) -> list[Waiting]:
    """What a steward can put up or decline now."""
    queued = (one for one in everything(db) if one.state == "waits" and now_ms < one.until)
    return [one for one in queued if not is_erased(db, one.owner)]


COUNT = "SELECT COUNT(*) FROM waiting WHERE state = 'waits' AND until > ?"


def count(db: sqlite3.Connection, now_ms: int) -> int:
    return int(db.execute(COUNT, (now_ms,)).fetchone()[0])


def of_post(db: sqlite3.Connection, post: bytes) -> Waiting | None:
    """Also once it was decided, for as long as its ticket may ask. None of a post that is on the board."""
    found = db.execute(ONE, (post,)).fetchone()
    return Waiting(*found) if found and found[7] != "up" else None


def card(db: sqlite3.Connection, one: Waiting, now_ms: int, space: bytes) -> Card | None:
    """As it would stand on the board; None once its words are gone."""
    said = rows.read_state(one.payload)
    if said is None:
        return None
    post = msgspec.structs.replace(said, id=one.post, home=space, owner=one.owner, tickets=(one.owner,))
    return Viewer(db, now_ms, space).to_come(post)


AGAIN = """
UPDATE waiting SET state = 'waits', reason = '', said = '', decided = NULL WHERE n = ? AND payload IS NOT NULL
"""
DECIDE = "UPDATE waiting SET state = ?, reason = ?, said = ?, decided = ? WHERE n = ?"
SCRUB = "UPDATE waiting SET payload = NULL WHERE n = ?"
FORGET = "DELETE FROM waiting WHERE n = ?"


def decide(db: sqlite3.Connection, n: int, state: State, now_ms: int, reason: str = "", said: str = "") -> None:
    """What is on the board keeps no second copy of its words; what was declined may come back for ten minutes."""
    db.execute(DECIDE, (state, reason, said, now_ms, n))
    if state in ("up", "lapsed"):
        _wipe(db, n)


def again(db: sqlite3.Connection, one: Waiting) -> None:
    """It was declined, and waits again. One that was put up is not for the queue any more."""
    if one.state == "up":
        db.execute(FORGET, (one.n,))
    else:
        db.execute(AGAIN, (one.n,))


def take_back(db: sqlite3.Connection, owner: bytes) -> bool:
    """Its ticket erased it. True if it was here, and so no other node ever heard of it."""
    found = [one for one in everything(db) if one.owner == owner]
    for one in found:
        _wipe(db, one.n)
        db.execute(FORGET, (one.n,))
    return any(one.state != "up" for one in found)


def _wipe(db: sqlite3.Connection, n: int) -> None:
    """secure_delete overwrites them in the file; `tidy` does the rest, as for words that were erased."""
    db.execute(SCRUB, (n,))
    memory.set(db, "optimize", "due")


def sweep(db: sqlite3.Connection, now_ms: int) -> None:
    """What has waited too long lapses; declined words go after ten minutes, what a ticket may ask after two weeks.
    What an old copy brought back, though its ticket erased it or it is on the board, waits no more."""
    if not db.execute("SELECT 1 FROM waiting LIMIT 1").fetchone():
        return
    with log.writing(db):
        for one in everything(db):
            since = now_ms - (one.decided or 0)
            if is_erased(db, one.owner):
                take_back(db, one.owner)
            elif one.state == "waits" and row_on_the_board(db, one.post):
                decide(db, one.n, "up", now_ms)
            elif one.state == "waits" and one.until <= now_ms:
                decide(db, one.n, "lapsed", now_ms)
            elif one.state == "declined" and one.payload is not None and not one.may_be_undone(now_ms):
                _wipe(db, one.n)
            elif (one.state == "up" and not one.may_be_undone(now_ms)) or (
                one.state in ("declined", "lapsed") and since > KEPT_DAYS * DAY_MS
            ):
                db.execute(FORGET, (one.n,))


PUT_BACK = f"""
INSERT INTO waiting ({COLUMNS.removeprefix("n, ")}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (post) DO UPDATE SET payload = excluded.payload, state = excluded.state, reason = excluded.reason,
  said = excluded.said, decided = excluded.decided
"""


def carry_over(old: sqlite3.Connection, db: sqlite3.Connection) -> None:
    """Into a copy that is put back: what waits in the database that it replaces, and what was decided since."""
    for found in old.execute(ALL).fetchall():
        db.execute(PUT_BACK, found[1:])


HELD = "SELECT post FROM waiting WHERE payload IS NOT NULL"
DROP = "DELETE FROM waiting WHERE post = ?"


def with_words(db: sqlite3.Connection) -> set[bytes]:
    return {post for (post,) in db.execute(HELD)}


def drop(db: sqlite3.Connection, posts: Collection[bytes]) -> None:
    db.executemany(DROP, [(post,) for post in sorted(posts)])
