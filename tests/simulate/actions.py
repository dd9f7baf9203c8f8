"""What can happen in a simulated circle: a table of actions, each with how often it is chosen.

To add one, write it here, in `speaking`, `sticks` or `tickets`, and decorate it. An action does something to the world
with the world's dice and says in one line what; "" when it could not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from node import blocking, intake, meeting
from sync import circle
from tests.simulate.machine import Killed, Machine, Time
from tests.simulate.wire import Visit
from tests.simulate.world import MINUTE, World, blocked

HOUR = 60 * MINUTE
DAY = 24 * HOUR
MOST_LOOKS = 120  # of a kill: beyond that nearly everything is done
MOST_MACHINES = 6

Do = Callable[[World], str]


@dataclass(frozen=True)
class Action:
    """weight: how often it is chosen, relative to the others."""

    name: str
    weight: int
    do: Do


TABLE: list[Action] = []


def action(weight: int) -> Callable[[Do], Do]:
    """Puts what can happen into the table, by its function's name."""

    def put(do: Do) -> Do:
        TABLE.append(Action(do.__name__, weight, do))
        return do

    return put


def something_happens(world: World) -> None:
    """One action, chosen by the dice; minutes pass before it."""
    world.time.passes(world.dice.randrange(1, 240) * MINUTE)
    (chosen,) = world.dice.choices(TABLE, [each.weight for each in TABLE])
    try:
        said = chosen.do(world)
    except Killed as killed:
        world.forgives()
        said = str(killed)
    if said:
        world.told.append(f"{chosen.name}: {said}")


# --- exchange ---


@action(60)
def exchange(world: World) -> str:
    pairs = world.pairs()
    if not pairs:
        return ""
    asker, teller = world.dice.choice(pairs)
    visit = world.network.visit(asker, teller, world.faults())
    if world.dice.random() < 0.5:
        asker.minute_passes()
    return in_words(asker, teller, visit)


def in_words(asker: Machine, teller: Machine, visit: Visit) -> str:
    report = visit.report
    taken = [each for each in report.taken if isinstance(each, intake.Taken)]
    counts = (sum(each.new_entries for each in taken), len(report.void), len(report.refused), report.asked)
    new, void, refused, asked = counts
    return f"{asker.name} asks {teller.name}: {new} new, {void} void, {refused} refused, {asked} asked {visit.error}"


@action(4)
def killed_in_an_exchange(world: World) -> str:
    pairs = world.pairs()
    if not pairs:
        return ""
    asker, teller = world.dice.choice(pairs)
    with asker.killed_after(world.dice.randrange(1, MOST_LOOKS * 3)):
        world.network.visit(asker, teller, world.faults())
    return ""


@action(4)
def partition(world: World) -> str:
    names = [machine.name for machine in world.machines]
    group = frozenset(name for name in names if world.dice.random() < 0.5)
    world.network.groups = (*world.network.groups, group)
    return ", ".join(sorted(group)) + " are apart"


@action(3)
def links_come_back(world: World) -> str:
    world.network.groups = ()
    return "all links"


# --- the machine ---


@action(3)
def power_cut(world: World) -> str:
    machine = world.pick()
    machine.loses_power()
    return machine.name


@action(7)
def backup(world: World) -> str:
    machine = world.pick()
    world.backups.setdefault(machine.name, []).append(machine.snapshot().disk)
    return machine.name


@action(8)
def old_backup_is_restored(world: World) -> str:
    machine = world.pick()
    backups = world.backups.get(machine.name)
    if not backups:
        return ""
    kept = world.dice.random() < 0.6
    machine.is_restored(world.dice.choice(backups), kept)
    world.forgives()
    return f"{machine.name}, {'with' if kept else 'without'} today's file of erasures"


@action(3)
def folder_is_copied_and_both_run(world: World) -> str:
    original = world.pick(world.honest())
    name = original.name + "'"
    if len(world.machines) >= MOST_MACHINES or any(machine.name == name for machine in world.machines):
        return ""
    world.adds(name, original.place, original.snapshot().disk)
    return name


