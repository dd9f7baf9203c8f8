"""Reads a whole copy of the database again: every hash, signature and commitment, and that the board is what the log
says. Works on a copy that nobody else uses, since it folds the board anew in it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from node.storage import projection, refolding
from sync import log
from sync.refusals import Refused

Progress = Callable[[int, int], None]


class Damaged(Exception):
    """A copy is not what it should be. Its text is one sentence without its end."""


class BoardDiffers(Damaged):
    """The log is good and the board in this copy is not what it says."""


def check(copy: sqlite3.Connection, checked: Progress, folded: Progress) -> int:
    """How many entries there are, all of them good. checked, folded: entries done, of how many. Raises Damaged."""
    if (found := copy.execute("PRAGMA integrity_check(1)").fetchone()[0]) != "ok":
        raise Damaged(f"the database is damaged: {' '.join(found.split())}")
    entries = check_log(copy, checked)
    while refolding.is_pending(copy):
        with log.writing(copy):
            refolding.step(copy)
    before = projection.digest(copy)
    projection.rebuild(copy, folded)
    if projection.digest(copy) != before:
        raise BoardDiffers("the board differs from the log")
    return entries


def check_log(copy: sqlite3.Connection, checked: Progress) -> int:
    """As check(), of the log alone."""
    try:
        return log.verify(copy, checked)
    except Refused as error:
        raise Damaged(f"the log is damaged: {error}") from None
