"""Exporting: complete, stable, and harmless in a spreadsheet."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node import exporter

POST: dict[str, object] = dict.fromkeys(exporter.COLUMNS, "") | {"marks": ["halal", "free"], "standing": True, "for": 3}


def test_json_is_a_list_with_a_post_a_line() -> None:
    assert exporter.as_json([]) == "[]\n"
    written = exporter.as_json([POST, POST])
    assert json.loads(written) == [POST, POST]
    assert len(written.splitlines()) == 4


def test_csv_has_every_column_and_reads_back() -> None:
    words = 'Bread, "salt"\nand tea — شاي'
    (row,) = csv.DictReader(io.StringIO(exporter.as_csv([POST | {"text": words}]), newline=""))
    assert list(row) == exporter.COLUMNS
    assert (row["text"], row["marks"], row["standing"], row["for"]) == (words, "halal free", "yes", "3")


@pytest.mark.parametrize("words", ["=1+1", "+31", "-5", "@SUM(A1)", "\t=1", "  =1", "＝1"])
def test_no_cell_is_run_as_a_formula(words: str) -> None:
    assert exporter.guarded(words).startswith("'")
    assert exporter.unguarded(exporter.guarded(words)) == words


@given(st.text())
def test_guarding_takes_nothing_away_and_ordinary_words_stay(words: str) -> None:
    guarded = exporter.guarded(words)
    assert guarded in (words, f"'{words}")
    assert not guarded.lstrip(" ").startswith(exporter.FORMULA)


def test_a_file_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "posts.json"
    target.write_text("old")
    exporter.write("new\n", target)
    assert target.read_text() == "new\n"
    assert [each.name for each in tmp_path.iterdir()] == ["posts.json"]


def test_a_file_in_a_folder_that_is_not_there_fails_and_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        exporter.write("new\n", tmp_path / "nowhere" / "posts.json")
    assert list(tmp_path.iterdir()) == []
