"""The networks this machine is in at this moment, as values to compare. Opens nothing that lasts."""

import fcntl
import re
import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv6Address
from pathlib import Path

import ifaddr

SIOCGIFFLAGS = 0x8913
UP, RUNNING = 0x1, 0x40  # RUNNING: there is carrier, not only an address
TENTATIVE = 0x40  # IFA_F_TENTATIVE

# The inside of container and machine hosts. Neighbours are never there, and to every other node the addresses
# look like their own: 172.17.0.1 is in every docker host.
INSIDE = re.compile(r"docker|br-[0-9a-f]{12}$|veth|virbr|vnet|podman|cni|flannel|cali|lxc|lxd|ifb|dummy")


@dataclass(frozen=True, order=True)
class Interface:
    """A network interface that is up, with its addresses as text."""

    name: str
    index: int
    v4: tuple[str, ...]
    v6: tuple[str, ...]

    @property
    def loopback(self) -> bool:
        return self.name == "lo"


def usable(loopback: bool = False) -> tuple[Interface, ...]:
    """Every interface with carrier and an address at which other machines may be. Loopback only where asked for, or
    where there is nothing else."""
    up = tuple(sorted(_up(ifaddr.get_adapters())))
    outward = tuple(each for each in up if not each.loopback)
    return up if loopback else outward or up


def still_there(interface: Interface) -> bool:
    """False if it went away, or lost an address, since it was listed."""
    try:
        for ip in interface.v4:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.bind((ip, 0))
        return socket.if_nametoindex(interface.name) == interface.index
    except OSError:
        return False


def _up(adapters: Iterable[ifaddr.Adapter]) -> Iterable[Interface]:
    not_yet = _tentative()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for adapter in adapters:
            if not INSIDE.match(adapter.name) and _has_carrier(probe, adapter.name):
                yield _interface(adapter, not_yet)


def _has_carrier(probe: socket.socket, name: str) -> bool:
    request = struct.pack("16sH14x", name.encode()[:15], 0)
    try:
        answer = fcntl.ioctl(probe, SIOCGIFFLAGS, request)
    except OSError:
        return False  # gone since it was listed
    flags: int = struct.unpack("16sH14x", answer)[1]
    return flags & (UP | RUNNING) == UP | RUNNING


def _tentative() -> frozenset[str]:
    """IPv6 addresses that the kernel is still asking about, for a second or two: nothing can be bound to them yet."""
    try:
        lines = Path("/proc/thread-self/net/if_inet6").read_text().splitlines()
    except OSError:  # no IPv6 in this kernel, or no Linux
        return frozenset()
    words = [line.split() for line in lines]
    return frozenset(str(IPv6Address(bytes.fromhex(each[0]))) for each in words if int(each[4], 16) & TENTATIVE)


def _interface(adapter: ifaddr.Adapter, not_yet: frozenset[str]) -> Interface:
    v4 = tuple(sorted(str(ip.ip) for ip in adapter.ips if ip.is_IPv4))
    v6 = tuple(sorted(str(ip.ip[0]) for ip in adapter.ips if ip.is_IPv6 and str(ip.ip[0]) not in not_yet))
    return Interface(adapter.name, adapter.index or 0, v4, v6)
