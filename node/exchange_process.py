"""The exchange as a process of its own: peers' port, visits, discovery, pairing window, checkpoints.

It may be killed at any moment: the kiosk does not notice, and `serve` starts it again. It ends by itself when its
standard input does, which is when `serve` is gone. Heavy work runs on threads, so that news are always answered.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import secrets
import socket
import sqlite3
import sys
import threading
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from node import addresses, burying, collector, control, forking, intake, meeting, nightly, orders, reviewing
from node.carrying import AGAIN_SECONDS, Busy, Carrying
from node.gate import BoardGate, in_words
from node.retiring import keep_erasing
from node.run import Run
from node.start import open_run
from node.storage import turn
from sync import circle, log
from sync.discovery import Discovery
from sync.exchange import Answers, take_roster, trusted
from sync.handshake import Handover
from sync.identity import shown
from sync.pairing import PairingWindow
from sync.peers import tls
from sync.peers.server import Door, PeerServer
from sync.radio import Found
from sync.visits import Visits

LOOK_SECONDS = 0.5
TIDY_SECONDS = 20.0
BIND_AGAIN_SECONDS = 10.0

logger = logging.getLogger("corkboard.exchange")


class Exchange:
    """Everything that the process does, wired together."""

    def __init__(self, run: Run, web_ports: list[int], say: Callable[[str], None]) -> None:
        self._run, self._web_ports, self._say = run, web_ports, say
        self._gate = BoardGate(run)
        self._carrying = Carrying(run, self._gate)
        me, certificates = run.identity, trusted(run.db())
        self._trusted = set(certificates)
        self._server_context = tls.server_context(me, certificates)
        self._client_context = tls.client_context(me, certificates)
        self._port, self._bound = run.settings.peer_port, False
        self._window = PairingWindow(self._handover, self._joined)
        self._visits = Visits(
            self._gate,
            self._client_context,
            me.node_fingerprint,
            lambda: self._port,
            run.clock_ms,
            self._gate.keys_told,
            visited=self._gate.visited,
        )
        self._server = PeerServer(
            Door(
                Answers(self._gate.db),
                lambda who, address: self._visits.appeared(who.node, [address]),
                self._window.routes(),
                lambda who, body: circle.keys_to_wire(circle.keys(run.settings.data)),
                partial(take_roster, self._gate),
            )
        )
        self._changed = asyncio.Event()
        self._why_not = ""
        self._discovery = Discovery(
            me.node_fingerprint,
            secrets.token_hex(8),
            lambda: self._port if self._bound else 0,
            self._found,
            on_moved=self._visits.look_again,
            web_port=run.settings.port,
        )

    async def until(self, stop: asyncio.Event) -> None:
        """Works until stop is set."""
        async with contextlib.AsyncExitStack() as last:
            last.push_async_callback(self._visits.close)
            last.push_async_callback(self._server.close)
            await self._visits.refresh()
            await self._bind()  # before commands are answered: whoever asks hears what came of it
            await last.enter_async_context(control.listening(self._run.settings.data, self._answer))
            last.push_async_callback(self._discovery.stop)
            copies = nightly.keep_copies(self._run.settings.data, self._run.clock_ms)
            await _first_of(stop.wait(), self._listen(), self._look(), self._tidy(), copies, keep_erasing(self._run))

    async def _listen(self) -> None:
        """Is to be found in the network, and binds the peers' port where it was taken, however long that takes."""
        await self._discovery.start()
        if not self._bound:
            self._say(
                f"Other spaces cannot reach this one: port {self._port} cannot be used ({self._why_not}). "
                "The kiosk works, and this node still visits them. Trying the port again."
            )
        while not self._bound:
            await asyncio.sleep(BIND_AGAIN_SECONDS)
            await self._bind()
        await asyncio.Event().wait()

    async def _bind(self) -> None:
        try:
            listener = socket.create_server((self._run.settings.host, self._port), backlog=64)
        except OSError as error:
            self._why_not = os.strerror(error.errno or errno.EADDRINUSE)  # its own words name the address too
            return
        await self._server.start(listener, self._server_context)
        self._port, self._bound = listener.getsockname()[1], True

    def _found(self, found: Found) -> None:
        hosts = (f"[{each}]" if ":" in each else each for each in found.addresses)
        self._visits.appeared(found.fingerprint, [f"https://{host}:{found.port}" for host in hosts], only=True)

    async def _look(self) -> None:
        """Notices what other processes wrote, and what came in here, and tells the peers."""
        db, version, told = self._run.db(), -1, -1
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._changed.wait()
            self._changed.clear()
            self._keep_name()
            tls.let_strangers_in(self._server_context, self._window.is_open)
            now = db.execute("PRAGMA data_version").fetchone()[0]
            if now == version:
                continue
            version = now
            await self._trust_new_spaces()
            n = log.last_arrival(db)[0]
            if n != told:
                told = n
                self._visits.poke()

    def _keep_name(self) -> None:
        """Pages and flyers say the name that the board answers to, also after a clash."""
        name, data = self._discovery.host_name, self._run.settings.data
        if name and name != addresses.name(data):
            addresses.keep_name(data, name)

    async def _trust_new_spaces(self) -> None:
        fresh = set(trusted(self._run.db())) - self._trusted
        if fresh:
            tls.trust(self._server_context, fresh)
            tls.trust(self._client_context, fresh)
            self._trusted |= fresh
        await self._visits.refresh()

    async def _tidy(self) -> None:
        """Also takes erased words out of the files, within the minute, and says new words that stewards put up."""
        began_ms = self._run.clock_ms()
        while True:
            await asyncio.sleep(TIDY_SECONDS)
            with contextlib.suppress(sqlite3.OperationalError):  # somebody is at it: the next time, then
                await asyncio.to_thread(burying.confirm, self._run, began_ms)
                await asyncio.to_thread(forking.say_again, self._run)
                await asyncio.to_thread(meeting.follow, self._run)
                await asyncio.to_thread(self._carrying.sweep)
                await asyncio.to_thread(reviewing.say_due, self._run)
                await asyncio.to_thread(intake.tidy, self._run)

    def _handover(self) -> Handover:
        return circle.ours(self._run.db(), self._run.settings.data, self._run.identity, self._port)

    async def _joined(self, handover: Handover) -> None:
        run = self._run

        def join() -> None:
            with turn.first(run.settings.data):  # two stewards are waiting
                meeting.join(run, handover)

        await asyncio.to_thread(join)
        self._say(f"Connected with {handover.name}.")
        self._changed.set()

    async def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """What the control socket is asked (node/README, Control)."""
        match request:
            case {"do": "pair"}:
                window = self._window.open()
                tls.let_strangers_in(self._server_context, True)
                return {"code": window.code, "until_ms": self._run.clock_ms() + int(window.seconds * 1000)}
            case {"do": "pull", "address": str(address)} if address:
                await self._trust_new_spaces()
                return {"reports": [in_words(await self._visits.visit_address(address))]}
            case {"do": "pull"}:
                await self._trust_new_spaces()
                return {"reports": [in_words(visited) for visited in await self._visits.visit_all()]}
            case {"do": "news"}:
                self._changed.set()
                return {}
            case {"do": "health"}:
                return self._health()
        return self._carried(request)

    def _carried(self, request: dict[str, Any]) -> dict[str, Any]:
        """The files of phones."""
        try:
            match request:
                case {"do": "carry", "to": str(space)}:
                    return {"job": self._carrying.make(bytes.fromhex(space))}
                case {"do": "bring", "file": str(name)}:
                    return {"job": self._carrying.take(name)}
                case {"do": "carried", "job": str(name)}:
                    return self._carrying.state(name)
        except Busy:
            return {"error": "busy", "again_s": AGAIN_SECONDS}
        return {"error": "unknown"}

    def _health(self) -> dict[str, Any]:
        peers = circle.peers(self._run.db())
        return {
            "pid": os.getpid(),
            "peer_port": self._port,
            "bound": self._bound,
            "why_not": self._why_not,
            "web_ports": self._web_ports,
            "listened_s": self._discovery.listened_s,
            "pairing": self._window.is_open,
            "host_name": self._discovery.host_name,
            "around": [shown(found.fingerprint) for found in self._discovery.around()],
            "peers": [
                {"peer": shown(p.node), "name": p.name, "address": p.address, "seen_ms": p.seen_ms, "error": p.error}
                for p in peers
            ],
        }


async def _first_of(*jobs: Coroutine[Any, Any, object]) -> None:
    """Until one of these ends. If it failed, so does the process: started anew it is whole again."""
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _work(run: Run, web_ports: list[int]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def watch_input() -> None:
        while os.read(0, 4096):
            pass
        with contextlib.suppress(RuntimeError):  # the loop has ended first
            loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=watch_input, daemon=True).start()
    await Exchange(run, web_ports, lambda line: print(line, flush=True)).until(stop)


YIELDS = 5
"""How far the exchange stands back where processors are short: whoever is at the touchscreen waits for the pages."""


def main() -> None:
    os.nice(YIELDS)
    logging.basicConfig(level=logging.WARNING, format="exchange: %(message)s")
    logging.getLogger("aiohttp").setLevel(logging.CRITICAL)  # what a stranger sends is no news
    logging.getLogger("zeroconf").setLevel(logging.CRITICAL)  # a network that is down or filters is told by `status`
    settings, web_ports = orders.read(sys.stdin.buffer.readline())
    run = open_run(settings)
    collector.spare_what_is_here()
    asyncio.run(_work(run, web_ports))
    os._exit(0)  # a thread in the middle of a transaction is rolled back; nobody waits for it


if __name__ == "__main__":
    main()
