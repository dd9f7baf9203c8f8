"""Copies of a node that can be put back: made while it runs, read again whole before they count, kept for five weeks.

A copy is a folder: the log without its board, the tombstones, the roster, the settings, and the keys of the circle and
of the stewards sealed to the paper key. No key is in it in clear, and the node's own is not in it at all.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from node import checking, stewards
from node.run import DATABASE_FILE, Run
from node.settings import FILE as SETTINGS_FILE
from node.start import ROSTER_FILE
from node.storage import projection
from sync import circle, identity, log, sealing
from sync.entry import b64
from sync.proofs import TOMBSTONES_FILE

ABOUT = "about.json"
SECRET = (circle.KEYS_FILE, stewards.FILE)
SEALED = ".sealed"  # behind the name of each of them
COPIED = (TOMBSTONES_FILE, identity.SPACE_CERT_FILE, ROSTER_FILE, SETTINGS_FILE)
NAME = re.compile(r"(\d{4}-\d\d-\d\d)T\d\d-\d\d-\d\d(\.\d+)?")
DAYS, WEEKS = 7, 4
RESERVE_BYTES = 256 << 20  # of this disk, for what the kiosk still has to write
DRAFT = ".draft-"

Progress = Callable[[str], Callable[[int, int], None]]


class BackupFailed(Exception):
    """No copy was made, and those that were there still are. Its text is one sentence."""


@dataclass(frozen=True)
class Backup:
    """One copy. path: its folder; made_ms: this node's clock when it was begun; posts: on the board then."""

    path: Path
    made_ms: int
    space: str
    entries: int
    posts: int
    log_digest: str


def folder_of(run: Run) -> Path:
    """Where the nightly copies go: the folder in the settings, else one beside the database."""
    return Path(run.settings.backups) if run.settings.backups else run.settings.data / "backups"


def make(run: Run, folder: Path, progress: Progress) -> Backup:
    """A new copy in this folder, read again whole; then the old ones that nobody needs any more go. Raises
    BackupFailed."""
    with identity.locked(run.settings.data / "backup.lock"), _in_one_sentence(folder):
        folder.mkdir(0o700, parents=True, exist_ok=True)
        for left in folder.glob(DRAFT + "*"):  # of one that was cut short
            shutil.rmtree(left)
        _check_room(run, folder)
        made_ms = run.clock_ms()
        draft = folder / f"{DRAFT}{os.getpid()}"
        try:
            about = _write(run, draft, made_ms, progress)
            path = _free_name(folder, made_ms)
            draft.rename(path)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        identity.sync_folder(folder)
        for old in needless([each.name for each in all_in(folder)], path.name):
            shutil.rmtree(folder / old)
        return read_about(path, about)


@contextlib.contextmanager
def _in_one_sentence(folder: Path) -> Iterator[None]:
    try:
        yield
    except checking.Damaged as error:
        raise BackupFailed(f"The copy was not kept: {error}. See what `verify` says.") from None
    except OSError as error:
        raise BackupFailed(f"No backup could be written to {folder} ({error.strerror or error}).") from None
    except sqlite3.Error as error:
        raise BackupFailed(f"No backup could be written to {folder} ({error}).") from None


def _check_room(run: Run, folder: Path) -> None:
    """A copy needs its size twice for a moment, and the kiosk's disk is not filled for it."""
    size = 2 * (run.settings.data / DATABASE_FILE).stat().st_size
    same_disk = folder.stat().st_dev == run.settings.data.stat().st_dev
    free = shutil.disk_usage(folder).free - (RESERVE_BYTES if same_disk else 0)
    if free < size:
        raise BackupFailed(
            f"There is no room for a backup in {folder}: {(size - free + 999_999) // 1_000_000} MB more are needed. "
            "Make room, or name another folder."
        )


def _write(run: Run, draft: Path, made_ms: int, progress: Progress) -> bytes:
    draft.mkdir(0o700)
    run.db().execute("VACUUM INTO ?", (str(draft / DATABASE_FILE),))
    for name in COPIED:
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(run.settings.data / name, draft / name)
    authority = identity.check_space(run.identity.space_cert)
    for name in SECRET:
        if (run.settings.data / name).exists():
            secret = (run.settings.data / name).read_bytes()
            (draft / f"{name}{SEALED}").write_bytes(sealing.seal(authority, secret, info(name)))
    with closing(open_copy(draft / DATABASE_FILE)) as copy:
        entries = checking.check(copy, progress("Checked"), progress("Folded"))
        posts = copy.execute("SELECT count(*) FROM post").fetchone()[0]
        digest = log.digest(copy)
        projection.drop(copy)
        copy.execute("VACUUM")
    about = {"corkboard": 1, "made_ms": made_ms, "space": b64(run.space_id)}
    about |= {"name": run.settings.name, "entries": entries, "posts": posts, "log_digest": digest}
    (draft / ABOUT).write_text(json.dumps(about, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    for each in draft.iterdir():
        sync_file(each)
    identity.sync_folder(draft)
    return (draft / ABOUT).read_bytes()


def info(name: str) -> bytes:
    """What a secret in a copy is sealed for, so that one cannot stand for another."""
    return b"cb1 backup " + name.encode()


def open_copy(path: Path) -> sqlite3.Connection:
    """A database that is nobody's yet, so it may be quick: what is cut short is thrown away. Deleted words leave it."""
    db = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = MEMORY", "synchronous = OFF", "secure_delete = ON", "temp_store = MEMORY"):
        db.execute(f"PRAGMA {pragma}")
    return db


def sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _free_name(folder: Path, made_ms: int) -> Path:
    name = datetime.fromtimestamp(made_ms / 1000, UTC).strftime("%Y-%m-%dT%H-%M-%S")
    again = 0
    while (path := folder / (f"{name}.{again}" if again else name)).exists():
        again += 1
    return path


def all_in(folder: Path) -> list[Path]:
    """Every copy in a folder, the oldest first."""
    if not folder.is_dir():
        return []
    found = (each for each in folder.iterdir() if NAME.fullmatch(each.name) and (each / ABOUT).exists())
    return sorted(found, key=lambda each: each.name)


def needless(names: Iterable[str], fresh: str) -> list[str]:
    """What may go: all but the last copy of each of the last seven days, and of each of the last four weeks, that have
    one. Days are counted by the copies, not by the clock, so a wrong one deletes nothing; the fresh copy stays."""
    newest_first = sorted(names, reverse=True)
    days: dict[str, str] = {}
    weeks: dict[tuple[int, int], str] = {}
    for name in newest_first:
        day = NAME.fullmatch(name)[1]  # type: ignore[index]  # all_in() has looked
        days.setdefault(day, name)
        weeks.setdefault(datetime.fromisoformat(day).isocalendar()[:2], name)
    kept = {fresh, *list(days.values())[:DAYS], *list(weeks.values())[:WEEKS]}
    return [name for name in newest_first if name not in kept]


def read_about(path: Path, text: bytes | None = None) -> Backup:
    """Raises BackupFailed where this is no copy that this version can read."""
    try:
        told = json.loads((path / ABOUT).read_bytes() if text is None else text)
        if told["corkboard"] != 1:
            raise BackupFailed(f"{path} was made by a newer version: put it back with that one.")
        return Backup(path, told["made_ms"], told["space"], told["entries"], told["posts"], told["log_digest"])
    except (OSError, ValueError, KeyError, TypeError):
        raise BackupFailed(f"{path} is no backup: name the folder that `backup` made.") from None
