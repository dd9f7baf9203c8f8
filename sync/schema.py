"""The tables of the log. Only columns and indexes; log, take, writer, proofs and circle read and write them.

`k` is `feed.no << 40 | seq`: one integer key, no secondary index, no stored id (an id is the hash of the header).
Nothing here knows what an entry means.
"""

FEED_SHIFT = 40
"""An entry's key is its feed's number shifted by this, plus its seq: room for 2^40 entries a feed."""

SQL = """
CREATE TABLE space (
  no INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,          -- hash of the space's public key
  cert BLOB NOT NULL,               -- DER
  name TEXT NOT NULL,               -- what the space last called itself
  state TEXT NOT NULL CHECK (state IN ('own', 'accepted', 'blocked')),
  roster_no INTEGER NOT NULL DEFAULT 0,
  roster BLOB,                      -- the proof line with the highest number
  bundle_key BLOB                   -- public key to which sticks for this space are sealed
);
CREATE TABLE feed (
  no INTEGER PRIMARY KEY,
  key BLOB NOT NULL UNIQUE,         -- Ed25519 public key of one process run
  space INTEGER NOT NULL REFERENCES space(no),
  node BLOB NOT NULL,               -- fingerprint of the node that ran it
  scope TEXT NOT NULL CHECK (scope IN ('circle', 'here')),
  next INTEGER NOT NULL,            -- the seq that comes next
  head BLOB NOT NULL,               -- id of seq next-1
  changed INTEGER NOT NULL,         -- the n at which it last grew
  state TEXT NOT NULL CHECK (state IN ('open', 'void'))
);
CREATE INDEX feed_changed ON feed(changed);
CREATE TABLE entry (
  k INTEGER PRIMARY KEY,
  header BLOB NOT NULL,             -- literal bytes, as signed
  sig BLOB,                         -- absent where a later one covers it
  salt BLOB,                        -- absent with the payload
  payload BLOB
);
CREATE TABLE arrival (
  n INTEGER PRIMARY KEY,            -- how much had arrived when a transaction ended
  mark BLOB NOT NULL,               -- running hash over it
  ms INTEGER NOT NULL               -- this node's clock, never told to others
);
CREATE TABLE proof (
  id BLOB PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('tombstone', 'roster', 'fork')),
  about BLOB NOT NULL,              -- tombstone: owner; roster: space id; fork: feed key
  post BLOB NOT NULL,               -- tombstone: id of the owner's own post; else empty
  line BLOB NOT NULL,
  changed INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX proof_about ON proof(kind, about);
CREATE INDEX proof_post ON proof(post) WHERE post <> x'';
CREATE INDEX proof_changed ON proof(changed);
CREATE TABLE missing (k INTEGER PRIMARY KEY);
CREATE TABLE peer (
  node BLOB PRIMARY KEY,            -- fingerprint
  space INTEGER NOT NULL REFERENCES space(no),
  cert BLOB NOT NULL,               -- DER
  address TEXT NOT NULL DEFAULT '', -- https://host:port, last known or typed
  seen_ms INTEGER,                  -- last exchange that went well
  tried_ms INTEGER,
  error TEXT NOT NULL DEFAULT '',
  n INTEGER NOT NULL DEFAULT 0,     -- how far its news was taken, and the mark it had there
  mark BLOB NOT NULL DEFAULT x''
) WITHOUT ROWID;
"""

ERASING = """
ALTER TABLE proof ADD COLUMN here INTEGER NOT NULL DEFAULT 0;       -- 1: only nodes of this space hear of it
CREATE INDEX proof_here ON proof(here) WHERE here = 1;
ALTER TABLE missing ADD COLUMN round_ms INTEGER NOT NULL DEFAULT 0; -- when the peers were last asked for it
ALTER TABLE missing ADD COLUMN wait_ms INTEGER NOT NULL DEFAULT 0;  -- how long nobody is asked after that
CREATE TABLE clock (
  node BLOB PRIMARY KEY,            -- fingerprint of a peer whose clock was seen; x'' for a steward's word
  boot TEXT NOT NULL,               -- which start of this machine that was
  ran_ms INTEGER NOT NULL,          -- how long the machine had run by then
  base_ms INTEGER NOT NULL,         -- what the clock said, less that
  ahead_ms INTEGER NOT NULL         -- how far the peer's clock was ahead of it
) WITHOUT ROWID;
"""

