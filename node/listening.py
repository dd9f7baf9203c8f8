"""The web server's sockets and limits. Knows waitress, addresses and deadlines; never a page."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable
from typing import Any

from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, create_server
from waitress.task import WSGITask

from node.domain.origins import counted_as
from node.uploads import Uploads

THREADS = 8
CONNECTIONS = 400  # all together; 120 KiB each at worst
FREE = 80  # of them stay free for who comes: before that those go that say nothing, the longest silent first
CONNECTIONS_EACH = 40  # of one address that is not this machine: a hostile phone cannot use up the others'
REQUEST_SECONDS = 20.0  # from the first byte of a request to its last
IDLE_SECONDS = 60
BODY_BYTES = 256 << 10  # less than what waitress puts into a temporary file: nobody's words go there
PAGE_BYTES = 64 << 20  # of an answer that waits in memory and not in a temporary file; no page is as large
HEADER_BYTES = 32 << 10
SHORT_PORT = 80  # besides 8080, where this user may: flyers then need no number

Wsgi = Callable[..., Any]


class PortTaken(Exception):
    """The web port cannot be listened on. Its text is one sentence that names the fix."""


class Task(WSGITask):  # type: ignore[misc]  # waitress has no types
    """waitress closes the connection after each answer without a length, though one that has no body (304) needs none:
    every phone would have to connect anew for every question whether there is news."""

    def set_close_on_finish(self) -> None:
        asked = self.request.headers.get("CONNECTION", "").lower()
        if self.has_body or self.version != "1.1" or asked == "close":
            super().set_close_on_finish()


class Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """A connection whose request must be complete in REQUEST_SECONDS, or a file that comes fast enough.

    Without this each dripped byte renews waitress' own timeout, and a slow sender holds its place for ever.
    """

    task_class = Task
    began: float | None = None
    request: Any

    def received(self, data: bytes) -> bool:
        taken: bool = super().received(data)
        self.began = None if self.request is None else self.began or time.monotonic()
        return taken

    def overdue(self, now: float) -> bool:
        if self.began is None or now - self.began <= REQUEST_SECONDS:
            return False
        goes_on = getattr(self.request, "may_go_on", None)
        return not (goes_on and goes_on(now, REQUEST_SECONDS))

    @property
    def silent(self) -> bool:
        """Nothing is asked, nothing is being answered."""
        return not (self.requests or self.request or self.total_outbufs_len or self.will_close)

    def handle_close(self) -> None:
        super().handle_close()
        request, self.request = self.request, None
        if request is not None:
            request.close()


def listen(host: str, port: int) -> list[socket.socket]:
    """The sockets to serve on: the port, and port 80 besides where it may. Raises PortTaken."""
    try:
        sockets = [_bound(host, port)]
    except OSError as error:
        raise PortTaken(
            f"Port {port} on {host} cannot be used ({error.strerror}): "
            "stop the program that has it, or set another port in node.toml."
        ) from None
    if port == 8080:  # the port on every flyer; with another one nobody expects the short address
        with contextlib.suppress(OSError):  # not ours to take, and nothing depends on it
            sockets.append(_bound(host, SHORT_PORT))
    return sockets


def web_server(app: Wsgi, sockets: list[socket.socket], threads: int = THREADS, uploads: Uploads | None = None) -> Any:
    """A waitress server with this module's limits; .run() serves until SystemExit. uploads: where files come."""
    members: dict[int, Any] = {}
    server = create_server(
        app,
        map=members,
        sockets=sockets,
        threads=threads,
        connection_limit=CONNECTIONS,
        asyncore_use_poll=True,  # select() dies past 1,000 sockets
        max_request_body_size=BODY_BYTES,
        outbuf_overflow=PAGE_BYTES,
        max_request_header_size=HEADER_BYTES,
        channel_timeout=IDLE_SECONDS,
        cleanup_interval=5,
        asyncore_loop_timeout=1,
        ident="",
        expose_tracebacks=False,
        log_socket_errors=False,
    )
    for listener in [each for each in members.values() if isinstance(each, BaseWSGIServer)]:
        _limit(listener, uploads)
    return server


def _bound(host: str, port: int) -> socket.socket:
    found = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
        found.listen(128)
    except OSError:
        found.close()
        raise
    return found


def _limit(listener: Any, uploads: Uploads | None) -> None:
    """Give one waitress listener our channel, the request deadline and the share of each address."""
    tidy, open_channel, readable = listener.maintenance, _channel(uploads), listener.readable

    def ready() -> bool:
        _make_room(listener)
        return bool(readable())

    def maintenance(now: float) -> None:
        tidy(now)
        at = time.monotonic()
        for channel in list(listener.active_channels.values()):
            if channel.overdue(at):
                channel.will_close = True

    def channel_class(server: Any, sock: socket.socket, address: Any, adj: Any, map: Any) -> Any:
        if not _has_place(server, address[0]):
            sock.close()
            return None
        return open_channel(server, sock, address, adj, map=map)

    listener.readable = ready
    listener.maintenance = maintenance
    listener.channel_class = channel_class


def _channel(uploads: Uploads | None) -> type[Channel]:
    return type("Channel", (Channel,), {"parser_class": staticmethod(uploads.parser)}) if uploads else Channel


def _has_place(server: Any, host: str) -> bool:
    """A room behind one address has more phones than places, and their browsers hold them open for nothing: its
    connection that said nothing for longest makes place for a new one. False where all of them are in use."""
    if _is_this_machine(host):
        return True
    whose = counted_as(host)
    open_ones = [each for each in server.active_channels.values() if not each.will_close]
    theirs = [each for each in open_ones if counted_as(each.addr[0]) == whose]
    if len(theirs) < CONNECTIONS_EACH:
        return True
    silent = min((each for each in theirs if each.silent), key=lambda each: float(each.last_activity), default=None)
    if silent is not None:
        silent.will_close = True
    return silent is not None


def _make_room(listener: Any) -> None:
    """A browser keeps several connections open for a minute and needs none of them: a room full of phones would take
    all places, and the next one would wait at a closed door. Who is let go asks again by a new one, unseen."""
    over = len(listener._map) - (CONNECTIONS - FREE)
    if over <= 0:
        return
    channels = list(listener.active_channels.values())
    over -= sum(each.will_close for each in channels)
    silent = [each for each in channels if each.silent and not _is_this_machine(each.addr[0])]
    for each in sorted(silent, key=lambda each: float(each.last_activity))[: max(0, over)]:
        each.will_close = True


def _is_this_machine(host: str) -> bool:
    return host.startswith("127.") or host in ("::1", "::ffff:127.0.0.1")
