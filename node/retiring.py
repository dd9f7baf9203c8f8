"""Erases, about every hour, what has been closed long enough, while the clock can be trusted. Decides nothing."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3

from node import intake
from node.run import Run
from node.storage import turn
from sync import clocks

FIRST_SECONDS = 240.0  # after the start: by then the peers were asked what time it is
EVERY_SECONDS = 3600.0
AT_ONCE = 200  # posts in a transaction: the kiosk waits for its turn to write meanwhile


async def keep_erasing(run: Run) -> None:
    """Runs until cancelled."""
    await asyncio.sleep(FIRST_SECONDS)
    while True:
        with contextlib.suppress(sqlite3.OperationalError):  # somebody is writing: in an hour, then
            while await asyncio.to_thread(erase_some, run) == AT_ONCE:
                await asyncio.sleep(1.0)
        await asyncio.sleep(EVERY_SECONDS)


def erase_some(run: Run) -> int:
    """How many posts were erased; none while the clock cannot be trusted."""
    if not clocks.trusted(run.db(), clocks.moment(run.clock_ms())):
        return 0
    turn.give_way(run.settings.data)
    return intake.erase_closed(run, AT_ONCE)