CUTOFFS = """
CREATE TABLE named (k INTEGER PRIMARY KEY);  -- entries that name cut-offs
CREATE TABLE cutoff (               -- what follows from them; made anew from the log and the rosters
  node BLOB NOT NULL,               -- fingerprint of a retired node
  feed BLOB NOT NULL,               -- key; x'' stands for the node itself, whose other feeds are set aside
  counts INTEGER NOT NULL,          -- how many of its entries count
  id BLOB NOT NULL,                 -- of the last of them
  PRIMARY KEY (node, feed)
) WITHOUT ROWID;
"""

BLOCKS = """
CREATE TABLE barred (               -- what follows from the blocks of this space; made anew from the log
  space BLOB NOT NULL,              -- id
  feed BLOB NOT NULL,               -- key; x'' stands for the space itself, whose other feeds count for nothing
  counts INTEGER NOT NULL,          -- how many of its entries count
  PRIMARY KEY (space, feed)
) WITHOUT ROWID;
"""

INTRODUCTIONS = """
CREATE TABLE introduced (
  space BLOB NOT NULL,              -- id of who was introduced
  by BLOB NOT NULL,                 -- id of the space that did so
  k INTEGER NOT NULL,               -- the entry
  ms INTEGER NOT NULL,              -- when it was heard here
  accepted_ms INTEGER,              -- when the space was accepted for it; NULL while it waits, or was known anyway
  PRIMARY KEY (space, by)
) WITHOUT ROWID;
"""

CARRIED = """
CREATE TABLE carried (              -- what a node had when it made the last bundle of its own that was taken in here
  node BLOB NOT NULL,               -- fingerprint
  feed BLOB NOT NULL,               -- key
  next INTEGER NOT NULL,            -- how many of its entries
  PRIMARY KEY (node, feed)
) WITHOUT ROWID;
"""

QUOTAS = """
CREATE TABLE quota (                -- what another space has brought here
  space INTEGER PRIMARY KEY REFERENCES space(no),
  entries INTEGER NOT NULL,
  bytes INTEGER NOT NULL,           -- of headers and payloads
  day INTEGER NOT NULL,             -- of this node's clock, since 1970; the next three are of that day
  day_entries INTEGER NOT NULL,
  day_bytes INTEGER NOT NULL,
  rosters INTEGER NOT NULL DEFAULT 0,
  lifted INTEGER NOT NULL DEFAULT 0, -- how often a steward let it bring as much again
  over TEXT NOT NULL DEFAULT ''     -- why something of it was passed over: day, total, rosters, tombstones
);
CREATE TABLE brought (              -- tombstones of tickets of which nothing was known here
  owner BLOB PRIMARY KEY,
  space INTEGER NOT NULL            -- number of the space that brought it
) WITHOUT ROWID;
CREATE INDEX brought_by ON brought(space);
INSERT INTO quota (space, entries, bytes, day, day_entries, day_bytes)
  SELECT feed.space, count(*), sum(length(entry.header) + ifnull(length(entry.payload), 0)), 0, 0, 0
  FROM entry JOIN feed ON feed.no = entry.k >> 40 GROUP BY feed.space;
"""

NAMED = "ALTER TABLE space ADD COLUMN named_ms INTEGER NOT NULL DEFAULT 0;"  # when it said, or told, its name

STEPS = (SQL, ERASING, CUTOFFS, BLOCKS, INTRODUCTIONS, CARRIED, QUOTAS, NAMED)
"""The tables of this version, made one step after the other."""
