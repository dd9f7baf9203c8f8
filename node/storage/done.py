"""Which forms were granted already: a second tap, or a reload, changes nothing and gets the same answer."""

import sqlite3

KEPT_MS = 7 * 24 * 3_600_000

RECALL = "SELECT post, entry FROM done WHERE key = ?"
REMEMBER = "INSERT INTO done (key, post, entry, ms) VALUES (?, ?, ?, ?)"
PRUNE = "DELETE FROM done WHERE ms < ?"


def recall(db: sqlite3.Connection, key: str) -> tuple[bytes, bytes] | None:
    """(post, entry) that a form with this key led to."""
    found = db.execute(RECALL, (key,)).fetchone()
    return (found[0], found[1]) if found else None


def remember(db: sqlite3.Connection, key: str, post: bytes, entry: bytes, now_ms: int) -> None:
    """In the transaction that granted it."""
    db.execute(REMEMBER, (key, post, entry, now_ms))


def prune(db: sqlite3.Connection, now_ms: int) -> None:
    """Nobody sends a form again after a week."""
    db.execute(PRUNE, (now_ms - KEPT_MS,))
