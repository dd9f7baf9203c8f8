"""The file itself: how it is opened, and who may fold the write-ahead log back into it."""

import pytest

from node.storage import db as database
from node.storage import migrations


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("secure_delete", 1),
        ("foreign_keys", 1),
        ("wal_autocheckpoint", 0),
        ("page_size", 8192),
    ],
)
def test_every_connection_keeps_what_was_promised(hall, pragma, value):
    again = database.open(hall.folder / "corkboard.db")
    assert again.execute(f"PRAGMA {pragma}").fetchone() == (value,)
    again.close()


def test_tables_are_made_once(hall):
    hall.posts("Bread")
    migrations.migrate(hall.db)
    assert hall.board() == ["Bread"]


def test_a_checkpoint_empties_the_write_ahead_log(hall):
    hall.posts("Bread")
    log = hall.folder / "corkboard.db-wal"
    assert log.stat().st_size > 0
    assert database.checkpoint(hall.db, hall.folder)
    assert log.stat().st_size == 0


def test_one_alone_checkpoints(hall):
    hall.posts("Bread")
    with database.alone(hall.folder) as may:
        assert may and not database.checkpoint(hall.db, hall.folder)
    assert database.checkpoint(hall.db, hall.folder)


def test_a_reader_of_an_older_state_puts_a_checkpoint_off_and_is_not_disturbed(hall):
    hall.posts("Bread")
    reader = database.open(hall.folder / "corkboard.db")
    reader.execute("BEGIN")
    assert reader.execute("SELECT COUNT(*) FROM post").fetchone() == (1,)
    hall.posts("A cot")
    assert not database.checkpoint(hall.db, hall.folder, wait_ms=20)
    assert reader.execute("SELECT COUNT(*) FROM post").fetchone() == (1,)
    reader.execute("ROLLBACK")
    assert database.checkpoint(hall.db, hall.folder)
    reader.close()


def test_statements_are_run_one_by_one_whatever_is_in_their_comments():
    sql = "CREATE TABLE a (\n  b TEXT  -- this; and that\n);\nCREATE TABLE c (d);\n"
    assert [one.split("(")[0].strip() for one in migrations.statements(sql)] == ["CREATE TABLE a", "CREATE TABLE c"]
