"""Discovery over a real switch: what loopback cannot show."""

import subprocess
import sys
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
    discovery = Discovery(me, name, 8081, lambda found: print(found.run_id, *found.addresses, flush=True))
    await discovery.start()
    await asyncio.to_thread(sys.stdin.read)
    await discovery.stop()

asyncio.run(listen(sys.argv[1]))
"""


class Ear:
    """A process that does nothing but announce itself and write down whom it finds."""

    def __init__(self, name: str, place: Place, folder) -> None:
        self.place, self._heard = place, folder / name
        with self._heard.open("wb") as output:
            command = place.command(sys.executable, "-c", LISTEN, name)
            self._process = subprocess.Popen(command, cwd=HOME, stdin=subprocess.PIPE, stdout=output)

    def heard(self) -> list[str]:
        return self._heard.read_text().splitlines()

    def finds(self, *times: str) -> bool:
        """True once these were reported, in this order."""
        return [line.split()[0] for line in self.heard()] == list(times)

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
    wait_until(lambda: hall.finds("library") and library.finds("hall"))
    _, v4, v6 = hall.heard()[0].split()
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
    wait_until(lambda: hall.finds("library") and library.finds("hall"))
    library.place.unplug()
    with pytest.raises(AssertionError):
        wait_until(lambda: library.finds("hall", "hall"), seconds=5)
    library.place.plug_in()
    wait_until(lambda: library.finds("hall", "hall"))


def test_a_new_address_is_announced_and_found(ear) -> None:
    hall, library = ear("hall"), ear("library")
    wait_until(lambda: hall.finds("library") and library.finds("hall"))
    library.place.renumber("10.77.0.77")
    wait_until(lambda: hall.heard()[-1].split()[1] == "10.77.0.77")


def test_a_node_that_left_and_came_back_is_reported_again(ear) -> None:
    hall, library = ear("hall"), ear("library")
    wait_until(lambda: hall.finds("library"))
    library.leaves()
    ear("library", library.place)
    wait_until(lambda: hall.finds("library", "library"))
