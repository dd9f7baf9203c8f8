"""Where tickets are given out and found again: derived ahead, counted before they are derived, never written down.

The slow derivation is what stands between a guess and a ticket. One runs at a time, in the memory of one; whoever comes
while some wait is asked to come back. Digits live here for the length of a call. Counts are in memory: a new start of
the process counts anew.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import msgspec

from node.domain import tickets
from node.domain.origins import counted_as
from node.domain.tickets import Ticket
from node.storage import tickets as belongings
from node.storage.tickets import Belonging
from sync import circle
from sync.handshake import CircleKey

AHEAD = 4  # tickets ready before anybody posts
FOR_THE_KIOSK = 2  # of them: phones leave these to whoever stands at the touchscreen
AHEAD_MOST = 24  # and where a room full of people does: with each that is given out one more is kept ready
WAITING = 4  # phones' look-ups that wait for the one that runs
AT_THE_KIOSK = 2  # look-ups there at once, running or waiting: phones cannot take these places
MINUTE = 60.0
TURN = 5.0  # seconds that a look-up may wait for its turn on a slow machine after it was counted
BEAT = 0.02  # seconds: what follows a derivation is answered at the next beat, so its length tells nothing


class Limit(msgspec.Struct, frozen=True):
    """So many tries in so many seconds."""

    tries: int
    seconds: float


KIOSK, PHONES = Limit(10, MINUTE + TURN), Limit(20, MINUTE + TURN)  # no minute begins more than thirty derivations
ADDRESS = Limit(6, 5 * MINUTE)
ADDRESSES = 2_000  # counted; the longest silent one goes first


class TooMany(Exception):
    """Too many tries, or too many at once. `seconds`: until it is worth trying again. `busy`: nobody did wrong."""

    def __init__(self, seconds: float, busy: bool = False) -> None:
        super().__init__(f"try again in {seconds:.0f} s")
        self.seconds = max(1, round(seconds + 0.5))
        self.busy = busy


class Issued(msgspec.Struct, frozen=True):
    """A new ticket, for the one who posts. `digits`: shown once, kept nowhere."""

    digits: str
    ticket: Ticket

    def __repr__(self) -> str:
        return "Issued(…)"  # a traceback shows nobody's digits


class Found(msgspec.Struct, frozen=True):
    ticket: Ticket
    belonging: Belonging


def office_of(folder: Path) -> Office:
    """The office of a node, with the circle's keys as they are in its folder whenever it is asked."""
    return Office(lambda: circle.keys(folder), lambda: circle.issuing_key(folder))


class Limits(msgspec.Struct, frozen=True):
    """What each may try: whoever stands at the touchscreen, all phones together, one of them."""

    kiosk: Limit = KIOSK
    phones: Limit = PHONES
    address: Limit = ADDRESS


TICKETS = Limits()


