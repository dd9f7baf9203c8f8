"""The tables, step by step. Only statements; a step that has run anywhere is never changed, the next one is added.

Log first (sync.schema), then the board, which may be dropped and rebuilt. `late`, `due`, `done`, `closed`,
`poster` and `waiting` are neither: they are this node's own memory and survive a rebuild.
"""

import sqlite3
from collections.abc import Iterator

from sqlite_utils import Database, Migrations

from sync import schema

migrations = Migrations("corkboard")

BOARD = """
CREATE TABLE post (
  n INTEGER PRIMARY KEY,            -- k of the first entry that opened it
  id BLOB NOT NULL,
  k INTEGER NOT NULL,               -- of the entry with its words; 0: erased
  home BLOB,                        -- id of the space that speaks for it; NULL: the space of n's feed
  kind TEXT NOT NULL,
  category TEXT NOT NULL,
  area TEXT NOT NULL,
  here INTEGER NOT NULL,            -- 1: for this space only
  standing INTEGER NOT NULL,
  ms INTEGER NOT NULL,              -- opened, as claimed
  since INTEGER NOT NULL,           -- from when its time runs here
  hours INTEGER NOT NULL,
  expires INTEGER NOT NULL,         -- since + hours, in ms
  wanted INTEGER NOT NULL,
  met INTEGER NOT NULL,
  met_ms INTEGER,
  state INTEGER NOT NULL,           -- bits: 1 withdrawn, 2 met, 4 erased, 8 hidden by some space
  outside BLOB,
  facts BLOB                        -- JSON of what few posts have: promises, who hides it, thanks, reports
);
CREATE INDEX post_since ON post(since);
CREATE INDEX post_expires ON post(expires, state, kind);   -- also for counts, which then read nothing else
CREATE INDEX post_met ON post(met_ms) WHERE met_ms IS NOT NULL;
CREATE INDEX post_outside ON post(outside) WHERE outside IS NOT NULL;
CREATE TABLE code (code INTEGER, n INTEGER, PRIMARY KEY (code, n)) WITHOUT ROWID;
-- p, o: the first 8 bytes of a post's id, of a ticket's public key. Whoever reads compares the whole.
CREATE TABLE about (p INTEGER, k INTEGER, PRIMARY KEY (p, k)) WITHOUT ROWID;
CREATE TABLE spoken (o INTEGER, k INTEGER, PRIMARY KEY (o, k)) WITHOUT ROWID;
CREATE VIRTUAL TABLE search USING fts5(words, content='', detail='none', columnsize=0, tokenize='ascii');
CREATE TABLE board (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE late (
  k INTEGER PRIMARY KEY,            -- an entry that claims a time before this release or after its arrival
  ms INTEGER NOT NULL               -- when it arrived here
);
CREATE TABLE due (
  k INTEGER PRIMARY KEY,            -- an entry whose payload the fold does not read any more
  post BLOB NOT NULL,
  ms INTEGER NOT NULL               -- when it is dropped
);
CREATE INDEX due_ms ON due(ms);
CREATE TABLE done (
  key TEXT PRIMARY KEY,             -- of one form, so that a second tap changes nothing
  post BLOB NOT NULL,
  entry BLOB NOT NULL,
  ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX done_ms ON done(ms);
"""

ERASING = """
-- o: the first 8 bytes of a ticket's public key; k: an entry by which a node says that it has forgotten its words
CREATE TABLE confirmed (o INTEGER, k INTEGER, PRIMARY KEY (o, k)) WITHOUT ROWID;
CREATE TABLE closed (
  post BLOB PRIMARY KEY,            -- one of this space that is over or has run out
  since INTEGER NOT NULL,           -- its time began, and it was last met, then
  met_ms INTEGER,
  ms INTEGER NOT NULL               -- when this node first saw it closed, by a clock that could be trusted
) WITHOUT ROWID;
CREATE INDEX closed_ms ON closed(ms);
INSERT INTO board (name, value) VALUES ('confirm', 'due');  -- of tombstones that came before
"""


RETURNED = """
CREATE TABLE returned (
  peer TEXT PRIMARY KEY,            -- who brought back what this space had written and lost here
  entries INTEGER NOT NULL,
  ms INTEGER NOT NULL               -- when last
) WITHOUT ROWID;
"""

