"""All current public posts as JSON or CSV: the same bytes at every node that holds the same posts.

So nothing local is in it: no numbers and names that this node gives, no arrival times, nothing that follows from its
clock.
"""

from __future__ import annotations

import csv
import io
import json
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from node.storage import board
from sync.identity import sync_folder

FORMATS = ("csv", "json")
AT_ONCE = 500
LAST_MS = 253_402_300_799_000  # the end of the year 9999: a post's time is a claim, and may be later
PUBLIC: dict[str, Callable[[board.Card], object]] = {
    "id": lambda card: card.id.hex(),  # not base64url, which a spreadsheet may take for a formula
    "code": lambda card: card.code,
    "kind": lambda card: card.kind,
    "category": lambda card: card.category,
    "text": lambda card: card.words,
    "language": lambda card: card.lang,
    "original_text": lambda card: card.original,
    "original_language": lambda card: card.original_lang,
    "when": lambda card: card.when,
    "date": lambda card: card.date,
    "area": lambda card: card.area,
    "for": lambda card: card.wanted,
    "met": lambda card: card.met,
    "promised": lambda card: card.promised,
    "status": lambda card: card.status,
    "standing": lambda card: card.standing,
    "marks": lambda card: list(card.marks),
    "scope": lambda card: card.scope,
    "opened": lambda card: datetime.fromtimestamp(min(card.ms, LAST_MS) / 1000, UTC).isoformat(timespec="seconds"),
    "hours": lambda card: card.hours,
    "home": lambda card: card.home.hex(),
}
COLUMNS = list(PUBLIC)

FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def current_posts(db: sqlite3.Connection, now_ms: int, space: bytes, here: bool) -> list[dict[str, object]]:
    """Every current post by its id. here: whether to add what is for this space only."""
    view = board.View(kind=None, category=None, area=None, now_ms=now_ms, space=space)
    db.execute("BEGIN")  # one snapshot for all pages
    try:
        posts = [
            {name: of(card) for name, of in PUBLIC.items()}
            for card in _cards(db, view)
            if here or card.scope == "circle"
        ]
    finally:
        db.execute("ROLLBACK")
    return sorted(posts, key=lambda post: str(post["id"]))


def as_json(posts: list[dict[str, object]]) -> str:
    """A list, a post a line."""
    lines = ",\n".join(json.dumps(post, ensure_ascii=False) for post in posts)
    return f"[\n{lines}\n]\n" if posts else "[]\n"


def as_csv(posts: list[dict[str, object]]) -> str:
    """A header and a row for each post; `import-posts` reads it again."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([guarded(_cell(post[name])) for name in COLUMNS] for post in posts)
    return text.getvalue()


def guarded(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula: such text gets an apostrophe in front."""
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA) else cell


def unguarded(cell: str) -> str:
    """The text of a guarded cell."""
    return cell[1:] if cell.startswith("'") and guarded(cell[1:]) != cell[1:] else cell


def write(text: str, path: Path | None) -> None:
    """To a file, which is then there whole or as it was before; to stdout when None or -."""
    data = text.encode()
    if path is None or str(path) == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    elif path.exists() and not path.is_file():
        path.write_bytes(data)  # a pipe or a device
    else:
        _replace(path.resolve(), data)


WRITERS: dict[str, Callable[[list[dict[str, object]]], str]] = {"json": as_json, "csv": as_csv}


def _cards(db: sqlite3.Connection, view: board.View) -> Iterator[board.Card]:
    after = None
    while True:
        page = board.page(db, view, after, AT_ONCE)
        yield from page.cards
        if (after := page.next) is None:
            return


def _cell(value: object) -> str:
    if isinstance(value, list):
        return " ".join(value)
    if isinstance(value, bool):
        return "yes" if value else ""
    return str(value)


def _replace(path: Path, data: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)
