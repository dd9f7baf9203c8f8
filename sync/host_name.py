"""One name for the board on every space's Wi-Fi: corkboard.local, or corkboard-2.local where that is taken.

Asks first, claims then, and keeps looking: two networks that are joined may each have had one. Of two claimants the one
with the lower address moves on. zeroconf answers for a name but does not defend it, hence this file.
"""

import asyncio
import contextlib
from collections.abc import Iterable
from ipaddress import ip_address
from itertools import chain, repeat
from typing import Any

from zeroconf import DNSOutgoing, DNSPointer, DNSQuestion, Zeroconf, current_time_millis  # type: ignore[attr-defined]
from zeroconf.asyncio import AsyncServiceInfo

BASE = "corkboard"
TYPE = "_http._tcp.local."  # names hang on services; this one also shows the board to whoever browses
# RFC 6762 §8.1 asks three times in 0.75 s. Not so fast: who has heard a question passes over the same one for a second.
PROBES, PROBE_S = 3, 0.6
SETTLE_S = 2.0
TTL_S = 120
HIGHEST = 9
QUERY, A, PTR, AAAA, IN = 0, 1, 12, 28, 1


class HostName:
    """The name that this node answers to on one set of sockets. `text`: without a dot at its end, "" before a claim."""

    def __init__(
        self,
        zeroconf: Zeroconf,
        instance: str,
        addresses: Iterable[str],
        port: int,
        before: "HostName | None" = None,
    ) -> None:
        """addresses: this node's own. port: where the board is. before: on the sockets until now; its name is kept
        where an address stayed, so that a second address does not let somebody else slip in."""
        self._zeroconf, self._instance, self._port = zeroconf, instance, port
        self._all = set(addresses)
        # A link-local address needs its interface, which a name cannot carry.
        self._told = [each for each in self._all if not ip_address(each).is_link_local or "." in each]
        self._service: AsyncServiceInfo | None = None
        stayed = before if before and before.text and self._all & before._all else None
        self._number: int = stayed._number - 1 if stayed else 0
        self._stays = stayed is not None

    @property
    def text(self) -> str:
        return _text(self._number) if self._service else ""

    async def keep(self, look_s: float) -> None:
        """Claims, then defends every `look_s` seconds, until cancelled; the first time soon: where power comes back for
        two at once, both have asked and neither has answered."""
        await self.claim()
        for pause in chain([min(SETTLE_S, look_s)], repeat(look_s)):
            await asyncio.sleep(pause)
            await self.defend()

    async def claim(self) -> None:
        """Takes the first name from here on that nobody else answers to; none where all are taken."""
        while not self._service and self._told and self._number < HIGHEST:
            self._number += 1
            if self._stays or not await self._is_taken():
                await self._take()
            self._stays = False

    async def defend(self) -> None:
        """Once in a while: asks who else answers to the name, and looks at who did since the last time."""
        if not self._service:
            return
        others = self._others(self._heard())
        if others and _rank(others) > _rank(self._told):
            service, self._service = self._service, None
            await (await self._zeroconf.async_unregister_service(service))
            await self.claim()
        elif others:
            await (await self._zeroconf.async_update_service(self._service))
        self._ask_aloud()

    async def _take(self) -> None:
        name = f"{self._instance}.{TYPE}"
        server, told = f"{_text(self._number)}.", self._told
        self._service = AsyncServiceInfo(TYPE, name, port=self._port, server=server, parsed_addresses=told)
        await self._zeroconf.async_register_service(self._service, cooperating_responders=True)

    async def _is_taken(self) -> bool:
        for _ in range(PROBES):
            self._ask_aloud(probe=True)
            await asyncio.sleep(PROBE_S)
            if self._others(self._heard()):
                return True
        return False

    def _heard(self) -> list[str]:
        records: list[Any] = self._zeroconf.cache.async_entries_with_name(f"{_text(self._number)}.")
        now = current_time_millis()
        fresh = [each for each in records if each.type in (A, AAAA) and not each.is_expired(now)]
        return [str(ip_address(each.address)) for each in fresh]

    def _others(self, addresses: Iterable[str]) -> list[str]:
        """An avahi on this machine may answer too: with our own addresses, so it is no clash."""
        return [each for each in addresses if each not in self._all]

    def _ask_aloud(self, probe: bool = False) -> None:
        """As a probe it is answered at once, also by who has told somebody else in the last second."""
        out = DNSOutgoing(QUERY)
        if probe:  # what marks one is that it says what is meant to be claimed; zeroconf takes nothing else there
            out.add_authorative_answer(DNSPointer(TYPE, PTR, IN, TTL_S, f"{self._instance}.{TYPE}"))
        for kind in (A, AAAA):
            out.add_question(DNSQuestion(f"{_text(self._number)}.", kind, IN))
        with contextlib.suppress(OSError):
            self._zeroconf.async_send(out)


def _text(number: int) -> str:
    return f"{BASE}.local" if number == 1 else f"{BASE}-{number}.local"


def _rank(addresses: Iterable[str]) -> tuple[int, bytes]:
    """Both sides of a clash come to the same order."""
    return max((-each.version, each.packed) for each in map(ip_address, addresses))
