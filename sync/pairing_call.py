"""The side that types the six digits: calls the other space, brings its handover. Stores nothing."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256

import aiohttp
import msgspec

from sync.address import PORT, Address, read_address
from sync.entry import b64
from sync.handshake import (
    ERRORS,
    BadHandover,
    Confirm,
    Handover,
    NotCorkboard,
    NoWindow,
    PairingError,
    Sealed,
    Side,
    Start,
    Started,
    Unreachable,
    WithOneself,
    WrongCode,
    checked,
    looks_like_a_node,
    opened,
    read,
    read_code,
    to_wire,
    unwire,
)
from sync.peers.tls import stranger_context

STEP_S = 10.0
ASK_AGAIN = 3
ANSWER_LIMIT = 1 << 20


async def pair(address: str, code: str, me: Handover, timeout_s: float = STEP_S) -> Handover:
    """Raises one of the PairingErrors; then nothing was handed over. timeout_s: for each step, seconds."""
    digits = read_code(code)
    where, shown = await _whose_door(read_address(address), timeout_s)
    if shown == me.node_cert:
        raise WithOneself
    async with _calling(where, shown, timeout_s) as call:
        theirs = await _talk(call, digits, me, shown)
    return msgspec.structs.replace(theirs, address=where.text)


async def _talk(call: "_Call", digits: bytes, me: Handover, shown: bytes) -> Handover:
    side = Side(True, digits, (me.space_cert, me.node_cert), shown)
    start = Start(b64(me.space_cert), b64(me.node_cert), b64(side.half))
    started = read(await call("start", start), Started)
    certs = unwire(started.space_cert), unwire(started.node_cert)
    checked(*certs)
    await asyncio.to_thread(side.agree, unwire(started.half), certs[0])
    sealed = read(await call("confirm", Confirm(started.session, side.mac(b"caller"))), Sealed)
    if certs[1] != shown or not side.proves(sealed.confirm, b"server"):
        raise BadHandover  # only who knows the digits could have got here, and then this is right
    theirs = opened(side, sealed, b"server hands over", certs)
    body = to_wire(me)
    mine = Sealed(msgspec.Raw(body), side.mac(b"caller hands over", body), session=started.session)
    await _until_heard(call, mine)
    return theirs


async def _until_heard(call: "_Call", mine: Sealed) -> None:
    """The last step again, should its answer get lost: one space would be connected and the other not."""
    for again in reversed(range(ASK_AGAIN)):
        try:
            await call("finish", mine)
            return
        except Unreachable:
            if not again:
                raise


async def _whose_door(where: Address, timeout_s: float) -> tuple[Address, bytes]:
    """The certificate shown there. Where no TLS is spoken (at the board's own port, say) the usual port is tried."""
    try:
        return where, await _certificate(where, timeout_s)
    except NotCorkboard:
        if where.port == PORT:
            raise
        usual = Address(where.host, PORT)
        try:
            return usual, await _certificate(usual, timeout_s)
        except Unreachable:
            raise NotCorkboard from None


async def _certificate(where: Address, timeout_s: float) -> bytes:
    try:
        async with asyncio.timeout(timeout_s):
            _, writer = await asyncio.open_connection(where.host, where.port, ssl=stranger_context())
    except (ssl.SSLError, ConnectionResetError) as error:
        raise NotCorkboard from error
    except (OSError, TimeoutError, UnicodeError) as error:
        raise Unreachable from error
    cert: bytes | None = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.transport.abort()
    if not cert or not looks_like_a_node(cert):
        raise NotCorkboard
    return cert


class _Call:
    """One step of the conversation: a value out, bytes back, errors by their types."""

    def __init__(self, session: aiohttp.ClientSession, where: Address):
        self._session, self._where = session, where

    async def __call__(self, step: str, body: msgspec.Struct) -> bytes:
        url = f"{self._where.text}/pair/{step}"
        try:
            data = msgspec.json.encode(body)
            async with self._session.post(url, data=data, ssl=stranger_context()) as answer:
                return _judged(answer.status, await answer.content.read(ANSWER_LIMIT))
        except aiohttp.ServerFingerprintMismatch as error:
            raise NotCorkboard from error
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise _gone(step, error) from error


@asynccontextmanager
async def _calling(where: Address, shown: bytes, timeout_s: float) -> AsyncIterator[_Call]:
    """Every connection of this call must show the certificate that the digits are bound to."""
    connector = aiohttp.TCPConnector(ssl=aiohttp.Fingerprint(sha256(shown).digest()), limit=1)
    timeout = aiohttp.ClientTimeout(total=timeout_s)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        yield _Call(session, where)


def _gone(step: str, error: Exception) -> PairingError:
    """A node that lets no stranger in cuts the line after the handshake (TLS 1.3 checks the caller last)."""
    cut = isinstance(error, aiohttp.ServerDisconnectedError | aiohttp.ClientOSError)
    if step == "start" and cut and not isinstance(error, aiohttp.ClientConnectorError):
        return NoWindow()
    return Unreachable()


def _judged(status: int, body: bytes) -> bytes:
    if status == 200:
        return body
    try:
        said = msgspec.json.decode(body, type=dict[str, str | int])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise NotCorkboard from None
    if said.get("error") == WrongCode.key:
        raise WrongCode(int(said.get("left", 0)))
    raise ERRORS.get(str(said.get("error")), NotCorkboard)
