"""What this process run says: its feeds, their keys in memory only. Knows neither board nor peers.

A feed key is never written anywhere, so a restored backup, a copied folder or a rolled-back database cannot go on
with an old feed: its next run opens a new one (sync/README, Keys).
"""

import json
import sqlite3
from collections.abc import Callable, Sequence

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sync import log
from sync.entry import (
    BOARD,
    OPEN,
    PAYLOAD_LIMIT,
    SIGN_EVERY,
    SIGN_EVERY_BYTES,
    Entry,
    Header,
    b64,
    make,
    sign,
)
from sync.identity import Identity
from sync.log import Feed, Held
from sync.log_store import LogStore
from sync.refusals import TooMuch
from sync.sqlite_log import SqliteLog

FEED_TAG = b"cb1 feed\n"


class Draft(msgspec.Struct, frozen=True):
    """Something to say: a payload and, in the header, what it is about."""

    payload: bytes
    post: bytes = b""
    owner: bytes = b""
    refs: tuple[bytes, ...] = ()
    sys: int = BOARD


class Writer:
    """The feeds of one process run, one for each scope, opened at its first write."""

    def __init__(
        self,
        identity: Identity,
        clock_ms: Callable[[], int],
        random: Callable[[int], bytes],
        space_name: str,
    ) -> None:
        self._identity = identity
        self._clock_ms = clock_ms
        self._random = random
        self._space_name = space_name
        self._keys: dict[str, Ed25519PrivateKey] = {}

    def append(self, db: sqlite3.Connection, drafts: Sequence[Draft], scope: str = "circle") -> list[Held]:
        """Says these things, in this order, within the caller's transaction: seq and head are read under its write
        lock, so threads and a rolled-back transaction leave no gap. The last entry is signed."""
        if not drafts:
            return []
        key = self._keys.get(scope) or self._keys.setdefault(
            scope, Ed25519PrivateKey.from_private_bytes(self._random(32))
        )
        public = key.public_key().public_bytes_raw()
        store: LogStore = SqliteLog(db)
        feed = store.feed(public)
        if feed is not None and feed.state == "void":  # a copy of this very run spoke elsewhere: nobody reads on there
            del self._keys[scope]
            return self.append(db, drafts, scope)
        if feed is None:
            feed = self._begin(db, store, public, scope)
            drafts = [self._opening(public, scope), *drafts]
        entries = self._entries(feed, key, drafts)
        held = store.append(feed, entries, self._clock_ms())
        return [h for h in held if h.entry.header.sys != OPEN]

    def _begin(self, db: sqlite3.Connection, store: LogStore, public: bytes, scope: str) -> Feed:
        space_no = db.execute("SELECT no FROM space WHERE state = 'own'").fetchone()[0]
        return store.begin(public, space_no, self._identity.node_fingerprint, scope)

    def _opening(self, public: bytes, scope: str) -> Draft:
        return Draft(opening_payload(self._identity, public, scope, self._space_name), sys=OPEN)

    def _entries(self, feed: Feed, key: Ed25519PrivateKey, drafts: Sequence[Draft]) -> list[Entry]:
        entries: list[Entry] = []
        head, unsigned, size = feed.head, 0, 0
        for at, draft in enumerate(drafts):
            entry = self._entry(feed, feed.next + at, head, draft)
            unsigned, size = unsigned + 1, size + len(entry.raw) + len(draft.payload) + 150
            last = at == len(drafts) - 1
            if last or unsigned == SIGN_EVERY or size + PAYLOAD_LIMIT + 1024 > SIGN_EVERY_BYTES:
                entry = msgspec.structs.replace(entry, sig=sign(key, entry.raw))
                unsigned, size = 0, 0
            entries.append(entry)
            head = entry.id
        return entries

    def _entry(self, feed: Feed, seq: int, head: bytes, draft: Draft) -> Entry:
        if not 1 <= len(draft.payload) <= PAYLOAD_LIMIT or min(draft.payload) < 0x20:
            raise TooMuch("a payload has 1 to 32,768 bytes from 0x20 up")
        salt, commit, size = log.seal_payload(self._random, draft.payload)
        header = Header(
            feed.key,
            seq,
            head,
            self._clock_ms(),
            draft.sys,
            draft.post,
            draft.owner,
            draft.refs,
            commit,
            size,
        )
        return make(header, b"", salt, draft.payload)


def opening_payload(identity: Identity, feed_key: bytes, scope: str, name: str) -> bytes:
    """The payload of entry 0: whose feed this is, and the node's signature that says so."""
    said = {
        "event": "open",
        "space": b64(identity.space_cert),
        "node": b64(identity.node_cert),
        "scope": scope,
        "name": name,
        "sig": b64(identity.node_key.sign(_opening_bytes(feed_key, scope))),
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _opening_bytes(feed_key: bytes, scope: str) -> bytes:
    return FEED_TAG + feed_key + scope.encode()


def check_opening(node_key: bytes, sig: bytes, feed_key: bytes, scope: str) -> None:
    """Raises InvalidSignature unless the node with this public key opened this feed for this scope."""
    Ed25519PublicKey.from_public_bytes(node_key).verify(sig, _opening_bytes(feed_key, scope))
