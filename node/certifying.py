"""A second machine of a space: it asks on a stick, the paper key answers on the same stick. Opens no network.

What is asked is a public key. The answer is sealed to it: certificate, roster, the circle's keys, whom the space
accepts. So a stick that is lost on the way helps nobody, and an answer opens on the machine that asked alone.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from node import backup, machines, restoring
from node.run import DATABASE_FILE, Run
from node.start import ROSTER_FILE
from node.storage import migrations
from sync import circle, identity, proofs, sealing
from sync.entry import b64, unb64
from sync.identity import Paper
from sync.log import writing
from sync.refusals import BadCertificate, BadEntry, BadProof
from sync.succession import successor

INFO = b"cb1 certify"
BYTES = 4 << 20


class NotCertified(Exception):
    """Nothing was changed. Its text is one sentence."""


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the new machine asks. node: its public key."""

    corkboard: str
    node: str


class Known(msgspec.Struct, frozen=True):
    """A space that is accepted, and a node of it: certificates as base64url of DER, roster as its line."""

    cert: str
    name: str
    roster: str
    nodes: list[tuple[str, str, str]]  # fingerprint, certificate, address


class Answer(msgspec.Struct, frozen=True):
    """What it is given. keys: as in circle.keys."""

    name: str
    space: str
    node: str
    roster: str
    keys: str
    known: list[Known]


def ask(data: Path, file: Path, random: Callable[[int], bytes]) -> None:
    """Makes this empty folder's key, if it has none yet, and writes what is asked. Raises NotCertified."""
    if (data / identity.NODE_CERT_FILE).exists() or (data / DATABASE_FILE).exists():
        raise NotCertified(f"A space lives in {data}: name an empty folder with --data.")
    data.mkdir(0o700, parents=True, exist_ok=True)
    try:
        key = identity.private_key(data)
    except FileNotFoundError:
        key = identity.new_key(data, random)
    _write(file, Request("request", b64(key.public_key().public_bytes_raw())))


def _write(file: Path, what: msgspec.Struct) -> None:
    file.write_bytes(msgspec.json.encode(what) + b"\n")


def asked(file: Path) -> Ed25519PublicKey:
    """The key of the machine that asks. Raises NotCertified."""
    try:
        wire = msgspec.json.decode(_read(file), type=Request)
        return Ed25519PublicKey.from_public_bytes(unb64(wire.node, 32))
    except (msgspec.MsgspecError, UnicodeDecodeError, BadEntry, ValueError):
        raise NotCertified(f"{file} is no request: make one on the new machine with `certify --request`.") from None


def _read(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(BYTES)


def certify(run: Run, paper: Paper, key: Ed25519PublicKey, file: Path) -> None:
    """The machine with this key speaks for the space too. Writes the answer first, then adopts the roster."""
    before, raw = machines.roster(run), key.public_bytes_raw()
    if raw in before.retired:
        raise NotCertified("That machine was retired: let it ask anew from an empty folder.")
    nodes = [*before.nodes, *([] if raw in before.nodes else [raw])]
    line = successor(paper, [before.line], nodes, run.clock_ms())
    cert = identity.node_certificate(paper, key)
    file.write_bytes(sealing.seal(key, msgspec.json.encode(_answer(run, cert, line)), INFO))
    machines.adopt(run, line)
    with writing(run.db()):
        circle.know(run.db(), identity.fingerprint(raw), run.space_id, cert, "")


SPACES = "SELECT no, cert, name, roster FROM space WHERE state <> 'blocked' AND roster IS NOT NULL AND state <> 'own'"
PEERS = "SELECT node, cert, address FROM peer WHERE space = ?"
OWN_NO = "SELECT no FROM space WHERE state = 'own'"


def _answer(run: Run, cert: bytes, roster: bytes) -> Answer:
    known = [
        Known(b64(space), name, line.decode(), _nodes(run, no))
        for no, space, name, line in run.db().execute(SPACES).fetchall()
    ]
    me = run.identity
    own = _nodes(run, run.db().execute(OWN_NO).fetchone()[0])
    beside = [*own, (b64(me.node_fingerprint), b64(me.node_cert), "")]
    known.insert(0, Known(b64(me.space_cert), run.settings.name, roster.decode(), beside))
    keys = circle.keys_to_wire(circle.keys(run.settings.data)).decode()
    return Answer(run.settings.name, b64(me.space_cert), b64(cert), roster.decode(), keys, known)


def _nodes(run: Run, space: int) -> list[tuple[str, str, str]]:
    return [(b64(node), b64(cert), address) for node, cert, address in run.db().execute(PEERS, (space,))]


def accept(data: Path, file: Path, now_ms: int) -> str:
    """This folder is a machine of the space once this returns; its name. Raises NotCertified."""
    if (data / identity.NODE_CERT_FILE).exists():
        raise NotCertified(f"A space lives in {data} already.")
    try:
        key = identity.private_key(data)
        answer = msgspec.json.decode(sealing.unseal(key, _read(file), INFO), type=Answer)
        space, cert = _bytes(answer.space), _bytes(answer.node)
        who = identity.check_chain(space, cert)
        named = proofs.read_roster(answer.roster.encode())
        if named.space != who.space or who.node_key not in named.nodes:
            raise BadProof
    except FileNotFoundError:
        raise NotCertified("This machine has not asked yet: `certify --request FILE`.") from None
    except (sealing.NotForThisKey, msgspec.MsgspecError, BadCertificate, BadEntry, BadProof):
        raise NotCertified(f"{file} is no answer to what this machine asked.") from None
    draft = data / restoring.DRAFT
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(0o700)
    identity.write_certificates(draft, space, cert)
    identity.write_file(draft / ROSTER_FILE, answer.roster.encode())
    circle.add_keys(draft, circle.keys_from_wire(answer.keys.encode()))
    _write_known(draft, who.space, answer, now_ms)
    restoring.commit(data, draft)
    return answer.name


ADD = "INSERT INTO space (id, cert, name, state) VALUES (?, ?, ?, ?)"


def _write_known(draft: Path, own: bytes, answer: Answer, now_ms: int) -> None:
    """Whom the space accepts, in a database that has nothing else yet."""
    with closing(backup.open_copy(draft / DATABASE_FILE)) as db:
        migrations.migrate(db)
        with writing(db):
            for each in answer.known:
                id_ = identity.space_id(identity.check_space(_bytes(each.cert)).public_bytes_raw())
                db.execute(ADD, (id_, _bytes(each.cert), each.name, "own" if id_ == own else "accepted"))
                proofs.take(db, [each.roster.encode()], now_ms)
                for node, cert, address in each.nodes:
                    circle.know(db, unb64(node, 32), id_, _bytes(cert), address)
    backup.sync_file(draft / DATABASE_FILE)


def _bytes(word: str) -> bytes:
    return unb64(word, len(word) * 3 // 4)
