"""What `clock` says, and that erasing waits for it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from node import intake, retiring
from node.domain.wishes import Withdraw
from node.run import now_ms
from node.settings import Settings
from node.start import open_run
from node.storage import db as database
from sync import circle, clocks
from sync.log import writing
from tests.cli.nodes import Node
from tests.storage.nodes import Clock, need


def test_a_time_that_nobody_vouches_for_is_said_to_be_so_until_a_steward_does(hall: Node) -> None:
    hall.does("demo")
    assert "Nobody says that this time is right" in hall.does("clock")
    said = hall.does("clock", "--confirm")
    assert "A steward said less than a minute ago" in said and "posts are erased 30 days after" in said
    assert hall.does("clock") == said.replace(said[:19], hall.does("clock")[:19])


def test_it_names_the_spaces_that_agree_and_those_that_do_not(hall: Node, tmp_path: Path) -> None:
    hall.does("demo")
    for number, (name, ahead) in enumerate((("Library", 2_000), ("Mosque", -49 * 3_600_000), ("Union", None))):
        other = open_run(Settings(data=tmp_path / name, name=name))
        with closing(database.open(hall.folder / "corkboard.db")) as db:
            handover = circle.ours(other.db(), other.settings.data, other.identity, 8081 + number)
            circle.join(db, hall.folder, handover, number)
            if ahead is not None:
                clocks.note(db, other.identity.node_fingerprint, ahead, clocks.moment(now_ms()))
        other.close()
    lines = hall.does("clock").splitlines()
    assert lines[1].startswith("Library: agrees, seen") and lines[3] == f"Union: {NOT_SEEN}"
    assert lines[2].startswith("Mosque: 2 days behind, seen")


NOT_SEEN = "not seen since this machine was started"


def test_nothing_is_erased_while_the_clock_cannot_be_trusted(tmp_path: Path) -> None:
    clock = Clock()
    run = open_run(Settings(data=tmp_path / "hall", keep_days=1), clock)
    intake.record(run, Withdraw(intake.record(run, need("Bread")).post))
    assert retiring.erase_some(run) == 0
    clocks.confirm(run.db(), clocks.moment(clock()))
    assert retiring.erase_some(run) == 0
    assert run.db().execute("SELECT count(*) FROM closed").fetchone() == (1,)
    clock.ms += 24 * 3_600_000
    assert retiring.erase_some(run) == 0, "somebody set the clock"
    with writing(run.db()):
        run.db().execute("DELETE FROM clock")
    clocks.confirm(run.db(), clocks.moment(clock()))
    assert retiring.erase_some(run) == 1
    run.close()
