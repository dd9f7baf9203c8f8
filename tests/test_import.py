"""Importing a file: what is taken, what is told, and that nothing comes in twice or by halves."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from node import importer
from node.domain.kinds import CATEGORIES
from node.importer import Plan

NOW = 1_800_000_000_000  # January 2027
HEADER = "id,kind,category,text,original_text,event,date\n"
GOOD = '9,need,water,"Water for four, please",Dlo pou kat moun tanpri,flood,2026-10-17\n'


def plan(folder: Path, text: str, known: Sequence[bytes] = (), keep_dates: bool = False) -> Plan:
    path = folder / "posts.csv"
    path.write_text(text, encoding="utf-8")
    return importer.plan(path, known.__contains__, NOW, keep_dates)


def told(found: Plan) -> list[tuple[int, str, str]]:
    return [(each.line, each.column, each.what) for each in found.problems]


def test_a_row_becomes_a_wish_and_unused_columns_are_named(tmp_path: Path) -> None:
    found = plan(tmp_path, HEADER + GOOD)
    (wish,) = found.wishes
    assert (wish.kind, wish.category, wish.words) == ("need", "water", "Water for four, please")
    assert (wish.original, wish.original_lang, wish.source, wish.at) == ("Dlo pou kat moun tanpri", "", "9", 0)
    assert found.ignored == ("event", "date")
    assert found.problems == ()


def test_posts_that_lead_to_somebody_are_counted_and_kept(tmp_path: Path) -> None:
    found = plan(tmp_path, f'{HEADER}{GOOD}8,need,food,Bread,"Pen, 12 ri Kapwa",,\n7,need,food,Rice; 077 123 4567,,,\n')
    assert (found.leading, len(found.wishes), found.problems) == (2, 3, ())


def test_the_language_is_used_when_there_is_one(tmp_path: Path) -> None:
    found = plan(tmp_path, "kind,category,text,language\nOffer,Food,Sopa caliente,ES\nneed,food,Bread,\n")
    assert [(wish.kind, wish.category, wish.lang) for wish in found.wishes] == [
        ("offer", "food", "es"),
        ("need", "food", ""),
    ]


def test_dates_are_kept_when_asked_for_and_may_be_missing(tmp_path: Path) -> None:
    rows = "kind,category,text,date\nneed,food,a,2026-10-17\nneed,food,b,NULL\nneed,food,c,\n"
    assert [wish.at for wish in plan(tmp_path, rows, keep_dates=True).wishes] == [1_792_195_200_000, 0, 0]
    assert [wish.at for wish in plan(tmp_path, rows).wishes] == [0, 0, 0]


@pytest.mark.parametrize(
    ("row", "column", "what"),
    [
        ("need,fod,Bread,,", "category", "“fod” is not a category"),
        ("want,food,Bread,,", "kind", "“want” is not a kind"),
        (",food,Bread,,", "kind", "the kind is missing"),
        ("need,food,   ,,", "text", "there are no words"),
        ("need,food,\u202e\u200f,,", "text", "there are no words"),
        (f"need,food,{'a' * 1001},,", "text", "1001 characters"),
        ("need,food,Bread,xx,", "language", "“xx” is not a language"),
        ("need,food,Bread,,17/10/2026", "date", "“17/10/2026” is not a day that was"),
        ("need,food,Bread,,2026-02-30", "date", "“2026-02-30” is not a day that was"),
        ("need,food,Bread,,1912-04-14", "date", "“1912-04-14” is not a day that was"),
        ("need,food,Bread,,2099-01-01", "date", "this day is still to come"),
        ("need,food,Bread", "", "the row has 3 of 5 columns"),
    ],
)
def test_a_bad_row_is_told_and_the_others_stay(tmp_path: Path, row: str, column: str, what: str) -> None:
    header = "kind,category,text,language,date\n"
    found = plan(tmp_path, f"{header}need,food,Good,,\n{row}\n", keep_dates=True)
    assert told(found) == [(3, column, what)]
    assert found.problems[0].fix
    assert [wish.words for wish in found.wishes] == ["Good"]
    assert found.rows == 2


def test_all_that_is_wrong_with_a_row_is_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    found = plan(tmp_path, "kind,category,text\nneed,food\nwant,fod,\nneed\n")
    assert [(line, column) for line, column, _ in told(found)] == [
        (2, ""),
        (3, "kind"),
        (3, "category"),
        (3, "text"),
        (4, ""),
    ]
    assert found.rows == 3


def test_an_unknown_category_names_every_one_there_is(tmp_path: Path) -> None:
    found = plan(tmp_path, "kind,category,text\nneed,fod,Bread\n")
    assert all(category in found.problems[0].fix for category in CATEGORIES)


def test_the_same_row_twice_in_a_file_is_one_post(tmp_path: Path) -> None:
    found = plan(tmp_path, HEADER + GOOD + GOOD)
    assert (len(found.wishes), found.already) == (1, 1)


def test_the_same_number_with_other_words_is_another_post(tmp_path: Path) -> None:
    found = plan(tmp_path, HEADER + GOOD + GOOD.replace("four", "five"))
    assert (len(found.wishes), found.already) == (2, 0)


def test_rows_that_a_post_here_came_from_are_passed_over(tmp_path: Path) -> None:
    mark = plan(tmp_path, HEADER + GOOD).wishes[0].outside
    found = plan(tmp_path, HEADER + GOOD + GOOD.replace("9", "10", 1), known=[mark])
    assert ([wish.source for wish in found.wishes], found.already) == (["10"], 1)


def test_what_an_export_guarded_against_spreadsheets_comes_back_as_it_was(tmp_path: Path) -> None:
    found = plan(tmp_path, "kind,category,text\nneed,food,'=2+2 loaves\nneed,food,'tis nothing\n")
    assert [wish.words for wish in found.wishes] == ["=2+2 loaves", "'tis nothing"]
