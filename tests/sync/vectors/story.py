"""A small log of which every byte is fixed: what a second implementation must read in the same way.

`python -m tests.sync.vectors.story` writes the files anew. Whoever changes their bytes has made another protocol.
"""

import hashlib
import json
import sqlite3
import tempfile
from itertools import count
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync import confirming, forks, identity, log, proofs, schema
from sync.entry import CONFIRMED, b64, post_id
from sync.identity import Paper
from sync.writer import Draft, Writer
from tests.sync.vectors import pairing_story

HERE = Path(__file__).parent
FILES = ("space.json", "feed.ndjson", "proofs.ndjson", "pairing.json")
BEGIN_MS = 1_790_000_000_000
PAPER = bytes(range(16))
TICKET, ERASED = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (7, 8))


class Dice:
    """Random bytes that are the same in every run."""

    def __init__(self) -> None:
        self._at = count()

    def __call__(self, length: int) -> bytes:
        return hashlib.blake2b(str(next(self._at)).encode(), digest_size=length).digest()


def told() -> dict[str, bytes]:
    """The files by name."""
    with tempfile.TemporaryDirectory() as folder:
        return {**_told(Path(folder)), **pairing_story.told()}


def _told(folder: Path) -> dict[str, bytes]:
    dice, clock, paper = Dice(), count(BEGIN_MS), Paper(PAPER)
    me = identity.make_node(folder, paper, dice)
    db = sqlite3.connect(folder / "log.db", isolation_level=None)
    db.executescript("".join(schema.STEPS))
    db.execute("INSERT INTO space (id, cert, name, state) VALUES (?, ?, 'Hall', 'own')", (me.space_id, me.space_cert))
    roster = proofs.make_roster(paper.authority(), 1, [me.public_key], [])
    tombstone = proofs.make_tombstone(ERASED)
    writer = Writer(me, lambda: next(clock), dice, "Hall — قاعة")
    with log.writing(db):
        proofs.take(db, [roster], BEGIN_MS)
    for drafts in (_words(me.space_id), [_forgotten()]):
        with log.writing(db):
            held = writer.append(db, drafts)
    with log.writing(db):
        log.drop_payloads(db, [held[-1].k])
        proofs.take(db, [tombstone], BEGIN_MS)
        writer.append(db, [Draft(confirming.payload([_public(ERASED)]), sys=CONFIRMED)])
    fork = _two_histories(db, writer)
    said = {
        "paper": paper.digits(),
        "space_id": b64(me.space_id),
        "circle_key": b64(paper.circle_key()),
        "space_cert": b64(me.space_cert),
        "node_cert": b64(me.node_cert),
        "node_fingerprint": b64(me.node_fingerprint),
        "entry_ids": [b64(held.entry.id) for held in log.read_all(db)],
        "proof_ids": [b64(proofs.proof_id(line)) for line in (roster, tombstone, fork)],
        "digest": log.digest(db),
    }
    lines = [line for from_seq in (0, 4, 5) for line in log.page(db, 1, from_seq, 1, 1)]
    db.close()
    return {
        "space.json": json.dumps(said, indent=1).encode() + b"\n",
        "feed.ndjson": b"".join(line + b"\n" for line in lines),
        "proofs.ndjson": b"".join(line + b"\n" for line in (roster, tombstone, fork)),
    }


def _two_histories(db: sqlite3.Connection, writer: Writer) -> bytes:
    """Evidence that the feed parted behind its third entry."""
    (key,) = writer._keys.values()
    (feed,) = log.feeds(db)
    parted = msgspec.structs.replace(feed, next=3, head=log.id_at(db, feed, 2))
    found = forks.between(db, feed, writer._entries(parted, key, [Draft(b'{"event":"note","words":"other"}')]))
    assert found is not None
    return found[1]


def _words(home: bytes) -> list[Draft]:
    """Of the space; odd but allowed; of a ticket."""
    owner = _public(TICKET)
    post = post_id(owner)
    body = f'["cbt1","{b64(post)}","{b64(home)}","post.renewed",1,{{"days":14}}]'.encode()
    sig = b64(TICKET.sign(b"cb1 body\n" + body)).encode()
    said = b'{"sig":"' + sig + b'","body":' + body + b"}"
    return [
        Draft('{"event":"note","words":"Rice, أرز"}'.encode()),
        Draft(b'{"n":1e999,"n":[,"p":\xff]}'),
        Draft(said, post=post, owner=owner, refs=(bytes(range(32)),)),
    ]


def _forgotten() -> Draft:
    owner = _public(ERASED)
    return Draft(b'{"event":"note","words":"gone"}', post=post_id(owner), owner=owner)


def _public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def write() -> None:
    for name, data in told().items():
        (HERE / name).write_bytes(data)


if __name__ == "__main__":
    write()
