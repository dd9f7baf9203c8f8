"""Discovery over a real switch: what loopback cannot show."""

import itertools
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from sync.discovery import AGAIN_S as NODE_AGAIN_S
from sync.discovery import LOOK_S
from tests.two_nodes import phone as phones
from tests.two_nodes.conftest import NAMESPACES
from tests.two_nodes.network import WHY_NOT, Network, Place, network
from tests.two_nodes.node import HOME, wait_until

pytestmark = pytest.mark.skipif(not NAMESPACES, reason=WHY_NOT)

AGAIN_S = 0.7  # how often an ear asks who is there; a node does so every ten seconds
SOON_S = 120.0  # for a machine ten times slower; how long it took is printed

LISTEN = """
import asyncio, hashlib, sys
from sync.discovery import Discovery

async def listen(name, port, look_s, again_s):
    me = hashlib.sha256(name.encode()).digest()
    heard = lambda found: print(found.run_id, found.port, *found.addresses, flush=True)
    options = dict(web_port=8080, look_s=float(look_s), again_s=float(again_s))
    discovery = Discovery(me, name, lambda: int(port), heard, **options)
    await discovery.start()
    await asyncio.to_thread(sys.stdin.readline)
    print("name", discovery.host_name, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await discovery.stop()

asyncio.run(listen(*sys.argv[1:]))
"""


class Heard(NamedTuple):
    name: str
    port: int
    addresses: tuple[str, ...]


