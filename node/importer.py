"""Rows of a CSV file as wishes to open posts. Says what is wrong before anything is recorded; records all or nothing.

A row is known again by a hash of all of it, so a second import adds nothing, here or at another space of the circle.
Limits and categories come from the registry of kinds; nothing is listed twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from node import intake, sheet
from node.domain import contacts, text
from node.domain.kinds import STATE
from node.domain.wishes import OpenPost
from node.exporter import unguarded
from node.run import Run
from node.sheet import Problem, Row

REQUIRED = ("kind", "category", "text")
USED = (*REQUIRED, "id", "language", "original_text")
NO_DATE = ("", "NULL")
Known = Callable[[bytes], bool]


@dataclass(frozen=True)
class Plan:
    """What an import would do. already: rows that a post here came from, or that stand in the file twice.
    leading: wishes whose words lead to somebody, by a number or an address; a hint, no problem."""

    wishes: tuple[OpenPost, ...]
    already: int
    problems: tuple[Problem, ...]
    ignored: tuple[str, ...]
    rows: int
    leading: int = 0


def plan(path: Path, known: Known, now_ms: int, keep_dates: bool = False) -> Plan:
    """Reads and judges the whole file; changes nothing. known: whether a post here came from the row with this mark.
    Raises sheet.Unreadable."""
    found = sheet.read(path, REQUIRED)
    problems, good = list(found.problems), []
    for row in found.rows:
        wrong = list(_wrong(row, now_ms if keep_dates else 0))
        problems += wrong
        good += [] if wrong else [row]
    new = {row.mark: _wish(row, keep_dates) for row in good if not known(row.mark)}
    problems.sort(key=lambda each: each.line)
    used = (*USED, "date") if keep_dates else USED
    return Plan(
        wishes=tuple(new.values()),
        already=len(good) - len(new),
        problems=tuple(problems),
        ignored=tuple(name for name in found.columns if name and name not in used),
        rows=len(good) + len({each.line for each in problems}),
        leading=sum(bool(contacts.found(f"{wish.words}\n{wish.original}")) for wish in new.values()),
    )


def carry_out(run: Run, todo: Plan, progress: Callable[[int, int], None]) -> int:
    """Records every wish of the plan in one transaction; returns how many posts are new. All or nothing, also when the
    machine stops half-way; a row that another import was quicker with counts once."""
    return sum(recorded.new for recorded in intake.record_all(run, todo.wishes, progress))


def _wrong(row: Row, now_ms: int) -> Iterator[Problem]:
    """now_ms: 0 when dates are not looked at."""
    for column in ("kind", "category"):
        yield from _not_among(row, column, STATE[column].choices)
    yield from _too_long(row, "text", STATE["words"].max)
    if not text.clean(row.values["text"]):
        yield Problem(row.line, "text", "there are no words", "write what is needed or offered")
    yield from _too_long(row, "original_text", STATE["original"].max)
    yield from _too_long(row, "id", STATE["source"].max)
    if row.values.get("language"):
        yield from _not_among(row, "language", tuple(text.LANGUAGES))
    if now_ms and _ms(row) is None:
        what = f"“{_short(row.values['date'])}” is not a day that was"
        yield Problem(row.line, "date", what, "write it as 2026-05-31, or leave it empty")
    elif now_ms and (_ms(row) or 0) > now_ms:
        yield Problem(row.line, "date", "this day is still to come", "correct it, or leave it empty")


def _not_among(row: Row, column: str, choices: Sequence[str]) -> Iterator[Problem]:
    value = row.values[column].casefold()
    if value not in choices:
        what = f"“{_short(row.values[column])}” is not a {column}" if value else f"the {column} is missing"
        yield Problem(row.line, column, what, f"use one of {', '.join(choices)}")


def _too_long(row: Row, column: str, most: int) -> Iterator[Problem]:
    length = len(text.clean(row.values.get(column, "")))
    if length > most:
        yield Problem(row.line, column, f"{length} characters", f"shorten it to {most}")


def _short(value: str) -> str:
    printable = "".join(char if char.isprintable() else "?" for char in value)
    return printable if len(printable) <= 24 else printable[:23] + "…"


def _ms(row: Row) -> int | None:
    """Unix milliseconds of the row's date at midnight UTC, 0 where it has none, None where it makes no sense."""
    day = row.values.get("date", "")
    if day in NO_DATE:
        return 0
    try:
        return max(0, int(datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC).timestamp() * 1000)) or None
    except ValueError:
        return None


def _wish(row: Row, keep_dates: bool) -> OpenPost:
    words, original = (unguarded(row.values.get(name, "")) for name in ("text", "original_text"))
    return OpenPost(
        kind=row.values["kind"].casefold(),
        category=row.values["category"].casefold(),
        words=words,
        lang=row.values.get("language", "").casefold(),
        original=original if original != words else "",
        outside=row.mark,
        source=row.values.get("id", ""),
        at=(_ms(row) or 0) if keep_dates else 0,
    )
