"""The search index: which posts have words that begin so. Contentless: the words themselves stay in the log.

What is taken out must be exactly what was put in, or the word stays in the index and no check notices: so take out
before the payload goes, and rebuild when the folding changes (projection.VERSION).
"""

import sqlite3
from collections.abc import Iterable, Sequence

from node.domain import text

PUT = "INSERT INTO search (rowid, words) VALUES (?, ?)"
TAKE = "INSERT INTO search (search, rowid, words) VALUES ('delete', ?, ?)"


def words_of(words: str, original: str, area: str) -> str:
    """What of a post is searched; as it was written or cleaned, the index has the same words."""
    return text.folded(f"{words} {original} {area}" if original else f"{words} {area}")


def put(db: sqlite3.Connection, rows: Iterable[tuple[int, str]]) -> None:
    """Rows: (n, folded words), by rising n; a lower one makes FTS5 flush."""
    db.executemany(PUT, rows)


def take_out(db: sqlite3.Connection, n: int, words: str) -> None:
    db.execute(TAKE, (n, words))


def clear(db: sqlite3.Connection) -> None:
    db.execute("INSERT INTO search (search) VALUES ('delete-all')")


def optimize(db: sqlite3.Connection) -> None:
    """Merges the index into one segment: only then words that were taken out are gone from it. Slow, so batched."""
    db.execute("INSERT INTO search (search) VALUES ('optimize')")


def match(find: str) -> str:
    """The MATCH expression for what somebody typed: every word, or its beginning. "" if there is none in it."""
    return matching(text.search_words(find))


def matching(words: Sequence[Sequence[Sequence[str]]]) -> str:
    """As match(), of text.search_words()."""
    return " AND ".join(_any_of([_all_of(parts) for parts in readings]) for readings in words)


MANY = 2_000
"""Of a hundred thousand posts: to look up so many takes as long as to walk through the newest until a page is full."""


def like(words: str) -> str:
    """The MATCH expression for posts that share a telling word with these. "" if there is none in them."""
    return " OR ".join(f'"{word}"' for word in text.telling(words))


def beginning(part: str) -> str:
    """The MATCH expression for words that begin so."""
    return f'"{part}" *'


def _all_of(parts: Sequence[str]) -> str:
    return " AND ".join(map(beginning, parts))


def _any_of(readings: list[str]) -> str:
    return "(" + " OR ".join(f"({reading})" for reading in readings) + ")"
