"""Who is signed in at the desk: random ids, in the memory of this process alone, for a while. Knows no names."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

COOKIE, ID_BYTES = "desk", 32
IDLE, IDLE_AT_NODE = 30 * 60, 5 * 60  # seconds; at the machine's own screen the next person is a neighbour
LONGEST = 8 * 3600
MOST = 50  # signed in at once; then whoever was silent longest is out


def seconds() -> float:
    """Goes on while a laptop sleeps, and never back, whatever the clock is set to."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass
class Session:
    began: float
    seen: float
    idle: float


class Sessions:
    """Thread-safe. Ids are held as their hash, so how long a look takes tells nothing of them."""

    def __init__(self, random: Callable[[int], bytes], clock: Callable[[], float] = seconds) -> None:
        self._random, self._clock = random, clock
        self._held: dict[bytes, Session] = {}
        self._lock = threading.Lock()

    def begin(self, at_node: bool) -> str:
        given, now = self._random(ID_BYTES).hex(), self._clock()
        with self._lock:
            self._forget_those_who_are_over(now)
            while len(self._held) >= MOST:
                del self._held[min(self._held, key=lambda key: self._held[key].seen)]
            self._held[_key(given)] = Session(now, now, IDLE_AT_NODE if at_node else IDLE)
        return given

    def look(self, given: str) -> bool:
        """True while it is good; lasts no longer for it."""
        with self._lock:
            self._forget_those_who_are_over(self._clock())
            return _key(given) in self._held

    def touch(self, given: str) -> bool:
        """True while it is good, and then it is for a while more."""
        with self._lock:
            now = self._clock()
            self._forget_those_who_are_over(now)
            session = self._held.get(_key(given))
            if session:
                session.seen = now
            return session is not None

    def end(self, given: str) -> None:
        with self._lock:
            self._held.pop(_key(given), None)

    def _forget_those_who_are_over(self, now: float) -> None:
        over = [key for key, one in self._held.items() if now >= min(one.seen + one.idle, one.began + LONGEST)]
        for key in over:
            del self._held[key]


def _key(given: str) -> bytes:
    return hashlib.blake2b(given.encode("utf-8", "replace"), digest_size=16).digest()
