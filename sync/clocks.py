"""Whether this machine's clock can be trusted: a peer's agrees with it, or a steward said so. Never sets one.

What was seen counts for this start of the machine only, and is judged by how long the machine has run, which nobody can
set: a clock that was stepped since is not trusted any more.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import msgspec

from sync.log import writing

AGREES_MS = 10 * 60_000
SEEN_MS = 24 * 3_600_000
NOTED_AGAIN_MS = 3_600_000
NEARLY_MS = 60_000
STEWARD = b""
BOOT_FILE = Path("/proc/sys/kernel/random/boot_id")


class Moment(msgspec.Struct, frozen=True):
    """`wall_ms`: what the clock says, Unix milliseconds; `ran_ms`: how long the machine has run, asleep or not; `boot`:
    a word for this start of it, "" where the system has none."""

    wall_ms: int
    ran_ms: int
    boot: str

    @property
    def base_ms(self) -> int:
        """Stays the same until somebody sets the clock."""
        return self.wall_ms - self.ran_ms


def moment(wall_ms: int) -> Moment:
    """Now, as this machine has it."""
    try:
        boot = BOOT_FILE.read_text(encoding="ascii").strip()
    except OSError:
        boot = ""
    return Moment(wall_ms, time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000, boot)


class Seen(msgspec.Struct, frozen=True):
    """A clock that was seen since the machine was started. `ahead_ms`: how far it is ahead of ours as ours is now;
    `ago_ms`: when it was seen."""

    node: bytes
    ahead_ms: int
    ago_ms: int

    @property
    def agrees(self) -> bool:
        return abs(self.ahead_ms) <= AGREES_MS and (self.node == STEWARD or self.ago_ms <= SEEN_MS)


SEEN = "SELECT node, ran_ms, base_ms, ahead_ms FROM clock WHERE boot = ?"


def seen(db: sqlite3.Connection, now: Moment) -> list[Seen]:
    """Every clock seen since the machine was started; a steward's word has STEWARD as its node."""
    rows = db.execute(SEEN, (now.boot,)).fetchall() if now.boot else []
    return [Seen(node, base + ahead - now.base_ms, now.ran_ms - ran) for node, ran, base, ahead in rows]


def trusted(db: sqlite3.Connection, now: Moment) -> bool:
    """True if one of them agrees with ours."""
    return any(each.agrees for each in seen(db, now))


NOTE = """
INSERT INTO clock (node, boot, ran_ms, base_ms, ahead_ms) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (node) DO UPDATE SET boot = excluded.boot, ran_ms = excluded.ran_ms, base_ms = excluded.base_ms,
  ahead_ms = excluded.ahead_ms
"""


def note(db: sqlite3.Connection, node: bytes, ahead_ms: int, now: Moment) -> None:
    """A peer's clock is so far ahead of ours. Written down once an hour while nothing changes."""
    known = next((each for each in seen(db, now) if each.node == node), None)
    if known and known.ago_ms < NOTED_AGAIN_MS and abs(known.ahead_ms - ahead_ms) < NEARLY_MS:
        return
    with writing(db):
        db.execute(NOTE, (node, now.boot, now.ran_ms, now.base_ms, ahead_ms))


def confirm(db: sqlite3.Connection, now: Moment) -> None:
    """A steward looked at it: good until the machine is started again, or its clock is set."""
    with writing(db):
        db.execute(NOTE, (STEWARD, now.boot, now.ran_ms, now.base_ms, 0))
