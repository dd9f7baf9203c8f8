"""Where a steward signs in: tries are counted, then the passphrase is tried, slowly. Says yes or no, hands out no key,
and keeps nothing of what was typed.

Counted and derived as tickets are (ticket_office.py), by the same turns, so that the slow step runs once at a time
whoever comes, and whoever guesses here never makes the touchscreen wait for more than the one that runs.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

from node import stewards
from node.stewards import FILE, NotMade, Unreadable
from node.ticket_office import (
    BEAT,
    KIOSK_TURN,
    MINUTE,
    SIGNING_IN,
    Limit,
    Limits,
    TooMany,
    Tries,
    Turns,
    answered_at_the,
)

__all__ = ["FILE", "NotMade", "SignIn", "TooMany", "Unreadable"]

LIMITS = Limits(kiosk=Limit(6, MINUTE), phones=Limit(10, MINUTE), address=Limit(5, 5 * MINUTE))
AT_ONCE = 3  # tries from desks that run or wait; the machine's own screen has one place that is its own

Knows = Callable[[Path, str, Callable[[], AbstractContextManager[None]]], bool]


class SignIn:
    """folder: the node's. turns: of the ticket office. knows: whether a passphrase is a steward's."""

    def __init__(
        self,
        folder: Path,
        turns: Turns,
        random: Callable[[int], bytes] = os.urandom,
        monotonic: Callable[[], float] = time.monotonic,
        knows: Knows = stewards.knows,
        beat: float = BEAT,
    ) -> None:
        self._folder, self._turns, self._knows, self._beat = folder, turns, knows, beat
        self._tries = Tries(monotonic, random(32), LIMITS)
        self._desks, self._here = threading.BoundedSemaphore(AT_ONCE), threading.BoundedSemaphore(1)

    def ready(self) -> None:
        """Raises NotMade where this space has no stewards' key yet, Unreadable where its file is damaged."""
        stewards.stewards_of(self._folder)

    def opens(self, passphrase: str, address: str, at_node: bool) -> bool:
        """True if a steward has it. Whatever is wrong with it, all stewards' boxes are tried, and the answer waits for
        the beat. at_node: at the machine's own screen, which others cannot lock out. Raises TooMany before anything
        is derived, NotMade, Unreadable."""
        self._tries.count(address, at_node)
        places = self._here if at_node else self._desks
        if not places.acquire(blocking=False):
            raise TooMany(2, busy=True)
        try:
            with answered_at_the(self._beat):
                turn = partial(self._turns.person, KIOSK_TURN if at_node else SIGNING_IN)
                good = self._knows(self._folder, passphrase, turn)
        finally:
            places.release()
        if good:  # several stewards may sit behind one address, and come and go
            self._tries.give_back(address, at_node)
        return good
