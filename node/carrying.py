"""Files that phones fetch here and bring here, as jobs of the exchange process: one made at a time, one taken in.

Whoever asks gets the name of a job and looks how it goes; what a file holds is `bundles`' business. A file that was
made lies in the data folder for minutes, and no longer than until somebody erases: it holds what was not erased then.
"""

from __future__ import annotations

import secrets
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from node import bundles
from node.bundles import NoBundle
from node.gate import BoardGate
from node.run import Run
from sync import log, proofs
from sync.bundle import NotABundle
from sync.refusals import NoRoom

FOLDER = "carry"
KEPT_MS = 5 * 60_000  # of a file for a phone to fetch; who is fetching it then gets all of it
JOBS = 50  # remembered; then the oldest is not known any more
FILES = 4  # that lie ready at once: one for each of so many spaces
AGAIN_SECONDS = 5


class Busy(Exception):
    """Another one is on its way."""


@dataclass
class Job:
    """state: "working", "done" or "failed"; done, total: how far; file: what lies ready; error: its key."""

    name: str
    begun_ms: int
    state: str = "working"
    done: int = 0
    total: int = 0
    file: str = ""
    error: str = ""
    came: dict[str, Any] = field(default_factory=dict)
    about: tuple[bytes, int] | None = None  # of one to fetch: for which space, and what had arrived before

    def goes_on(self, done: int, total: int) -> None:
        self.done, self.total = done, total

    def told(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("state", "done", "total", "file", "error", "came")}


class Carrying:
    """All such jobs of one node. Thread-safe."""

    def __init__(self, run: Run, gate: BoardGate) -> None:
        self._run, self._gate = run, gate
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._out, self._in = threading.Lock(), threading.Lock()

    def make(self, space: bytes) -> str:
        """Begins to write what this node holds for one space, or for the circle; the one that lies ready where nothing
        has come since. Raises Busy."""
        self.sweep()
        about = (space, log.last_arrival(self._run.db())[0])
        for job in self._jobs.values():
            if job.about == about and (job.file or job.state == "working"):
                return job.name
        return self._begin(self._out, lambda job: self._write(job, space), about)

    def take(self, name: str) -> str:
        """Begins to take in a file of the folder, which its owner may delete from now on. Raises Busy, OSError."""
        with ExitStack() as held:
            file = held.enter_context((self._folder() / Path(name).name).open("rb"))
            job = self._begin(self._in, lambda job: self._read(job, file))
            held.pop_all()
        return job

    def state(self, name: str) -> dict[str, Any]:
        """How a job goes; {"state": "unknown"} of one that was begun before this process."""
        job = self._jobs.get(name)
        return job.told() if job else {"state": "unknown"}

    def sweep(self) -> None:
        """Takes away what lay ready long enough, or since before somebody erased; and what another process left."""
        db, now_ms = self._run.db(), self._run.clock_ms()
        for job in list(self._jobs.values()):
            over = not 0 <= now_ms - job.begun_ms < KEPT_MS
            if job.file and job.about and (over or proofs.changed_after(db, job.about[1])):
                self._drop(job)
        lying = {job.file for job in self._jobs.values()}
        for file in self._folder().glob("out-*"):
            if file.name not in lying and not self._out.locked():
                file.unlink(missing_ok=True)

    def _begin(self, one: threading.Lock, do: Callable[[Job], None], about: tuple[bytes, int] | None = None) -> str:
        if not one.acquire(blocking=False):
            raise Busy
        job = Job(secrets.token_hex(8), self._run.clock_ms(), about=about)
        self._jobs[job.name] = job
        while len(self._jobs) > JOBS:
            self._drop(self._jobs.popitem(last=False)[1])

        def work() -> None:
            try:
                do(job)
                job.state = "done"
            except (NotABundle, NoRoom) as error:
                job.error, job.state = error.key, "failed"
            except NoBundle:
                job.error, job.state = "nobody", "failed"
            except Exception:  # whatever it was, what came before is whole, and the file can be brought again
                job.error, job.state = "failed", "failed"
            finally:
                self._run.close()
                one.release()

        threading.Thread(target=work, name="carrying", daemon=True).start()
        return job.name

    def _write(self, job: Job, space: bytes) -> None:
        if self._gate.is_full():
            raise NoRoom
        ready = [each for each in self._jobs.values() if each.file]
        for each in ready[: len(ready) + 1 - FILES]:
            self._drop(each)
        with tempfile.NamedTemporaryFile(dir=self._folder(), prefix="out-", delete=False) as file:
            try:
                bundles.write(self._run, file, space, job.goes_on)  # type: ignore[arg-type]  # it is a file for bytes
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
        job.file = Path(file.name).name

    def _read(self, job: Job, file: BinaryIO) -> None:
        with file:
            came = bundles.take(self._run, file, job.goes_on, self._gate)
        job.came = {"from": came.made_by, "strange": came.strange, **came.report}

    def _drop(self, job: Job) -> None:
        if job.file:
            (self._folder() / job.file).unlink(missing_ok=True)
            job.file = ""

    def _folder(self) -> Path:
        folder = self._run.settings.data / FOLDER
        folder.mkdir(0o700, exist_ok=True)
        return folder


def empty(data: Path) -> None:
    """What an earlier run left behind, before this one begins."""
    for file in (data / FOLDER).glob("*"):
        file.unlink()
