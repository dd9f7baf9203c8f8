"""The empty side: a node that visits the full one, as its exchange process does, and says what that took.

Usage: python -m scripts.bench.asker FOLDER log|board; then lines of JSON (child.py). With `log`, entries are checked
and go into the log as ever, but not onto the board.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from node import bundles, collector, intake
from node.gate import BoardGate
from node.run import Run
from node.settings import Settings
from node.start import open_run
from scripts.bench import child, measure
from scripts.bench.teller import card, met
from sync import log
from sync.entry import Entry
from sync.exchange import trusted
from sync.peers import tls
from sync.take import take
from sync.visits import Visits

AGAIN = 30  # visits in a row


class LogGate(BoardGate):
    """One door, without the board behind it."""

    def enter(
        self, pages: Iterable[Sequence[Entry]], proofs: Sequence[bytes], payloads: Sequence[Entry], by: bytes
    ) -> intake.Taken:
        with log.writing(self.db()):
            new = sum(map(self._take, pages))
        return intake.Taken(new)

    def _take(self, page: Sequence[Entry]) -> int:
        return len(take(self.db(), page, int(time.time() * 1000)))


class Asker:
    """One node and its visits."""

    def __init__(self, run: Run, gate: BoardGate) -> None:
        self._run, self._gate = run, gate
        self._visits: Visits | None = None

    async def answer(self, do: str, asked: dict[str, str]) -> object:
        match do:
            case "card":
                return card(self._run)
            case "meets":
                self._meets(**asked)
                return None
            case "visits":
                return await self._visit()
            case "visits again":
                return [await self._visit_at_once() for _ in range(AGAIN)]
            case "unpacks":
                return await asyncio.to_thread(self._unpack, Path(asked["file"]))
            case "tidies":
                intake.tidy(self._run)
                return measure.disk_bytes(self._run.settings.data)
        raise ValueError(do)

    async def close(self) -> None:
        if self._visits:
            await self._visits.close()

    def _meets(self, address: str, space: str, node: str, roster: str) -> None:
        met(self._run, address, space, node, roster)
        run = self._run
        context = tls.client_context(run.identity, trusted(run.db()))
        me = run.identity.node_fingerprint
        self._visits = Visits(self._gate, context, me, lambda: 8081, run.clock_ms, lambda told: None, stay=False)

    async def _visit(self) -> dict[str, object]:
        """One visit and what it took, until everything is on the disk."""
        assert self._visits
        took, wire = Took(), measure.wire_bytes()
        (went,) = await self._visits.visit_all()
        return {
            **took.so_far(),
            "wire": measure.wire_bytes() - wire,
            "error": went.error,
            "requests": went.report.asked,
            "entries": sum(one.new_entries for one in went.report.taken if isinstance(one, intake.Taken)),
        }

    async def _visit_at_once(self) -> float:
        """Seconds of a visit right after another, with nothing of the measuring in between that cools caches."""
        assert self._visits
        began = time.perf_counter()
        await self._visits.visit_all()
        return time.perf_counter() - began

    def _unpack(self, file: Path) -> dict[str, object]:
        """The same by a stick."""
        took = Took()
        with file.open("rb") as stick:
            came = bundles.take(self._run, stick, lambda done, total: None)
        return {
            **took.so_far(),
            "wire": file.stat().st_size,
            "error": came.report["error"],
            "entries": came.report["entries"],
        }


class Took:
    """Seconds, processor seconds and memory from now on."""

    def __init__(self) -> None:
        self._idle = measure.memory_bytes()
        measure.forget_peak()
        self._cpu, self._began = measure.cpu_seconds(), time.perf_counter()

    def so_far(self) -> dict[str, float]:
        return {
            "seconds": time.perf_counter() - self._began,
            "cpu": measure.cpu_seconds() - self._cpu,
            "peak_over_idle": max(0, measure.peak_bytes() - self._idle),
        }


async def _ask(folder: Path, kind: str) -> None:
    run = open_run(Settings(data=folder, name="Library"))
    asker = Asker(run, LogGate(run) if kind == "log" else BoardGate(run))
    collector.spare_what_is_here()
    await child.answering(asker.answer)
    await asker.close()


if __name__ == "__main__":
    asyncio.run(_ask(Path(sys.argv[1]), sys.argv[2]))
