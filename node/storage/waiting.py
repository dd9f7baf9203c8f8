"""Posts from phones that a steward reads first, and new words for posts that are up: in no log and on no board, told to
nobody, until they are put up.

This node's own memory, in a table of its own. Words leave it as erased ones leave the board (forgetting.tidy).
"""

import sqlite3
from collections.abc import Collection
from typing import Literal

import msgspec

from node.domain import bodies
from node.domain.review import DAYS, KEPT_DAYS, UNDO_MINUTES
from node.domain.status import HOUR_MS
from node.domain.values import Post
from node.storage import board, memory, rows
from node.storage.cards import Card, Viewer
from node.storage.erasures import is_erased
from node.storage.gather import row as row_on_the_board
from sync import log

State = Literal["waits", "soon", "up", "declined", "lapsed"]
DAY_MS, MINUTE_MS = 24 * HOUR_MS, 60_000


class Waiting(msgspec.Struct, frozen=True):
    """`n`: its number, for stewards; `payload`: as its ticket signed it, None once the words are gone; `ms`, `until`:
    sent, and waits until; `reason`: one of review.REASONS and `said` a steward's own words, where it was declined;
    `decided`: since when its state is this; `edit`: of new words for a post that is on the board which word of its
    ticket they are, counted from 1; 0 for a post. `soon`: new words that a steward wants, said once they cannot be
    undone any more. Times in Unix milliseconds."""

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
    edit: int

    @property
    def is_to_come(self) -> bool:
        return self.state in ("waits", "soon")

    @property
    def final_ms(self) -> int:
        """From when on a decision cannot be undone."""
        return (self.decided or 0) + UNDO_MINUTES * MINUTE_MS

    def may_be_undone(self, now_ms: int) -> bool:
        """For ten minutes; and not once its words are gone. A clock that was set back makes it final."""
        held = self.state == "up" or (self.state in ("soon", "declined") and self.payload is not None)
        return held and (self.decided or 0) <= now_ms < self.final_ms


HOLD = """
INSERT INTO waiting (post, owner, scope, payload, ms, until, state, reason, said, edit)
VALUES (?, ?, ?, ?, ?, ?, 'waits', '', '', ?)
"""


def hold(db: sqlite3.Connection, post: bytes, owner: bytes, scope: str, payload: bytes, now_ms: int) -> None:
    """It waits from now on: a week, or until its own time is over. New words take the place of those that waited, under
    a number of their own: nobody puts up what they have not read."""
    for n in [one.n for one in everything(db) if one.post == post]:
        forget(db, n)
    edit = _edits(payload, post, owner)
    week, said = now_ms + DAYS * DAY_MS, rows.read_state(payload)
    over = said.since + said.hours * HOUR_MS if said else now_ms
    db.execute(HOLD, (post, owner, scope, payload, now_ms, week if edit else min(over, week), edit))


def _edits(payload: bytes | None, post: bytes, owner: bytes) -> int:
    """Which of this ticket's words an edit is; 0 for all else."""
    body = bodies.read(payload, post, owner)
    return body.counter if body and body.kind == "post.edited" else 0


COLUMNS = "n, post, owner, scope, payload, ms, until, state, reason, said, decided, edit"
ALL = f"SELECT {COLUMNS} FROM waiting ORDER BY n"
ONE = f"SELECT {COLUMNS} FROM waiting WHERE post = ?"


def everything(db: sqlite3.Connection) -> list[Waiting]:
    """Who came first stands first."""
    return [Waiting(*found) for found in db.execute(ALL)]


def queue(db: sqlite3.Connection, now_ms: int) -> list[Waiting]:
    """What a steward can put up or decline now."""
    queued = (one for one in everything(db) if one.state == "waits" and now_ms < one.until)
    return [one for one in queued if not is_erased(db, one.owner) and not is_overtaken(db, one)]


