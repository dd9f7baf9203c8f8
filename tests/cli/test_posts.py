"""Bringing posts in and out by command."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

from tests.cli.nodes import ROWS, Node


def test_a_file_comes_in_once_however_often_it_is_imported(hall: Node, file: Path) -> None:
    assert hall.does("import-posts", file) == "3 new posts, 1 already here.\n"
    before = hall.state()
    assert hall.does("import-posts", file) == "0 new posts, 4 already here.\n"
    assert hall.state() == before
    assert before["posts"] == 3


def test_unused_columns_are_named_and_quiet_leaves_that_out(hall: Node, file: Path) -> None:
    assert "Columns not used: event, date." in hall.run("import-posts", file).err
    assert hall.run("import-posts", file, "--quiet").err == ""


def test_a_dry_run_changes_nothing_not_even_makes_a_node(hall: Node, file: Path, tmp_path: Path) -> None:
    said = hall.does("import-posts", file, "--dry-run")
    assert said == "3 new posts, 1 already here. This was a dry run: nothing was changed.\n"
    assert not hall.folder.exists()
    hall.does("import-posts", file)
    before = {each.name: each.read_bytes() for each in hall.folder.iterdir() if each.is_file()}
    assert hall.does("import-posts", file, "--dry-run").startswith("0 new posts, 4 already here.")
    assert {each.name: each.read_bytes() for each in hall.folder.iterdir() if each.is_file()} == before


def test_one_bad_row_keeps_everything_out_and_a_table_says_what_to_mend(hall: Node, file: Path) -> None:
    file.write_text(ROWS + "12,need,fod,Bread,,,\n13,need,food\n", encoding="utf-8")
    ran = hall.run("import-posts", file)
    assert ran.status == 1
    assert ran.out == ""
    table = ran.err.splitlines()
    assert table[0].split() == ["line", "column", "what", "is", "wrong", "what", "to", "do"]
    assert table[1].split()[:2] == ["6", "category"] and "use one of food, water" in table[1]
    assert table[2].split()[0] == "7" and "3 of 7 columns" in table[2]
    assert "Nothing was imported" in table[-1] and "--skip-bad" in table[-1]
    assert hall.state()["posts"] == 0


def test_the_good_rows_come_in_when_bad_ones_may_be_skipped(hall: Node, file: Path) -> None:
    file.write_text(ROWS + "12,need,fod,Bread,,,\n", encoding="utf-8")
    ran = hall.run("import-posts", file, "--skip-bad")
    assert (ran.status, ran.out) == (0, "3 new posts, 1 already here, 1 bad row left out.\n")
    assert "“fod” is not a category" in ran.err
    assert hall.state()["posts"] == 3


@pytest.mark.parametrize(
    "data", [b"", b"kind,text\nneed,a\n", ROWS.encode("utf-16"), b"kind,category,text\nneed,food,caf\xe9\n"]
)
def test_a_file_that_cannot_be_read_is_refused_with_a_reason(hall: Node, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "bad.csv").write_bytes(data)
    ran = hall.run("import-posts", tmp_path / "bad.csv", "--skip-bad")
    assert ran.status == 1
    assert "Nothing was imported" in ran.err
    assert "Traceback" not in ran.err


def test_a_folder_or_a_missing_file_is_refused_in_words(hall: Node, tmp_path: Path) -> None:
    assert "this is a folder" in hall.run("import-posts", tmp_path).err
    ran = hall.run("import-posts", tmp_path / "nothing.csv")
    assert (ran.status, "there is no such file" in ran.err) == (1, True)


def test_posts_start_now_unless_their_dates_are_kept(hall: Node, file: Path) -> None:
    day = (datetime.date.today() - datetime.timedelta(days=5)).isoformat()
    file.write_text(ROWS.replace("2026-10-17", day), encoding="utf-8")
    hall.does("import-posts", file, "--keep-dates")
    opened = {post["text"]: post["opened"] for post in hall.posts()}
    assert opened["Water for four, please"] == f"{day}T00:00:00+00:00"
    assert opened["=2 ladders to lend"] > day
    assert "Bread and tea for the night shift" not in opened, "it has run out by now"


def test_an_export_holds_what_was_imported_and_comes_out_the_same_each_time(hall: Node, file: Path) -> None:
    hall.does("import-posts", file)
    posts = hall.posts()
    assert [post["id"] for post in posts] == sorted(post["id"] for post in posts)
    water = next(post for post in posts if post["category"] == "water")
    assert (water["text"], water["original_text"]) == ("Water for four, please", "Dlo pou kat moun tanpri")
    assert hall.does("export-posts", "--format", "json") == hall.does("export-posts", "--format", "json")


def test_the_name_of_the_file_chooses_the_format(hall: Node, file: Path, tmp_path: Path) -> None:
    hall.does("import-posts", file)
    hall.does("export-posts", tmp_path / "out.json")
    hall.does("export-posts", tmp_path / "out.csv")
    assert len(json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))) == 3
    assert ",'=2 ladders to lend," in (tmp_path / "out.csv").read_text(encoding="utf-8")


def test_an_exported_table_can_be_imported_elsewhere(hall: Node, file: Path, tmp_path: Path) -> None:
    hall.does("import-posts", file)
    hall.does("export-posts", tmp_path / "out.csv")
    library = Node(tmp_path / "library", hall.capture)
    library.does("import-posts", tmp_path / "out.csv")
    assert sorted(post["text"] for post in library.posts()) == sorted(post["text"] for post in hall.posts())


def test_an_export_goes_nowhere_where_there_is_no_folder(hall: Node, file: Path, tmp_path: Path) -> None:
    hall.does("import-posts", file)
    ran = hall.run("export-posts", tmp_path / "nowhere" / "posts.csv")
    assert (ran.status, ran.err) == (1, f"There is no folder {tmp_path / 'nowhere'}: make it first, or name another.\n")
    assert "is a folder" in hall.run("export-posts", tmp_path).err
