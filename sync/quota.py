"""How much another space may bring here: counted as it comes, refused past a limit. Knows no post and no peer.

Our own machines have no quota. What is over is passed over and holds back nothing of others; a steward may lift it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import msgspec

from sync.refusals import Refused

DAY_MS = 24 * 3_600_000
# Numbers and their reasons: sync/README, Quotas
DAY_ENTRIES, DAY_BYTES = 250_000, 256 << 20
ENTRIES, BYTES = 2_000_000, 2 << 30
ROSTERS_A_DAY = 10
STRANGE_TOMBSTONES = 20_000

DAY, TOTAL, ROSTERS, TOMBSTONES = "day", "total", "rosters", "tombstones"


class OverQuota(Refused):
    """A space has brought as much as it may. why: DAY or TOTAL, also ROSTERS, TOMBSTONES; space: its number here."""

    key = "quota"

    def __init__(self, space: int, why: str, now_ms: int) -> None:
        super().__init__(f"a space has brought as much as it may ({why})")
        self.space, self.why, self.now_ms = space, why, now_ms


class Brought(msgspec.Struct, frozen=True):
    """What one space has brought. over: why nothing more is taken of it, "" where it is; lifted: how often it was."""

    space: bytes
    name: str
    entries: int
    bytes: int
    today: int
    lifted: int
    over: str


ROOM = """
SELECT space.state = 'own', :entries * (1 + ifnull(lifted, 0)) - ifnull(entries, 0),
  :bytes * (1 + ifnull(lifted, 0)) - ifnull(bytes, 0),
  :day_entries - iif(day = :day, day_entries, 0), :day_bytes - iif(day = :day, day_bytes, 0)
FROM space LEFT JOIN quota ON quota.space = space.no WHERE space.no = :space
"""
ADD = """
INSERT INTO quota (space, entries, bytes, day, day_entries, day_bytes) VALUES (:space, :n, :size, :day, :n, :size)
ON CONFLICT (space) DO UPDATE SET entries = entries + :n, bytes = bytes + :size,
  day_entries = iif(day = :day, day_entries, 0) + :n, day_bytes = iif(day = :day, day_bytes, 0) + :size,
  rosters = iif(day = :day, rosters, 0), day = :day