def due(db: sqlite3.Connection, now_ms: int) -> list[Waiting]:
    """New words that a steward wants and that cannot be undone any more: they are to be said now."""
    final = (one for one in everything(db) if one.state == "soon" and not one.may_be_undone(now_ms))
    return [one for one in final if not is_erased(db, one.owner) and not is_overtaken(db, one)]


def count(db: sqlite3.Connection, now_ms: int) -> int:
    return len(queue(db, now_ms))


def is_overtaken(db: sqlite3.Connection, one: Waiting) -> bool:
    """Of new words: whether others were said since, at the touchscreen or at another space, or the post is gone, or in
    other hands. They would be read as the last ones, so they go."""
    if not one.edit:
        return False
    known = board.held(db, one.post)
    if known.post is None or known.post.erased or known.post.tickets[-1:] != (one.owner,):
        return True
    return any(_edits(said.payload, one.post, one.owner) >= one.edit for said in known.said if said.owner == one.owner)


def of_post(db: sqlite3.Connection, post: bytes) -> Waiting | None:
    """Also once it was decided, for as long as its ticket may ask. None of a post that is on the board."""
    found = _of(db, post)
    return found if found and not found.edit else None


def new_words(db: sqlite3.Connection, post: bytes) -> Waiting | None:
    """For a post that is on the board; also once they were declined, for as long as its ticket may ask."""
    found = _of(db, post)
    return found if found and found.edit and not is_overtaken(db, found) else None


def _of(db: sqlite3.Connection, post: bytes) -> Waiting | None:
    found = db.execute(ONE, (post,)).fetchone()
    return Waiting(*found) if found and found[7] != "up" else None


def words(one: Waiting, space: bytes) -> Post | None:
    """The post as it would be; None once its words are gone."""
    said, owner = rows.read_state(one.payload), one.owner
    return msgspec.structs.replace(said, id=one.post, home=space, owner=owner, tickets=(owner,)) if said else None


def card(db: sqlite3.Connection, one: Waiting, now_ms: int, space: bytes) -> Card | None:
    """As it would stand on the board; None once its words are gone."""
    post = words(one, space)
    return Viewer(db, now_ms, space).to_come(post) if post else None


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
    """It waits again. A post that was put up is not for the queue any more."""
    if one.state == "up":
        db.execute(FORGET, (one.n,))
    else:
        db.execute(AGAIN, (one.n,))


def take_back(db: sqlite3.Connection, owner: bytes) -> bool:
    """Its ticket erased it. True if a post was here, and so no other node ever heard of it."""
    found = [one for one in everything(db) if one.owner == owner]
    for one in found:
        forget(db, one.n)
    return any(one.state != "up" and not one.edit for one in found)


def forget(db: sqlite3.Connection, n: int) -> None:
    """New words that were said, or that nobody waits for any more."""
    _wipe(db, n)
    db.execute(FORGET, (n,))


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
            elif one.state != "up" and is_overtaken(db, one):
                forget(db, one.n)
            elif one.state == "waits" and not one.edit and row_on_the_board(db, one.post):
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
INSERT INTO waiting ({COLUMNS.removeprefix("n, ")}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (post) DO UPDATE SET payload = excluded.payload, ms = excluded.ms, until = excluded.until,
  state = excluded.state, reason = excluded.reason, said = excluded.said, decided = excluded.decided,
  edit = excluded.edit
"""


def carry_over(old: sqlite3.Connection, db: sqlite3.Connection) -> None:
    """Into a copy that is put back: what waits in the database that it replaces, and what was decided since."""
    for found in old.execute(ALL).fetchall():
        db.execute(PUT_BACK, found[1:])


HELD = "SELECT post, payload FROM waiting WHERE payload IS NOT NULL"
DROP = "DELETE FROM waiting WHERE post = ? AND payload = ?"
Held = tuple[bytes, bytes]
"""A post, and words of it that wait."""


def with_words(db: sqlite3.Connection) -> set[Held]:
    return set(db.execute(HELD).fetchall())


def drop(db: sqlite3.Connection, held: Collection[Held]) -> None:
    db.executemany(DROP, sorted(held))
