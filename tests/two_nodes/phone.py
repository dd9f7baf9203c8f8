"""A phone on the Wi-Fi that finds names as the simplest of them do: it asks by multicast from any port, once, and waits
for an answer to itself alone (RFC 6762 §6.7). Reads the bytes of answers by itself and knows nothing of zeroconf.

What is given to a browser is the node's own answer, or none: nothing here knows an address.
"""

import os
import select
import shutil
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from tests.two_nodes.network import Place

EVERYBODY = ("224.0.0.251", 5353)
A, AAAA, NSEC = 1, 28, 47
ANSWER_S, TRIES = 1.5, 80  # tries for who is there: on a machine ten times slower an answer takes its time
PASSED_ON = 4  # tries for a browser, to which it is said soon that nobody is
FLUSH, AUTHORITATIVE, RESPONSE, NO_SUCH_NAME = 0x8000, 0x0400, 0x8000, 0x0003


@dataclass(frozen=True)
class Record:
    name: str
    kind: int
    cls: int
    ttl: int
    data: bytes


@dataclass(frozen=True)
class Answer:
    """`question`: (name, kind) as it came back; `records`: the answers, then what was added to them."""

    id: int
    flags: int
    question: tuple[str, int]
    answers: int
    records: tuple[Record, ...]
    source: tuple[str, int]

    @property
    def addresses(self) -> list[str]:
        told = self.records[: self.answers]
        return [str(ip_address(each.data)) for each in told if each.kind in (A, AAAA)]


def asks(place: Place, name: str, kind: int = A, tries: int = TRIES) -> Answer | None:
    """What the one who has that name answers to this phone alone. None where nobody does."""
    number = int.from_bytes(os.urandom(2), "big")
    with ear(place) as mouth:
        packet, source = passed_on(mouth, question(number, name, kind), tries)
    return read(packet, source) if packet else None


def ear(place: Place) -> socket.socket:
    """A socket at that place, at any port but that of multicast DNS."""

    def opened() -> socket.socket:
        found = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        found.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(place.address))
        found.bind((place.address, 0))
        return found

    return place.do(opened)


def passed_on(mouth: socket.socket, asked: bytes, tries: int) -> tuple[bytes, tuple[str, int]]:
    """The first answer with the number of the question, and from whom; b"" where none comes."""
    for _ in range(tries):
        mouth.sendto(asked, EVERYBODY)
        end = time.monotonic() + ANSWER_S
        while select.select([mouth], [], [], max(0.0, end - time.monotonic()))[0]:
            packet, source = mouth.recvfrom(9000)
            if packet[:2] == asked[:2]:
                return packet, source
    return b"", ("", 0)


def question(number: int, name: str, kind: int) -> bytes:
    labels = b"".join(bytes([len(each)]) + each.encode() for each in name.split("."))
    return struct.pack("!6H", number, 0, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!2H", kind, 1)


def read(packet: bytes, source: tuple[str, int]) -> Answer:
    number, flags, questions, answers, _, more = struct.unpack_from("!6H", packet)
    at, asked = 12, ("", 0)
    for _ in range(questions):
        name, at = name_at(packet, at)
        asked, at = (name, struct.unpack_from("!H", packet, at)[0]), at + 4
    records = []
    for _ in range(answers + more):
        name, at = name_at(packet, at)
        kind, cls, ttl, length = struct.unpack_from("!2HIH", packet, at)
        records.append(Record(name, kind, cls, ttl, packet[at + 10 : at + 10 + length]))
        at += 10 + length
    return Answer(number, flags, asked, answers, tuple(records), source)


def name_at(packet: bytes, at: int) -> tuple[str, int]:
    """A name, which may point back to an earlier one, and where what follows it begins."""
    labels, behind = [], 0
    while packet[at]:
        if packet[at] >= 0xC0:
            behind = behind or at + 2
            at = struct.unpack_from("!H", packet, at)[0] & 0x3FFF
        else:
            labels.append(packet[at + 1 : at + 1 + packet[at]].decode())
            at += 1 + packet[at]
    return ".".join(labels), behind or at + 1


@contextmanager
def finding_names(place: Place) -> Iterator[list[str]]:
    """Whatever runs at this place finds names by multicast alone: its name server is one that passes questions on to
    everybody on the cable, and what the node answers back. Gives the names that were asked for."""
    home, asked, over = Path("/etc/netns", place.namespace), list[str](), threading.Event()
    home.mkdir(parents=True)
    (home / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:30 attempts:2\n")
    (home / "nsswitch.conf").write_text("hosts: files dns\n")
    door = place.do(_door)
    server = threading.Thread(target=_serve, args=(place, door, asked, over))
    server.start()
    try:
        yield asked
    finally:
        over.set()
        server.join()
        door.close()
        shutil.rmtree(home)
        with suppress(OSError):
            home.parent.rmdir()


def _door() -> socket.socket:
    found = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    found.bind(("127.0.0.1", 53))
    return found


def _serve(place: Place, door: socket.socket, asked: list[str], over: threading.Event) -> None:
    while not over.is_set():
        if select.select([door], [], [], 0.1)[0]:
            packet, who = door.recvfrom(4096)
            name, after = name_at(packet, 12)
            asked.append(name)
            plain = packet[:2] + struct.pack("!5H", 0, 1, 0, 0, 0) + packet[12 : after + 4]
            with ear(place) as mouth:
                answer = passed_on(mouth, plain, PASSED_ON)[0] if name.endswith(".local") else b""
            door.sendto(answer or no_such_name(plain), who)


def no_such_name(asked: bytes) -> bytes:
    return asked[:2] + struct.pack("!H", RESPONSE | NO_SUCH_NAME) + asked[4:]
