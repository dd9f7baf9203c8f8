"""Two spaces pair over a real socket and real TLS; only the clock is ours."""

import asyncio
import os
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import msgspec
import pytest
from aiohttp import web
from aiohttp.typedefs import Handler

from sync.address import Address, read_address
from sync.entry import b64
from sync.handshake import (
    BadAddress,
    BadCode,
    BadHandover,
    CircleKey,
    Handover,
    NotCorkboard,
    NoWindow,
    PairingError,
    Side,
    Start,
    TooManyTries,
    Unreachable,
    WithOneself,
    WrongCode,
    from_wire,
    to_wire,
)
from sync.identity import found
from sync.pairing import OPEN_S, PairingWindow, pair
from sync.peers import tls


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Space:
    """A space with its keys, a pairing window behind real TLS, and a list of who joined."""

    def __init__(self, folder: Path, name: str) -> None:
        identity = found(folder / name, os.urandom)
        keys = (CircleKey(os.urandom(32), True), CircleKey(os.urandom(32), False))
        certs = identity.space_cert, identity.node_cert
        self.handover = Handover(*certs, b"roster of " + name.encode(), name, keys, b"bundle", 8099)
        self.joined: list[Handover] = []
        self.clock = Clock()
        self.window = PairingWindow(lambda: self.handover, self._join, self.clock)
        self.context = tls.server_context(identity, [identity.space_cert])
        self.after_answer: Callable[[web.Request], None] = lambda request: None
        self.address = ""

    async def _join(self, handover: Handover) -> None:
        self.joined.append(handover)

    def shows_a_code(self) -> str:
        tls.let_strangers_in(self.context, True)
        return self.window.open().code

    @asynccontextmanager
    async def at_home(self, routes: list[web.RouteDef] | None = None) -> AsyncIterator[None]:
        @web.middleware
        async def meddle(request: web.Request, handler: Handler) -> web.StreamResponse:
            answer = await handler(request)
            self.after_answer(request)
            return answer

        app = web.Application(middlewares=[meddle])
        app.add_routes(routes or self.window.routes())
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=self.context).start()
        self.address = f"127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield
        finally:
            await runner.cleanup()

    async def calls(self, other: "Space", code: str) -> Handover:
        return await pair(other.address, code, self.handover, timeout_s=60)


@pytest.fixture
def hall(tmp_path: Path) -> Space:
    return Space(tmp_path, "hall")


@pytest.fixture
def library(tmp_path: Path) -> Space:
    return Space(tmp_path, "library")


