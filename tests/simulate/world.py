"""A circle of machines and the people at them, all a function of one seed. Remembers what was promised to whom.

The promises: what was acknowledged is kept, as long as any disk that holds it is; what a ticket erased is gone.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from node.domain.tickets import Ticket
from node.storage import gather
from node.storage.rows import Row
from sync import log, proofs
from sync.schema import FEED_SHIFT
from tests.simulate import folders
from tests.simulate.folders import Disk
from tests.simulate.machine import Keys, Machine, Memory, Time
from tests.simulate.wire import Faults, Network

MINUTE = 60_000


@dataclass
class Holder:
    """A neighbour with a ticket. post: the one it opened, or was given out for; home: the space it is for; counter: of
    what it says next, as far as its holder knows."""

    ticket: Ticket
    home: bytes
    post: bytes
    counter: int = 0

    @property
    def owner(self) -> bytes:
        return self.ticket.owner


@dataclass(frozen=True)
class Carried:
    """What a ticket said, as any space may carry it again; here: the one space that may, b"" for any."""

    payload: bytes
    post: bytes
    owner: bytes
    here: bytes = b""


@dataclass(frozen=True)
class Acknowledged:
    """Somebody was told that this is written down."""

    feed: bytes
    seq: int
    id: bytes
    space: bytes
    here: bool


@dataclass
class World:
    """folder: where its machines have their folders. told: one line for each thing that happened."""

    seed: int
    folder: Path
    dice: random.Random = field(init=False)
    time: Time = field(default_factory=Time)
    network: Network = field(default_factory=Network)
    machines: list[Machine] = field(default_factory=list)
    hostile: set[str] = field(default_factory=set)
    backups: dict[str, list[Disk]] = field(default_factory=dict)
    memories: dict[str, Memory] = field(default_factory=dict)
    sticks: list[bytes] = field(default_factory=list)
    forked: set[bytes] = field(default_factory=set)
    posts: list[bytes] = field(default_factory=list)
    holders: list[Holder] = field(default_factory=list)
    carried: list[Carried] = field(default_factory=list)
    acknowledged: list[Acknowledged] = field(default_factory=list)
    buried: dict[bytes, bytes] = field(default_factory=dict)
    words: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    # --- machines ---

    def adds(self, name: str, place: str, disk: Disk, keys: Keys | None = None) -> Machine:
        (self.folder / name).mkdir()
        machine = Machine(name, place, self.folder / name, self.time, random.Random(f"{self.seed} {name}"))
        machine.begins_with(disk, keys)
        self.machines.append(machine)
        return machine

    def loses(self, machine: Machine) -> None:
        """A machine is gone for good."""
        machine.stops()
        self.machines.remove(machine)
        self.forgives()

    def honest(self) -> list[Machine]:
        return [machine for machine in self.machines if machine.name not in self.hostile]

    def pick(self, machines: list[Machine] | None = None) -> Machine:
        return self.dice.choice(self.machines if machines is None else machines)

    def known(self, machine: Machine) -> list[bytes]:
        """The last posts that this machine has, often those of its own space; now and then, or where it has none, those
        that others have."""
        rows = [(post, gather.row(machine.db, post)) for post in self.posts]
        held = [post for post, row in rows if row]
        ours = [post for post, row in rows if row and self._is_home(machine, row)]
        chosen = self.dice.choices([ours, held, []], [5, 4, 1])[0]
        return (chosen or held or self.posts)[-3:]

    @staticmethod
    def _is_home(machine: Machine, row: Row) -> bool:
        home = log.feed_by_no(machine.db, row.n >> FEED_SHIFT).space if row.home is None else row.home
        return home == machine.space

    def pairs(self) -> list[tuple[Machine, Machine]]:
        """Who may visit whom now."""
        return [(a, b) for a in self.machines for b in self.machines if self.network.reaches(a, b)]

    def faults(self) -> Faults:
        """Two visits of three go as they should."""
        if self.dice.random() < 0.67:
            return Faults(self.dice)
        chance = self.dice.choice([0.1, 0.3])
        return Faults(self.dice, chance, chance / 2, chance / 2, chance / 2, self.dice.random() < 0.5)

    # --- words and promises ---

    def word(self, owner: bytes = b"", post: bytes = b"") -> str:
        """A word that is nowhere else. owner, post: who says it and about what."""
        word = f"zq{len(self.words):04d}x"
        self.words[word] = (owner, post)
        return word

    def acknowledges(self, machine: Machine, entry_id: bytes) -> None:
        """This machine's run has just said it, and told who asked for it."""
        if machine.name in self.hostile:
            return
        for key in sorted(Memory({}, machine.keys).feeds()):
            feed = log.feed_by_key(machine.db, key)
            for held in log.read(machine.db, feed.no, max(0, feed.next - 20)) if feed else ():
                if feed and held.entry.id == entry_id:
                    one = Acknowledged(key, held.entry.header.seq, entry_id, machine.space, feed.scope == "here")
                    self.acknowledged.append(one)

    def forgives(self) -> None:
        """After a disk was rolled back or lost: what no disk holds any more is not asked for at the end."""
        self.acknowledged = [one for one in self.acknowledged if any(self.holds(m, one) for m in self.machines)]
        self.buried = {o: line for o, line in self.buried.items() if any(buries(m, line) for m in self.machines)}

    def holds(self, machine: Machine, one: Acknowledged) -> bool:
        """So that others could get it from there."""
        return one.space not in blocked(machine) and self.keeps(machine, one)

    def keeps(self, machine: Machine, one: Acknowledged) -> bool:
        """On its disk, also where it has blocked that space since, perhaps because its sister did."""
        feed = log.feed_by_key(machine.db, one.feed)
        if feed is None or feed.state != "open":
            return False
        return any(held.entry.id == one.id for held in log.read(machine.db, feed.no, one.seq, one.seq + 1))

    def apart(self, one: Machine, other: Machine) -> bool:
        """They do not answer each other: one of them blocks the other's space."""
        return one.space in blocked(other) or other.space in blocked(one)


BLOCKED = "SELECT id FROM space WHERE state = 'blocked' ORDER BY id"


def blocked(machine: Machine) -> list[bytes]:
    """Ids of the spaces that this machine does not accept."""
    return [space for (space,) in machine.db.execute(BLOCKED)]


def buries(machine: Machine, line: bytes) -> bool:
    return any(proofs.lines(machine.db, [proofs.proof_id(line)], family=True))


def tells(teller: Machine, asker: Machine, line: bytes) -> bool:
    """Whether one machine tells another of an erasure; one of a post for here stays there."""
    return any(proofs.lines(teller.db, [proofs.proof_id(line)], teller.space == asker.space))


@contextmanager
def begun(seed: int, places: Sequence[str] = ()) -> Iterator[World]:
    """A circle of two to five machines that have just met, or of these. Ends with all folders gone."""
    with tempfile.TemporaryDirectory(dir=folders.room()) as folder:
        world = World(seed, Path(folder))
        try:
            for place in places or _places(world.dice):
                world.adds(place, place, folders.made()[place])
            yield world
        finally:
            for machine in world.machines:
                machine.stops()
            world.network.close()


def _places(dice: random.Random) -> list[str]:
    """The hall and the library always; now and then the hall's second node, the mosque and the depot."""
    return [place for place in folders.PLACES if place in ("hall", "library") or dice.random() < 0.5]
