"""A disk whose power can fail: a file system in a file, and what of it had reached the platter at a moment.

What a program writes stays in this machine's memory until it is flushed, and only then gets into the file. So a copy of
the file, taken while nothing moves, is what a power cut would have left; ending a process shows nothing of that kind.
"""

import hashlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.two_nodes.node import send, stopped

SIZE = 96 << 20
TRIES = 20
WHY_NOT = "a disk of its own needs root, mkfs.ext4 and loop devices"


class Disk:
    """folder: what is on it."""

    def __init__(self, at: Path) -> None:
        self._file, self.folder = at / "disk.img", at / "disk"
        self._copies = 0

    @contextmanager
    def after_a_power_cut(self, running: int = 0) -> Iterator[Path]:
        """What is on a disk that was cut off at this moment. `running`: the process that writes, if it is another: it
        stands still for that moment and then goes on."""
        self._copies += 1
        copy = self._file.with_name(f"cut-{self._copies}.img")
        with standing_still(running):
            self._copy_to(copy)
        with _mounted(copy, copy.with_suffix("")) as folder:
            yield folder
        copy.unlink()

    def _copy_to(self, copy: Path) -> None:
        for _ in range(TRIES):  # the machine may just be flushing by itself: then it was not one moment
            before = _digest(self._file)
            shutil.copyfile(self._file, copy)
            if before == _digest(copy) == _digest(self._file):
                return
        raise AssertionError("this disk is never still")


@contextmanager
def disk(at: Path) -> Iterator[Disk]:
    """Raises CalledProcessError, PermissionError or FileNotFoundError where this user may not make one."""
    made = Disk(at)
    with (at / "disk.img").open("wb") as file:
        file.truncate(SIZE)
    _run("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", str(at / "disk.img"))
    with _mounted(at / "disk.img", made.folder, "commit=300"):
        yield made


def may_make_disks(at: Path) -> bool:
    if os.geteuid() != 0 or not shutil.which("mkfs.ext4"):
        return False
    try:
        with disk(at):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


@contextmanager
def standing_still(pid: int) -> Iterator[None]:
    """This process and its children take no step. 0 for none."""
    family = stopped(pid) if pid else []
    try:
        yield
    finally:
        send(signal.SIGCONT, family)


@contextmanager
def _mounted(image: Path, where: Path, options: str = "") -> Iterator[Path]:
    where.mkdir()
    _run("mount", "-o", ",".join(["loop", *([options] if options else [])]), str(image), str(where))
    try:
        yield where
    finally:
        _run("umount", "--lazy", str(where))


def _digest(file: Path) -> str:
    with file.open("rb") as held:
        return hashlib.file_digest(held, "blake2b").hexdigest()


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=300)
