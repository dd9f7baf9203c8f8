"""The peers' port: HTTP in, bytes out. Knows paths, limits and who calls; what an answer says is in sync/exchange.

Nobody but a node of an accepted space is answered, and only /pair/* answers a caller without a certificate,
while a steward's window is open. A refusal is JSON {"error": key}, and has changed nothing.
"""

from __future__ import annotations

import asyncio
import logging
import random
import socket
import ssl
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from aiohttp import web
from aiohttp.typedefs import Handler

from sync.exchange import Answers, Caller
from sync.messages import BODY_BYTES, REACH, Malformed
from sync.peers import tls
from sync.refusals import Refused, Unaccepted

HANDSHAKE_SECONDS = 10.0
BODY_SECONDS = 20.0  # from head to last byte of a request
PAGES_AT_ONCE = 2
PAGES_WAITING = 6  # more are told to come back
PAGES_EACH = 2  # of one node
DEFLATE_LEVEL = 2

log = logging.getLogger("corkboard.peers")
Answer = Callable[[Caller, bytes], bytes]
T = TypeVar("T")


class Busy(Exception):
    """More page requests than this machine serves at once."""


@dataclass
class Door:
    """What the server is handed. poked: (caller, its own URL) -> None. pairing: routes of sync/pairing. roster: (leaf,
    body) -> body, for a node that its space has signed and no roster held here names yet."""

    answers: Answers
    poked: Callable[[Caller, str], None]
    pairing: Sequence[web.RouteDef] = ()
    circle: Callable[[Caller, bytes], bytes] | None = None
    roster: Callable[[bytes, bytes], bytes] | None = None