class Ear:
    """A process that does nothing but announce itself and write down whom it finds."""

    def __init__(self, name: str, place: Place, folder, port: int = 8081, pace: tuple[float, float] = (0.5, AGAIN_S)):
        self.name, self.place, self._heard, self._forgot = name, place, folder / name, 0
        with self._heard.open("wb") as output:
            command = place.command(sys.executable, "-c", LISTEN, name, str(port), *map(str, pace))
            self._process = subprocess.Popen(command, cwd=HOME, stdin=subprocess.PIPE, stdout=output)

    def heard(self) -> list[Heard]:
        whole, _, _ = self._heard.read_text().rpartition("\n")  # what comes after it is still being written
        lines = [line.split() for line in whole.splitlines()]
        return [Heard(name, int(port), tuple(addresses)) for name, port, *addresses in lines if name != "name"]

    def calls_itself(self) -> str:
        """The host name that it has claimed. May be asked once."""
        assert self._process.stdin
        self._process.stdin.write(b"\n")
        self._process.stdin.flush()
        return wait_until(lambda: re.search("name (.*)", self._heard.read_text()), SOON_S).group(1)

    def finds(self, other: "Ear", at: str = "", port: int = 0) -> bool:
        """True once it was reported since this ear forgot; at that address, at that port."""
        return any(
            each.name == other.name and (not at or at in each.addresses) and port in (0, each.port)
            for each in self.heard()[self._forgot :]
        )

    def heard_last(self, at: str, not_at: str) -> bool:
        last = self.heard()[-1].addresses
        return at in last and not_at not in last

    def knows(self, other: "Ear") -> bool:
        """True once it was reported with its IPv6 too, which a cable has after two seconds."""
        return any(each.name == other.name and "fe80" in " ".join(each.addresses) for each in self.heard())

    def forgets(self) -> None:
        self._forgot = len(self.heard())

    def leaves(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(SOON_S)

    def ends(self) -> None:
        """Without a goodbye."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(SOON_S)
        assert self._process.stdin
        self._process.stdin.close()


@pytest.fixture
def street() -> Iterator[Network]:
    with network() as net:
        yield net


@pytest.fixture
def ear(street: Network, tmp_path) -> Iterator:
    ears: list[Ear] = []

    def listens(name: str, place: Place | None = None, **how) -> Ear:
        ears.append(Ear(name, place or street.place(), tmp_path, **how))
        return ears[-1]

    yield listens
    for each in ears:
        each.ends()


def meet(*ears: Ear) -> None:
    for one, other in itertools.permutations(ears, 2):
        wait_until(lambda one=one, other=other: one.knows(other), SOON_S)


def soon(what: str, true: Callable[[], object]) -> None:
    began = time.monotonic()
    wait_until(true, SOON_S, every=0.05)
    print(f"{what}: {time.monotonic() - began:.1f} s")


@pytest.mark.long
def test_two_nodes_on_one_switch_find_each_other_at_all_their_addresses(ear) -> None:
    hall, library = ear("hall"), ear("library")
    meet(hall, library)
    v4, v6 = hall.heard()[-1].addresses
    assert v4 == library.place.address
    assert v6.startswith("fe80::") and v6.endswith("%eth0")


@pytest.mark.long
def test_a_node_whose_cable_was_out_when_it_started_is_found_when_it_is_plugged_in(ear, street: Network) -> None:
    place = street.place()
    place.unplug()
    hall, library = ear("hall"), ear("library", place)
    time.sleep(2)
    assert not hall.heard() and not library.heard()
    place.plug_in()
    soon("after the cable came", lambda: hall.finds(library) and library.finds(hall))


@pytest.mark.long
def test_a_node_that_was_out_of_reach_is_noticed_though_no_light_went_out_at_either_end(ear, street: Network) -> None:
    """The switch in between had no power for a while."""
    hall, library = ear("hall"), ear("library")
    meet(hall, library)
    street.splits_off(library.place)
    time.sleep(4 * AGAIN_S)
    for each in (hall, library):
        each.forgets()
    street.joins(library.place)
    soon("after the switch came back", lambda: hall.finds(library) and library.finds(hall))


@pytest.mark.long
def test_another_lease_is_announced_and_found_and_roaming_too(ear, street: Network) -> None:
    """The library's machine is given another address, then carried to the mosque's network, and back."""
    mosque = ear("mosque", street.roams(street.place(), "10.78.0"))
    hall, library = ear("hall"), ear("library")
    meet(hall, library)
    moved = library.place.renumbered()
    soon("another lease", lambda: hall.finds(library, at=moved.address))
    assert not mosque.heard()
    there = street.roams(moved, "10.78.0")
    soon("in another network", lambda: mosque.finds(library, at=there.address))
    hall.forgets()
    back = street.roams(there, "10.77.0")
    soon("back again", lambda: hall.finds(library, at=back.address))


@pytest.mark.long
def test_two_nodes_with_two_cables_go_on_with_the_other_when_one_is_pulled(ear, street: Network) -> None:
    ours, theirs = street.place(), street.place()
    street.second_cable(ours, "10.79.0.1")
    street.second_cable(theirs, "10.79.0.2")
    hall, library = ear("hall", ours), ear("library", theirs)
    soon("at both", lambda: hall.finds(library, at=theirs.address) and hall.finds(library, at="10.79.0.2"))
    hall.forgets()
    theirs.unplug()
    # What was said before the cable was pulled may be heard after it, and zeroconf keeps an address for a second more.
    soon("at the one that is left", lambda: hall.finds(library) and hall.heard_last("10.79.0.2", not_at=theirs.address))


@pytest.mark.long
def test_a_node_that_crashed_and_runs_again_at_another_port_is_found_there(ear) -> None:
    hall, library = ear("hall"), ear("library")
    meet(hall, library)
    library.ends()
    again = ear("library", library.place, port=9081)
    soon("after the crash", lambda: hall.finds(again, port=9081))


@pytest.mark.longer
def test_how_long_finding_takes_with_the_pace_of_a_node(ear, street: Network) -> None:
    """At most 3 s for two that are switched on, 15 s after a late cable and after a switch between them."""
    real = {"pace": (LOOK_S, NODE_AGAIN_S)}
    place = street.place()
    place.unplug()
    hall, library, late = ear("hall", **real), ear("library", **real), ear("late", place, **real)
    soon("switched on", lambda: hall.finds(library) and library.finds(hall))
    meet(hall, library)
    time.sleep(30)
    place.plug_in()
    soon("late cable", lambda: hall.finds(late) and late.finds(hall))
    street.splits_off(library.place)
    time.sleep(40)
    for each in (hall, library):
        each.forgets()
    street.joins(library.place)
    soon("switch between them", lambda: hall.finds(library) and library.finds(hall))


def addresses_of(name: str, phone: Place) -> list[str]:
    answer = phones.asks(phone, name, tries=1)
    return answer.addresses if answer else []


def test_a_phone_that_asks_from_any_port_is_answered_alone(ear, street: Network) -> None:
    """As the simplest resolvers ask: the answer carries their number and question, and goes to their port."""
    hall, phone = ear("hall"), street.place()
    wait_until(lambda: addresses_of("corkboard.local", phone) == [hall.place.address], SOON_S)
    for name in ("corkboard.local", "CORKBOARD.local"):  # the address in a flyer's QR is in capitals
        answer = phones.asks(phone, name)
        assert answer and answer.addresses == [hall.place.address]
        assert answer.question == (name, phones.A) and answer.source == (hall.place.address, 5353)
        assert answer.flags == phones.RESPONSE | phones.AUTHORITATIVE
        assert not any(each.cls & phones.FLUSH for each in answer.records)  # that is said to everybody or nobody
    none = phones.asks(phone, "corkboard.local", phones.AAAA)
    assert none and none.addresses == []  # said at once: the phone need not wait for it
    assert [each.kind for each in none.records] == [phones.NSEC]


@pytest.mark.long
def test_the_first_board_is_corkboard_local_and_the_second_makes_way(ear, street: Network) -> None:
    phone, hall = street.place(), ear("hall")
    wait_until(lambda: addresses_of("corkboard.local", phone) == [hall.place.address], SOON_S)
    library = ear("library")
    wait_until(lambda: addresses_of("corkboard-2.local", phone) == [library.place.address], SOON_S)
    assert addresses_of("corkboard.local", phone) == [hall.place.address]
    assert (hall.calls_itself(), library.calls_itself()) == ("corkboard.local", "corkboard-2.local")


@pytest.mark.longer
def test_two_boards_that_are_switched_on_at_once_have_two_names(ear, street: Network) -> None:
    """Power is back at both: each asks for the name while nobody has it. Which of them is first, nobody can say."""
    phone, pace = street.place(), {"pace": (LOOK_S, NODE_AGAIN_S)}
    both = {each.place.address for each in (ear("lower", **pace), ear("higher", **pace))}
    names = ("corkboard.local", "corkboard-2.local")
    soon("two names", lambda: {at for each in names for at in addresses_of(each, phone)} == both)


@pytest.mark.long
def test_where_two_networks_are_joined_one_of_two_equal_names_moves_on(ear, street: Network) -> None:
    place, phone, there = street.place(), street.place(), street.place()
    lower, higher = ear("lower", place), ear("higher")
    street.falls_apart([place, there], [phone, higher.place])
    wait_until(lambda: addresses_of("corkboard.local", there) == [lower.place.address], SOON_S)
    wait_until(lambda: addresses_of("corkboard.local", phone) == [higher.place.address], SOON_S)
    for each in (place, there, phone, higher.place):
        street.joins(each)
    soon("one moves on", lambda: addresses_of("corkboard-2.local", phone) == [lower.place.address])
    assert addresses_of("corkboard.local", phone) == [higher.place.address]
    assert (lower.calls_itself(), higher.calls_itself()) == ("corkboard-2.local", "corkboard.local")
