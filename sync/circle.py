"""Who belongs to the circle: accepted spaces, the nodes that speak for them, the keys that tickets derive from.

Whether a caller may speak is asked anew at every request, in exchange.caller(). Keys live in a file beside the
database, never in it, so that neither a copied database nor a stick helps anybody to guess a ticket.
"""

import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from sync import identity, log, proofs
from sync.entry import b64
from sync.handshake import KEY_BYTES, BadHandover, CircleKey, Handover, KeyOnWire, NotCorkboard, checked, unwire
from sync.identity import Certified, Identity
from sync.proofs import Roster
from sync.refusals import BadProof

KEYS_FILE = "circle.keys"
KEYS_LIMIT = 1000  # a circle changes its keys after a block; more than this is no circle but an attack


class KeysMissing(Exception):
    """circle.keys is gone and the paper key is in the safe: put the file back from a backup."""

    def __str__(self) -> str:
        return str(self.__doc__)


class Peer(msgspec.Struct, frozen=True):
    """A node of another space, or another node of ours. `seen_ms`: when an exchange last went well, None for never."""

    node: bytes
    space: bytes
    name: str
    cert: bytes
    address: str
    seen_ms: int | None
    error: str


def begin(folder: Path) -> None:
    """At the first start a circle of one, whose first key derives from the paper key. Raises KeysMissing."""
    if (folder / KEYS_FILE).exists():
        return
    paper = identity.paper_on_disk(folder)
    if paper is None:
        raise KeysMissing
    add_keys(folder, [first_key(paper)])


def first_key(paper: identity.Paper) -> CircleKey:
    """Of the circle of one that this paper key's space began as."""
    return CircleKey(paper.circle_key(), issuing=True)


def keys(folder: Path) -> tuple[CircleKey, ...]:
    """All keys, for looking tickets up, in the order of their ids."""
    try:
        data = (folder / KEYS_FILE).read_bytes()
    except FileNotFoundError:
        return ()
    return keys_from_wire(data)


def issuing_key(folder: Path) -> CircleKey:
    """The key for new tickets: of the issuing ones that with the smallest id, so all spaces choose the same."""
    held = keys(folder)
    return next((key for key in held if key.issuing), held[0])


def add_keys(folder: Path, more: Iterable[CircleKey]) -> bool:
    """Two circles that meet keep both sets; a key that is for look-up only anywhere is so everywhere, for good.
    True if that changed anything. Raises BadHandover where they are too many."""
    with identity.locked(folder / "circle.lock"):
        held = keys(folder)
        issuing = {key.key: key.issuing for key in held}
        for key in more:
            issuing[key.key] = key.issuing and issuing.get(key.key, True)
        merged = tuple(sorted((CircleKey(*pair) for pair in issuing.items()), key=lambda key: key.id))
        if len(merged) > KEYS_LIMIT:
            raise BadHandover
        if merged != held:
            identity.write_file(folder / KEYS_FILE, keys_to_wire(merged))
        return merged != held


def renew_keys(folder: Path, random: Callable[[int], bytes]) -> None:
    """A new key for new tickets; all that were known are for look-up only from now on, wherever this is heard."""
    with identity.locked(folder / "renew.lock"):
        before = [CircleKey(key.key, issuing=False) for key in keys(folder)]
        add_keys(folder, [*before, CircleKey(random(KEY_BYTES), issuing=True)])


def keys_to_wire(held: Iterable[CircleKey]) -> bytes:
    """The file, and what members tell each other at /peer/v1/circle."""
    return msgspec.json.encode([KeyOnWire(b64(k.key), "issuing" if k.issuing else "look-up") for k in held]) + b"\n"


def keys_from_wire(data: bytes) -> tuple[CircleKey, ...]:
    """Raises BadHandover."""
    try:
        told = msgspec.json.decode(data, type=list[KeyOnWire])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadHandover from error
    held = tuple(CircleKey(unwire(key.key), key.use == "issuing") for key in told)
    if any(len(key.key) != KEY_BYTES for key in held):
        raise BadHandover
    return held


