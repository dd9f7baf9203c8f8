"""The gate that sync is handed, and one pull through it in the words of the board. Starts nothing that stays."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from node import burying, collector, forking, intake
from node.run import Run
from node.storage import returned, turn
from sync import circle
from sync.entry import Entry
from sync.exchange import trusted
from sync.handshake import BadHandover
from sync.identity import shown
from sync.peers import tls
from sync.pull import Report, Visited
from sync.refusals import NoRoom

RESERVE_BYTES = 256 << 20  # of disk, for what the kiosk still has to write


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


class BoardGate:
    """The gate that sync is handed: this node's one door. free: bytes that are left on the disk of a folder."""

    def __init__(self, run: Run, free: Callable[[Path], int] = free_bytes) -> None:
        self._run, self._free = run, free

    def db(self) -> sqlite3.Connection:
        return self._run.db()

    def accept(
        self,
        pages: Iterable[Sequence[Entry]],
        proofs: Sequence[bytes] = (),
        payloads: Sequence[Entry] = (),
        by: bytes = b"",
    ) -> intake.Taken:
        if (pages or payloads) and self.is_full():
            raise NoRoom("less than 256 MiB are left")  # erasures and rosters are taken all the same
        turn.give_way(self._run.settings.data)
        with collector.off():
            return self.enter(pages, proofs, payloads, by)

    def enter(
        self, pages: Iterable[Sequence[Entry]], proofs: Sequence[bytes], payloads: Sequence[Entry], by: bytes
    ) -> intake.Taken:
        """What accept() does, once there is room and nobody waits."""
        return intake.accept(self._run, pages, proofs, payloads, by)

    def is_full(self) -> bool:
        """Whether what is left of the disk is kept for the kiosk."""
        return self._free(self._run.settings.data) < RESERVE_BYTES

    def keys_told(self, told: bytes) -> None:
        """The circle's keys as a member has them. Where they are none, nothing of it is taken."""
        with contextlib.suppress(BadHandover):
            circle.add_keys(self._run.settings.data, circle.keys_from_wire(told))

    def visited(self, went: Visited) -> None:
        """Notes who brought back what this space had lost."""
        self.came_back(went.name, went.report)

    def came_back(self, name: str, report: Report) -> int:
        """As visited(). name: of who brought it. Returns how many entries."""
        back = sum(taken.returned for taken in report.taken if isinstance(taken, intake.Taken))
        returned.note(self.db(), name, back, self._run.clock_ms())
        return back


def in_words(visited: Visited) -> dict[str, Any]:
    """One visit in the words of the board."""
    taken = [each for each in visited.report.taken if isinstance(each, intake.Taken)]
    words = {name: name for name in ("needs", "offers", "met", "erased", "returned")} | {"entries": "new_entries"}
    sums = {word: sum(getattr(each, name) for each in taken) for word, name in words.items()}
    return {
        "peer": shown(visited.node) if visited.node else "",
        "name": visited.name,
        **sums,
        "void": len(visited.report.void),
        "error": visited.error,
    }


async def pull_once(run: Run, address: str | None) -> list[dict[str, Any]]:
    """What {"do": "pull"} answers, for a node that does not serve."""
    from sync.visits import Visits  # with it comes all of HTTP, which most who have a gate do without

    gate, context = BoardGate(run), tls.client_context(run.identity, trusted(run.db()))
    me, port, began_ms = run.identity.node_fingerprint, run.settings.peer_port, run.clock_ms()
    visits = Visits(gate, context, me, lambda: port, run.clock_ms, gate.keys_told, stay=False, visited=gate.visited)
    try:
        went = [await visits.visit_address(address)] if address else await visits.visit_all()
    finally:
        await visits.close()
    burying.confirm(run, began_ms)
    forking.say_again(run)
    return [in_words(visited) for visited in went]
