"""A new machine of a space that has only the paper key, and the address of somebody who knows the space.

It proves itself (its certificate, then the roster that it brings); who answers cannot, since nothing here knows them.
So nothing is believed but what proves itself: entries of its own space, tombstones, rosters. Keys are never asked for.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sync.exchange import Caller, Gate
from sync.identity import Identity
from sync.known import Cursor
from sync.peers import tls
from sync.peers.client import Link, Unreachable
from sync.pull import Pull, Report

NOBODY = bytes(32)


@asynccontextmanager
async def _line(address: str, me: Identity) -> AsyncIterator[Link]:
    async def anybody(certificate: bytes) -> Caller:
        return Caller(NOBODY, NOBODY, False)

    link = Link(address, tls.newcomer_context(me), anybody)
    try:
        yield link
    finally:
        await link.close()


async def roster_at(address: str, me: Identity) -> bytes:
    """The roster of this space that is held there, b"" for none. Raises Unreachable, Declined."""
    async with _line(address, me) as link:
        try:
            return await link.post("/peer/v1/roster", b"")
        except Unreachable as error:
            if error.key == "unreachable" and link.peer:  # TLS 1.3 tells a caller only afterwards that it is not let in
                raise Unreachable("handshake") from None
            raise


async def bring_roster(address: str, me: Identity, roster: bytes) -> None:
    """From now on this machine speaks for its space there. Raises Unreachable, Declined."""
    async with _line(address, me) as link:
        await link.post("/peer/v1/roster", roster)


async def fetch_own(address: str, me: Identity, gate: Gate) -> Report:
    """What is held there of this space, as long as no other space is accepted here. Raises Unreachable, Declined."""
    async with _line(address, me) as link:
        return await _Fetch(link, gate, NOBODY, asyncio.to_thread).run()


class _Fetch(Pull):
    """Its cursor is kept in memory: whoever answers is not a peer yet."""

    _at: Cursor = (0, b"")

    def _cursor(self) -> Cursor:
        return self._at

    def _move(self, before: Cursor, after: Cursor) -> bool:
        self._at = after
        return True
