"""Finds other nodes in the same network and is found there, by mDNS. Believes nothing: who is found must still prove
itself in TLS, and a node that is not found can be visited at its last known or typed address.

No interface up is no error; a link that comes up later, an address that changes, a network that was joined far away and
a node that was out of reach for a while are noticed. No place name is ever announced.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from sync.host_name import HostName
from sync.interfaces import Interface, usable
from sync.radio import NODES_LIMIT, NOT_NOW, Found, Radio

LOOK_S = 2.0  # how often the interfaces are compared
AGAIN_S = 10.0  # how often everybody is asked, once the first questions in a new network are over
UNANSWERED = 2  # who was asked so many times and said nothing is not to be seen any more

log = logging.getLogger("corkboard.discovery")


@dataclass
class _Seen:
    found: Found
    unanswered: int = 0


class Discovery:
    """Announces this run of this node and calls on_found for every other node that appears, appears elsewhere, or is
    heard again after it fell silent; on_moved when this machine's own networks have changed.

    port: where the node answers its peers, 0 while it does not; web_port: where its board is, 0 for no host name.
    interfaces: which ones to use now; both are asked every `look_s` seconds.
    """

    def __init__(
        self,
        node_fingerprint: bytes,
        run_id: str,
        port: Callable[[], int],
        on_found: Callable[[Found], None],
        *,
        on_moved: Callable[[], None] = lambda: None,
        web_port: int = 0,
        interfaces: Callable[[], tuple[Interface, ...]] = usable,
        look_s: float = LOOK_S,
        again_s: float = AGAIN_S,
    ) -> None:
        self._me, self._port, self._web_port = (node_fingerprint, run_id), port, web_port
        self._on_found, self._on_moved = on_found, on_moved
        self._interfaces, self._look_s, self._again_s = interfaces, look_s, again_s
        self._around: dict[str, _Seen] = {}
        self._radio: Radio | None = None
        self._watching: asyncio.Task[None] | None = None
        self._last_name: HostName | None = None
        self._moved_at = 0.0

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
        return tuple(seen.found for seen in self._around.values())

    @property
    def host_name(self) -> str:
        """The name that the board answers to here, such as corkboard.local; "" while there is none."""
        return self._radio.host.text if self._radio and self._radio.host else ""

    @property
    def listened_s(self) -> float:
        """For how long these networks have been listened to; 0 while there is none."""
        return asyncio.get_running_loop().time() - self._moved_at if self._radio else 0.0

    async def _watch(self) -> None:
        on: tuple[Interface, ...] = ()
        port, next_ask, pause = 0, 0.0, 0.0
        loop = asyncio.get_running_loop()
        while True:
            before, (on, port) = (on, port), (self._interfaces(), self._port())
            if before != (on, port) or self._radio is None:
                await self._move_to(on, port)
                self._moved_at = next_ask = loop.time()
                pause = self._look_s
                if before[0] != on:
                    self._on_moved()
            if self._radio and loop.time() >= next_ask:
                self._ask(self._radio)
                next_ask, pause = loop.time() + pause, min(2 * pause, self._again_s)
            await asyncio.sleep(self._look_s)

    async def _move_to(self, interfaces: tuple[Interface, ...], port: int) -> None:
        """All sockets anew: those of a network that is gone would stay deaf, and its cache wrong."""
        await self._hang_up()
        if not interfaces:
            return
        name = self._last_name
        try:
            self._radio = Radio(interfaces, self._told)
            await self._radio.listen()
            if port:
                await self._radio.announce(self._me, port)
            if self._web_port:
                self._last_name = self._radio.name_board(self._me[0], self._web_port, self._again_s, name)
        except NOT_NOW as error:  # an interface that went away meanwhile, say
            log.info("not to be found in this network yet: %s", error)
            await self._hang_up()

    async def _hang_up(self) -> None:
        radio, self._radio = self._radio, None
        self._around.clear()
        if radio:
            await radio.close()

    def _ask(self, radio: Radio) -> None:
        """Who fell silent is forgotten, so that it is news when it is heard again: the switch between both may have
        failed for a while, and neither noticed anything at its own cable."""
        self._around = {name: seen for name, seen in self._around.items() if seen.unanswered < UNANSWERED}
        for seen in self._around.values():
            seen.unanswered += 1
        radio.ask()

    def _told(self, name: str, found: Found | None) -> None:
        before = self._around.get(name)
        if found is None:
            self._around.pop(name, None)
        elif before and before.found == found:
            before.unanswered = 0
        elif found.fingerprint != self._me[0] and (before or len(self._around) < NODES_LIMIT):
            self._around[name] = _Seen(found)
            self._on_found(found)
