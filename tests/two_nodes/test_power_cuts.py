"""Power fails at the worst moments: nothing that was acknowledged is missing, nothing is there twice."""

import contextlib
import http.client
import shutil
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from tests.two_nodes.neighbour import Neighbour
from tests.two_nodes.node import Node, kill_at_once, wait_until, write_posts

pytestmark = pytest.mark.long
MANY = 10_000
MOMENTS_S = (0.05, 0.2, 0.5, 0.8, 1.2)  # after the import has begun to write


def many_posts(sheet: Path) -> Path:
    with sheet.open("w", encoding="utf-8", newline="") as file:
        rows = (
            {"id": f"{sheet.stem}-{n}", "kind": "need", "category": "food", "text": f"Rice {n}"} for n in range(MANY)
        )
        write_posts(file, rows)
    return sheet


def is_writing(node: Node) -> bool:
    """True in the middle of a long transaction: the write lock is taken, and a moment later still."""
    for _ in range(2):
        with contextlib.closing(sqlite3.connect(node.folder / "corkboard.db", timeout=0)) as db:
            try:
                db.execute("BEGIN IMMEDIATE")
                return False
            except sqlite3.OperationalError:
                time.sleep(0.03)
    return True


def test_an_import_that_is_cut_short_is_there_whole_or_not_at_all(hall: Node, tmp_path: Path) -> None:
    hall.posts("Before the cut")
    came = []
    for moment in MOMENTS_S:
        before = hall.entries()
        command = hall.begins("import-posts", str(many_posts(tmp_path / f"cut-{moment}.csv")))
        wait_until(lambda: is_writing(hall), every=0.005)
        time.sleep(moment)
        kill_at_once(command)
        hall.loses_power()
        hall.starts()
        came.append(hall.entries() - before)
    assert came[0] == 0  # the first cut was in the middle of it
    assert set(came) <= {0, MANY, MANY + 1}  # one more where the run opened its feed
    assert hall.runs("verify").startswith("All is well")
    hall.imports(tmp_path / f"cut-{MOMENTS_S[0]}.csv")
    board = hall.board()
    assert board.count("Before the cut") == 1
    assert board.count("Rice 7") == 1 + sum(1 for each in came if each)


def test_what_a_neighbour_was_told_is_on_the_board_survives_any_cut(hall: Node) -> None:
    told: list[str] = []

    def posts_until_it_is_dark() -> None:
        while True:
            words = f"Soup, pot {len(told)}"
            try:
                Neighbour(hall.address).posts_a_need(words)
            except (OSError, http.client.HTTPException):
                return
            told.append(words)

    for _ in range(3):
        neighbour = threading.Thread(target=lambda: hall.place.do(posts_until_it_is_dark))
        neighbour.start()
        enough = len(told) + 8
        wait_until(lambda enough=enough: len(told) >= enough, every=0.01)
        hall.loses_power()
        neighbour.join(300)
        hall.starts()
        board = hall.board()
        assert set(told) <= set(board)
        assert len(board) == len(set(board))
    assert hall.runs("verify").startswith("All is well")


def test_cuts_on_both_sides_in_the_middle_of_an_exchange_lose_nothing(
    hall: Node, library: Node, tmp_path: Path
) -> None:
    library.pairs_with(hall)
    hall.posts("Before the cut")
    wait_until(lambda: library.board() == ["Before the cut"])
    library.stops()
    hall.stops()
    hall.imports(many_posts(tmp_path / "posts.csv"))
    held = [library.entries()]
    for unlucky in (hall, library):
        library.switches_on()
        hall.switches_on()
        wait_until(lambda: library.entries() > held[-1], every=0.005)
        unlucky.loses_power()
        held.append(library.entries())
    assert held[0] < held[1] < hall.entries()  # the first cut was in the middle of it
    hall.switches_on()
    library.starts()
    wait_until(lambda: library.holds_the_same_as(hall))
    board = library.board()
    assert len(board) == len(set(board)) == MANY + 1
    assert library.runs("verify").startswith("All is well")


def test_an_old_copy_of_a_folder_put_back_forks_nothing_and_gets_its_own_posts_again(
    hall: Node, library: Node, tmp_path: Path
) -> None:
    hall.pairs_with(library)
    hall.posts("Written before the copy")
    hall.stops()
    shutil.copytree(hall.folder, tmp_path / "copy")
    hall.starts()
    hall.posts("Written after the copy")
    wait_until(lambda: len(library.board()) == 2)
    hall.loses_power()
    shutil.rmtree(hall.folder)
    shutil.copytree(tmp_path / "copy", hall.folder)
    assert hall.board() == ["Written before the copy"]
    hall.starts()
    wait_until(lambda: hall.board() == ["Written after the copy", "Written before the copy"])
    hall.posts("Written since")
    wait_until(lambda: len(library.board()) == 3)
    wait_until(lambda: library.holds_the_same_as(hall))
    assert library.voids() == hall.voids() == 0
