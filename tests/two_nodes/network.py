"""Places for nodes to be in: network namespaces joined by a switch where root allows, else this machine's own network.

What is made here is taken away again, whatever the test did.
"""

import ctypes
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
CLONE_NEWNET = 0x40000000
START = "10.77.0"  # of every address on the first switch
WHY_NOT = "network namespaces need root and iproute2"


@dataclass(frozen=True)
class Place:
    """Where a node runs. `address`: how others reach it; `namespace`: "" for this machine's own network."""

    address: str
    namespace: str = ""

    def command(self, *words: str) -> list[str]:
        """The same command, run at this place."""
        return ["ip", "netns", "exec", self.namespace, *words] if self.namespace else list(words)

    def do(self, what: Callable[[], T]) -> T:
        """Calls something at this place: sockets that it opens belong to this network."""
        if not self.namespace:
            return what()
        done: list[T | BaseException] = []

        def there() -> None:
            try:
                _enter(self.namespace)
                done.append(what())
            except BaseException as error:
                done.append(error)

        thread = threading.Thread(target=there)
        thread.start()
        thread.join()
        if isinstance(done[0], BaseException):
            raise done[0]
        return done[0]

    def unplug(self) -> None:
        """Pulls the cable."""
        _ip("-n", self.namespace, "link", "set", "eth0", "down")

    def plug_in(self) -> None:
        _ip("-n", self.namespace, "link", "set", "eth0", "up")
        _multicast(self.namespace)

    def filters_discovery(self) -> None:
        """As hostile Wi-Fi does it: nothing of multicast DNS passes, in or out."""
        rules = "add table inet filter; " + "".join(
            f"add chain inet filter {way} {{ type filter hook {way} priority 0; }}; "
            f"add rule inet filter {way} udp dport 5353 drop; "
            for way in ("input", "output")
        )
        command = self.command("nft", rules)
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)

    def passes_discovery(self) -> None:
        subprocess.run(self.command("nft", "flush ruleset"), check=True, capture_output=True, timeout=120)

    def renumbered(self) -> "Place":
        """Another lease: the old address goes, a new one comes."""
        start, _, last = self.address.rpartition(".")
        moved = Place(f"{start}.{int(last) + 100}", self.namespace)
        moved._take_address()
        _multicast(self.namespace)
        return moved

    def _take_address(self) -> None:
        _ip("-n", self.namespace, "address", "flush", "dev", "eth0", "scope", "global")
        _ip("-n", self.namespace, "address", "add", f"{self.address}/24", "dev", "eth0")


@dataclass
class Network:
    """A switch with a cable to every place."""

    name: str
    _made: list[str] = field(default_factory=list)
    _switches: list[str] = field(default_factory=list)

    def place(self) -> Place:
        number = len(self._made)
        namespace, cable, address = f"{self.name}-{number}", f"port{number}", f"{START}.{number}"
        self._namespace(namespace)
        _ip("link", "add", "eth0", "netns", namespace, "type", "veth", "peer", "name", cable, "netns", self.name)
        _ip("-n", self.name, "link", "set", cable, "master", "switch", "up")
        _ip("-n", namespace, "address", "add", f"{address}/24", "dev", "eth0")
        _ip("-n", namespace, "link", "set", "eth0", "up")
        _multicast(namespace)
        return Place(address, namespace)

    def second_cable(self, place: Place, address: str) -> None:
        """To a switch of its own, that of all second cables: another network."""
        self._switch("second")
        name = f"second{cable(place)}"
        _ip("link", "add", "eth1", "netns", place.namespace, "type", "veth", "peer", "name", name, "netns", self.name)
        _ip("-n", self.name, "link", "set", name, "master", "second", "up")
        _ip("-n", place.namespace, "address", "add", f"{address}/24", "dev", "eth1")
        _ip("-n", place.namespace, "link", "set", "eth1", "up")

    def roams(self, place: Place, start: str) -> Place:
        """To another network, with a switch and addresses of its own that begin with `start`: the light goes out for
        a moment, and there is another lease."""
        place.unplug()
        self._switch("elsewhere")
        _ip("-n", self.name, "link", "set", cable(place), "master", "elsewhere" if start != START else "switch")
        moved = Place(f"{start}.{place.address.rpartition('.')[2]}", place.namespace)
        moved._take_address()
        moved.plug_in()
        return moved

    def splits_off(self, place: Place) -> None:
        """The cable stays plugged in at both ends, and nothing passes: a network of its own."""
        _ip("-n", self.name, "link", "set", cable(place), "nomaster")

    def joins(self, place: Place) -> None:
        _ip("-n", self.name, "link", "set", cable(place), "master", "switch")

    def falls_apart(self, *parts: Iterable[Place]) -> None:
        """A switch for each part; at none of the cables' ends does a light go out."""
        for number, part in enumerate(parts):
            self._switch(f"part{number}")
            for place in part:
                _ip("-n", self.name, "link", "set", cable(place), "master", f"part{number}")

    def switch_on(self) -> None:
        self._namespace(self.name)
        self._switch("switch")

    def _switch(self, name: str) -> None:
        if name in self._switches:
            return
        # Without snooping a switch passes multicast on to everybody, like the cheap ones that spaces have.
        _ip("-n", self.name, "link", "add", name, "type", "bridge", "mcast_snooping", "0", "forward_delay", "0")
        _ip("-n", self.name, "link", "set", name, "up")
        self._switches.append(name)

    def take_away(self) -> None:
        for namespace in reversed(self._made):
            subprocess.run(["ip", "netns", "delete", namespace], check=False, capture_output=True)

    def _namespace(self, name: str) -> None:
        _ip("netns", "add", name)
        self._made.append(name)
        _ip("-n", name, "link", "set", "lo", "up")


@contextmanager
def network() -> Iterator[Network]:
    """Raises CalledProcessError or PermissionError where this user may not make one."""
    net = Network(f"cork{os.getpid() % 100000}")
    try:
        net.switch_on()
        yield net
    finally:
        net.take_away()


def may_make_networks() -> bool:
    if os.geteuid() != 0 or not shutil.which("ip"):
        return False
    try:
        with network():
            return True
    except subprocess.CalledProcessError:
        return False


def cable(place: Place) -> str:
    """The switch's end of a place's cable."""
    return f"port{place.namespace.rpartition('-')[2]}"


def _multicast(namespace: str) -> None:
    _ip("-n", namespace, "route", "replace", "224.0.0.0/4", "dev", "eth0")


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True, timeout=120)


def _enter(namespace: str) -> None:
    with Path("/run/netns", namespace).open("rb") as handle:
        if ctypes.CDLL(None, use_errno=True).setns(handle.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