OWN = "SELECT name, roster, bundle_key FROM space WHERE id = ?"


def ours(db: sqlite3.Connection, folder: Path, me: Identity, port: int) -> Handover:
    """What this space gives another one when they pair. port: where this node answers its peers."""
    name, roster, bundle_key = db.execute(OWN, (me.space_id,)).fetchone()
    return Handover(me.space_cert, me.node_cert, roster, name, keys(folder), bundle_key or b"", port)


def own_roster(db: sqlite3.Connection) -> bytes:
    """The newest that is known of this space."""
    line: bytes = db.execute("SELECT roster FROM space WHERE state = 'own'").fetchone()[0]
    return line


ACCEPT = """
INSERT INTO space (id, cert, name, state, bundle_key) VALUES (?, ?, ?, 'accepted', ?)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, bundle_key = coalesce(excluded.bundle_key, space.bundle_key),
  state = CASE state WHEN 'own' THEN 'own' ELSE 'accepted' END
"""
TOLD = "UPDATE space SET named_ms = ? WHERE id = ?"
STATE = "SELECT state FROM space WHERE id = ?"
ROSTER = "SELECT roster FROM space WHERE id = ?"


def join(db: sqlite3.Connection, folder: Path, handover: Handover, now_ms: int) -> bytes:
    """Accepts the space that was paired with, and returns its id. One that is accepted already is refreshed; pairing
    again is how a blocked one comes back. Raises BadHandover, and then nothing has changed."""
    with log.writing(db):
        space = admit(db, handover, now_ms)
        db.execute(TOLD, (now_ms, space))  # of its name; feeds of before may say another
        add_keys(folder, handover.keys)
    return space


def admit(db: sqlite3.Connection, handover: Handover, now_ms: int) -> bytes:
    """Accepts a space, within the caller's transaction, and returns its id. Raises BadHandover."""
    who, roster = proven(handover)
    before = db.execute(STATE, (who.space,)).fetchone()
    db.execute(ACCEPT, (who.space, handover.space_cert, handover.name, handover.bundle_key or None))
    proofs.take(db, [roster.line], now_ms)
    _check_named(db, who)
    know(db, who.node, who.space, handover.node_cert, handover.address)
    if before in (None, ("blocked",)):
        proofs.from_the_start(db)  # what others have of this space was passed over so far
    return who.space


def proven(handover: Handover) -> tuple[Certified, Roster]:
    """Whose node this is, and the roster that came along. Raises BadHandover unless its space signed it and it names
    this node."""
    try:
        who, roster = checked(handover.space_cert, handover.node_cert), proofs.read_roster(handover.roster)
    except (NotCorkboard, BadProof) as error:
        raise BadHandover from error
    if roster.space != who.space or who.node_key not in roster.nodes:
        raise BadHandover
    return who, roster


def _check_named(db: sqlite3.Connection, who: Certified) -> None:
    """A machine that its space has retired since may still know an old roster: the highest number held counts."""
    line = db.execute(ROSTER, (who.space,)).fetchone()[0]
    if line is None or who.node_key not in proofs.read_roster(line).nodes:
        raise BadHandover


KNOW = """
INSERT INTO peer (node, space, cert, address) SELECT ?, no, ?, ? FROM space WHERE id = ?
ON CONFLICT (node) DO UPDATE SET cert = excluded.cert, error = '',
  address = CASE excluded.address WHEN '' THEN address ELSE excluded.address END
"""


def know(db: sqlite3.Connection, node: bytes, space: bytes, cert: bytes, address: str) -> None:
    """Puts a node among the peers, or renews its address."""
    db.execute(KNOW, (node, cert, address, space))


PEERS = """
SELECT peer.node, space.id, space.name, peer.cert, peer.address, peer.seen_ms, peer.error
FROM peer JOIN space ON space.no = peer.space WHERE space.state <> 'blocked' ORDER BY space.name, peer.node
"""


def peers(db: sqlite3.Connection) -> list[Peer]:
    """Every node that this one visits."""
    return [Peer(*row) for row in db.execute(PEERS)]
