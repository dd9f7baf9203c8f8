"""The full side: a node that writes invented posts and answers its peers, as its exchange process does.

Usage: python -m scripts.bench.teller FOLDER SEED posts|mix; then lines of JSON (child.py).
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from pathlib import Path
from typing import Any

from node import bundles, collector, intake
from node.gate import BoardGate
from node.run import Run
from node.settings import Settings
from node.start import open_run
from scripts.bench import child, measure
from scripts.bench.invented import Invention
from sync import circle, log
from sync.exchange import Answers, trusted
from sync.handshake import Handover
from sync.peers import tls
from sync.peers.server import Door, PeerServer

BATCH = 500
NEWEST_SPACE = "SELECT id FROM space WHERE state = 'accepted' ORDER BY no DESC LIMIT 1"


class Teller:
    """One node with its port."""

    def __init__(self, run: Run, invention: Invention, port: int) -> None:
        self._run, self._invention, self._port = run, invention, port
        self.context = tls.server_context(run.identity, trusted(run.db()))

    async def answer(self, do: str, asked: dict[str, Any]) -> object:
        return getattr(self, do)(**asked)

    def writes(self, count: int) -> int:
        """Says so many things more, a batch a transaction. Returns how many entries its log has now."""
        db = self._run.db()
        for at in range(0, count, BATCH):
            drafts = self._invention.batch(min(BATCH, count - at))
            with log.writing(db):
                held = self._run.writer.append(db, drafts)
                intake.enter(db, held, self._run.clock_ms())
            self._invention.heard(drafts, [one.entry.id for one in held])
        intake.tidy(self._run)
        return sum(feed.next for feed in log.feeds(db))

    def meets(self, space: str, node: str, roster: str) -> dict[str, str]:
        """Accepts the other side's space; returns what that needs to accept this one."""
        met(self._run, f"https://127.0.0.1:{self._port}", space, node, roster)
        tls.trust(self.context, trusted(self._run.db()))
        return {**card(self._run), "address": f"https://127.0.0.1:{self._port}"}

    def packs(self, file: str) -> float:
        """A stick for the space that was met last. Returns processor seconds."""
        space: bytes = self._run.db().execute(NEWEST_SPACE).fetchone()[0]
        began = measure.cpu_seconds()
        bundles.make(self._run, Path(file), space, lambda done, total: None)
        return measure.cpu_seconds() - began

    def yields(self) -> None:
        """Whoever else wants a processor of this machine goes first."""
        os.nice(19)

    def cpu(self) -> float:
        return measure.cpu_seconds()


def card(run: Run) -> dict[str, str]:
    """What another side needs to accept this one's space, in hexadecimal."""
    roster: bytes = run.db().execute("SELECT roster FROM space WHERE state = 'own'").fetchone()[0]
    mine = run.identity
    return {"space": mine.space_cert.hex(), "node": mine.node_cert.hex(), "roster": roster.hex()}


def met(run: Run, address: str, space: str, node: str, roster: str) -> None:
    """As after pairing, without its digits."""
    told = [bytes.fromhex(word) for word in (space, node, roster)]
    handover = Handover(told[0], told[1], told[2], "The other side", (), b"", 0, address)
    circle.join(run.db(), run.settings.data, handover, run.clock_ms())


async def _serve(folder: Path, seed: int, mixed: bool) -> None:
    run = open_run(Settings(data=folder, name="Hall"))
    listener = socket.create_server(("127.0.0.1", 0))
    teller = Teller(run, Invention(seed, mixed), listener.getsockname()[1])
    answers = Answers(BoardGate(run).db)
    server = PeerServer(Door(answers, lambda who, address: None, circle=lambda who, body: b"[]"))
    await server.start(listener, teller.context)
    collector.spare_what_is_here()
    await child.answering(teller.answer)
    await server.close()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "mix"))
