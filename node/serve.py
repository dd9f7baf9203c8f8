"""The running node: the web server here, the exchange in a process beside it. Starts, watches and ends both.

The web server is this process' main work and waits for nothing of the exchange, whose end is only a line in the
terminal and a new start.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import IO

from node import addresses, carrying, greeting, intake, listening, orders, uploads
from node.app import create_app
from node.settings import Settings
from node.start import open_run
from node.ticket_office import office_of
from node.web.carrying import BRING
from sync import identity

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds before the exchange is started again; doubles while it keeps ending
STEADY_SECONDS = 60.0
STOP_SECONDS = 4.0
SETTLING_SECONDS = 15.0  # a start has the machine for itself: deriving four tickets takes as long as the rest of it
LOCK = "serve.lock"

Say = Callable[[str], None]


class AlreadyServing(Exception):
    """Another serve runs on this data folder. Its text is one sentence."""


def serve(settings: Settings, say: Say = lambda line: print(line, flush=True)) -> None:
    """Runs until SIGINT or SIGTERM. Raises AlreadyServing, or listening.PortTaken, before anything has started."""
    settings.data.mkdir(0o700, parents=True, exist_ok=True)
    with alone(settings.data):
        sockets = listening.listen(settings.host, settings.port)
        run = open_run(settings)
        office = office_of(settings.data)
        office.work_ahead(SETTLING_SECONDS)
        carrying.empty(settings.data)
        brought = uploads.Uploads(BRING, settings.data / carrying.FOLDER)
        server = listening.web_server(create_app(run, office), sockets, uploads=brought)
        ports = [each.getsockname()[1] for each in sockets]
        exchange = ExchangeChild(settings, ports, say, lambda: intake.tidy(run))
        with _ended_by_signals(), exchange.running():
            paper_on_disk = (settings.data / identity.PAPER_FILE).exists()
            name = addresses.name(settings.data)
            say(greeting.text(settings.name, name, ports, settings.peer_port, paper_on_disk))
            server.run()
        say("Stopped.")


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Holds the folder for this process. Raises AlreadyServing."""
    with (folder / LOCK).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise AlreadyServing(
                f"Corkboard already runs on {folder} (process {file.read().strip() or 'unknown'}): "
                "stop it first, or give --data another folder."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


class ExchangeChild:
    """Keeps one exchange process alive. web_ports: where the board is served. tidy: called in its stead after each
    unexpected end."""

    def __init__(self, settings: Settings, web_ports: list[int], say: Say, tidy: Callable[[], object]) -> None:
        self._orders, self._say, self._tidy = orders.line(settings, web_ports), say, tidy
        self._child: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        keeper = threading.Thread(target=self._keep, name="exchange-keeper", daemon=True)
        keeper.start()
        try:
            yield
        finally:
            self._stopping.set()
            self._end()
            keeper.join(STOP_SECONDS)

    def _keep(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            began = time.monotonic()
            code = self._run_once()
            if self._stopping.is_set():
                return
            pause = FIRST_PAUSE if time.monotonic() - began > STEADY_SECONDS else pause
            self._say(
                f"The exchange with other spaces ended ({_why(code)}); it starts again in {pause:g} s. "
                "The kiosk goes on."
            )
            with contextlib.suppress(Exception):  # the database may be what ended it; the kiosk will say so
                self._tidy()
            self._stopping.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _run_once(self) -> int:
        """The exit code of one exchange process; it shares no signal with the terminal and ends with its input."""
        command = [sys.executable, "-m", orders.TO]
        try:
            child = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True, cwd=_HOME)
        except OSError as error:
            return error.errno or 1
        self._child = child
        with contextlib.suppress(OSError):
            _input(child).write(self._orders)
            _input(child).flush()
        if self._stopping.is_set():
            self._end()
        return child.wait()

    def _end(self) -> None:
        child = self._child
        if child is None:
            return
        with contextlib.suppress(OSError):
            _input(child).close()
        for harder in (child.terminate, child.kill):
            try:
                child.wait(STOP_SECONDS)
                return
            except subprocess.TimeoutExpired:
                harder()


_HOME = Path(__file__).resolve().parent.parent


def _input(child: subprocess.Popen[bytes]) -> IO[bytes]:
    assert child.stdin is not None
    return child.stdin


def _why(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


@contextlib.contextmanager
def _ended_by_signals() -> Iterator[None]:
    """SIGTERM and SIGINT end the web server's loop, wherever it is."""

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    before = {each: signal.signal(each, end) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    except SystemExit:
        pass
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
