"""One pairing of which every byte is fixed: its messages as our own sides say them, and what the second reader works
out on the way to the same proofs. Part of tests.sync.vectors.story.
"""

import json
import tempfile
from pathlib import Path

import msgspec

from sync import identity, proofs
from sync.entry import b64
from sync.handshake import CircleKey, Confirm, Handover, Sealed, Side, Start, Started, to_wire
from sync.identity import Paper
from tests.sync.vectors import pairing_reader

DIGITS = b"048215"
PAPERS = (bytes(range(32, 48)), bytes(range(48, 64)))  # the caller's space, the server's
RANDOM = (bytes(range(64)), bytes(range(64, 128)))  # of each side: its secret number, big-endian, by the order
SESSION = bytes(range(16))


def told() -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        caller, server = (_space(Path(folder) / name, number) for number, name in enumerate(("Hall", "قاعة")))
    certs = caller.space_cert, caller.node_cert
    ours = Side(True, DIGITS, certs, server.node_cert, lambda length: RANDOM[0][:length])
    theirs = Side(False, DIGITS, certs, server.node_cert, lambda length: RANDOM[1][:length])
    way = _way(certs, server, theirs.half)
    ours.agree(theirs.half, server.space_cert)
    theirs.agree(ours.half, server.space_cert)
    said = {
        "digits": DIGITS.decode(),
        "random": [b64(data) for data in RANDOM],
        "seen": b64(server.node_cert),
        **way,
        **{name: msgspec.json.encode(said).decode() for name, said in _messages(ours, theirs, caller, server).items()},
    }
    return {"pairing.json": json.dumps(said, indent=1, ensure_ascii=False).encode() + b"\n"}


def _way(certs: tuple[bytes, bytes], server: Handover, half: bytes) -> dict[str, str]:
    secret = int.from_bytes(RANDOM[0], "big") % pairing_reader.ORDER
    side = pairing_reader.Side(True, DIGITS, certs, server.node_cert, secret)
    found = side.agree(half, server.space_cert)
    steps = {"number": side.number.to_bytes(32, "big"), "shared": found.shared, "agreed": found.agreed}
    return {name: b64(data) for name, data in {**steps, "salt": found.salt, "key": found.key}.items()}


def _space(folder: Path, number: int) -> Handover:
    folder.mkdir()
    paper = Paper(PAPERS[number])
    me = identity.make_node(folder, paper, lambda length: bytes([number]) * length)
    roster = proofs.make_roster(paper.authority(), 1, [me.public_key], [])
    keys = (CircleKey(paper.circle_key(), True), CircleKey(bytes(32), False))
    return Handover(me.space_cert, me.node_cert, roster, folder.name, keys)


def _messages(ours: Side, theirs: Side, caller: Handover, server: Handover) -> dict[str, msgspec.Struct]:
    session, handed, mine = b64(SESSION), to_wire(server), to_wire(caller)
    proof = theirs.mac(b"server hands over", handed)
    return {
        "start": Start(b64(caller.space_cert), b64(caller.node_cert), b64(ours.half)),
        "started": Started(session, b64(server.space_cert), b64(server.node_cert), b64(theirs.half)),
        "confirm": Confirm(session, ours.mac(b"caller")),
        "confirmed": Sealed(msgspec.Raw(handed), proof, confirm=theirs.mac(b"server")),
        "finish": Sealed(msgspec.Raw(mine), ours.mac(b"caller hands over", mine), session=session),
    }