def at(host: Space, story: Callable[[], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with asyncio.timeout(120), host.at_home():
            await story()

    asyncio.run(whole())


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_the_right_digits_hand_over_both_ways(hall: Space, library: Space) -> None:
    async def story() -> None:
        code = hall.shows_a_code()
        theirs = await library.calls(hall, f" {code[:3]}-{code[3:]} ")
        assert theirs == msgspec.structs.replace(hall.handover, address=f"https://{hall.address}")
        assert hall.joined == [msgspec.structs.replace(library.handover, address="https://127.0.0.1:8099")]
        assert not hall.window.is_open

    at(hall, story)


def test_digits_may_be_typed_in_any_script(hall: Space, library: Space) -> None:
    async def story() -> None:
        arabic = hall.shows_a_code().translate({ord("0") + n: chr(0x660 + n) for n in range(10)})
        assert (await library.calls(hall, arabic)).name == "hall"

    at(hall, story)


def test_a_wrong_code_says_how_many_tries_are_left_and_the_third_closes(hall: Space, library: Space) -> None:
    async def story() -> None:
        code = hall.shows_a_code()
        for left in (2, 1, 0):
            with pytest.raises(WrongCode) as wrong:
                await library.calls(hall, other_than(code))
            assert wrong.value.left == left
        assert not hall.window.is_open
        with pytest.raises(TooManyTries):
            await library.calls(hall, code)
        assert hall.joined == []

    at(hall, story)


def test_the_third_try_counts_when_it_is_right(hall: Space, library: Space) -> None:
    async def story() -> None:
        code = hall.shows_a_code()
        for _ in range(2):
            with pytest.raises(WrongCode):
                await library.calls(hall, other_than(code))
        assert (await library.calls(hall, code)).name == "hall"

    at(hall, story)


def test_a_try_counts_at_its_first_message_however_many_come_at_once(hall: Space, library: Space) -> None:
    async def story() -> None:
        hall.shows_a_code()
        caller = library.handover
        side = Side(True, b"000000", (caller.space_cert, caller.node_cert), hall.handover.node_cert)
        start = Start(b64(caller.space_cert), b64(caller.node_cert), b64(side.half))
        statuses = await asyncio.gather(*[first_message(hall, start) for _ in range(8)])
        assert sorted(statuses) == [200] * 3 + [429] * 5

    at(hall, story)


async def first_message(host: Space, start: Start) -> int:
    async with aiohttp.ClientSession() as session:
        url = f"https://{host.address}/pair/start"
        async with session.post(url, data=msgspec.json.encode(start), ssl=tls.stranger_context()) as answer:
            return answer.status


def test_after_five_minutes_the_code_is_worth_nothing(hall: Space, library: Space) -> None:
    async def story() -> None:
        code = hall.shows_a_code()
        hall.clock.now += OPEN_S
        with pytest.raises(NoWindow):
            await library.calls(hall, code)

    at(hall, story)


def test_where_nobody_started_pairing_no_stranger_is_let_in(hall: Space, library: Space) -> None:
    async def story() -> None:
        with pytest.raises(NoWindow):
            await library.calls(hall, "123456")

    at(hall, story)


def test_a_new_code_ends_the_old_one(hall: Space, library: Space) -> None:
    async def story() -> None:
        old, new = hall.shows_a_code(), hall.shows_a_code()
        with pytest.raises(WrongCode):
            await library.calls(hall, old if old != new else other_than(new))
        assert (await library.calls(hall, new)).name == "hall"

    at(hall, story)


def test_a_machine_does_not_pair_with_itself(hall: Space) -> None:
    async def story() -> None:
        with pytest.raises(WithOneself):
            await hall.calls(hall, hall.shows_a_code())

    at(hall, story)


def test_spaces_that_are_connected_may_pair_again(hall: Space, library: Space) -> None:
    async def story() -> None:
        for _ in range(2):
            assert (await library.calls(hall, hall.shows_a_code())).name == "hall"
        assert len(hall.joined) == 2

    at(hall, story)


def test_whoever_stands_in_between_gets_nothing(hall: Space, library: Space, tmp_path: Path) -> None:
    """The one in between passes every message on; its own certificate is what the caller sees."""
    eve = Space(tmp_path, "eve")

    async def relay(request: web.Request) -> web.Response:
        async with aiohttp.ClientSession() as session:
            url, data = f"https://{hall.address}{request.path}", await request.read()
            async with session.post(url, data=data, ssl=tls.stranger_context()) as answer:
                return web.Response(body=await answer.read(), status=answer.status)

    async def story() -> None:
        code = hall.shows_a_code()
        tls.let_strangers_in(eve.context, True)
        async with eve.at_home([web.post("/pair/{step}", relay)]):
            with pytest.raises(WrongCode):
                await library.calls(eve, code)
        assert hall.joined == []

    at(hall, story)


def test_a_lost_last_answer_is_asked_for_again(hall: Space, library: Space) -> None:
    lost: list[str] = []

    def lose_two(request: web.Request) -> None:
        if request.path == "/pair/finish" and len(lost) < 2:
            lost.append(request.path)
            assert request.transport
            request.transport.abort()

    async def story() -> None:
        hall.after_answer = lose_two
        assert (await library.calls(hall, hall.shows_a_code())).name == "hall"
        assert len(lost) == 2

    at(hall, story)


def test_nothing_answers_there(library: Space) -> None:
    with pytest.raises(Unreachable):
        asyncio.run(pair("127.0.0.1:1", "123456", library.handover, timeout_s=60))


def test_something_else_answers_there(library: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.pairing_call.PORT", 1)  # a node may be serving on this machine

    async def story() -> None:
        server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            with pytest.raises(NotCorkboard):
                await pair(f"http://127.0.0.1:{port}/kiosk", "123456", library.handover, timeout_s=60)

    asyncio.run(story())


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef"])
def test_anything_but_six_digits_spends_no_try(code: str, library: Space) -> None:
    with pytest.raises(BadCode):
        asyncio.run(pair("127.0.0.1:1", code, library.handover))


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("10.0.0.5", Address("10.0.0.5", 8081)),
        ("10.0.0.5:", Address("10.0.0.5", 8081)),
        (" http://10.0.0.5:9000/ ", Address("10.0.0.5", 9000)),
        ("https://corkboard.local", Address("corkboard.local", 8081)),
        ("corkboard.local:81", Address("corkboard.local", 81)),
        ("fe80::1%eth0", Address("fe80::1%eth0", 8081)),
        ("https://[fe80::1]:82", Address("fe80::1", 82)),
    ],
)
def test_an_address_is_read_however_it_is_written(typed: str, address: Address) -> None:
    assert read_address(typed) == address
    assert read_address(address.text) == address


@pytest.mark.parametrize("typed", ["", "http://", "10.0.0.5:99999", "a b", "10.0.0.5:x", "me@there:1"])
def test_what_is_no_address_is_said_to_be_none(typed: str) -> None:
    with pytest.raises(BadAddress):
        read_address(typed)


def test_a_handover_survives_the_wire(hall: Space) -> None:
    assert from_wire(to_wire(hall.handover)) == hall.handover


def test_a_name_cannot_turn_text_around(hall: Space) -> None:
    odd = msgspec.structs.replace(hall.handover, name="Ha\u202ell\x00 \u0645\u06cc\u200c\u0634" + "x" * 200)
    assert from_wire(to_wire(odd)).name == ("Hall \u0645\u06cc\u200c\u0634" + "x" * 200)[:80]


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff", b'{"space_cert":"=","node_cert":""}'])
def test_an_odd_handover_is_refused(data: bytes) -> None:
    with pytest.raises(BadHandover):
        from_wire(data)


def test_every_error_is_a_sentence() -> None:
    errors = [kind(0) if kind is WrongCode else kind() for kind in PairingError.__subclasses__()]
    assert len({error.key for error in errors}) == len(errors)
    assert all(str(error).endswith(".") for error in errors)


def test_a_pairing_call_speaks_tls_1_3() -> None:
    assert tls.stranger_context().minimum_version == ssl.TLSVersion.TLSv1_3
