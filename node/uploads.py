"""One address may be sent a whole file: into the data folder, one at a time, as large as it may be and no slower.

What is sent to every other address stays in memory (listening). A file that may not come in is read to its end all the
same and kept nowhere, since a browser that is cut off while it sends shows no page; the page then says why.
"""

from __future__ import annotations

import copy
import io
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from waitress.parser import HTTPRequestParser
from waitress.receiver import FixedStreamReceiver

MOST_BYTES = 64 << 20  # a hundred thousand posts take a third of it
SUNK_BYTES = 1 << 40  # no phone holds more: somebody's video, chosen by mistake, is told so too
LEAST_BYTES_A_SECOND = 64 << 10
FREE_BYTES = 256 << 20  # of disk, kept for the kiosk
BUSY, TOO_LARGE, NO_ROOM = "busy", "too-large", "no-room"


class Sunk(io.BytesIO):
    """What the application reads of a file that did not come in. refused: BUSY, TOO_LARGE or NO_ROOM."""

    def __init__(self, refused: str) -> None:
        super().__init__()
        self.refused = refused


class Uploads:
    """Where files may be sent. folder: for while they are looked at; free: bytes left on its disk."""

    def __init__(self, path: str, folder: Path, free: Callable[[Path], int] | None = None) -> None:
        self.path, self.folder = path, folder
        self._free = free or (lambda at: shutil.disk_usage(at).free)
        self._one = threading.Lock()

    def buffer(self, size: int) -> _Buffer:
        """For a body of so many bytes. It has to be closed."""
        self.folder.mkdir(0o700, exist_ok=True)
        if size > MOST_BYTES:
            return _Buffer(TOO_LARGE)
        if self._free(self.folder) < FREE_BYTES + 4 * size:  # as it came, rid of its form, and what the log makes of it
            return _Buffer(NO_ROOM)
        if not self._one.acquire(blocking=False):
            return _Buffer(BUSY)
        return _Buffer("", tempfile.TemporaryFile(dir=self.folder), self._one.release)

    def parser(self, adj: Any) -> HTTPRequestParser:
        return _Parser(adj, self)


class _Buffer:
    """What waitress writes a body into: a file without a name, or nowhere."""

    def __init__(self, refused: str, file: IO[bytes] | None = None, let_go: Callable[[], None] = lambda: None) -> None:
        self._file, self._let_go = file or Sunk(refused), let_go
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def append(self, data: bytes) -> None:
        self._length += len(data)
        if isinstance(self._file, Sunk):
            return
        try:
            self._file.write(data)
        except OSError:  # the disk is full after all
            self._file.close()
            self._file = Sunk(NO_ROOM)

    def getfile(self) -> IO[bytes]:
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        """The next one may come. May be called again, and is where nobody called it."""
        let_go, self._let_go = self._let_go, lambda: None
        self._file.close()
        let_go()

    __del__ = close


class _Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """Gives the body of a request to one address a file, and more room. `late`: slower than a sender may be."""

    adj: Any

    def __init__(self, adj: Any, uploads: Uploads) -> None:
        super().__init__(adj)
        self._uploads, self._began = uploads, 0.0

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if self.command != "POST" or self.path != self._uploads.path or not self.content_length or self.chunked:
            return
        if self.content_length > SUNK_BYTES:
            return  # as any other that is too large
        self.adj = copy.copy(self.adj)
        self.adj.max_request_body_size = SUNK_BYTES + 1
        self.body_rcv = FixedStreamReceiver(self.content_length, self._uploads.buffer(self.content_length))
        self._began = time.monotonic()

    def may_go_on(self, now: float, patience: float) -> bool:
        """Whether this is a file on its way that comes fast enough. patience: seconds that any request may take."""
        return bool(self._began) and self.body_bytes_received >= LEAST_BYTES_A_SECOND * (now - self._began - patience)
