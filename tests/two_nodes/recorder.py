"""Hears everything that passes on one cable of the switch, as somebody with the switch in their hands would."""

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.two_nodes.network import Network, Place, cable

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
