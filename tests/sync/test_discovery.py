"""Nodes find each other over real multicast on loopback; which interfaces there are is ours to say."""

import asyncio
import itertools
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from zeroconf import DNSAddress, DNSOutgoing, DNSPointer, DNSService, DNSText, NotRunningException
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from sync.discovery import Discovery
from sync.entry import b64
from sync.interfaces import INSIDE, Interface, usable
from sync.radio import TYPE, Found, Radio, found_in

LOOPBACK = (Interface("lo", 1, ("127.0.0.1",), ()),)
FINGERPRINT = bytes(range(32))
OURS: set[bytes] = set()  # other nodes may be on this machine too


class Node:
    """A node that only announces itself and listens."""

    def __init__(self, port: int, fingerprint: bytes = b"", run_id: str = "first") -> None:
        self.fingerprint, self.port = fingerprint or os.urandom(32), port
        self.links: tuple[Interface, ...] = LOOPBACK
        self.found: list[Found] = []
        OURS.add(self.fingerprint)
        me = self.fingerprint, run_id, lambda: self.port, self.finds
        self.discovery = Discovery(*me, web_port=8080, interfaces=lambda: self.links, look_s=0.1, again_s=1)

    def finds(self, found: Found) -> None:
        if found.fingerprint in OURS:
            self.found.append(found)

    def sees(self) -> list[bytes]:
        return [found.fingerprint for found in self.discovery.around() if found.fingerprint in OURS]


@asynccontextmanager
async def up(*nodes: Node) -> AsyncIterator[None]:
    for node in nodes:
        await node.discovery.start()
    try:
        yield
    finally:
        await asyncio.gather(*[node.discovery.stop() for node in nodes])


async def until(true: Callable[[], object], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.05)


def open_on_5353() -> int:
    """How many sockets of this process are bound to the port of multicast DNS."""
    tables = [Path(f"/proc/self/net/{name}").read_text().splitlines() for name in ("udp", "udp6")]
    bound = [line.split() for line in itertools.chain(*tables)]
    heard = {f"socket:[{words[9]}]" for words in bound if words[1].endswith(":14E9")}
    held = [str(each.readlink()) for each in Path("/proc/self/fd").iterdir() if each.is_symlink()]
    return len(heard.intersection(held))