class PeerServer:
    """Serves a Door on one socket until closed."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._quick = ThreadPoolExecutor(2, "peer-news")
        self._pages = ThreadPoolExecutor(PAGES_AT_ONCE, "peer-pages")
        self._asked: Counter[bytes] = Counter()
        self._runner: web.AppRunner | None = None
        self._listener: asyncio.Server | None = None

    async def start(self, listener: socket.socket, context: ssl.SSLContext) -> None:
        self._runner = web.AppRunner(
            self.app(),
            handle_signals=False,
            access_log=None,
            auto_decompress=False,
            keepalive_timeout=90,
            shutdown_timeout=2,
        )
        await self._runner.setup()
        self._listener = await asyncio.get_running_loop().create_server(
            self._runner.server,  # type: ignore[arg-type]
            sock=listener,
            ssl=context,
            ssl_handshake_timeout=HANDSHAKE_SECONDS,
            ssl_shutdown_timeout=2,
        )

    async def close(self) -> None:
        if self._listener is not None:
            self._listener.close()
        if self._runner is not None:
            lines = [each.transport for each in self._runner.server.connections] if self._runner.server else []
            await self._runner.cleanup()
            for line in lines:
                if line is not None:
                    with suppress(AttributeError):  # Python 3.11.2, Debian 12's, stumbles where it was closed twice
                        line.abort()  # a peer that does not say goodbye would be waited for
            await asyncio.sleep(0)
        self._quick.shutdown(wait=False, cancel_futures=True)
        self._pages.shutdown(wait=False, cancel_futures=True)

    def app(self) -> web.Application:
        app = web.Application(middlewares=[_plain_refusals], client_max_size=BODY_BYTES)
        answers = self._door.answers
        app.add_routes(
            [
                web.post("/peer/v1/news", self._answered_by(answers.news)),
                web.post("/peer/v1/proofs", self._answered_by(answers.proofs)),
                web.post("/peer/v1/payloads", self._paged_by(answers.payloads)),
                web.post("/peer/v1/entries", self._entries),
                web.post("/peer/v1/poke", self._poke),
                *self._door.pairing,
            ]
        )
        if self._door.circle:
            app.router.add_post("/peer/v1/circle", self._answered_by(self._door.circle))
        if self._door.roster:
            app.router.add_post("/peer/v1/roster", self._roster)
        return app

    def _answered_by(self, answer: Answer) -> Handler:
        def checked(certificate: bytes, body: bytes) -> bytes:
            return answer(self._door.answers.caller(certificate), body)

        async def handle(request: web.Request) -> web.Response:
            certificate, body = _certificate(request), await _body(request)
            return web.Response(body=await self._in(self._quick, checked, certificate, body))

        return handle

    def _paged_by(self, answer: Answer) -> Handler:
        def deflated(caller: Caller, body: bytes) -> bytes:
            return zlib.compress(answer(caller, body), DEFLATE_LEVEL)

        async def handle(request: web.Request) -> web.Response:
            caller, body = await self._caller(request), await _body(request)
            async with self._a_place_for(caller):
                page = await self._in(self._pages, deflated, caller, body)
            return web.Response(body=page, headers={"Content-Encoding": "deflate"})

        return handle

    async def _entries(self, request: web.Request) -> web.StreamResponse:
        """Where the page ends is said before it is deflated, so that the next one is asked for meanwhile. Who does not
        name deflate has lines as they are."""
        deflated = "deflate" in request.headers.get("Accept-Encoding", "")
        caller, body = await self._caller(request), await _body(request)
        async with self._a_place_for(caller):
            page, reach = await self._in(self._pages, self._door.answers.page, caller, body)
            encoding = {"Content-Encoding": "deflate"} if deflated else {}
            answer = web.StreamResponse(headers={**encoding, REACH: reach})
            with suppress(ConnectionError):  # who asked has hung up
                await answer.prepare(request)
            if deflated:
                page = await self._in(self._pages, zlib.compress, page, DEFLATE_LEVEL)
        with suppress(ConnectionError):
            await answer.write_eof(page)
        return answer

    async def _poke(self, request: web.Request) -> web.Response:
        caller, body = await self._caller(request), await _body(request)
        port = await self._in(self._quick, self._door.answers.poke, caller, body)
        host = request.remote or ""
        self._door.poked(caller, f"https://{f'[{host}]' if ':' in host else host}:{port}")
        return web.Response(body=b"{}")

    async def _roster(self, request: web.Request) -> web.Response:
        assert self._door.roster, "else this is no route"
        leaf, body = _certificate(request), await _body(request)
        return web.Response(body=await self._in(self._quick, self._door.roster, leaf, body))

    async def _caller(self, request: web.Request) -> Caller:
        """Who asks, checked anew at each request: a roster may have changed since the handshake."""
        return await self._in(self._quick, self._door.answers.caller, _certificate(request))

    @asynccontextmanager
    async def _a_place_for(self, caller: Caller) -> AsyncIterator[None]:
        if self._asked[caller.node] >= PAGES_EACH or self._asked.total() >= PAGES_AT_ONCE + PAGES_WAITING:
            raise Busy
        self._asked[caller.node] += 1
        try:
            yield
        finally:
            self._asked[caller.node] -= 1
            if not self._asked[caller.node]:
                del self._asked[caller.node]

    async def _in(self, pool: ThreadPoolExecutor, work: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(pool, work, *args)


def _certificate(request: web.Request) -> bytes:
    """What the caller showed. Raises Unaccepted where that is nothing."""
    shown = tls.leaf(request.transport)
    if not shown:
        raise Unaccepted("no certificate")
    return shown


async def _body(request: web.Request) -> bytes:
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await request.read()
    except (TimeoutError, ConnectionError):
        raise Malformed("the request did not arrive in time") from None


@web.middleware
async def _plain_refusals(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except Malformed as error:
        return _refusal(400, error.key)
    except Refused as error:
        return _refusal(403, error.key)
    except Busy:
        return _refusal(503, "busy", {"Retry-After": str(random.randint(1, 4))})
    except web.HTTPRequestEntityTooLarge:
        return _refusal(413, "too-much")
    except web.HTTPException as error:
        return _refusal(error.status, "unknown")
    except Exception as error:
        log.warning("could not answer %s: %s", request.path, type(error).__name__)
        return _refusal(503, "failed", {"Retry-After": str(random.randint(20, 40))})


def _refusal(status: int, key: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"error": key}, status=status, headers=headers)
