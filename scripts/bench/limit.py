"""The limit: one loop that does nothing but decode the same lines, hash them and insert them into SQLite.

No network, no check, no board, one process that has the machine to itself: what no node written this way can pass. The
file is opened as a node's is, and a transaction takes as many lines.
"""

from __future__ import annotations

import hashlib
import itertools
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from scripts.bench import measure

LINES_A_TRANSACTION = 4_000
PRAGMAS = ("page_size = 8192", "journal_mode = WAL", "synchronous = FULL", "wal_autocheckpoint = 0")
TABLE = "CREATE TABLE line (n INTEGER PRIMARY KEY, hash BLOB NOT NULL, line BLOB NOT NULL)"
ADD = "INSERT INTO line (hash, line) VALUES (?, ?)"


def run(file: Path, lines: Sequence[bytes]) -> dict[str, float]:
    """How many seconds it took, and of the processor."""
    db = sqlite3.connect(file, isolation_level=None)
    for pragma in PRAGMAS:
        db.execute(f"PRAGMA {pragma}")
    db.execute(TABLE)
    cpu, began = measure.cpu_seconds(), time.perf_counter()
    for at in range(0, len(lines), LINES_A_TRANSACTION):
        db.execute("BEGIN IMMEDIATE")
        db.executemany(ADD, _decoded_and_hashed(itertools.islice(lines, at, at + LINES_A_TRANSACTION)))
        db.execute("COMMIT")
    took = {"seconds": time.perf_counter() - began, "cpu": measure.cpu_seconds() - cpu}
    db.close()
    return took


def _decoded_and_hashed(lines: Iterator[bytes]) -> Iterator[tuple[bytes, bytes]]:
    decode, blake2b = msgspec.json.Decoder().decode, hashlib.blake2b
    for line in lines:
        decode(line)
        yield blake2b(line, digest_size=32).digest(), line