@action(3)
def clock_jumps(world: World) -> str:
    machine = world.pick()
    machine.offset = world.dice.choice(
        [0, 0, -world.time.ms, _since_1970(2099, world.time), -world.dice.randrange(40 * DAY), HOUR]
    )
    return f"{machine.name} by {machine.offset / DAY:.1f} days"


def _since_1970(year: int, time: Time) -> int:
    return int((year - 1970) * 365.2425 * DAY) - time.ms


@action(2)
def disk_fills_or_has_room_again(world: World) -> str:
    machine = world.pick()
    machine.full = not machine.full
    return f"{machine.name}: {'full' if machine.full else 'room'}"


@action(4)
def nightly_work(world: World) -> str:
    machine = world.pick()
    world.time.passes(world.dice.choice([0, DAY, 8 * DAY]))
    machine.minute_passes()
    erased = intake.erase_closed(machine.run) if machine.offset == 0 else 0  # else its clock is not trusted
    intake.tidy(machine.run)
    return f"{machine.name}, {erased} erased"


@action(1)
def killed_in_nightly_work(world: World) -> str:
    machine = world.pick()
    with machine.killed_after(world.dice.randrange(1, MOST_LOOKS)):
        intake.tidy(machine.run)
    return ""


# --- the circle ---


@action(3)
def block(world: World) -> str:
    """What it said until then stays, or goes from this space's board with it."""
    machine, other = world.pick(world.honest()), world.pick()
    if machine.space == other.space or other.space in blocked(machine):
        return ""
    hide = world.dice.random() < 0.3
    blocking.block(machine.run, as_known(machine, other), hide)
    return f"{machine.name} blocks {other.place}{' and hides what it said' if hide else ''}"


@action(4)
def purge(world: World) -> str:
    """Of a blocked space; where there is none, somebody is blocked."""
    apart = all_apart(world)
    if not apart:
        return block(world)
    machine, other = world.dice.choice(apart)
    blocking.purge(machine.run, as_known(machine, other))
    world.forgives()
    return f"{machine.name} drops all words of {other.place}"


@action(6)
def let_in_again(world: World) -> str:
    apart = all_apart(world)
    if not apart:
        return ""
    machine, other = world.dice.choice(apart)
    if world.dice.random() < 0.5:
        pair(machine, other)
        return f"{machine.name} pairs with {other.name}"
    blocking.unblock(machine.run, as_known(machine, other))
    return f"{machine.name} accepts {other.place}"


def all_apart(world: World) -> list[tuple[Machine, Machine]]:
    """Who blocks whom."""
    return [(one, other) for one in world.machines for other in world.machines if other.space in blocked(one)]


def as_known(machine: Machine, other: Machine) -> blocking.Other:
    return next(one for one in blocking.others(machine.db) if one.space == other.space)


def pair(machine: Machine, other: Machine) -> None:
    """Both sides, as after the digits were typed."""
    told = (
        circle.ours(other.db, other.folder, other.run.identity, 0),
        circle.ours(machine.db, machine.folder, machine.run.identity, 0),
    )
    for one, theirs in zip((machine, other), told, strict=True):
        meeting.join(one.run, theirs)


# --- two histories of one feed ---


@action(6)
def snapshot_of_a_whole_machine(world: World) -> str:
    machine = world.pick()
    if not machine.keys:
        return ""
    world.memories[machine.name] = machine.snapshot()
    return machine.name


@action(10)
def snapshot_is_resumed(world: World) -> str:
    known = [machine for machine in world.honest() if machine.name in world.memories]
    if not known:
        return ""
    machine = world.pick(known)
    memory = world.memories[machine.name]
    world.forked |= memory.feeds()
    machine.begins_with(memory.disk, memory.keys)
    world.forgives()
    return machine.name


@action(10)
def hostile_node_speaks_with_two_tongues(world: World) -> str:
    """A second machine goes on with the same feed: each shows its own history to whom it meets."""
    depot = [machine for machine in world.machines if machine.place == "depot" and machine.keys]
    if not depot or world.hostile:
        return ""
    memory = depot[0].snapshot()
    world.hostile |= {machine.name for machine in world.machines if machine.place == "depot"} | {"depot-two"}
    world.forked |= memory.feeds()
    world.adds("depot-two", "depot", memory.disk, memory.keys)
    world.forgives()
    return depot[0].name