class Tries:
    """Counts tries before anything is derived: each phone, all phones, the touchscreen. Never a ticket. Thread-safe."""

    def __init__(self, monotonic: Callable[[], float], secret: bytes, limits: Limits = TICKETS) -> None:
        self._monotonic, self._secret, self._limits = monotonic, secret[:32], limits
        self._kiosk: deque[float] = deque()
        self._phones: deque[float] = deque()
        self._addresses: OrderedDict[bytes, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def count(self, address: str, at_kiosk: bool) -> None:
        """Raises TooMany, and then nothing is counted: who waits long enough gets in."""
        now, limits = self._monotonic(), self._limits
        with self._lock:
            phones = [(self._of(counted_as(address)), limits.address), (self._phones, limits.phones)]
            counted = [(self._kiosk, limits.kiosk)] if at_kiosk else phones
            wait = max(_wait(times, limit, now) for times, limit in counted)
            if wait > 0:
                raise TooMany(wait)
            for times, _ in counted:
                times.append(now)

    def give_back(self, address: str, at_kiosk: bool) -> None:
        """The last try was no guess."""
        with self._lock:
            for times in [self._kiosk] if at_kiosk else [self._of(address), self._phones]:
                if times:
                    times.pop()

    def _of(self, address: str) -> deque[float]:
        key = hashlib.blake2b(address.encode(), key=self._secret, digest_size=8).digest()
        times = self._addresses.pop(key, deque())
        self._addresses[key] = times
        while len(self._addresses) > ADDRESSES:
            self._addresses.popitem(last=False)
        return times


def _wait(times: deque[float], limit: Limit, now: float) -> float:
    """Seconds until there is room for one more; 0 where there is."""
    while times and times[0] <= now - limit.seconds:
        times.popleft()
    return times[0] + limit.seconds - now if len(times) >= limit.tries else 0.0


KIOSK_TURN, POSTING, LOOKING_UP, SIGNING_IN = range(4)


class Turns:
    """One derivation at a time, 64 MiB whoever comes. Who stands at the touchscreen goes before phones that have just
    posted, these before phones that look up, these before stewards who sign in at a desk, and people before the tickets
    that are made ahead."""

    def __init__(self) -> None:
        self._free = threading.Condition()
        self._running = False
        self.waiting = [0, 0, 0, 0]

    @contextmanager
    def person(self, rank: int) -> Iterator[None]:
        with self._free:
            self.waiting[rank] += 1
            self._free.wait_for(lambda: not (self._running or any(self.waiting[:rank])))
            self.waiting[rank] -= 1
            self._running = True
        with self._given_back():
            yield

    @contextmanager
    def ahead(self) -> Iterator[None]:
        with self._free:
            self._free.wait_for(lambda: not (self._running or any(self.waiting)))
            self._running = True
        with self._given_back():
            yield

    @contextmanager
    def _given_back(self) -> Iterator[None]:
        try:
            yield
        finally:
            with self._free:
                self._running = False
                self._free.notify_all()


@contextmanager
def answered_at_the(beat: float) -> Iterator[None]:
    """The block takes a whole number of beats. How much is read differs (what a helper said is found before the post
    that it is about), and nobody can measure what ends at the same moment."""
    began = time.perf_counter()
    try:
        yield
    finally:
        time.sleep((began - time.perf_counter()) % beat)


class Office:
    """keys: the circle's, as they are now, the issuing one chosen by `issuing`."""

    def __init__(
        self,
        keys: Callable[[], Sequence[CircleKey]],
        issuing: Callable[[], CircleKey],
        random: Callable[[int], bytes] = os.urandom,
        monotonic: Callable[[], float] = time.monotonic,
        stretched: Callable[[str], bytes] = tickets.stretched,
        beat: float = BEAT,
    ) -> None:
        self._keys, self._issuing, self._random, self._stretched = keys, issuing, random, stretched
        self._beat = beat
        self._tries = Tries(monotonic, random(32))
        self.turns = Turns()
        self._at_kiosk = threading.BoundedSemaphore(AT_THE_KIOSK)
        self._phones = threading.BoundedSemaphore(WAITING + 1)
        self._ready: deque[tuple[str, bytes]] = deque()
        self._ahead = AHEAD
        self._wanted = threading.Event()

    def issue(self, at_kiosk: bool = True) -> Issued:
        """One of those that are ready; derived now only where more people post at once than are ready."""
        digits, k0 = self._one_ready(0 if at_kiosk else FOR_THE_KIOSK) or self._derive(
            self.turns.person(KIOSK_TURN if at_kiosk else POSTING)
        )
        self._ahead = min(self._ahead + 1, AHEAD_MOST)
        self._wanted.set()
        return Issued(digits, tickets.ticket(k0, self._issuing().key))

    def _one_ready(self, but: int) -> tuple[str, bytes] | None:
        try:
            return self._ready.popleft() if len(self._ready) > but else None
        except IndexError:  # another one was quicker
            return None

    def find(self, db: sqlite3.Connection, digits: str, address: str, at_kiosk: bool) -> Found | None:
        """Whose ticket this is. Right or wrong, whatever is wrong with them, digits take the same way: they are
        derived, all circle keys are tried, and the answer waits for the beat. Raises TooMany before anything is
        derived."""
        self._tries.count(address, at_kiosk)
        with (
            self._place(self._at_kiosk if at_kiosk else self._phones),
            self.turns.person(KIOSK_TURN if at_kiosk else LOOKING_UP),
        ):
            k0 = self._stretched(digits)
        with answered_at_the(self._beat):
            return self._whose(db, k0)

    def _whose(self, db: sqlite3.Connection, k0: bytes) -> Found | None:
        held = [tickets.ticket(k0, key.key) for key in self._keys()]
        found = [(one, belongings.find(db, one.owner)) for one in held]
        return next((Found(one, belonging) for one, belonging in found if belonging), None)

    @contextmanager
    def _place(self, places: threading.BoundedSemaphore) -> Iterator[None]:
        if not places.acquire(blocking=False):
            raise TooMany(2, busy=True)
        try:
            yield
        finally:
            places.release()

    def _derive(self, turn: AbstractContextManager[None]) -> tuple[str, bytes]:
        digits = tickets.new_digits(self._random)
        with turn:
            return digits, self._stretched(digits)

    def work_ahead(self, settling: float = 0.0) -> threading.Thread:
        """Keeps some tickets ready, on a thread that ends with the process. settling: seconds for which one is enough,
        unless somebody takes it."""
        thread = threading.Thread(target=self._keep_ready, args=(settling,), name="tickets", daemon=True)
        thread.start()
        return thread

    def _keep_ready(self, settling: float) -> None:
        while True:
            while len(self._ready) < self._ahead:
                self._ready.append(self._derive(self.turns.ahead()))
                self._wanted.wait(settling)
                settling = 0.0
            self._wanted.clear()
            if len(self._ready) >= self._ahead:
                self._wanted.wait()
