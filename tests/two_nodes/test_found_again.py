"""Whole nodes where the network is against them: none at all, one that filters, a crash; and what `status` says."""

import socket
import time

import pytest

from tests.two_nodes import phone as phones
from tests.two_nodes.conftest import NAMESPACES
from tests.two_nodes.network import WHY_NOT, Network
from tests.two_nodes.node import Node, wait_until

pytestmark = pytest.mark.skipif(not NAMESPACES, reason=WHY_NOT)

PATIENCE_S = 120.0  # for a machine ten times slower; how long it took is printed


def network(node: Node) -> str:
    return "\n".join(node.status()["network"])


def soon(what: str, true) -> None:
    began = time.monotonic()
    wait_until(true, PATIENCE_S)
    print(f"{what}: {time.monotonic() - began:.1f} s")


@pytest.mark.long
def test_a_node_that_starts_without_any_network_serves_and_is_found_when_there_is_one(
    hall: Node, town: Network
) -> None:
    hall.stops()
    hall.place.unplug()
    hall.starts()
    assert "Touch to begin" in hall.page("/kiosk")
    nothing = "No network is up. The kiosk works; phones and other spaces are reached as soon as there is one."
    assert network(hall) == nothing
    hall.place.plug_in()
    phone = town.place()
    soon("the name after the cable", lambda: phones.asks(phone, "corkboard.local", tries=1))
    soon("said so", lambda: f"http://corkboard.local/ or http://{hall.place.address}/" in network(hall))


@pytest.mark.longer
def test_while_the_port_for_other_spaces_is_taken_the_node_has_its_name_and_says_what_is_wrong(
    hall: Node, town: Network
) -> None:
    hall.stops()
    with hall.place.do(lambda: socket.create_server(("", hall.peer_port))):
        hall.starts()
        phone = town.place()
        soon("the name", lambda: phones.asks(phone, "corkboard.local", tries=1))
        taken = "port 8081 cannot be used (Address already in use)"
        assert taken in network(hall)
    soon("the port once it is free", lambda: f"connect at {hall.peer_address}" in network(hall))


@pytest.mark.long
def test_where_discovery_is_filtered_spaces_meet_at_typed_and_last_known_addresses(hall: Node, library: Node) -> None:
    for each in (hall, library):
        each.place.filters_discovery()
    library.pairs_with(hall)
    hall.posts("A ladder for Saturday")
    soon("typed address", library.board)
    library.loses_power()
    library.peer_port += 1
    library.switches_on()
    hall.posts("Blankets")
    soon("crash, and another port", lambda: len(library.board()) == 2)
    library.posts("Two cots")
    soon("the other way", lambda: len(hall.board()) == 3)
    soon("said so", lambda: "the two do not hear each other" in network(hall))
    for each in (hall, library):
        each.place.passes_discovery()
    soon("no filter any more", lambda: "hear each other" not in network(hall) + network(library))


@pytest.mark.longer
def test_spaces_with_two_cables_go_on_by_the_other_when_one_is_pulled(hall: Node, library: Node, town: Network) -> None:
    library.pairs_with(hall)
    for number, each in enumerate((hall, library), start=1):
        town.second_cable(each.place, f"10.79.0.{number}")
    soon("both cables in use", lambda: "10.79.0." in network(hall) and "10.79.0." in network(library))
    library.place.unplug()
    hall.posts("A ladder for Saturday")
    soon("by the other cable", library.board)
    library.posts("Two cots")
    soon("and back", lambda: len(hall.board()) == 2)
