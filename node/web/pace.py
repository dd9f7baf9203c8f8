"""Slows down whoever sends too many forms. Counts in memory for a minute, under a keyed hash; stores no address."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection

from flask import Flask, abort, request

from node.web.places import is_kiosk_address

BURST, EVERY_MS = 30, 2_000  # forms at once, then one every two seconds
MOST = 2_000  # addresses counted; the longest silent one goes first


class Pace:
    """A leaking bucket for each address. Thread-safe."""

    def __init__(self, clock_ms: Callable[[], int], secret: bytes) -> None:
        self._clock_ms, self._secret = clock_ms, secret[:32]
        self._full: OrderedDict[bytes, tuple[float, int]] = OrderedDict()
        self._lock = threading.Lock()

    def allows(self, address: str) -> bool:
        key = hashlib.blake2b(address.encode(), key=self._secret, digest_size=8).digest()
        now = self._clock_ms()
        with self._lock:
            level, then = self._full.pop(key, (0.0, now))
            level = max(0.0, level - max(now - then, 0) / EVERY_MS)
            good = level < BURST
            self._full[key] = (level + 1 if good else level, now)
            while len(self._full) > MOST:
                self._full.popitem(last=False)
        return good


def install(app: Flask, pace: Pace, kiosks: Collection[str]) -> None:
    @app.before_request
    def slow_down() -> None:
        address = request.remote_addr or ""
        if request.method != "POST" or request.endpoint in ("phone.leave", "desk.leave"):  # leaving always works
            return
        if not is_kiosk_address(address, kiosks) and not pace.allows(address):
            abort(429)
