"""CSV files as people make them: good ones read alike, bad ones told by line and column."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.sheet import Sheet, Unreadable, _separator, _text, read

HEADER = "kind,category,text\n"
NEEDED = ("kind", "category", "text")


def sheet(folder: Path, data: str | bytes) -> Sheet:
    path = folder / "posts.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read(path, NEEDED)


def texts(found: Sheet) -> list[str]:
    return [row.values["text"] for row in found.rows]


@pytest.mark.parametrize(
    "data",
    [
        HEADER + "need,food,Bread and “salt”\n",
        "\ufeff" + HEADER + "need,food,Bread and “salt”",
        "Kind; Category ;text\r\nneed;food;Bread and “salt”\r\n",
        "kind\tcategory\ttext\rneed\tfood\tBread and “salt”\r",
        HEADER + "\n,,\nneed,food,  Bread and “salt”  \n\n",
        '"kind","category","text"\n"need","food","Bread and “salt”"\n',
    ],
)
def test_the_ways_in_which_spreadsheets_write_all_read_the_same(tmp_path: Path, data: str) -> None:
    found = sheet(tmp_path, data)
    assert texts(found) == ["Bread and “salt”"]
    assert found.problems == ()
    assert found.rows[0].mark == sheet(tmp_path, HEADER + "need,food,Bread and “salt”").rows[0].mark


def test_line_numbers_count_the_lines_inside_quoted_text(tmp_path: Path) -> None:
    found = sheet(tmp_path, HEADER + 'need,food,"two\nlines"\nneed,food\nneed,food,last\n')
    assert [row.line for row in found.rows] == [2, 5]
    assert [(each.line, each.what) for each in found.problems] == [(4, "the row has 2 of 3 columns")]


@pytest.mark.parametrize(
    ("line", "column", "what"),
    [
        (b"need,food", "", "the row has 2 of 3 columns"),
        (b"need,food,a,b", "", "the row has 4 columns, the first line 3"),
        (b"need,food,a\0b", "text", "a NUL byte at character 2"),
        (b"need,food,caf\xe9", "text", "byte 0xE9 at character 4 is not UTF-8"),
        (b'need,food,"a" b', "", "a quotation mark stands where none may"),
        (b'need,food,"' + b"a" * 140_000, "", "a cell is longer than any may be"),
        (b'need,food,"a', "", "a quotation mark opens here and is never closed"),
    ],
)
def test_a_bad_row_is_told_by_line_and_column_and_the_good_ones_stay(
    tmp_path: Path, line: bytes, column: str, what: str
) -> None:
    found = sheet(tmp_path, HEADER.encode() + b"need,food,good\n" + line + b"\n")
    assert [(each.line, each.column, each.what) for each in found.problems] == [(3, column, what)]
    assert found.problems[0].fix
    assert texts(found) == ["good"]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "the file is empty"),
        (b"\n \n", "the file is empty"),
        (b"kind,text\nneed,a\n", "category"),
        (b"kind,category,text,text\n", "two columns have this name"),
        ("kind,category,text\n".encode("utf-16"), "this is UTF-16"),
        ("kind,category,text\n".encode("utf-16-le"), "this is UTF-16"),
        (b"kind,category,text,caf\xe9\n", "byte 0xE9"),
        (b"PK\x03\x04\0\0\0\0\0\0\0\0", "UTF-16"),
    ],
)
def test_a_file_that_makes_no_sense_as_a_whole_is_refused(tmp_path: Path, data: bytes, what: str) -> None:
    with pytest.raises(Unreadable) as refused:
        sheet(tmp_path, data)
    told = [(each.column, each.what) for each in refused.value.problems]
    assert any(what in column or what in words for column, words in told)


def test_a_folder_and_a_file_that_is_not_there_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="this is a folder"):
        read(tmp_path, NEEDED)
    with pytest.raises(Unreadable, match="there is no such file"):
        read(tmp_path / "nothing.csv", NEEDED)


def test_a_row_is_the_same_row_whatever_the_order_of_its_columns(tmp_path: Path) -> None:
    one = sheet(tmp_path, "id,kind,category,text\n7,need,food,Bread\n").rows[0]
    other = sheet(tmp_path, "text,kind,id,category\nBread,need,7,food\n").rows[0]
    third = sheet(tmp_path, "text,kind,id,category\nBread,need,8,food\n").rows[0]
    assert one.mark == other.mark != third.mark


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_but_never_crash(data: bytes) -> None:
    try:
        text = _text(data)
    except Unreadable:
        return
    assert _separator(text, NEEDED) in ",;\t"


@given(st.binary(max_size=300))
def test_any_bytes_behind_a_header_give_rows_or_problems(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("any")
    try:
        found = sheet(folder, HEADER.encode() + data)
    except Unreadable:
        return
    assert all(set(row.values) == set(NEEDED) for row in found.rows)
