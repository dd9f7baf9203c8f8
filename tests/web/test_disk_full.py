"""A disk that fills: other spaces are refused first, neighbours last, and nothing that was said goes missing."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from node import gate, health, intake
from node.app import create_app
from node.settings import Settings
from node.start import open_run
from sync import log
from tests.meeting import acquaint, visits
from tests.storage.nodes import Node, Ticket, opened
from tests.web.conftest import Clock, Hall, Person, quick_office

NO_ROOM = "This board has no room left. What you wrote stays on this page"
MANY_TRIES = 2_000


def as_node(hall: Hall) -> Node:
    """The hall without its pages."""
    node = Node.__new__(Node)
    node.folder, node.name, node.run, node.clock = hall.run.settings.data, hall.run.settings.name, hall.run, hall.clock
    return node


def writes(person: Person, words: str) -> bool:
    """Goes as far as the ticket. False where there is no room: then the words are still on the page."""
    page = person.posts(words=words, start="/kiosk")
    if NO_ROOM not in page.text:
        person.keeps_it()
        return True
    assert words in page.text and person.status == 422
    return False


def tries_again(person: Person) -> bool:
    """The button of the page that they were left with."""
    return NO_ROOM not in person.answers(scope="circle").text


def test_a_full_disk_is_said_on_the_page_and_what_was_written_stays(hall: Hall) -> None:
    """SQLite says the same of a database that may not grow as of a disk that is full."""
    db = hall.run.db()
    ticket = Ticket(7)
    as_node(hall).carries(ticket, opened("Formula"))
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    most = db.execute("PRAGMA max_page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count = {pages}")
    amina = hall.neighbour()
    written = itertools.takewhile(lambda number: writes(amina, f"Rice, number {number}"), range(MANY_TRIES))
    told = [f"Rice, number {number}" for number in written]
    assert "Nothing has changed" not in amina.page.text
    db.execute(f"PRAGMA max_page_count = {most}")
    assert tries_again(amina), "the same words, with one touch"
    told.append(f"Rice, number {len(told)}")
    board = hall.phone().opens("/").text
    assert all(words in board for words in told[-10:]) and not db.in_transaction
    assert hall.run.db().execute("SELECT count(*) FROM post WHERE state & 4 = 0").fetchone()[0] == len(told) + 1


class SmallDisk:
    """A real file system of 320 MiB in a file, of which only what is written takes room."""

    def __init__(self, folder: Path) -> None:
        self.image, self.at = folder / "disk", folder / "mounted"
        self.at.mkdir()
        with self.image.open("wb") as file:
            file.truncate(320 << 20)
        _runs("mkfs.ext4", "-q", "-F", "-m", "0", str(self.image))
        _runs("mount", "-o", "loop", str(self.image), str(self.at))

    def fills_up_to(self, free: int, name: str = "filler") -> None:
        """free: bytes that are left."""
        size = gate.free_bytes(self.at) - free
        with (self.at / name).open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, size)

    def fills_whole(self, name: str) -> None:
        self.fills_up_to(1 << 20, name)
        with (self.at / name).open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))

    def frees(self, name: str) -> None:
        (self.at / name).unlink()

    def ends(self) -> None:
        _runs("umount", "-l", str(self.at))


def _runs(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=300)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    if os.geteuid() or not shutil.which("mkfs.ext4"):
        pytest.skip("a small file system takes root and mkfs.ext4")
    try:
        held = SmallDisk(tmp_path)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no file system can be mounted here: {error.stderr.decode()[:100]}")
    yield held
    held.ends()


@pytest.fixture
def tight(disk: SmallDisk) -> Iterator[Hall]:
    """The hall, on a small disk."""
    clock = Clock()
    run = open_run(Settings(data=disk.at / "data", name="Hall", areas=("East", "West")), clock_ms=clock)
    app = create_app(run, quick_office(run))
    app.config["TESTING"], app.config["PROPAGATE_EXCEPTIONS"] = True, False
    yield Hall(run, app, clock)
    run.close()


@pytest.mark.long
def test_on_a_real_disk_other_spaces_are_refused_first_neighbours_last_and_all_goes_on_afterwards(
    disk: SmallDisk, tight: Hall, tmp_path: Path
) -> None:
    library = Node(tmp_path / "library", "Library", tight.clock)  # type: ignore[arg-type]
    hall = as_node(tight)
    acquaint(hall, library)
    library.posts("From the library")
    disk.fills_up_to(gate.RESERVE_BYTES - (8 << 20))
    report = visits(hall, library)
    assert set(report.refused.values()) == {"no-room"} and report.asked == 1, "no page is asked for"
    assert "The disk is nearly full: 24" in "\n".join(health.notes(tight.run))
    amina = tight.neighbour()
    assert writes(amina, "Rice for five"), "the reserve is theirs"
    disk.fills_whole("the rest")
    said = ["Rice for five"]
    for number in range(MANY_TRIES):
        if not writes(amina, f"Until it is full {number}"):
            break
        said.append(f"Until it is full {number}")
    else:
        raise AssertionError("it never was full")
    unsaid = f"Until it is full {len(said) - 1}"
    assert tight.phone().opens("/").text.count("Rice for five") <= 1, "the board is read all the same"
    disk.frees("the rest")
    assert tries_again(amina)
    disk.frees("filler")
    assert visits(hall, library).refused == {}
    intake.tidy(tight.run)
    tight.run.close()
    again = open_run(tight.run.settings, clock_ms=tight.clock)
    hall.run = again
    words = {card.words for card in hall.page(limit=MANY_TRIES).cards}
    assert {*said, unsaid, "From the library"} == words and log.verify(again.db(), lambda done, total: None)
    again.close()
    library.run.close()
