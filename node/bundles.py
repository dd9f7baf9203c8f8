"""Sticks: what this node holds goes into a file, sealed for its circle or for one space, and a file's news come in.

Everything comes in by the door of every exchange (gate); this only opens the file and says what came.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from node import forking
from node.gate import BoardGate, in_words
from node.run import Run
from node.storage import spaces
from sync import bundle, carry, circle
from sync.bundle import MAGIC, Reader, Writer
from sync.carry import Carried, Packed, Progress
from sync.exchange import Caller
from sync.identity import sync_folder
from sync.pull import Visited
from sync.refusals import Refused

THE_CIRCLE = b""
A_STICK = "a stick"


class NoBundle(Exception):
    """It cannot be made. Its text is one sentence."""


def make(run: Run, file: Path, space: bytes, progress: Progress, whole: bool = False) -> Packed:
    """Writes a bundle for one space, or for all of THE_CIRCLE; a name never stands for half a one. Raises NoBundle."""
    if file.exists() and not _is_bundle(file):
        raise NoBundle(f"{file} is there already and is no stick's file: give another name.")
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as draft:
        try:
            packed = write(run, draft, space, progress, whole)  # type: ignore[arg-type]  # it is a file for bytes
            draft.flush()
            os.fchmod(draft.fileno(), 0o644)  # whoever carries it may copy it: it is sealed
            os.fsync(draft.fileno())
            Path(draft.name).replace(file)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise
    sync_folder(file.parent)
    return packed


def write(run: Run, into: BinaryIO, space: bytes, progress: Progress, whole: bool = False) -> Packed:
    """For one space without what it is known to have, unless `whole`. Raises NoBundle where nobody could open it."""
    to = carry.nodes_of(run.db(), space) if space else _of_the_circle(run)
    if not to:
        raise NoBundle("No machine of that space is known here that could open it: connect with it first.")
    writer = Writer(into, to)
    have = {} if whole else carry.held_by(run.db(), space)
    packed = carry.pack(run.db(), Caller(b"", space, space == run.space_id), writer, progress, have)
    writer.end(run.identity.node_key, run.identity.node_cert)
    return packed


def _of_the_circle(run: Run) -> list[Ed25519PublicKey]:
    """Where two circles met, a space that was away since has the key of only one. Keys from before a block open
    nothing new."""
    issuing = (each for each in circle.keys(run.settings.data) if each.issuing)
    return [bundle.key_of_circle(each.key).public_key() for each in issuing]


def _is_bundle(file: Path) -> bool:
    with file.open("rb") as held:
        return held.read(len(MAGIC)) == MAGIC


class Came(msgspec.Struct, frozen=True):
    """What a bundle brought. `made_by`: the space whose node made it, "" where that is not known here; `report`: in the
    words of an exchange; `strange`: how many spaces it tells of that are not accepted here."""

    made_by: str
    report: dict[str, Any]
    strange: int


def take(run: Run, file: BinaryIO, progress: Progress, gate: BoardGate | None = None) -> Came:
    """Takes what is new. All of the file is checked first: raises NotABundle, and then nothing was taken. A second time
    nothing changes. gate: where it comes in, if not by this node's own."""
    db, gate = run.db(), gate or BoardGate(run)
    carried = Carried(Reader(file, _keys(run)), progress)
    visit = carry.unpacking(carried, gate, carry.maker_of(db, carried.maker), run.clock_ms)
    error = ""
    try:
        report = asyncio.run(visit.run())
        error = next(iter(report.refused.values()), "")
    except Refused as refused:  # whoever made it had a hand in it: what came before is sound
        report, error = visit.report, refused.key
    maker = carry.maker_of(db, carried.maker)  # asked anew: its roster may have come along
    if maker and maker.node != run.identity.node_fingerprint:
        carry.note_held(db, maker.node, carried)
    name = spaces.name_of(db, maker.space) if maker else ""
    gate.came_back(name or A_STICK, report)
    forking.say_again(run)
    words = in_words(Visited(maker.node if maker else b"", name, report, error))
    return Came(name, words, len(carried.spaces - carry.accepted(db)))


def _keys(run: Run) -> list[Ed25519PrivateKey]:
    """All that may open a bundle here: this node's own, and those of each circle."""
    return [run.identity.node_key, *(bundle.key_of_circle(each.key) for each in circle.keys(run.settings.data))]