def told(story: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(120):
            await story()

    asyncio.run(bounded())


def test_two_nodes_find_each_other_and_neither_itself() -> None:
    hall, library = Node(8101), Node(8102)

    async def story() -> None:
        async with up(hall, library):
            await until(lambda: hall.found and library.found)
            assert hall.found == [Found(library.fingerprint, "first", ("127.0.0.1",), 8102)]
            assert library.sees() == [hall.fingerprint]

    told(story)


def test_a_node_that_stops_says_goodbye() -> None:
    hall, library = Node(8101), Node(8102)

    async def story() -> None:
        async with up(hall):
            async with up(library):
                await until(hall.sees)
            await until(lambda: not hall.sees())

    told(story)


def test_a_node_that_starts_again_is_found_again_with_its_new_run() -> None:
    hall, library = Node(8101), Node(8102)
    again = Node(8103, library.fingerprint, "second")

    async def story() -> None:
        async with up(hall):
            async with up(library):
                await until(hall.sees)
            async with up(again):
                await until(lambda: hall.found[-1].run_id == "second")
                assert hall.found[-1].port == 8103

    told(story)


def test_no_interface_is_no_error_and_a_link_that_comes_up_later_is_used() -> None:
    hall, library = Node(8101), Node(8102)
    hall.links = ()

    async def story() -> None:
        async with up(hall, library):
            await asyncio.sleep(0.5)
            assert hall.sees() == [] and library.sees() == []
            hall.links = LOOPBACK
            await until(lambda: hall.sees() and library.sees())

    told(story)


def test_a_link_that_goes_and_comes_back_is_reported_anew() -> None:
    hall, library = Node(8101), Node(8102)

    async def story() -> None:
        async with up(hall, library):
            await until(hall.sees)
            hall.links = ()
            await until(lambda: not hall.sees())
            hall.links = LOOPBACK
            await until(lambda: len(hall.found) == 2)

    told(story)


def test_an_interface_that_cannot_be_used_stops_nothing() -> None:
    hall, library = Node(8101), Node(8102)
    hall.links = (Interface("gone", 99, ("203.0.113.9",), ()),)

    async def story() -> None:
        async with up(hall, library):
            await asyncio.sleep(0.5)
            hall.links = LOOPBACK
            await until(hall.sees)

    told(story)


@pytest.mark.parametrize("after_s", [0.0, 0.01, 0.1, 0.3])
def test_no_socket_stays_open_where_a_node_stops_while_it_leaves_a_network(after_s: float) -> None:
    hall = Node(8101)

    async def story() -> None:
        async with up(hall):
            await until(lambda: hall.discovery.listened_s)
            hall.links = ()
            await until(lambda: not hall.discovery.listened_s)
            await asyncio.sleep(after_s)

    before = open_on_5353()
    told(story)
    assert open_on_5353() == before


def test_sockets_that_are_not_ready_in_time_are_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    hall, library, listen, late = Node(8101), Node(8102), Radio.listen, [NotRunningException(), OSError("gone")]

    async def listens(radio: Radio) -> None:
        if late:
            raise late.pop()
        await listen(radio)

    monkeypatch.setattr(Radio, "listen", listens)

    async def story() -> None:
        async with up(hall, library):
            await until(lambda: hall.sees() and library.sees())

    told(story)
    assert not late


def test_an_announcement_tells_the_network_nothing_but_hashes_and_addresses() -> None:
    hall, told_by = Node(8101, FINGERPRINT, "0f3a"), []

    async def story() -> None:
        async with up(hall):
            ear = AsyncZeroconf(interfaces=["127.0.0.1"])
            name = f"{FINGERPRINT.hex()[:16]}.{TYPE}"
            told_by.append(await ear.async_get_service_info(TYPE, name))
            await ear.async_close()

    told(story)
    (info,) = told_by
    assert info.decoded_properties == {"v": "1", "fp": b64(FINGERPRINT), "run": "0f3a"}
    assert info.server == f"corkboard-{FINGERPRINT.hex()[:16]}.local."


def test_odd_announcements_are_passed_over_and_stop_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Names that none may have, and one whose words are no text."""
    hall, library = Node(8101), Node(8102)
    odd = DNSOutgoing(0x8400)
    for name in ("", "A\x00b", "a.b", "odd"):
        odd.add_answer_at_time(DNSPointer(TYPE, 12, 1, 4500, f"{name}.{TYPE}"), 0)
    odd.add_answer_at_time(DNSService(f"odd.{TYPE}", 33, 1, 120, 0, 0, 9, "odd.local."), 0)
    odd.add_answer_at_time(DNSText(f"odd.{TYPE}", 16, 1, 4500, b"\x06fp=\xff\xfe\x80\x05run=\xff"), 0)
    odd.add_answer_at_time(DNSAddress("odd.local.", 1, 1, 120, bytes([10, 0, 0, 9])), 0)

    async def story() -> None:
        async with up(hall):
            await until(lambda: hall.discovery.listened_s)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as somebody:
                somebody.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
                for packet in odd.packets():
                    somebody.sendto(packet, ("224.0.0.251", 5353))
            async with up(library):
                await until(hall.sees)
            assert {found.fingerprint for found in hall.found} == {library.fingerprint}

    told(story)
    assert [record for record in caplog.records if record.name == "asyncio"] == []


def announcement(port: int = 8081, addresses: tuple[str, ...] = ("10.0.0.5",), **said: str) -> AsyncServiceInfo:
    return AsyncServiceInfo(TYPE, f"x.{TYPE}", port=port, properties=said, parsed_addresses=list(addresses))


@pytest.mark.parametrize(
    "odd",
    [
        announcement(),
        announcement(fp="short"),
        announcement(fp="=" * 43),
        announcement(fp=b64(FINGERPRINT), port=0),
        announcement(fp=b64(FINGERPRINT), addresses=()),
    ],
)
def test_what_is_no_announcement_of_a_node_is_passed_over(odd: AsyncServiceInfo) -> None:
    assert found_in(odd) is None


def test_every_address_is_tried_the_ones_that_reach_farthest_first() -> None:
    many = announcement(fp=b64(FINGERPRINT), addresses=("fe80::5", "fd00::5", "10.0.0.5"))
    found = found_in(many, ("eth0", "wlan0"))
    assert found and found.addresses == ("10.0.0.5", "fd00::5", "fe80::5%eth0", "fe80::5%wlan0")


def test_this_machine_is_in_some_network_and_loopback_is_the_last_resort() -> None:
    names = [each.name for each in usable()]
    assert names == ["lo"] or (names and "lo" not in names)
    assert "lo" in [each.name for each in usable(loopback=True)]


@pytest.mark.parametrize("name", ["docker0", "br-0123456789ab", "veth12ab", "virbr0"])
def test_the_inside_of_container_hosts_is_no_network(name: str) -> None:
    assert INSIDE.match(name)


@pytest.mark.parametrize("name", ["eth0", "wlan0", "enp3s0", "br0", "br-lan", "usb0"])
def test_cables_radios_and_bridges_to_them_are_networks(name: str) -> None:
    assert not INSIDE.match(name)
