"""Discovery over a real switch: what loopback cannot show."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.two_nodes.conftest import NAMESPACES
from tests.two_nodes.network import WHY_NOT, Network, Place, network
from tests.two_nodes.node import HOME, wait_until

pytestmark = pytest.mark.skipif(not NAMESPACES, reason=WHY_NOT)

LISTEN = """
import asyncio, hashlib, sys
from sync.discovery import Discovery

async def listen(name):
    me = hashlib.sha256(name.encode()).digest()
    heard = lambda found: print(found.run_id, *found.addresses, flush=True)
    discovery = Discovery(me, name, 8081, heard, web_port=8080, again_s=3)
    await discovery.start()
    await asyncio.to_thread(sys.stdin.readline)
    print("name", discovery.host_name, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await discovery.stop()

asyncio.run(listen(sys.argv[1]))
"""


class Ear:
    """A process that does nothing but announce itself and write down whom it finds."""

    def __init__(self, name: str, place: Place, folder) -> None:
        self.place, self._heard, self._forgot = place, folder / name, 0
        with self._heard.open("wb") as output:
            command = place.command(sys.executable, "-c", LISTEN, name)
            self._process = subprocess.Popen(command, cwd=HOME, stdin=subprocess.PIPE, stdout=output)

    def heard(self) -> list[str]:
        return [line for line in self._heard.read_text().splitlines() if not line.startswith("name ")]

    def calls_itself(self) -> str:
        """The host name that it has claimed. May be asked once."""
        assert self._process.stdin
        self._process.stdin.write(b"\n")
        self._process.stdin.flush()
        return wait_until(lambda: re.search("name (.*)", self._heard.read_text())).group(1)

    def finds(self, name: str) -> bool:
        """True once it was reported since this ear forgot."""
        return name in [line.split()[0] for line in self.heard()[self._forgot :]]

    def knows(self, name: str) -> bool:
        """True once it was reported with its IPv6 too, which a cable has after two seconds."""
        return any(line.startswith(f"{name} ") and "fe80" in line for line in self.heard())

    def forgets(self) -> None:
        self._forgot = len(self.heard())

    def leaves(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(10)

    def ends(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(10)
        assert self._process.stdin
        self._process.stdin.close()


@pytest.fixture
def street() -> Iterator[Network]:
    with network() as net:
        yield net


@pytest.fixture
def ear(street: Network, tmp_path) -> Iterator:
    ears: list[Ear] = []

    def listens(name: str, place: Place | None = None) -> Ear:
        ears.append(Ear(name, place or street.place(), tmp_path))
        return ears[-1]

    yield listens
    for each in ears:
        each.ends()


def test_two_nodes_on_one_switch_find_each_other_at_all_their_addresses(ear) -> None:
    hall, library = ear("hall"), ear("library")
    wait_until(lambda: hall.knows("library") and library.knows("hall"))
    _, v4, v6 = hall.heard()[-1].split()
    assert v4 == library.place.address
    assert v6.startswith("fe80::") and v6.endswith("%eth0")


def test_a_node_whose_cable_is_plugged_in_late_is_found(ear, street: Network) -> None:
    place = street.place()
    place.unplug()
    hall, library = ear("hall"), ear("library", place)
    with pytest.raises(AssertionError):
        wait_until(hall.heard, seconds=3)
    place.plug_in()
    wait_until(lambda: hall.finds("library") and library.finds("hall"))


def test_a_cable_pulled_and_plugged_in_again_is_noticed_where_it_was_pulled(ear) -> None:
    hall, library = ear("hall"), ear("library")
    wait_until(lambda: hall.knows("library") and library.knows("hall"))
    library.place.unplug()
    time.sleep(4)
    library.forgets()
    library.place.plug_in()
    wait_until(lambda: library.finds("hall"))


def test_a_new_address_is_announced_and_found(ear) -> None:
    hall, library = ear("hall"), ear("library")
    wait_until(lambda: hall.finds("library") and library.finds("hall"))
    moved = library.place.renumbered()
    wait_until(lambda: hall.heard()[-1].split()[1] == moved.address)


def test_a_node_that_left_and_came_back_is_reported_again(ear) -> None:
    hall, library = ear("hall"), ear("library")
    wait_until(lambda: hall.knows("library"))
    library.leaves()
    hall.forgets()
    ear("library", library.place)
    wait_until(lambda: hall.finds("library"))


ASK = """
import asyncio, sys
from zeroconf import AddressResolver
from zeroconf.asyncio import AsyncZeroconf

async def ask():
    ear, question = AsyncZeroconf(), AddressResolver(sys.argv[1] + ".")
    await question.async_request(ear.zeroconf, 3000)
    print(*question.parsed_addresses())
    await ear.async_close()

asyncio.run(ask())
"""


def addresses_of(name: str, place: Place) -> list[str]:
    """What a phone is told when it asks for a host name."""
    command = place.command(sys.executable, "-c", ASK, name)
    return subprocess.run(command, cwd=HOME, capture_output=True, text=True, timeout=20, check=True).stdout.split()


def test_the_first_board_is_corkboard_local_and_the_second_makes_way(ear, street: Network) -> None:
    hall = ear("hall")
    time.sleep(2)
    library = ear("library")
    wait_until(lambda: hall.finds("library") and library.finds("hall"))
    time.sleep(2)
    phone = street.place()
    assert addresses_of("corkboard.local", phone) == [hall.place.address]
    assert addresses_of("corkboard-2.local", phone) == [library.place.address]
    assert (hall.calls_itself(), library.calls_itself()) == ("corkboard.local", "corkboard-2.local")


def test_where_two_networks_are_joined_one_of_two_equal_names_moves_on(ear, street: Network) -> None:
    place = street.place()
    street.splits_off(place)
    lower, higher = ear("lower", place), ear("higher")
    time.sleep(3)
    street.joins(place)
    phone = street.place()
    wait_until(lambda: addresses_of("corkboard-2.local", phone) == [lower.place.address], seconds=30)
    assert addresses_of("corkboard.local", phone) == [higher.place.address]
    assert (lower.calls_itself(), higher.calls_itself()) == ("corkboard-2.local", "corkboard.local")
