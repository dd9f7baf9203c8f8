"""One seed, one history: what happened in it, how it ended, and a hash by which two runs of it are compared."""

from __future__ import annotations

import contextlib
import hashlib
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from unittest.mock import patch

from node import forking
from node.storage import projection, refolding
from sync import log
from tests.simulate import actions, speaking, sticks, tickets, world
from tests.simulate.judge import Broken, judge
from tests.simulate.world import World

STEPS = (8, 32)
SAYING = tuple(each for each in actions.TABLE if each.do.__module__ in (speaking.__name__, tickets.__name__))
"""What people do, as against machines."""
STICKS = tuple(each for each in actions.TABLE if each.do.__module__ == sticks.__name__)


@dataclass(frozen=True)
class Outcome:
    """wrong: what does not hold, "" when all does. told: what happened. mark: equal for equal histories."""

    seed: int
    wrong: str
    told: tuple[str, ...]
    mark: str


def play(seed: int) -> Outcome:
    """The whole history of this seed. The same seed gives the same outcome, on any machine and at any time."""
    with world.begun(seed) as circle, _short_steps(1 + seed % 4):
        try:
            for _ in range(circle.dice.randrange(*STEPS)):
                actions.something_happens(circle)
            judge(circle)
            wrong = ""
        except Broken as broken:
            wrong = str(broken)
        except Exception:
            wrong = traceback.format_exc()
        return Outcome(seed, wrong, tuple(circle.told), _mark(circle))


@contextlib.contextmanager
def _short_steps(entries: int) -> Iterator[None]:
    """What a node works off step by step is several steps in a story too: a kill may come between any two."""
    with patch.object(refolding, "STEP", entries), patch.object(forking, "STEP", entries):
        yield


def _mark(circle: World) -> str:
    found = hashlib.blake2b("\n".join(circle.told).encode(), digest_size=8)
    for machine in circle.machines:
        found.update(log.digest(machine.db).encode() + projection.digest(machine.db).encode())
    return found.hexdigest()
