"""A kept line to one peer: posts a message, gives back the answer. Knows limits and time; judges no answer.

Who is at the other end is checked each time before a request goes out, on a kept connection too.
"""

from __future__ import annotations

import ssl
import time
import zlib
from collections.abc import Awaitable, Callable
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from aiohttp.connector import Connection

from sync.exchange import Caller
from sync.messages import BODY_BYTES, PAGE_BYTES, REACH, Malformed, Refusal, read
from sync.peers import tls
from sync.peers.deflating import Deflating
from sync.refusals import Refused

CONNECT_SECONDS = 6.0
SILENT_SECONDS = 15.0
ANSWER_SECONDS = 60.0
KEPT_SECONDS = 75.0
INFLATED_BYTES = PAGE_BYTES + (1 << 20)  # a page may stretch to its next signature
ENTRIES = "/peer/v1/entries"

Check = Callable[[bytes], Awaitable[Caller]]


class Unreachable(Exception):
    """Nobody who may answer is at this address. `key` is its stable short word."""

    def __init__(self, key: str, why: str = "") -> None:
        super().__init__(why or key)
        self.key = key


class Declined(Exception):
    """The peer refused a request. `key` is its own word for why; `retry_s`: when to come back, 0 for not said."""

    def __init__(self, status: int, key: str, retry_s: int) -> None:
        super().__init__(f"{status} {key}")
        self.status, self.key, self.retry_s = status, key, retry_s


class Link:
    """One address. check: tells who a certificate (DER) belongs to, or raises Refused. `peer` is who answered last."""

    def __init__(self, address: str, context: ssl.SSLContext, check: Check, expected: bytes | None = None) -> None:
        self.address = address.rstrip("/")
        self.peer: Caller | None = None
        self.said: tuple[int, float] | None = None  # Unix ms by the peer's clock at its last answer, time.monotonic()
        self.certificate = b""
        self._check, self._expected = check, expected
        self._answered, self._deflating = False, Deflating()
        self._session = aiohttp.ClientSession(
            connector=_CheckedConnector(self._known, ssl=context, limit=4, keepalive_timeout=KEPT_SECONDS),
            timeout=aiohttp.ClientTimeout(
                total=ANSWER_SECONDS,
                sock_connect=CONNECT_SECONDS,
                connect=CONNECT_SECONDS,
                sock_read=SILENT_SECONDS,
            ),
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            headers={"Accept-Encoding": "deflate"},
        )

    async def post(self, path: str, body: bytes, reach: Callable[[str], None] = lambda word: None) -> bytes:
        """The answer, inflated. Raises Unreachable or Declined; Unreachable too where it was closed meanwhile.
        reach: is told how far an answer reaches as soon as its head says so."""
        if self._session.closed:
            raise Unreachable("unreachable")
        way = {"Accept-Encoding": "identity"} if path == ENTRIES and not self._deflating.next() else {}
        url = f"{self.address}{path}"
        try:
            async with self._session.post(url, data=body, headers=way, allow_redirects=False) as response:
                self._answered, self.said, began = True, _date(response), time.monotonic()
                if response.status == 200 and (word := response.headers.get(REACH)):
                    reach(word)
                data = await _bounded(response)
                if path == ENTRIES:
                    self._deflating.came(_is_deflated(response), len(data), time.monotonic() - began)
                if response.status != 200:
                    raise _declined(response, data)
                return data
        except Refused as error:
            raise Unreachable(error.key) from None
        except ssl.SSLError as error:
            raise Unreachable("handshake", str(error)) from None
        except aiohttp.ClientConnectorCertificateError as error:
            raise Unreachable("handshake", str(error)) from None
        except TimeoutError:
            raise Unreachable("silent") from None
        except zlib.error as error:
            raise Unreachable("cut-short", str(error)) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise Unreachable(self._why_ended(), str(error)) from None

    def _why_ended(self) -> str:
        """In TLS 1.3 whoever calls is looked at last: one who is not let in has seen the other's certificate by then,
        and the line ends before any answer."""
        return "turned-away" if self.peer is not None and not self._answered else "unreachable"

    async def first_post(self, path: str, body: bytes) -> Caller:
        """Posts, and tells who it was that answered."""
        await self.post(path, body)
        if self.peer is None:
            raise Unreachable("unreachable")  # cannot be: a request went out
        return self.peer

    async def close(self) -> None:
        await self._session.close()

    async def _known(self, certificate: bytes) -> None:
        who = await self._check(certificate)
        if self._expected is not None and who.node != self._expected:
            raise _SomebodyElse(f"another node answers at {self.address}")
        self.peer, self.certificate = who, certificate


class _SomebodyElse(Refused):
    key = "somebody-else"


class _CheckedConnector(aiohttp.TCPConnector):
    """Looks at the peer's certificate whenever a connection is about to carry a request, a kept one too."""

    def __init__(self, known: Callable[[bytes], Awaitable[None]], **options: Any) -> None:
        super().__init__(**options)
        self._known = known

    async def connect(self, req: Any, traces: Any, timeout: Any) -> Connection:
        connection = await super().connect(req, traces, timeout)
        try:
            await self._known(tls.leaf(connection.transport))
        except BaseException:
            connection.close()
            raise
        return connection


def _date(response: aiohttp.ClientResponse) -> tuple[int, float] | None:
    """What the peer's clock said, to a second, and when we heard it."""
    try:
        said = parsedate_to_datetime(response.headers["Date"])
        return int(said.timestamp() * 1000), time.monotonic()
    except (KeyError, ValueError, OverflowError):
        return None


def _is_deflated(response: aiohttp.ClientResponse) -> bool:
    return response.headers.get("Content-Encoding") == "deflate"


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    """The body, never more of it than an answer may have, deflated or not: a small one may inflate to terabytes."""
    inflate = zlib.decompressobj() if _is_deflated(response) else None
    parts: list[bytes] = []
    size = read = 0
    async for chunk in response.content.iter_any():
        read += len(chunk)
        part = inflate.decompress(chunk, INFLATED_BYTES + 1 - size) if inflate else chunk
        size += len(part)
        if read > BODY_BYTES or size > INFLATED_BYTES or (inflate and inflate.unconsumed_tail):
            raise Unreachable("too-much", "an answer larger than any may be")
        parts.append(part)
    if inflate and not inflate.eof:
        raise Unreachable("cut-short", "an answer that ends before its end")
    return b"".join(parts)


def _declined(response: aiohttp.ClientResponse, data: bytes) -> Declined:
    retry = response.headers.get("Retry-After", "")
    try:
        key = read(data, Refusal).error
    except Malformed:
        key = "declined"
    return Declined(response.status, key, min(int(retry), 300) if retry.isascii() and retry.isdigit() else 0)