POSTERS = """
CREATE TABLE poster (
  n INTEGER PRIMARY KEY,
  link TEXT NOT NULL,               -- of the post on it, code and tail; '' for the flyer of the space
  place TEXT NOT NULL,              -- where it hangs, in somebody's words; never who hung it
  host TEXT NOT NULL,               -- the addresses printed on it, by name and by number
  number TEXT NOT NULL,
  ms INTEGER NOT NULL,
  UNIQUE (link, place)
);
"""

WAITING = """
CREATE TABLE waiting (
  n INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given out twice: a steward types it
  post BLOB NOT NULL UNIQUE,        -- id of a post that nobody has put up yet
  owner BLOB NOT NULL,
  scope TEXT NOT NULL,
  payload BLOB,                     -- what its ticket signed, to be said as it is; NULL: the words are gone from here
  ms INTEGER NOT NULL,              -- when it was sent, and until when it waits
  until INTEGER NOT NULL,
  state TEXT NOT NULL,              -- waits, up, declined, lapsed; the last three since `decided`
  reason TEXT NOT NULL,
  said TEXT NOT NULL,               -- a steward's own words to whoever sent it
  decided INTEGER
);
"""

EDITS = "ALTER TABLE waiting ADD COLUMN edit INTEGER NOT NULL DEFAULT 0"  # which of its ticket's words; 0: a post

ASKED = "CREATE INDEX post_asked ON post(n) WHERE state & 16 <> 0"  # 16: somebody asks the stewards to look at it

SELDOM_MERGED = "INSERT INTO search (search, rank) VALUES ('automerge', 8)"  # merging half as often, bulk is quicker

TALLIED = """
CREATE TABLE tally (
  kind TEXT, category TEXT, area TEXT,
  open INTEGER NOT NULL,            -- posts that are not over and run out after the moment in board('tallied until')
  PRIMARY KEY (kind, category, area)
) WITHOUT ROWID;
INSERT INTO tally (kind, category, area, open)
  SELECT kind, category, area, COUNT(*) FROM post WHERE state & 7 = 0 AND expires > 0 GROUP BY kind, category, area;
CREATE INDEX post_hidden ON post(n) WHERE state & 8 <> 0;
"""

NEW_CODES = "CREATE TABLE new_code (code INTEGER, n INTEGER, PRIMARY KEY (code, n)) WITHOUT ROWID"


def migrate(db: sqlite3.Connection) -> None:
    """Brings the tables up to date. The caller keeps other processes out: this reads before it writes."""
    migrations.apply(Database(db))


def statements(sql: str) -> Iterator[str]:
    """One statement after the other: executescript() would end the transaction that a step runs in."""
    statement = ""
    for line in sql.strip().splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _run(db: Database, sql: str) -> None:
    for statement in statements(sql):
        db.conn.execute(statement)


@migrations()
def log_and_board(db: Database) -> None:
    _run(db, schema.SQL)
    _run(db, BOARD)


@migrations()
def erasing(db: Database) -> None:
    _run(db, schema.ERASING)
    _run(db, ERASING)


@migrations()
def cutoffs(db: Database) -> None:
    _run(db, schema.CUTOFFS)


@migrations()
def coming_back(db: Database) -> None:
    _run(db, RETURNED)


@migrations()
def asking_the_stewards(db: Database) -> None:
    db.conn.execute(ASKED)


@migrations()
def blocks(db: Database) -> None:
    _run(db, schema.BLOCKS)


@migrations()
def introductions(db: Database) -> None:
    _run(db, schema.INTRODUCTIONS)


@migrations()
def carried(db: Database) -> None:
    _run(db, schema.CARRIED)


@migrations()
def quotas(db: Database) -> None:
    _run(db, schema.QUOTAS)


@migrations()
def seldom_merged(db: Database) -> None:
    db.conn.execute(SELDOM_MERGED)


@migrations()
def posters(db: Database) -> None:
    _run(db, POSTERS)


@migrations()
def read_first(db: Database) -> None:
    _run(db, WAITING)


@migrations()
def new_words_read_first(db: Database) -> None:
    db.conn.execute(EDITS)


@migrations()
def tallied(db: Database) -> None:
    _run(db, TALLIED)


@migrations()
def new_codes(db: Database) -> None:
    db.conn.execute(NEW_CODES)


@migrations()
def named(db: Database) -> None:
    _run(db, schema.NAMED)
