"""Hears what passes between two nodes: all of one cable of the switch, or as somebody whom both connect through."""

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.two_nodes.network import Network, Place, cable
from tests.two_nodes.node import Node

EVERYTHING = 0x0003  # ETH_P_ALL


class Recorder:
    """`bytes`: all frames so far, one behind the other."""

    def __init__(self, ear: socket.socket) -> None:
        self._ear, self._frames, self._over = ear, bytearray(), threading.Event()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    @property
    def heard(self) -> bytes:
        return bytes(self._frames)

    def stops(self) -> None:
        self._over.set()
        self._thread.join()
        self._ear.close()

    def _listen(self) -> None:
        while not self._over.is_set():
            if select.select([self._ear], [], [], 0.1)[0]:
                self._frames += self._ear.recv(1 << 16)


@contextmanager
def recording(net: Network, place: Place) -> Iterator[Recorder]:
    def ear() -> socket.socket:
        found = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(EVERYTHING))
        found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 20)
        found.bind((cable(place), 0))
        return found

    recorder = Recorder(Place("", net.name).do(ear))
    try:
        yield recorder
    finally:
        recorder.stops()


class Relay:
    """Passes every connection on to a node and keeps what it passed on. `address`: where it listens."""

    def __init__(self, node: Node) -> None:
        self._node, self.heard = node, bytearray()
        self._door = node.place.do(lambda: socket.create_server((node.place.address, 0)))
        self.address = f"{node.place.address}:{self._door.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def closes(self) -> None:
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._door.accept()
                there = self._node.place.address, self._node.peer_port
                far = self._node.place.do(lambda there=there: socket.create_connection(there, 10))
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=pair, daemon=True).start()

    def _pass_on(self, giver: socket.socket, taker: socket.socket) -> None:
        with suppress(OSError):
            while data := giver.recv(1 << 16):
                self.heard += data
                taker.sendall(data)
        for end in (giver, taker):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@contextmanager
def relaying(node: Node) -> Iterator[Relay]:
    relay = Relay(node)
    try:
        yield relay
    finally:
        relay.closes()
