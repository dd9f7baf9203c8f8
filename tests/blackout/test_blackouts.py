"""The power of the whole machine fails: what was acknowledged is on the disk, because every commit waits for it."""

import http.client
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.storage import db as database
from tests.blackout.disk import WHY_NOT, Disk, disk, may_make_disks
from tests.ports import free_port
from tests.two_nodes.neighbour import Neighbour
from tests.two_nodes.network import Place
from tests.two_nodes.node import Node, wait_until

CUTS = 4


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Disk]:
    (tmp_path / "try").mkdir()
    if not may_make_disks(tmp_path / "try"):
        pytest.skip(WHY_NOT)
    with disk(tmp_path) as made:
        yield made


def noted(folder: Path) -> list[int]:
    """What a database on a disk holds after the power came back."""
    held = database.open(folder / "notes.db")
    try:
        assert held.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return [number for (number,) in held.execute("SELECT number FROM note ORDER BY number")]
    finally:
        held.close()


def notes(machine: Disk) -> sqlite3.Connection:
    db = database.open(machine.folder / "notes.db")
    db.execute("CREATE TABLE note (number INTEGER PRIMARY KEY)")
    return db


@pytest.mark.long
def test_what_was_committed_is_there_after_a_power_cut(machine: Disk) -> None:
    db = notes(machine)
    for number in range(3):
        db.execute("INSERT INTO note (number) VALUES (?)", (number,))
        with machine.after_a_power_cut() as after:
            assert noted(after) == list(range(number + 1))
    db.close()


@pytest.mark.long
def test_with_the_lesser_promise_of_sqlite_it_would_be_lost(machine: Disk) -> None:
    """Why node/storage/db.py says FULL; and a proof that these power cuts cut."""
    db = notes(machine)
    db.execute("PRAGMA synchronous = NORMAL")
    for number in range(3):
        db.execute("INSERT INTO note (number) VALUES (?)", (number,))
    with machine.after_a_power_cut() as after:
        assert noted(after) == []
    db.close()


@pytest.mark.long
def test_what_a_neighbour_was_told_is_on_the_board_is_there_after_a_power_cut(machine: Disk) -> None:
    hall = Node("Hall", machine.folder / "hall", Place("127.0.0.1"), free_port(), free_port())
    told: list[str] = []
    dark = threading.Event()

    def posts_until_it_is_dark() -> None:
        while not dark.is_set():
            words = f"Soup, pot {len(told)}"
            try:
                Neighbour(hall.address).posts_a_need(words)
            except (OSError, http.client.HTTPException):
                time.sleep(0.2)
                continue
            told.append(words)

    hall.starts()
    neighbour = threading.Thread(target=posts_until_it_is_dark)
    neighbour.start()
    try:
        for _ in range(CUTS):
            enough = len(told) + 3
            wait_until(lambda enough=enough: len(told) >= enough, every=0.01)
            acknowledged = list(told)
            with machine.after_a_power_cut(hall.pid) as folder:
                again = Node("Hall", folder / "hall", Place("127.0.0.1"), free_port(), free_port())
                assert again.runs("verify").startswith("All is well")
                board = again.board()
            assert set(acknowledged) <= set(board)
            assert len(board) == len(set(board))
    finally:
        dark.set()
        neighbour.join(300)
        hall.loses_power()
