"""Which copies stay, when the next is due, what is in one, and what goes out of the older ones."""

import json
import shutil
import sqlite3
from collections import namedtuple
from contextlib import closing
from datetime import datetime

import pytest

from node import backup, backup_news, intake, scrub
from node.backup_news import News
from sync import circle, identity, proofs, sealing
from tests.storage.nodes import NOON, Node, Ticket, opened

HOUR = 3_600_000
Disk = namedtuple("Disk", "total used free")


@pytest.fixture
def hall(tmp_path):
    node = Node(tmp_path / "hall", "Hall")
    yield node
    node.run.close()


def copies(node, folder):
    return backup.make(node.run, folder, lambda what: lambda done, total: None)


def test_seven_days_and_four_weeks_stay():
    names = [f"2026-{month:02}-{day:02}T03-00-00" for month in (3, 4) for day in range(1, 31)]
    gone = backup.needless([*names, "2026-04-30T12-00-00"], names[-1])
    kept = sorted({*names, "2026-04-30T12-00-00"} - set(gone))
    assert [name[5:10] for name in kept] == [
        *("04-12", "04-19", "04-24", "04-25", "04-26", "04-27", "04-28", "04-29", "04-30", "04-30")
    ]


def test_a_clock_that_was_wrong_deletes_no_good_copy():
    names = [f"2026-04-{day:02}T03-00-00" for day in range(20, 27)]
    assert backup.needless([*names, "1970-01-01T03-00-00"], "1970-01-01T03-00-00") == []
    assert backup.needless(["2099-01-01T03-00-00", *names], names[-1]) == [names[0]]


def at(hour, day=10):
    return int(datetime(2026, 5, day, hour).timestamp() * 1000)


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        (0, at(12), True),
        (at(3), at(12), False),
        (at(3), at(2, 11), False),
        (at(3), at(4, 11), True),
        (at(12), at(23), False),
        (at(12, 20), at(12), True),
    ],
)
def test_a_copy_is_due_once_a_night(last, now, due):
    assert backup_news.due(News(good_ms=last), now) is due


def test_after_one_that_failed_it_waits_an_hour():
    news = News(tried_ms=at(12), error="no room")
    assert (backup_news.due(news, at(12) + 1), backup_news.due(news, at(13))) == (False, True)


def test_a_copy_holds_no_key_in_clear(hall, tmp_path):
    hall.posts("A ladder")
    made = copies(hall, tmp_path / "copies")
    inside = {each.name: each.read_bytes() for each in made.path.iterdir()}
    key = circle.keys(hall.folder)[0]
    secrets = [(hall.folder / "node.key").read_bytes(), (hall.folder / "paper.key").read_bytes()[:20]]
    secrets += [key.key, json.loads((hall.folder / "circle.keys").read_bytes())[0]["key"].encode()]
    assert not [name for name, data in inside.items() for secret in secrets if secret in data]
    paper = identity.paper_on_disk(hall.folder)
    opened_keys = sealing.unseal(paper.authority(), inside["circle.keys.sealed"], backup.info("circle.keys"))
    assert circle.keys_from_wire(opened_keys) == (key,)


def test_what_was_erased_goes_out_of_older_copies(hall, tmp_path):
    ticket = Ticket()
    hall.carries(ticket, opened("Formula for Amina"))
    hall.posts("A ladder")
    made = copies(hall, tmp_path / "copies")
    assert b"Amina" in (made.path / "corkboard.db").read_bytes()
    intake.bury(hall.run, [proofs.make_tombstone(ticket.key)])
    assert scrub.scrub(hall.folder / "corkboard.db", [made.path]) == []
    data = (made.path / "corkboard.db").read_bytes()
    assert b"Amina" not in data and b"A ladder" in data


def test_a_copy_that_cannot_be_read_is_named(hall, tmp_path):
    made = copies(hall, tmp_path / "copies")
    (made.path / "corkboard.db").write_bytes(b"no database")
    assert scrub.scrub(hall.folder / "corkboard.db", [made.path]) == [made.path]


def test_where_there_is_no_room_the_old_copies_stay(hall, tmp_path, monkeypatch):
    made = copies(hall, tmp_path / "copies")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Disk(10**9, 10**9, 1000))
    with pytest.raises(backup.BackupFailed, match="There is no room for a backup"):
        copies(hall, tmp_path / "copies")
    assert backup.all_in(tmp_path / "copies") == [made.path]


def test_a_disk_that_fills_while_it_is_written_leaves_nothing_behind(hall, tmp_path, monkeypatch):
    hall.posts("A ladder")
    made = copies(hall, tmp_path / "copies")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(backup.BackupFailed, match="No space left on device"):
        copies(hall, tmp_path / "copies")
    assert list((tmp_path / "copies").iterdir()) == [made.path]


def test_a_damaged_log_makes_no_copy(hall, tmp_path):
    hall.posts("A ladder")
    hall.db.execute("UPDATE entry SET payload = CAST(replace(CAST(payload AS TEXT), 'ladder', 'banner') AS BLOB)")
    with pytest.raises(backup.BackupFailed, match="The copy was not kept: the log is damaged"):
        copies(hall, tmp_path / "copies")
    assert backup.all_in(tmp_path / "copies") == []


def test_a_copy_has_no_free_pages_and_no_board(hall, tmp_path):
    hall.posts("A ladder")
    made = copies(hall, tmp_path / "copies")
    with closing(sqlite3.connect(made.path / "corkboard.db")) as db:
        assert db.execute("SELECT count(*) FROM post").fetchone() == (0,)
        assert db.execute("PRAGMA freelist_count").fetchone() == (0,)
    assert (made.posts, made.made_ms >= NOON) == (1, True)


@pytest.mark.parametrize(
    ("news", "says"),
    [
        (News(), "No backup yet"),
        (News(good_ms=NOON - 5 * HOUR, path="/"), "5 hours ago"),
        (News(good_ms=NOON - 25 * HOUR, path="/"), "1 day ago"),
        (News(good_ms=NOON + HOUR, path="/"), "dated later than this machine's clock"),
        (News(good_ms=NOON - HOUR, path="/nowhere"), "not to be found there now"),
        (News(good_ms=NOON - HOUR, path="/", tried_ms=NOON, error="There is no room."), "failed: There is no room."),
    ],
)
def test_the_age_is_said_in_plain_words(news, says):
    assert says in "\n".join(backup_news.in_words(news, NOON))
