"""Processes that post and fetch until they are ended from outside, and whoever ends them over and over.

`python -m tests.blackout.victims --kills 500` for longer runs than the suite's.
"""

import argparse
import asyncio
import contextlib
import itertools
import multiprocessing
import random
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from node import intake
from node.gate import BoardGate
from sync import log
from sync.exchange import Answers, trusted
from sync.peers import tls
from sync.peers.client import Unreachable
from sync.peers.server import Door, PeerServer
from tests import meeting
from tests.ports import free_port
from tests.storage.nodes import Node

STEP_S = 600.0  # for a process to begin and to do one thing: never a measure, only an end to waiting for nothing
MOMENTS_S = 0.05
POSTS_A_STEP = 60  # however long the library takes to begin: so a run of so many kills has an end on any machine
TIDY_EVERY = 20  # posts, or visits: without a checkpoint each process begins by reading all that was ever written
MANY = 1_000_000

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([__name__])


def posting(folder: Path, port: int, begin: int, told: Connection) -> None:
    """The hall: answers the library, posts number after number as far as it is allowed, and tells of each that was
    acknowledged."""
    hall = Node(folder, "Hall")
    listener = socket.create_server(("127.0.0.1", port))
    threading.Thread(target=lambda: asyncio.run(_answers(hall, listener)), daemon=True).start()
    allowed = begin
    for number in itertools.count(begin):
        while number > allowed:
            allowed = told.recv()
        hall.posts(words(number), key=f"form {number}")
        told.send(number)
        if number % TIDY_EVERY == 0:
            intake.tidy(hall.run)


async def _answers(hall: Node, listener: socket.socket) -> None:
    server = PeerServer(Door(Answers(BoardGate(hall.run).db), lambda who, address: None))
    await server.start(listener, tls.server_context(hall.run.identity, trusted(hall.db)))
    await asyncio.Event().wait()


def fetching(folder: Path, teller: bytes, port: int, told: Connection) -> None:
    """The library: visits the hall again and again, and tells how much it holds."""
    library = Node(folder, "Library")
    for number in itertools.count(1):
        with contextlib.suppress(Unreachable):
            asyncio.run(meeting.visit_node(library, teller, f"https://127.0.0.1:{port}"))
        told.send(log.last_arrival(library.db)[0])
        if number % TIDY_EVERY == 0:
            intake.tidy(library.run)
        time.sleep(0.01)


def words(number: int) -> str:
    return f"Soup, pot {number}"


@dataclass
class Victim:
    """One of the two, ended and begun again. `last`: the last that it told; never less than before."""

    begins: object
    last: int = -1
    process: BaseProcess | None = None
    told: Connection | None = None

    def does_something(self, may: int = 0) -> None:
        """Begins it if need be, and waits until it has told something. may: how many posts it may say from now on."""
        if self.process is None:
            self.told, theirs = _context.Pipe()
            self.process = self.begins(self.last + 1, theirs)
            self.process.start()
            theirs.close()
        if may:
            self.told.send(self.last + may)
        assert self.told.poll(STEP_S), "it does nothing"
        self._listens()

    def is_ended(self) -> None:
        self.process.kill()
        self.process.join()
        with contextlib.suppress(EOFError, ConnectionResetError):
            self._listens()
        self.told.close()
        self.process = None

    def _listens(self) -> None:
        """Raises EOFError where it has ended by itself."""
        while self.told.poll():
            number = self.told.recv()
            assert number >= self.last, "it holds less than it had told"
            self.last = number


@dataclass(frozen=True)
class Town:
    """Two folders of two spaces that know each other. Nobody has them open between two steps."""

    hall: Path
    library: Path
    teller: bytes
    port: int


def town(at: Path) -> Town:
    hall, library = Node(at / "hall", "Hall"), Node(at / "library", "Library")
    meeting.acquaint(hall, library)
    fingerprint = hall.run.identity.node_fingerprint
    hall.run.close()
    library.run.close()
    return Town(at / "hall", at / "library", fingerprint, free_port())


def ended(town: Town, kills: int, seed: int) -> Iterator[int]:
    """Ends one of the two at a moment by chance while both are at it, so many times. Yields how many posts had been
    acknowledged by then."""
    dice = random.Random(seed)
    hall = Victim(lambda begin, told: _process(posting, town.hall, town.port, begin, told))
    library = Victim(lambda begin, told: _process(fetching, town.library, town.teller, town.port, told))
    try:
        for _ in range(kills):
            library.does_something()
            hall.does_something(POSTS_A_STEP)
            time.sleep(dice.uniform(0, MOMENTS_S))
            dice.choice((hall, library)).is_ended()
            yield hall.last + 1
    finally:
        for each in (hall, library):
            if each.process is not None:
                each.is_ended()


def _process(target: object, *args: object) -> BaseProcess:
    return _context.Process(target=target, args=args, daemon=True)


def lost_nothing(town: Town, acknowledged: int) -> None:
    """Every acknowledged post once at both, and every chain whole. Fails the assertion otherwise."""
    hall, library = Node(town.hall, "Hall"), Node(town.library, "Library")
    meeting.visits(library, hall)
    boards = [sorted(card.words for card in node.page(limit=MANY).cards) for node in (hall, library)]
    assert boards[0] == boards[1]
    assert len(boards[0]) == len(set(boards[0])), "something is there twice"
    assert {words(number) for number in range(acknowledged)} <= set(boards[0]), "something was lost"
    assert log.verify(hall.db) == log.verify(library.db)
    assert log.digest(hall.db) == log.digest(library.db)
    hall.run.close()
    library.run.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = town(Path(folder))
        for kill, acknowledged in enumerate(ended(place, chosen.kills, chosen.seed), 1):
            if kill % 50 == 0:
                print(f"{kill} kills, {acknowledged} posts acknowledged", flush=True)
        lost_nothing(place, acknowledged)
        print(f"{chosen.kills} kills, {acknowledged} posts acknowledged, none lost, none twice.")


if __name__ == "__main__":
    main()
