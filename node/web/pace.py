"""Slows down whoever sends too much. Counts in memory for a minute or ten, under a keyed hash; stores no address.

A room may stand behind one address (a router of its own, one IPv6 network), so an address may send more than one phone
may; what stays for ever, posts and words, is counted apart, by address alone. The kiosk is never counted.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection

import msgspec
from flask import Flask, abort, current_app, g, request

from node.domain.origins import counted_as
from node.domain.refusals import Refusal, Refusals
from node.web.places import is_kiosk_address


class Rate(msgspec.Struct, frozen=True):
    """So many at once, then one every so many milliseconds."""

    burst: int
    every_ms: int


PHONE = Rate(30, 2_000)  # forms of one visit
ADDRESS = Rate(240, 250)  # forms of all phones behind one address
SAID = Rate(60, 10_000)  # what goes into the log, of all phones behind one address
MOST = 2_000  # counted at each rate; the longest silent one goes first
ALWAYS = ("phone.leave", "desk.leave", "phone.search")  # a search costs what the link to it does


class Pace:
    """Leaking buckets, one for each name. Thread-safe."""

    def __init__(self, clock_ms: Callable[[], int], secret: bytes, rate: Rate = PHONE) -> None:
        self._clock_ms, self._secret, self._rate = clock_ms, secret[:32], rate
        self._full: OrderedDict[bytes, tuple[float, int]] = OrderedDict()
        self._lock = threading.Lock()

    def allows(self, name: str) -> bool:
        key = hashlib.blake2b(name.encode(), key=self._secret, digest_size=8).digest()
        now = self._clock_ms()
        with self._lock:
            level, then = self._full.pop(key, (0.0, now))
            level = max(0.0, level - max(now - then, 0) / self._rate.every_ms)
            good = level < self._rate.burst
            self._full[key] = (level + 1 if good else level, now)
            while len(self._full) > MOST:
                self._full.popitem(last=False)
        return good

    def __len__(self) -> int:
        return len(self._full)


class Paces:
    """How much phones may send. Which cookie somebody shows is theirs to choose: so it only ever slows one phone in a
    room, and the address is what bounds."""

    def __init__(self, clock_ms: Callable[[], int], secret: bytes) -> None:
        self._phone, self._address, self._said = (Pace(clock_ms, secret, rate) for rate in (PHONE, ADDRESS, SAID))

    def form(self, address: str, visit: str) -> bool:
        whose = counted_as(address)
        return self._address.allows(whose) and self._phone.allows(f"{whose} {visit}")

    def saying(self, address: str) -> bool:
        return self._said.allows(counted_as(address))


def install(app: Flask, paces: Paces, kiosks: Collection[str]) -> None:
    app.extensions["paces"] = paces

    @app.before_request
    def slow_down() -> None:
        address = request.remote_addr or ""
        if request.method != "POST" or request.endpoint in ALWAYS:
            return
        if not is_kiosk_address(address, kiosks) and not paces.form(address, g.visit_id):
            abort(429)


def saying(kiosks: Collection[str]) -> None:
    """Before something is said, and before a ticket is given out for it. Raises Refusals: what was typed stays."""
    address = request.remote_addr or ""
    paces: Paces = current_app.extensions["paces"]
    if not is_kiosk_address(address, kiosks) and not paces.saying(address):
        raise Refusals([Refusal("said.many")])
