"""The network between machines: answers of the real `exchange`, handed over in process and spoilt on the way by dice.

No sockets, no threads: whatever happens is a function of the seed. TLS is left out, who may ask is not.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

from sync import known
from sync.exchange import Answers, caller
from sync.messages import EntriesAsked, read, write
from sync.pull import Pull, Report
from sync.refusals import Refused
from tests.simulate.machine import Machine

P = ParamSpec("P")
T = TypeVar("T")


class Cut(Exception):
    """The line went dead."""


@dataclass
class Faults:
    """What can happen on the way, each with this chance at each request. small: pages of a few hundred bytes."""

    dice: random.Random
    cut: float = 0.0
    truncate: float = 0.0
    double: float = 0.0
    repeat: float = 0.0
    small: bool = False

    def happens(self, chance: float) -> bool:
        return chance > 0 and self.dice.random() < chance


class Wire:
    """A line on which `asker` asks `teller`."""

    def __init__(self, asker: Machine, teller: Machine, faults: Faults) -> None:
        self._asker, self._teller, self._faults = asker, teller, faults
        self._answers = Answers(lambda: teller.db)
        self._last: dict[str, bytes] = {}

    async def post(self, path: str, body: bytes, reach: Callable[[str], None] = lambda word: None) -> bytes:
        """Raises Cut, and Refused where one of the two does not accept the other."""
        faults, name = self._faults, path.rsplit("/", 1)[1]
        if faults.happens(faults.cut / 2):
            raise Cut
        caller(self._asker.db, self._teller.run.identity.node_cert)
        who = self._answers.caller(self._asker.run.identity.node_cert)
        if faults.small and name == "entries":
            body = write(EntriesAsked(read(body, EntriesAsked).want, faults.dice.randrange(1, 3000)))
        if name == "entries":
            answer, word = self._answers.page(who, body)
            reach(word)
            await asyncio.sleep(0)
        else:
            answer = getattr(self._answers, name)(who, body)
        return self._spoilt(name, answer)

    def _spoilt(self, name: str, answer: bytes) -> bytes:
        faults, before = self._faults, self._last.get(name, b"")
        self._last[name] = answer
        if faults.happens(faults.cut / 2):
            raise Cut
        if faults.happens(faults.repeat) and before:
            return before
        if name in ("entries", "payloads"):
            if faults.happens(faults.truncate):
                return answer[: faults.dice.randrange(len(answer) + 1)]
            if faults.happens(faults.double):
                return answer + answer
        return answer


async def at_once(do: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Where others hand work to a thread, here it is done on the spot."""
    return do(*args, **kwargs)


@dataclass
class Visit:
    """How one visit went. error: "" when it went well."""

    report: Report
    error: str = ""


@dataclass
class Network:
    """Who can reach whom. One event loop for all visits, since making one takes as long as a visit."""

    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    groups: tuple[frozenset[str], ...] = ()

    def reaches(self, one: Machine, other: Machine) -> bool:
        """Two copies of one node never visit each other: each takes the other for itself."""
        apart = any((one.name in group) != (other.name in group) for group in self.groups)
        return not apart and one.node != other.node

    def visit(self, asker: Machine, teller: Machine, faults: Faults) -> Visit:
        """One machine asks another for news. Raises what SQLite raises when the asker is killed."""
        shunned = asker.shunned.setdefault(teller.node, set())
        wire, gate = Wire(asker, teller, faults), asker.gate()
        pull = Pull(wire, gate, teller.node, at_once, shunned, lambda: asker.time.ms / 1000, asker.clock)
        try:
            visit = Visit(self.loop.run_until_complete(pull.run()))
            known.tried(asker.db, teller.node, asker.clock(), "")
            return visit
        except Cut:
            return Visit(pull.report, "cut")
        except Refused as error:
            return Visit(pull.report, error.key)
        finally:
            self.loop.run_until_complete(asyncio.sleep(0))  # what the visit has cancelled ends here, not in the next

    def close(self) -> None:
        self.loop.close()
