"""What proves itself and needs no feed: tombstones, rosters, evidence of forks. A set that only grows, exchanged
before entries.

Tombstone, one line: `["ct1","OWNER","SIGNATURE"]`, signed by the ticket whose public key OWNER is.
Roster, one line: `["cr1","SPACE KEY",NUMBER,["NODE KEY",…],["RETIRED KEY",…],"SIGNATURE"]`, signed by the space key.
Source: sync/README, Proofs. Evidence of a fork: forks.
"""

import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated, BinaryIO, Literal, TypeVar

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sync import forks, log, quota
from sync.entry import BOARD, Count, Entry, b64, post_id, unb64
from sync.forks import Evidence
from sync.identity import space_id, sync_folder
from sync.refusals import BadEntry, BadProof

TOMBSTONE_TAG = b"cb1 tombstone\n"
ROSTER_TAG = b"cb1 roster\n"
NODES_LIMIT = 64
LINE_LIMIT = 8192

_Keys = Annotated[list[str], msgspec.Meta(max_length=NODES_LIMIT)]


class _WireTombstone(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    version: Literal["ct1"]
    owner: str
    sig: str


class _WireRoster(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    version: Literal["cr1"]
    space: str
    number: Count
    nodes: _Keys
    retired: _Keys
    sig: str


class Tombstone(msgspec.Struct, frozen=True):
    """Its holder's wish that everything said with a ticket be forgotten. `owner`: the ticket's public key; `here`: only
    nodes of this space hear of it, as of the words that it takes back."""

    owner: bytes
    line: bytes
    here: bool = False


class Roster(msgspec.Struct, frozen=True):
    """Which nodes speak for a space. `space`: its id; `nodes`, `retired`: raw public keys. The highest number wins."""

    space: bytes
    number: int
    nodes: tuple[bytes, ...]
    retired: tuple[bytes, ...]
    line: bytes


Proof = Tombstone | Roster | Evidence
_T = TypeVar("_T")
_encode = msgspec.json.encode


def proof_id(line: bytes) -> bytes:
    return hashlib.blake2b(line, digest_size=32, person=b"cb1 proof").digest()


def make_tombstone(ticket: Ed25519PrivateKey) -> bytes:
    """The line with which a ticket's holder erases."""
    owner = ticket.public_key().public_bytes_raw()
    return _encode(_WireTombstone("ct1", b64(owner), b64(ticket.sign(TOMBSTONE_TAG + owner))))


def make_roster(authority: Ed25519PrivateKey, number: int, nodes: Sequence[bytes], retired: Sequence[bytes]) -> bytes:
    """The line with which a space says, from its paper key, which nodes speak for it."""
    space = b64(authority.public_key().public_bytes_raw())
    wire = _WireRoster("cr1", space, number, [b64(k) for k in nodes], [b64(k) for k in retired], "")
    return _encode(msgspec.structs.replace(wire, sig=b64(authority.sign(ROSTER_TAG + _encode(wire)))))


def read(line: bytes) -> Proof:
    """What a line proves, one for here too. Raises BadProof."""
    if line.startswith(b'["cf1"') and len(line) <= forks.LINE_LIMIT:
        return forks.checked(_decode(line, forks.Wire), line)
    if len(line) > LINE_LIMIT:
        raise BadProof("too long for a proof")
    if plain(line) != line:
        return msgspec.structs.replace(_read_tombstone(plain(line)), here=True)
    return _read_tombstone(line) if line.startswith(b'["ct1"') else read_roster(line)


HERE = b'["here",'


def for_here(line: bytes) -> bytes:
    """How a tombstone that is for here is written, in the file and to nodes of the same space."""
    return HERE + line + b"]"


def plain(line: bytes) -> bytes:
    """The proof itself. Whoever hears it from another space takes it so: that it was told proves it is not for here."""
    return line[len(HERE) : -1] if line.startswith(HERE) and line.endswith(b"]") else line


def _read_tombstone(line: bytes) -> Tombstone:
    wire = _decode(line, _WireTombstone)
    try:
        owner = unb64(wire.owner, 32)
        Ed25519PublicKey.from_public_bytes(owner).verify(unb64(wire.sig, 64), TOMBSTONE_TAG + owner)
    except (BadEntry, InvalidSignature, ValueError):
        raise BadProof("a tombstone is signed by its ticket") from None
    return Tombstone(owner, line)


@lru_cache(maxsize=256)  # the same few come with every visit
def read_roster(line: bytes) -> Roster:
    """Raises BadProof unless the space itself signed it."""
    wire = _decode(line, _WireRoster)
    try:
        key = unb64(wire.space, 32)
        said = _encode(msgspec.structs.replace(wire, sig=""))
        Ed25519PublicKey.from_public_bytes(key).verify(unb64(wire.sig, 64), ROSTER_TAG + said)
        nodes, retired = (tuple(unb64(word, 32) for word in words) for words in (wire.nodes, wire.retired))
    except (BadEntry, InvalidSignature, ValueError):
        raise BadProof("a roster is signed by its space") from None
    return Roster(space_id(key), wire.number, nodes, retired, line)


def _decode(line: bytes, type_: type[_T]) -> _T:
    try:
        wire = msgspec.json.decode(line, type=type_)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadProof(str(error)) from None
    if _encode(wire) != line:
        raise BadProof("not written in the one way")
    return wire


ADD = "INSERT INTO proof (id, kind, about, post, line, here, changed) VALUES (?, ?, ?, ?, ?, ?, ?)"


def take(db: sqlite3.Connection, lines: Iterable[bytes], now_ms: int) -> list[Proof]:
    """Adds the proofs that are new here and returns them. A roster of a space that is not known here is passed over.
    Raises BadProof before anything is added."""
    proofs = [read(line) for line in lines]
    return [proof for proof in proofs if _add(db, proof, now_ms)]


def _add(db: sqlite3.Connection, proof: Proof, now_ms: int) -> bool:
    if _is_held(db, proof.line):
        return False
    id_ = proof_id(proof.line)
    if isinstance(proof, Roster):
        if not _adopt(db, proof, now_ms):
            return False
        row = (id_, "roster", proof.space, b"", proof.line, 0)
    elif isinstance(proof, Evidence):
        if not (_is_named(db, proof) and _has_room(db, proof, now_ms) and forks.note(db, proof, True)):
            return False
        row = (id_, "fork", proof.feed, b"", proof.line, int(proof.scope == "here"))
    else:
        if db.execute(TOMBSTONE, (proof.owner,)).fetchone():  # one is enough, however many its holder may sign
            return False
        row = (id_, "tombstone", proof.owner, post_id(proof.owner), proof.line, int(proof.here))
    db.execute(ADD, (*row, log.arrive(db, 1, id_, now_ms)))
    return True


ROSTER = "SELECT roster FROM space WHERE id = ? AND roster IS NOT NULL"


EVIDENCE_TIMES = 2  # the quota of its space: so there is room for evidence after a flood of entries


def _has_room(db: sqlite3.Connection, found: Evidence, now_ms: int) -> bool:
    """A node can sign two histories of as many feeds as it likes, none of which has to have come."""
    [number] = db.execute("SELECT no FROM space WHERE id = ?", (found.who.space,)).fetchone()
    return quota.charge_some(db, number, [len(found.line)], now_ms, EVIDENCE_TIMES) == 1


def _is_named(db: sqlite3.Connection, found: Evidence) -> bool:
    """True where the space of a feed names its node, as speaking or as retired."""
    row = db.execute(ROSTER, (found.who.space,)).fetchone()
    roster = read_roster(row[0]) if row else None
    return roster is not None and found.who.node_key in (*roster.nodes, *roster.retired)


OWNER = slice(8, 51)  # of the line of a tombstone: behind ["ct1","


def owner_told(db: sqlite3.Connection, line: bytes) -> bytes | None:
    """Whose tombstone this line says to be; None for another proof, and for one of an owner whose tombstone is held.
    Nothing is proven by it yet."""
    try:
        owner = unb64(plain(line)[OWNER].decode(), 32) if plain(line).startswith(b'["ct1"') else b""
    except (BadEntry, UnicodeDecodeError):
        return None
    return owner if owner and not db.execute(TOMBSTONE, (owner,)).fetchone() else None


TOMBSTONE = "SELECT 1 FROM proof WHERE kind = 'tombstone' AND about = ?"
KEEP_HERE = "UPDATE proof SET here = ? WHERE kind = 'tombstone' AND about = ?"


def keep_here(db: sqlite3.Connection, owner: bytes, here: bool) -> None:
    """Whether only nodes of this space hear of this tombstone; before anybody did."""
    db.execute(KEEP_HERE, (int(here), owner))


OWNERS_FOR_HERE = "SELECT about FROM proof WHERE here = 1 AND kind = 'tombstone'"


def owners_for_here(db: sqlite3.Connection) -> set[bytes]:
    """Whose tombstones only nodes of this space hear of."""
    return {row[0] for row in db.execute(OWNERS_FOR_HERE)}


WIDER = """
SELECT id FROM proof WHERE here = 1 AND ((kind = 'tombstone' AND about = ?) OR (post <> x'' AND post = ?))
"""
WIDEN = "UPDATE proof SET here = 0, changed = ? WHERE id = ?"


def widen(db: sqlite3.Connection, entries: Iterable[Entry], now_ms: int) -> None:
    """Tells everybody of tombstones that were for here, now that the circle has entries about the same."""
    if not owners_for_here(db):
        return
    said = {(entry.header.owner, entry.header.post) for entry in entries if entry.header.sys == BOARD}
    for id_ in {row[0] for pair in said for row in db.execute(WIDER, pair)}:
        db.execute(WIDEN, (log.arrive(db, 1, id_, now_ms), id_))


def _is_held(db: sqlite3.Connection, line: bytes) -> bool:
    return db.execute("SELECT 1 FROM proof WHERE id = ?", (proof_id(line),)).fetchone() is not None


ADOPT = "UPDATE space SET roster = ?, roster_no = ? WHERE id = ? AND (roster IS NULL OR roster_no < ?)"


SUPERSEDED = "DELETE FROM proof WHERE kind = 'roster' AND about = ?"
FROM_THE_START = "UPDATE peer SET n = 0, mark = randomblob(16)"
AT_ONCE = "UPDATE missing SET round_ms = 0, wait_ms = 0 WHERE round_ms <> 0"


def from_the_start(db: sqlite3.Connection) -> None:
    """More is taken here than before, so every peer is asked for everything again, and at once for what is missing. A
    mark that was never given, so that a visit on its way notices too (known.move_cursor)."""
    db.execute(FROM_THE_START)
    db.execute(AT_ONCE)


def begin_the_day(db: sqlite3.Connection, now_ms: int) -> None:
    """What was over a quota of yesterday may come now. Opens its own transaction, if there is something to do."""
    if quota.is_due(db, now_ms):
        with log.writing(db):
            if quota.renew(db, now_ms):
                from_the_start(db)


HELD = "SELECT no, roster, roster_no, state = 'own' FROM space WHERE id = ?"


def _adopt(db: sqlite3.Connection, roster: Roster, now_ms: int) -> bool:
    """True if it is the highest of its space so far. The one before is not needed any more, nor passed on; a node may
    be named now whose feeds were passed over. A space that sends them without end is heard a few times a day."""
    number, before, highest, own = db.execute(HELD, (roster.space,)).fetchone() or (0, None, 0, 0)
    if before is not None and (highest >= roster.number or not (own or quota.one_more_roster(db, number, now_ms))):
        return False
    if db.execute(ADOPT, (roster.line, roster.number, roster.space, roster.number)).rowcount == 0:
        return False
    db.execute(SUPERSEDED, (roster.space,))
    if before is None or _named(read_roster(before)) != _named(roster):
        from_the_start(db)
    return True


def _named(roster: Roster) -> tuple[frozenset[bytes], frozenset[bytes]]:
    return frozenset(roster.nodes), frozenset(roster.retired)


ERASED = "SELECT 1 FROM proof WHERE (kind = 'tombstone' AND about = ?) OR (post <> x'' AND post = ?) LIMIT 1"
ANY_TOMBSTONE = "SELECT 1 FROM proof WHERE kind = 'tombstone' LIMIT 1"


def is_erased(db: sqlite3.Connection, owner: bytes, post: bytes) -> bool:
    """True if the ticket that spoke, or the ticket whose post this is about, was erased by its holder."""
    return db.execute(ERASED, (owner, post)).fetchone() is not None


def none_erased(db: sqlite3.Connection) -> bool:
    """Whether no tombstone is held at all."""
    return db.execute(ANY_TOMBSTONE).fetchone() is None


def without_erased(db: sqlite3.Connection, entries: list[Entry]) -> tuple[list[Entry], frozenset[int]]:
    """The same entries, those that a tombstone forbids without salt and payload; and the seqs of these. System entries
    keep theirs: without its opening nobody could take a feed from here."""
    if none_erased(db):
        return entries, frozenset()
    gone = {
        e.header.seq
        for e in entries
        if e.header.sys == BOARD and (e.header.owner or e.header.post) and is_erased(db, e.header.owner, e.header.post)
    }
    bare = [msgspec.structs.replace(e, salt=b"", payload=None) if e.header.seq in gone else e for e in entries]
    return bare, frozenset(gone)


def erased_owners(db: sqlite3.Connection) -> set[bytes]:
    """Public keys of every ticket whose holder erased."""
    return {row[0] for row in db.execute("SELECT about FROM proof WHERE kind = 'tombstone'")}


def changed_after(db: sqlite3.Connection, n: int) -> list[bytes]:
    """Ids of the proofs that arrived after this n."""
    return [row[0] for row in db.execute("SELECT id FROM proof WHERE changed > ? ORDER BY changed", (n,))]


LINE = "SELECT line, here, kind FROM proof WHERE id = ?"


def lines(db: sqlite3.Connection, ids: Iterable[bytes], family: bool = False) -> Iterator[bytes]:
    """The lines of those of these proofs that are held here. `family`: whether a node of this space will read them,
    which hears of those for here too."""
    for line, here, kind in (row for id_ in ids if (row := db.execute(LINE, (id_,)).fetchone())):
        if family or not here:
            yield for_here(line) if here and kind == "tombstone" else line


TOMBSTONES_FILE = "tombstones"


def keep_outside(folder: Path, proofs: Iterable[Proof]) -> None:
    """Writes tombstones to a file beside the database, synced before the transaction ends, so that an old copy of
    the database does not revive what was erased: every restore reads this file."""
    buried = (proof for proof in proofs if isinstance(proof, Tombstone))
    fresh = [for_here(proof.line) if proof.here else proof.line for proof in buried]
    if not fresh:
        return
    with (folder / TOMBSTONES_FILE).open("ab+") as file:
        file.write(_line_end(file) + b"".join(line + b"\n" for line in fresh))
        file.flush()
        os.fsync(file.fileno())
    sync_folder(folder)


def _line_end(file: BinaryIO) -> bytes:
    """What ends a last line that a power cut left unfinished, so that the next one is not swallowed by it."""
    if file.seek(0, os.SEEK_END) == 0:
        return b""
    file.seek(-1, os.SEEK_END)
    return b"" if file.read(1) == b"\n" else b"\n"


def kept_outside(db: sqlite3.Connection, folder: Path) -> list[bytes]:
    """Tombstones in the file beside the database that the database does not have. A damaged line, as a power cut
    leaves it, is passed over: no node stays shut for it."""
    try:
        data = (folder / TOMBSTONES_FILE).read_bytes()
    except FileNotFoundError:
        return []
    return [line for line in data.splitlines() if not _is_held(db, plain(line)) and _is_tombstone(line)]


def _is_tombstone(line: bytes) -> bool:
    try:
        return isinstance(read(line), Tombstone)
    except BadProof:
        return False
