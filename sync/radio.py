"""One set of multicast sockets, and what is said, asked and heard over them. Everything of zeroconf about nodes ends
here, in one plain value, Found; remembers nobody.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from zeroconf import (  # type: ignore[attr-defined]
    DNSOutgoing,
    DNSPointer,
    DNSQuestion,
    DNSQuestionType,
    Error,
    IPVersion,
    RecordUpdate,
    RecordUpdateListener,
    Zeroconf,
)
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from sync.entry import b64, unb64
from sync.host_name import HostName
from sync.interfaces import Interface, still_there
from sync.refusals import BadEntry

TYPE = "_corkboard._tcp.local."
VERSION = "1"
ANSWER_MS = 3000
CLOSE_S = 3.0
NODES_LIMIT, ADDRESSES_LIMIT = 256, 16  # anybody in the network can announce anything
# Answers that are sent to the asker alone go to whichever socket of port 5353 the kernel picks, avahi's say.
ALOUD = DNSQuestionType.QM
QUERY, PTR, IN = 0, 12, 1
NOT_NOW = (OSError, RuntimeError, Error)  # what a network that changes, or a machine that is too slow, raises

log = logging.getLogger("corkboard.discovery")


@dataclass(frozen=True)
class Found:
    """A node says that it is here. `addresses`: to be tried in this order; link-local ones carry their interface."""

    fingerprint: bytes
    run_id: str
    addresses: tuple[str, ...]
    port: int


class Radio:
    """Sockets on these interfaces. Raises NOT_NOW where none of them can be used.

    told: is given the name by which a node announces itself, and each time it is heard what it says; None for goodbye.
    """

    def __init__(self, interfaces: tuple[Interface, ...], told: Callable[[str, Found | None], None]) -> None:
        interfaces = tuple(each for each in interfaces if still_there(each))
        if not interfaces:
            raise OSError("no interface is left")
        self._told = told
        self._links = tuple(each.name for each in interfaces)
        self._v4 = [ip for each in interfaces for ip in each.v4]
        self._v6 = [ip for each in interfaces for ip in each.v6]
        self._zeroconf = self._open([each.index for each in interfaces if each.v6])
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

    async def listen(self) -> None:
        zc = self._zeroconf.zeroconf
        await zc.async_wait_for_start()
        zc.async_add_listener(_Ear(self._heard), None)

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

    def ask(self) -> None:
        """Who is there? Asked aloud and of all: whoever is known too answers again, or is not there any more."""
        out = DNSOutgoing(QUERY)
        out.add_question(DNSQuestion(TYPE, PTR, IN))
        with contextlib.suppress(OSError):
            self._zeroconf.zeroconf.async_send(out)

    def name_board(self, fingerprint: bytes, port: int, look_s: float, before: HostName | None) -> HostName:
        """Claims the host name, without making anybody wait for it."""
        addresses = [*self._v4, *self._v6]
        self.host = HostName(self._zeroconf.zeroconf, _instance(fingerprint), addresses, port, before)
        self._naming = asyncio.create_task(self.host.keep(look_s))
        return self.host

    def _heard(self, name: str, goodbye: bool) -> None:
        if goodbye:
            self._told(name, None)
        elif name not in self._asking and len(self._asking) < NODES_LIMIT:
            self._asking[name] = asyncio.create_task(self._resolve(name))

    async def _resolve(self, name: str) -> None:
        try:
            info = AsyncServiceInfo(TYPE, name)
            if await info.async_request(self._zeroconf.zeroconf, ANSWER_MS, ALOUD):
                found = found_in(info, self._links)
                if found:
                    self._told(name, found)
        except Error as error:  # a name that none may have
            log.debug("%r is no node: %s", name, error)
        finally:
            del self._asking[name]

    async def close(self) -> None:
        """Says goodbye where that is possible; no socket stays open, also where this is cut off in the middle."""
        for task in [*self._asking.values(), *([self._naming] if self._naming else [])]:
            task.cancel()
        polite = False
        try:
            async with asyncio.timeout(CLOSE_S):
                await self._zeroconf.async_close()
            polite = True
        except NOT_NOW as error:
            log.debug("no goodbye: %s", error)
        finally:
            if not polite:
                self._zeroconf.zeroconf.close()


class _Ear(RecordUpdateListener):
    """Hears who announces itself, one that is known as well: zeroconf's own browser tells of changes only, and holds
    who fell silent for there for an hour."""

    def __init__(self, heard: Callable[[str, bool], None]) -> None:
        self._heard, self._names = heard, dict[str, bool]()

    def async_update_records(self, zc: Zeroconf, now: float, records: list[RecordUpdate]) -> None:
        for each in records:
            said = each.new
            if isinstance(said, DNSPointer) and said.name.lower() == TYPE and said.alias.lower().endswith(f".{TYPE}"):
                self._names[said.alias] = bool(said.is_expired(now))

    def async_update_records_complete(self) -> None:
        """What was said is in the cache now."""
        names, self._names = self._names, {}
        for name, goodbye in names.items():
            self._heard(name, goodbye)


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
