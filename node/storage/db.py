"""How the database file is opened, and how its write-ahead log is folded back into it. Knows no table."""

import errno
import fcntl
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

BUSY_MS = 10_000
PRAGMAS = (
    "PRAGMA page_size = 8192",  # before the first write; later it does nothing
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # NORMAL loses acknowledged writes in a power cut
    "PRAGMA secure_delete = ON",  # on every connection, or deleted words stay in the file
    "PRAGMA foreign_keys = ON",
    "PRAGMA wal_autocheckpoint = 0",  # one process alone checkpoints: see checkpoint()
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -8192",  # each of a dozen connections has its own
)
CHECKPOINT_LOCK = "checkpoint.lock"


def open(path: Path) -> sqlite3.Connection:
    """A connection in autocommit mode; whoever writes says so with `writing(db)`. For one thread at a time."""
    db = sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
    for pragma in PRAGMAS:
        db.execute(pragma)
    return db


def is_full(error: Exception) -> bool:
    """Whether it says that the disk has no room left."""
    if isinstance(error, sqlite3.OperationalError):
        return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL if hasattr(error, "sqlite_errorcode") else False
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def full_said(words: Callable[[], Exception]) -> Iterator[None]:
    """Raises these words instead, where the disk is full."""
    try:
        yield
    except (sqlite3.OperationalError, OSError) as error:
        if is_full(error):
            raise words() from error
        raise


@contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """True inside for the one process that may checkpoint now."""
    with (folder / CHECKPOINT_LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def checkpoint(db: sqlite3.Connection, folder: Path, wait_ms: int = 200) -> bool:
    """Moves what was written into the database file and empties the write-ahead log, where deleted words may still be.
    True if all of it; false while somebody reads an older state or another process is at it: try again later."""
    with alone(folder) as may:
        if not may:
            return False
        db.execute(f"PRAGMA busy_timeout = {wait_ms}")
        try:
            busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            db.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        return not busy


def size(db: sqlite3.Connection) -> int:
    """Bytes of the file."""
    (pages,), (each,) = db.execute("PRAGMA page_count").fetchone(), db.execute("PRAGMA page_size").fetchone()
    return int(pages * each)


def write_anew(db: sqlite3.Connection) -> None:
    """The whole file, without what lies between its rows. secure_delete wipes a row where it is deleted; where SQLite
    once moved rows from one page to another it leaves what they were there, whatever becomes of them. Takes as much
    memory as the file is large. Outside of any transaction."""
    db.execute("VACUUM")
