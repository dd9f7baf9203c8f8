"""Sticks in a simulated circle: filled at one machine, read at another, soon, weeks later, twice, or damaged."""

from __future__ import annotations

import contextlib
import io

from node import bundles
from node.bundles import THE_CIRCLE, NoBundle
from sync.bundle import NotABundle, NotForUs
from tests.simulate.actions import MOST_LOOKS, action
from tests.simulate.judge import Broken, state
from tests.simulate.machine import Machine
from tests.simulate.world import World

LAST = 4  # sticks, that are still about


def _silent(done: int, total: int) -> None:
    pass


@action(6)
def stick_is_filled(world: World) -> str:
    machine = world.pick()
    to = world.dice.choice([THE_CIRCLE, THE_CIRCLE, world.pick().space])
    into = io.BytesIO()
    try:
        packed = bundles.write(machine.run, into, to, _silent)
    except NoBundle:
        return f"{machine.name} knows nobody there"
    world.sticks.append(into.getvalue())
    return f"{machine.name}, {packed.entries} entries"


@action(10)
def stick_is_read(world: World) -> str:
    if not world.sticks:
        return ""
    machine, stick = world.pick(), world.dice.choice(world.sticks[-LAST:])
    try:
        return f"{machine.name}, {_read(machine, stick)} new"
    except NotForUs:
        return f"{machine.name} cannot open it"


def _read(machine: Machine, stick: bytes) -> int:
    came = bundles.take(machine.run, io.BytesIO(stick), _silent, machine.gate())
    return int(came.report["entries"])


@action(2)
def damaged_stick_is_read(world: World) -> str:
    """A changed byte or a missing end: nothing of it is taken."""
    if not world.sticks:
        return ""
    machine, stick = world.pick(), bytearray(world.dice.choice(world.sticks[-LAST:]))
    at, before = world.dice.randrange(len(stick)), state(machine)
    if world.dice.random() < 0.5:
        del stick[at:]
    else:
        stick[at] ^= 1 << world.dice.randrange(8)
    try:
        _read(machine, bytes(stick))
    except NotABundle:
        if state(machine) != before:
            raise Broken(f"{machine.name} took something from a damaged stick") from None
        return machine.name
    raise Broken(f"{machine.name} took a damaged stick for a whole one")


@action(2)
def killed_while_reading_a_stick(world: World) -> str:
    if not world.sticks:
        return ""
    machine, stick = world.pick(), world.dice.choice(world.sticks[-LAST:])
    with machine.killed_after(world.dice.randrange(1, MOST_LOOKS * 3)), contextlib.suppress(NotForUs):
        _read(machine, stick)
    return ""
