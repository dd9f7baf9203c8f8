"""Nothing of what was forgotten is left in the database's file, between its rows either."""

import random

from node import intake
from node.storage import db as database
from node.storage import forgetting, memory
from sync import log
from tests.storage.nodes import HOUR, NOON, Node


def crowded(node: Node, chance: random.Random) -> dict[int, bytes]:
    """Rows put between rows, as feeds grow side by side, which makes SQLite move them about: k -> payload."""
    said: dict[int, bytes] = {}
    ends = [feed << 40 for feed in (7, 8, 9)]
    with log.writing(node.db):
        for _ in range(600):
            at = chance.randrange(3)
            k, ends[at] = ends[at], ends[at] + 1
            said[k] = b"%020x" % chance.getrandbits(80) + b"x" * chance.choice([50, 300, 900, 3000])
            node.db.execute("INSERT INTO entry (k, header, payload) VALUES (?, ?, ?)", (k, b"h" * 300, said[k]))
    return said


def left_in(node: Node, payloads) -> int:
    held = (node.folder / "corkboard.db").read_bytes()
    return sum(payload[:20] in held for payload in payloads)


def test_what_sqlite_left_between_rows_goes_too(hall):
    """Of 300 rows that were moved about and then emptied, SQLite 3.40 leaves some behind by itself."""
    chance = random.Random(4)
    said = crowded(hall, chance)
    gone = chance.sample(sorted(said), len(said) // 2)
    with log.writing(hall.db):
        log.drop_payloads(hall.db, gone)
    database.write_anew(hall.db)
    assert database.checkpoint(hall.db, hall.folder)
    assert left_in(hall, (said[k] for k in gone)) == 0
    assert left_in(hall, said.values()) == len(said) - len(gone)


def test_a_large_file_waits_for_the_night_or_a_day_and_a_small_one_for_nothing(hall, monkeypatch):
    evening = NOON - NOON % (24 * HOUR) + 20 * HOUR
    monkeypatch.setattr(forgetting, "NIGHT_HOURS", ())

    def writes(now_ms: int) -> bool:
        return forgetting.write_anew(hall.db, hall.folder, now_ms)

    assert not writes(evening), "nothing was dropped"
    with log.writing(hall.db):
        memory.set(hall.db, forgetting.ANEW, str(evening))
    monkeypatch.setattr(forgetting, "SMALL_BYTES", 1)
    assert not writes(evening + HOUR) and writes(evening + 24 * HOUR) and not writes(evening + 25 * HOUR)
    with log.writing(hall.db):
        memory.set(hall.db, forgetting.ANEW, str(evening))
    monkeypatch.setattr(forgetting, "NIGHT_HOURS", range(24))
    assert writes(evening)


def test_an_erasure_has_the_file_written_anew(hall, monkeypatch):
    written = []
    monkeypatch.setattr(database, "write_anew", written.append)
    hall.posts("Bread")
    assert intake.tidy(hall.run) and not written
    forgetting.drop(hall.db, {}, hall.clock())
    assert intake.tidy(hall.run) and written and intake.tidy(hall.run) and len(written) == 1
