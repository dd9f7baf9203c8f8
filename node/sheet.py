"""A CSV file as rows with line numbers and everything wrong with its form. Never knows what a post is.

Spreadsheets write CSV in many ways; what is read here: UTF-8 with or without a byte order mark, separated by comma,
semicolon or tab, any line ending. What cannot be read is told with line, column and remedy, never guessed.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

BYTES_LIMIT = 256 * 1024 * 1024
SAVE_AS = "save the file as “CSV UTF-8” and try again"
_MARK = b"cb1 row"


@dataclass(frozen=True)
class Problem:
    """One thing wrong at one place. line: 1 is the header, 0 the file as a whole; column: "" where it is the row."""

    line: int
    column: str
    what: str
    fix: str


class Unreadable(Exception):
    """The file as a whole cannot be used."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{each.what}: {each.fix}" for each in problems))
        self.problems = problems


@dataclass(frozen=True)
class Row:
    """One row by column name, with the line it begins on and a hash of all of it: the same row is the same mark."""

    line: int
    values: dict[str, str]
    mark: bytes


@dataclass(frozen=True)
class Sheet:
    """The good rows and what is wrong with the others, both in the order of the file."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]


def read(path: Path, required: Sequence[str]) -> Sheet:
    """The rows of a file that has at least these columns. Raises Unreadable when there is no saying what is what."""
    text = _text(_bytes(path))
    records = _records(text, _separator(text, required))
    header = next(records, None)
    if header is None:
        raise Unreadable(Problem(1, "", "the file is empty", f"give a file with the columns {', '.join(required)}"))
    columns = _columns(header, required)
    rows, problems = [], []
    for line, record in records:
        found = [record] if isinstance(record, Problem) else _problems(line, record, columns)
        problems += found
        if not found and not isinstance(record, Problem):
            rows.append(_row(line, record, columns))
    return Sheet(columns, tuple(rows), tuple(problems))


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > BYTES_LIMIT:
            raise Unreadable(Problem(0, "", "the file is larger than 256 MiB", "split it into smaller files"))
        return path.read_bytes()
    except FileNotFoundError:
        raise Unreadable(Problem(0, "", "there is no such file", "check its name and folder")) from None
    except IsADirectoryError:
        raise Unreadable(Problem(0, "", "this is a folder", "name one CSV file in it")) from None
    except OSError as error:
        why = f"the file cannot be read ({error.strerror})"
        raise Unreadable(Problem(0, "", why, "give this user the right to read it")) from None


def _text(data: bytes) -> str:
    """Bytes that are not UTF-8 stay recognisable, so that each is told on its own line."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or data[:400].count(0) > len(data[:400]) // 4:
        raise Unreadable(Problem(1, "", f"this is UTF-16, not UTF-8 (first byte 0x{data[0]:02X})", SAVE_AS))
    return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")


def _separator(text: str, required: Sequence[str]) -> str:
    first = text[:10_000].splitlines()[0] if text.strip() else ""
    for each in ",;\t":
        if set(required) <= {name.strip(' "').casefold() for name in first.split(each)}:
            return each
    return ","


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str] | Problem]]:
    """Each record with the line that it begins on, blank lines left out."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, _broken(line, error)
            continue
        if any(cell.strip() for cell in record):
            yield line, record


def _broken(line: int, error: csv.Error) -> Problem:
    if "field limit" in str(error):
        return Problem(line, "", "a cell is longer than any may be", "close the quotation mark that opens it")
    if "end of data" in str(error):
        return Problem(line, "", "a quotation mark opens here and is never closed", 'close it, or write "" inside text')
    return Problem(line, "", "a quotation mark stands where none may", 'write "" for each one inside quoted text')


def _columns(header: tuple[int, list[str] | Problem], required: Sequence[str]) -> tuple[str, ...]:
    line, record = header
    if isinstance(record, Problem):
        raise Unreadable(record)
    columns = tuple(name.strip().casefold() for name in record)
    problems = _problems(line, record, columns)
    twice = [name for name, count in Counter(columns).items() if name and count > 1]
    problems += [Problem(line, name, "two columns have this name", "rename or remove one") for name in twice]
    missing = [name for name in required if name not in columns]
    problems += [Problem(line, name, "this column is missing", "add it to the first line") for name in missing]
    if problems:
        raise Unreadable(*problems)
    return columns


def _problems(line: int, record: list[str], columns: tuple[str, ...]) -> list[Problem]:
    if len(record) < len(columns):
        what = f"the row has {len(record)} of {len(columns)} columns"
        return [Problem(line, "", what, "add what is missing, with a comma for each empty column")]
    if len(record) > len(columns):
        what = f"the row has {len(record)} columns, the first line {len(columns)}"
        return [Problem(line, "", what, "put text that holds the separator in quotation marks")]
    return [each for name, cell in zip(columns, record, strict=True) for each in _odd_bytes(line, name, cell)]


def _odd_bytes(line: int, column: str, cell: str) -> Iterator[Problem]:
    if cell.isprintable():  # nearly always, and quick
        return
    if "\0" in cell:
        yield Problem(line, column, f"a NUL byte at character {cell.index(chr(0)) + 1}", "remove it")
    at = next((at for at, char in enumerate(cell) if "\udc80" <= char <= "\udcff"), None)
    if at is not None:
        byte = ord(cell[at]) - 0xDC00
        yield Problem(line, column, f"byte 0x{byte:02X} at character {at + 1} is not UTF-8", SAVE_AS)


def _row(line: int, record: list[str], columns: tuple[str, ...]) -> Row:
    values = {name: cell.strip() for name, cell in zip(columns, record, strict=True) if name}
    whole = json.dumps(sorted(values.items()), ensure_ascii=False, separators=(",", ":")).encode()
    return Row(line, values, hashlib.blake2b(whole, digest_size=32, person=_MARK).digest())
