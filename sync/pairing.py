"""Two stewards connect their spaces: six digits shown at one, typed at the other. Keeps nothing on disk.

    POST /pair/start    the caller's certificates and half of SPAKE2 -> the server's. Counts as a try.
    POST /pair/confirm  the caller proves that it knows the digits -> the server proves it too, and hands over
    POST /pair/finish   the caller hands over

What is handed over is not judged here but by who is told of it (circle.join).
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address

import msgspec
from aiohttp import web

from sync.entry import b64
from sync.handshake import (
    BadHandover,
    Confirm,
    Handover,
    NoWindow,
    PairingError,
    Sealed,
    Side,
    Start,
    Started,
    TooManyTries,
    WithOneself,
    WrongCode,
    checked,
    opened,
    read,
    to_wire,
    unwire,
)
from sync.pairing_call import pair as pair  # both sides of pairing under one name

TRIES = 3
OPEN_S = 5 * 60.0
STEP_S = 20.0  # a caller that drips its bytes is cut off
STATUS = {WrongCode.key: 403, NoWindow.key: 409, TooManyTries.key: 429}


@dataclass(frozen=True)
class Shown:
    """What the steward reads out: the six digits, and for how many seconds they count."""

    code: str
    seconds: float


@dataclass
class Try:
    """One caller at work. `side` has the agreed key; `right` once its confirmation was."""

    side: Side
    certs: tuple[bytes, bytes]
    right: bool = False


@dataclass
class _Window:
    code: bytes
    until: float
    tries: int = 0
    running: dict[str, Try] = field(default_factory=dict)


class PairingWindow:
    """The side that shows the digits. One window at a time; opening another one closes the first.

    me: what this space hands over, asked anew for every caller. joined: is told of each space that paired.
    clock: seconds, monotonic.
    """

    def __init__(
        self,
        me: Callable[[], Handover],
        joined: Callable[[Handover], Awaitable[None]],
        clock: Callable[[], float] = time.monotonic,
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._me, self._joined, self._clock, self._random = me, joined, clock, random
        self._window: _Window | None = None
        self._used_up = False
        self._finished: dict[str, Try] = {}

    def open(self) -> Shown:
        """A new code, for five minutes and three tries."""
        code = b"%06d" % (int.from_bytes(self._random(8)) % 10**6)
        self._window, self._used_up = _Window(code, self._clock() + OPEN_S), False
        return Shown(code.decode(), OPEN_S)

    def close(self) -> None:
        self._window = None

    @property
    def is_open(self) -> bool:
        """True while a stranger may knock: the only time when TLS lets in who shows no certificate."""
        window = self._window
        if window is not None and (self._clock() >= window.until or _worn(window)):
            self._used_up = _worn(window)
            self._window = None
        return self._window is not None

    def routes(self) -> list[web.RouteDef]:
        steps = {"start": self._start, "confirm": self._confirm, "finish": self._finish}
        return [web.post(f"/pair/{name}", _answering(step)) for name, step in steps.items()]

    def _opened(self) -> _Window:
        if self.is_open and self._window is not None:
            return self._window
        raise TooManyTries if self._used_up else NoWindow

    async def _start(self, request: web.Request) -> bytes:
        self._opened()
        asked, me = read(await request.read(), Start), self._me()
        certs = unwire(asked.space_cert), unwire(asked.node_cert)
        if checked(*certs).node == checked(me.space_cert, me.node_cert).node:
            raise WithOneself
        window = self._count_try()
        side, session = Side(False, window.code, certs, me.node_cert, self._random), b64(self._random(16))
        window.running[session] = Try(side, certs)
        await self._agree(window, session, unwire(asked.half), me.space_cert)
        return msgspec.json.encode(Started(session, b64(me.space_cert), b64(me.node_cert), b64(side.half)))

    def _count_try(self) -> _Window:
        """Nothing is awaited between looking and counting: of many first messages at once three count."""
        window = self._opened()
        if window.tries >= TRIES:
            raise TooManyTries
        if any(each.right for each in window.running.values()):
            raise NoWindow
        window.tries += 1
        return window

    async def _agree(self, window: _Window, session: str, half: bytes, space_cert: bytes) -> None:
        """Some milliseconds of pure Python arithmetic, so on a thread of its own."""
        try:
            await asyncio.to_thread(window.running[session].side.agree, half, space_cert)
        except BadHandover:
            del window.running[session]
            raise

    async def _confirm(self, request: web.Request) -> bytes:
        window, asked = self._opened(), read(await request.read(), Confirm)
        attempt = window.running.get(asked.session)
        if attempt is None:
            raise NoWindow
        if not attempt.side.proves(asked.confirm, b"caller"):
            del window.running[asked.session]
            raise WrongCode(TRIES - window.tries)
        attempt.right = True
        body = to_wire(self._me())
        proof = attempt.side.mac(b"server"), attempt.side.mac(b"server hands over", body)
        return msgspec.json.encode(Sealed(msgspec.Raw(body), proof[1], confirm=proof[0]))

    async def _finish(self, request: web.Request) -> bytes:
        asked = read(await request.read(), Sealed)
        attempt = self._finished.get(asked.session) or self._opened().running.get(asked.session)
        if attempt is None or not attempt.right:
            raise NoWindow
        handover = opened(attempt.side, asked, b"caller hands over", attempt.certs)
        await self._joined(msgspec.structs.replace(handover, address=_address(request, handover.port)))
        self._finished = {asked.session: attempt}  # so that a caller who missed the answer may ask again
        self.close()
        return b"{}"


def _worn(window: _Window) -> bool:
    """True once all tries are used and none of them can still come right."""
    return window.tries >= TRIES and not window.running


def _address(request: web.Request, port: int) -> str:
    """Where the caller can be visited, as far as its packets tell."""
    try:
        host = ip_address(request.remote or "")
    except ValueError:
        return ""
    if isinstance(host, IPv6Address):
        return f"https://{host.ipv4_mapped}:{port}" if host.ipv4_mapped else f"https://[{host}]:{port}"
    return f"https://{host}:{port}"


Step = Callable[[web.Request], Awaitable[bytes]]


def _answering(step: Step) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Errors travel by their key; a wrong code says how many tries are left."""

    async def answer(request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(STEP_S):
                body, status = await step(request), 200
        except TimeoutError:
            raise web.HTTPRequestTimeout from None
        except PairingError as error:
            left = error.left if isinstance(error, WrongCode) else 0
            body, status = msgspec.json.encode({"error": error.key, "left": left}), STATUS.get(error.key, 400)
        return web.Response(body=body, status=status, content_type="application/json")

    return answer
