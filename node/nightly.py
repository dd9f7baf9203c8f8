"""Makes the nightly backup in a process of its own, so that neither kiosk nor exchange waits for it. Keeps no copy
itself: it asks for the command `backup`, which says in a file how it went.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import Callable
from pathlib import Path

from node import backup_news

FIRST_SECONDS = 300.0  # after the start, when there is enough to do
LOOK_SECONDS = 600.0
HOME = Path(__file__).resolve().parent.parent

logger = logging.getLogger("corkboard.nightly")


async def keep_copies(data: Path, clock_ms: Callable[[], int]) -> None:
    """Runs until cancelled; whatever goes wrong is tried again."""
    await asyncio.sleep(FIRST_SECONDS)
    while True:
        with contextlib.suppress(OSError):
            if backup_news.due(backup_news.read(data), clock_ms()):
                await back_up(data)
        await asyncio.sleep(LOOK_SECONDS)


async def back_up(data: Path) -> None:
    """One copy, by a process that gives way to all others. Ended with this one."""
    gently = [found, "-n", "15"] if (found := shutil.which("nice")) else []
    command = [*gently, sys.executable, "-m", "node.cli", "backup", "--quiet", "--data", str(data.resolve())]
    child = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL, cwd=HOME)
    try:
        if await child.wait():
            logger.warning("the nightly backup failed: %s", backup_news.read(data).error)
    finally:
        if child.returncode is None:
            child.kill()
