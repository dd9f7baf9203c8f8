"""Takes out of older copies what this node has forgotten since they were made: erased and replaced words, and those
that a steward did not put up.

So erased words are gone from the copies in reach by the next night. A copy that was carried away is out of reach; put
back, it meets the tombstones first.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from node import backup
from node.run import DATABASE_FILE
from node.storage import projection, waiting
from sync import identity, log

DRAFT = DATABASE_FILE + ".new"
FORGOTTEN = """
SELECT copied.k FROM old.entry AS copied
JOIN old.feed AS theirs ON theirs.no = copied.k >> 40
JOIN main.feed AS ours ON ours.key = theirs.key
JOIN main.entry AS held ON held.k = (ours.no << 40) | (copied.k & ((1 << 40) - 1))
WHERE copied.payload IS NOT NULL AND held.payload IS NULL
  AND NOT EXISTS (SELECT 1 FROM main.missing WHERE missing.k = held.k)
"""


def scrub(live: Path, copies: Iterable[Path]) -> list[Path]:
    """Returns those of these folders that could not be read. live: the node's own database."""
    unread = []
    for copy in copies:
        try:
            _scrub_one(live, copy)
        except (OSError, sqlite3.Error):
            unread.append(copy)
    return unread


def _scrub_one(live: Path, copy: Path) -> None:
    ks, decided = forgotten(live, copy / DATABASE_FILE), no_more_waiting(live, copy / DATABASE_FILE)
    if not (ks or decided):
        return
    draft = copy / DRAFT
    shutil.copyfile(copy / DATABASE_FILE, draft)
    with closing(backup.open_copy(draft)) as db:
        with log.writing(db):
            log.drop_payloads(db, ks)
            waiting.drop(db, decided)
        projection.drop(db)
        db.execute("VACUUM")
    backup.sync_file(draft)
    draft.replace(copy / DATABASE_FILE)
    identity.sync_folder(copy)


def no_more_waiting(live: Path, copy: Path) -> set[waiting.Held]:
    """Words that wait for a steward in the copy and do not wait here: a copy of before that table has none."""
    with closing(sqlite3.connect(f"file:{live}?mode=ro", uri=True)) as ours:
        held = waiting.with_words(ours)
    with closing(sqlite3.connect(f"file:{copy}?mode=ro", uri=True)) as old:
        made = old.execute("SELECT 1 FROM sqlite_master WHERE name = 'waiting'").fetchone()
        return waiting.with_words(old) - held if made else set()


def forgotten(live: Path, copy: Path) -> list[int]:
    """Keys, in the copy, of entries whose words are held there and wanted here no more."""
    with closing(sqlite3.connect(f"file:{live}?mode=ro", uri=True)) as db:
        db.execute("ATTACH ? AS old", (f"file:{copy}?mode=ro",))
        return [k for (k,) in db.execute(FORGOTTEN)]