"""


def charge(db: sqlite3.Connection, space: int, sizes: Sequence[int], now_ms: int) -> None:
    """Counts entries of these sizes, in bytes. Raises OverQuota, and then nothing is counted."""
    many, why = _fitting(db, space, sizes, now_ms)
    if many < len(sizes):
        raise OverQuota(space, why, now_ms)
    _add(db, space, len(sizes), sum(sizes), now_ms)


def charge_some(db: sqlite3.Connection, space: int, sizes: Sequence[int], now_ms: int, times: int = 1) -> int:
    """How many of these, the first ones, still fit: those are counted, and that there were more is noted. times: how
    often the limits, for what all should hear even of a space that is over them."""
    many, why = _fitting(db, space, sizes, now_ms, times)
    _add(db, space, many, sum(sizes[:many]), now_ms)
    if many < len(sizes):
        note_over(db, OverQuota(space, why, now_ms))
    return many


def _fitting(db: sqlite3.Connection, space: int, sizes: Sequence[int], now_ms: int, times: int = 1) -> tuple[int, str]:
    limits = {"entries": ENTRIES, "bytes": BYTES, "day_entries": DAY_ENTRIES, "day_bytes": DAY_BYTES}
    asked = {name: times * limit for name, limit in limits.items()}
    row = db.execute(ROOM, {**asked, "space": space, "day": now_ms // DAY_MS}).fetchone()
    own, entries, size, day_entries, day_size = row
    if own or (len(sizes) <= min(entries, day_entries) and sum(sizes) <= min(size, day_size)):
        return len(sizes), ""
    many = came = 0
    for one in sizes:
        if many >= entries or came + one > size:
            return many, TOTAL
        if many >= day_entries or came + one > day_size:
            return many, DAY
        many, came = many + 1, came + one
    return many, ""


def _add(db: sqlite3.Connection, space: int, n: int, size: int, now_ms: int) -> None:
    db.execute(ADD, {"space": space, "n": n, "size": size, "day": now_ms // DAY_MS})


OVER = "UPDATE quota SET over = ?, day = ? WHERE space = ? AND over <> ?"


def note_over(db: sqlite3.Connection, error: OverQuota) -> None:
    """Within a transaction of the caller's, after that of the refusal was rolled back."""
    _add(db, error.space, 0, 0, error.now_ms)
    db.execute(OVER, (error.why, error.now_ms // DAY_MS, error.space, error.why))


SPACES_OVER = "SELECT space.id FROM quota JOIN space ON space.no = quota.space WHERE quota.over IN ('day', 'total')"


def spaces_over(db: sqlite3.Connection) -> set[bytes]:
    """Of whom no entries are asked for now."""
    return {id_ for (id_,) in db.execute(SPACES_OVER)}


NEW_DAY = "UPDATE quota SET over = '' WHERE over IN ('day', 'rosters') AND day <> ?"


def is_due(db: sqlite3.Connection, now_ms: int) -> bool:
    """Whether renew() would change something."""
    found = "SELECT 1 FROM quota WHERE over IN ('day', 'rosters') AND day <> ?"
    return db.execute(found, (now_ms // DAY_MS,)).fetchone() is not None


def renew(db: sqlite3.Connection, now_ms: int) -> bool:
    """Another day, by this node's clock: True where more is taken now than before."""
    return db.execute(NEW_DAY, (now_ms // DAY_MS,)).rowcount > 0


ROSTERS_TODAY = "SELECT rosters FROM quota WHERE space = ? AND day = ?"
COUNT_ROSTER = "UPDATE quota SET rosters = rosters + 1 WHERE space = ?"


def one_more_roster(db: sqlite3.Connection, space: int, now_ms: int) -> bool:
    """Counts a roster that takes the place of another. False where a space has sent as many today as it may."""
    row = db.execute(ROSTERS_TODAY, (space, now_ms // DAY_MS)).fetchone()
    if row and row[0] >= ROSTERS_A_DAY:
        note_over(db, OverQuota(space, ROSTERS, now_ms))
        return False
    _add(db, space, 0, 0, now_ms)
    db.execute(COUNT_ROSTER, (space,))
    return True


BROUGHT = "SELECT owner FROM brought WHERE space = ?"
SPACE_OF = "SELECT space.no FROM peer JOIN space ON space.no = peer.space WHERE peer.node = ? AND space.state <> 'own'"


def bringer(db: sqlite3.Connection, node: bytes) -> int | None:
    """The number of the space whose node this is; None for our own, and for one that is not known."""
    row = db.execute(SPACE_OF, (node,)).fetchone()
    return int(row[0]) if row else None


def brought_by(db: sqlite3.Connection, space: int) -> list[bytes]:
    """Owners of whom nothing was known here when this space brought their tombstones."""
    return [owner for (owner,) in db.execute(BROUGHT, (space,))]


def count_brought(db: sqlite3.Connection, space: int) -> int:
    return int(db.execute("SELECT count(*) FROM brought WHERE space = ?", (space,)).fetchone()[0])


def note_brought(db: sqlite3.Connection, space: int, owners: Sequence[bytes]) -> None:
    rows = [(owner, space) for owner in owners]
    db.executemany("INSERT INTO brought (owner, space) VALUES (?, ?) ON CONFLICT (owner) DO NOTHING", rows)


def forget_brought(db: sqlite3.Connection, owners: Sequence[bytes]) -> None:
    """They are known by now."""
    db.executemany("DELETE FROM brought WHERE owner = ?", [(owner,) for owner in owners])


LIFT = "UPDATE quota SET lifted = lifted + 1, day_entries = 0, day_bytes = 0, rosters = 0, over = '' WHERE space = ?"
NUMBER = "SELECT no FROM space WHERE id = ?"


def lift(db: sqlite3.Connection, space: bytes) -> None:
    """A space may bring as much again, today and altogether. space: its id."""
    [number] = db.execute(NUMBER, (space,)).fetchone()
    db.execute(LIFT, (number,))
    db.execute("DELETE FROM brought WHERE space = ?", (number,))


READ = """
SELECT space.id, space.name, quota.entries, quota.bytes, iif(quota.day = ?, quota.day_entries, 0), quota.lifted,
  quota.over
FROM quota JOIN space ON space.no = quota.space WHERE space.state <> 'own' ORDER BY quota.entries DESC, space.name
"""


def read(db: sqlite3.Connection, now_ms: int) -> list[Brought]:
    """Every space that has brought something, the most first."""
    return [Brought(*row) for row in db.execute(READ, (now_ms // DAY_MS,))]
