"""The data folders of a small circle as they are after first start and pairing, made once for each process.

All is a function of fixed numbers. Each history begins from a copy, since making keys and tables takes longer than
the history itself.
"""

from __future__ import annotations

import random
import tempfile
from functools import cache
from pathlib import Path

from node.run import Run
from node.settings import Settings
from node.start import ROSTER_FILE, open_run
from node.storage import db as database
from sync import circle, identity, proofs
from sync.identity import PAPER_FILE, Paper

Disk = dict[str, bytes]
"""A folder as a power cut leaves it: what is in each file."""

PLACES = {"hall": "hall", "hall-door": "hall", "library": "library", "mosque": "mosque", "depot": "depot"}
"""Each node and its space; the hall has two nodes."""

NOON = 1_790_000_000_000
MEMORY_DISKS = Path("/dev/shm")


def room() -> str | None:
    """Where folders are made: in memory where the system has such a place, since the medium is not what is tried."""
    return str(MEMORY_DISKS) if MEMORY_DISKS.is_dir() else None


@cache
def made() -> dict[str, Disk]:
    """A folder for each place; every node has accepted every other."""
    with tempfile.TemporaryDirectory(dir=room()) as above:
        _make_keys(Path(above))
        runs = {place: _first_start(Path(above) / place, space) for place, space in PLACES.items()}
        for place, run in runs.items():
            _join(run, [other for name, other in runs.items() if name != place])
        return {place: _shut(run) for place, run in runs.items()}


def _make_keys(above: Path) -> None:
    """The nodes of one space share its paper key, and its roster names them all."""
    for space in sorted(set(PLACES.values())):
        dice = random.Random(f"keys of {space}")
        paper, members = Paper.new(dice.randbytes), [place for place, of in PLACES.items() if of == space]
        keys = []
        for place in members:
            (above / place).mkdir()
            (above / place / PAPER_FILE).write_text(paper.digits())
            keys.append(identity.found(above / place, dice.randbytes).public_key)
        for place in members:
            (above / place / ROSTER_FILE).write_bytes(proofs.make_roster(paper.authority(), NOON, keys, []))


def _first_start(folder: Path, name: str) -> Run:
    return open_run(Settings(data=folder, name=name), lambda: NOON, random.Random(folder.name).randbytes)


def _join(run: Run, others: list[Run]) -> None:
    for other in others:
        told = circle.ours(other.db(), other.settings.data, other.identity, 0)
        circle.join(run.db(), run.settings.data, told, NOON)


def _shut(run: Run) -> Disk:
    database.checkpoint(run.db(), run.settings.data)
    run.close()
    return read(run.settings.data)


def read(folder: Path) -> Disk:
    """What a power cut at this moment leaves. The `-shm` file lives in memory only."""
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if not file.name.endswith("-shm")}


def write(folder: Path, disk: Disk) -> None:
    """Puts a folder into exactly this state."""
    for file in folder.iterdir():
        file.unlink()
    for name, data in disk.items():
        (folder / name).write_bytes(data)
