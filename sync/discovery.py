"""Finds other nodes in the same network and is found there, by mDNS. Believes nothing: who is found must still prove
itself in TLS, and a node that is not found can be visited at its last known or typed address.

Everything of zeroconf ends here, in one plain value, Found. No interface up is no error; a link that comes up later,
an address that changes and a network that was joined far away are noticed. No place name is ever announced.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from zeroconf import DNSQuestionType, IPVersion, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from sync.entry import b64, unb64
from sync.host_name import HostName
from sync.interfaces import Interface, still_there, usable
from sync.refusals import BadEntry

TYPE = "_corkboard._tcp.local."
VERSION = "1"
LOOK_S = 2.0  # how often the interfaces are compared
AGAIN_S = 10.0  # how often nodes are asked for anew: zeroconf alone never finds those whose link came up late
ANSWER_MS = 3000
CLOSE_S = 3.0
NODES_LIMIT, ADDRESSES_LIMIT = 256, 16  # anybody in the network can announce anything
# Answers that are sent to the asker alone go to whichever socket of port 5353 the kernel picks, avahi's say.
ALOUD = DNSQuestionType.QM

log = logging.getLogger("corkboard.discovery")


@dataclass(frozen=True)
class Found:
    """A node says that it is here. `addresses`: to be tried in this order; link-local ones carry their interface."""

    fingerprint: bytes
    run_id: str
    addresses: tuple[str, ...]
    port: int


class Discovery:
    """Announces this run of this node and calls on_found for every other node that appears, or appears elsewhere.

    port: where the node answers its peers; web_port: where its board is, 0 for no host name.
    interfaces: which ones to use now; asked every `look_s` seconds.
    """

    def __init__(
        self,
        node_fingerprint: bytes,
        run_id: str,
        port: int,
        on_found: Callable[[Found], None],
        *,
        web_port: int = 0,
        interfaces: Callable[[], tuple[Interface, ...]] = usable,
        look_s: float = LOOK_S,
        again_s: float = AGAIN_S,
    ) -> None:
        self._me, self._ports, self._on_found = (node_fingerprint, run_id), (port, web_port), on_found
        self._interfaces, self._look_s, self._again_s = interfaces, look_s, again_s
        self._around: dict[str, Found] = {}
        self._radio: _Radio | None = None
        self._watching: asyncio.Task[None] | None = None
        self._last_name: HostName | None = None

    async def start(self) -> None:
        """Returns at once, whatever the network is like."""
        self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Says goodbye, so that others need not find out."""
        if self._watching:
            self._watching.cancel()
            await asyncio.wait([self._watching])
        await self._hang_up()

    def around(self) -> tuple[Found, ...]:
        """The nodes that are to be seen now."""
        return tuple(self._around.values())

    @property
    def host_name(self) -> str:
        """The name that the board answers to here, such as corkboard.local; "" while there is none."""
        return self._radio.host.text if self._radio and self._radio.host else ""

    async def _watch(self) -> None:
        on: tuple[Interface, ...] = ()
        loop, asked = asyncio.get_running_loop(), 0.0
        while True:
            now_on = self._interfaces()
            if now_on != on or self._radio is None:
                on, asked = now_on, loop.time()
                await self._move_to(now_on)
            elif loop.time() - asked >= self._again_s:
                asked = loop.time()
                await self._radio.browse(self._changed)
            await asyncio.sleep(self._look_s)

    async def _move_to(self, interfaces: tuple[Interface, ...]) -> None:
        """All sockets anew: those of a network that is gone would stay deaf, and its cache wrong."""
        await self._hang_up()
        if not interfaces:
            return
        name = self._last_name
        try:
            self._radio = _Radio(interfaces)
            await self._radio.announce(self._me, self._ports[0])
            await self._radio.browse(self._changed)
            if self._ports[1]:
                self._last_name = self._radio.name_board(self._me[0], self._ports[1], self._again_s, name)
        except (OSError, RuntimeError) as error:  # an interface that went away meanwhile, say
            log.info("not to be found in this network yet: %s", error)
            await self._hang_up()

    async def _hang_up(self) -> None:
        radio, self._radio = self._radio, None
        self._around.clear()
        if radio:
            await radio.close()

    def _changed(self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        if state_change is ServiceStateChange.Removed:
            self._around.pop(name, None)
        elif self._radio and (name in self._around or len(self._around) < NODES_LIMIT):
            self._radio.resolve(name, self._resolved)

    def _resolved(self, name: str, found: Found) -> None:
        if found.fingerprint != self._me[0] and self._around.get(name) != found:
            self._around[name] = found
            self._on_found(found)


class _Radio:
    """One set of multicast sockets, and what is said and asked over them."""

    def __init__(self, interfaces: tuple[Interface, ...]) -> None:
        interfaces = tuple(each for each in interfaces if still_there(each))
        if not interfaces:
            raise OSError("no interface is left")
        self._links = tuple(each.name for each in interfaces)
        self._v4 = [ip for each in interfaces for ip in each.v4]
        self._v6 = [ip for each in interfaces for ip in each.v6]
        self._zeroconf = self._open([each.index for each in interfaces if each.v6])
        self._browser: AsyncServiceBrowser | None = None
        self._asking: dict[str, asyncio.Task[None]] = {}
        self.host: HostName | None = None
        self._naming: asyncio.Task[None] | None = None

    def _open(self, v6_indexes: list[int]) -> AsyncZeroconf:
        if v6_indexes:
            with contextlib.suppress(OSError, RuntimeError):  # a kernel whose IPv6 is switched off still lists ::1
                version = IPVersion.All if self._v4 else IPVersion.V6Only
                return AsyncZeroconf(interfaces=[*self._v4, *v6_indexes], ip_version=version)
        self._v6 = []
        return AsyncZeroconf(interfaces=self._v4, ip_version=IPVersion.V4Only)

    async def announce(self, me: tuple[bytes, str], port: int) -> None:
        name = _instance(me[0])
        info = AsyncServiceInfo(
            TYPE,
            f"{name}.{TYPE}",
            port=port,
            properties={"v": VERSION, "fp": b64(me[0]), "run": me[1]},
            server=f"corkboard-{name}.local.",
            parsed_addresses=[*self._v4, *self._v6],
        )
        # The name is a hash of our own key, so there is nobody to ask whether it is free.
        await self._zeroconf.async_register_service(info, cooperating_responders=True)

    async def browse(self, changed: Callable[..., None]) -> None:
        if self._browser:
            await self._browser.async_cancel()
        zc = self._zeroconf.zeroconf
        self._browser = AsyncServiceBrowser(zc, TYPE, handlers=[changed], question_type=ALOUD)

    def name_board(self, fingerprint: bytes, port: int, look_s: float, before: HostName | None) -> HostName:
        """Claims the host name, without making anybody wait for it."""
        addresses = [*self._v4, *self._v6]
        self.host = HostName(self._zeroconf.zeroconf, _instance(fingerprint), addresses, port, before)
        self._naming = asyncio.create_task(self.host.keep(look_s))
        return self.host

    def resolve(self, name: str, resolved: Callable[[str, Found], None]) -> None:
        if name not in self._asking:
            self._asking[name] = asyncio.create_task(self._ask(name, resolved))

    async def _ask(self, name: str, resolved: Callable[[str, Found], None]) -> None:
        try:
            info = AsyncServiceInfo(TYPE, name)
            if await info.async_request(self._zeroconf.zeroconf, ANSWER_MS, ALOUD):
                found = found_in(info, self._links)
                if found:
                    resolved(name, found)
        finally:
            del self._asking[name]

    async def close(self) -> None:
        for task in [*self._asking.values(), *([self._naming] if self._naming else [])]:
            task.cancel()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                if self._browser:
                    await self._browser.async_cancel()
                await self._zeroconf.async_close()


def _instance(fingerprint: bytes) -> str:
    return fingerprint.hex()[:16]


def found_in(info: Any, links: tuple[str, ...] = ()) -> Found | None:
    """What an announcement says, None where it is none of ours. info: zeroconf's ServiceInfo; links: names of the
    interfaces on which it may have been heard."""
    said = info.decoded_properties
    try:
        fingerprint, run_id = unb64(said.get("fp") or "", 32), (said.get("run") or "")[:64]
    except BadEntry:
        return None
    v6 = [ip for heard in info.parsed_scoped_addresses(IPVersion.V6Only) for ip in _scoped(heard, links)]
    addresses = [*info.parsed_scoped_addresses(IPVersion.V4Only), *sorted(v6, key=_link_local)]
    if not info.port or not addresses:
        return None
    return Found(fingerprint, run_id, tuple(addresses[:ADDRESSES_LIMIT]), info.port)


def _link_local(ip: str) -> bool:
    return ip.startswith("fe80")


def _scoped(ip: str, links: tuple[str, ...]) -> list[str]:
    """A link-local address means nothing without its interface, and one heard over IPv4 comes without."""
    bare, _, scope = ip.partition("%")
    if not _link_local(ip):
        return [ip]
    return [f"{bare}%{link}" for link in ([_name_of(scope)] if scope else links)]


def _name_of(scope: str) -> str:
    """An interface's name; zeroconf gives its number or its name, as it comes."""
    try:
        return socket.if_indextoname(int(scope))
    except (OSError, ValueError):
        return scope
