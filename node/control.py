"""A Unix socket in the data directory: what a command asks of the running node. JSON lines, one answer each."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

SOCKET = "control.sock"
LINE_BYTES = 1 << 20
PATH_BYTES = 100  # the system's own limit is 108, 104 on some

Answer = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


class NotRunning(Exception):
    """No node answers on this data directory."""


def ask(folder: Path, request: Mapping[str, Any], timeout: float = 10.0) -> dict[str, Any]:
    """One request, one answer. timeout: seconds for the whole. Raises NotRunning."""
    try:
        with _short_path(folder) as path, socket.socket(socket.AF_UNIX) as line:
            line.settimeout(timeout)
            line.connect(path)
            line.sendall(json.dumps(request).encode() + b"\n")
            with line.makefile("rb") as answers:
                found = json.loads(answers.readline(LINE_BYTES))
    except (OSError, ValueError) as error:
        raise NotRunning(f"No node answers for {folder}.") from error
    return found if isinstance(found, dict) else {}


@contextlib.asynccontextmanager
async def listening(folder: Path, answer: Answer) -> AsyncIterator[None]:
    """Answer requests for as long as the block runs. The caller holds the exchange's lock on the folder."""
    with _short_path(folder) as path:
        Path(path).unlink(missing_ok=True)  # a killed process leaves it behind
        before = os.umask(0o177)  # only this user may ask
        try:
            server = await asyncio.start_unix_server(_one_caller(answer), path, limit=LINE_BYTES)
        finally:
            os.umask(before)
    try:
        yield
    finally:
        server.close()
        with contextlib.suppress(OSError):
            (folder / SOCKET).unlink()


def _one_caller(answer: Answer) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, ValueError, asyncio.IncompleteReadError):
            while line := await reader.readline():
                writer.write(json.dumps(await _answered(answer, line)).encode() + b"\n")
                await writer.drain()
        writer.close()

    return talk


async def _answered(answer: Answer, line: bytes) -> dict[str, Any]:
    try:
        request = json.loads(line)
    except ValueError:
        return {"error": "malformed"}
    if not isinstance(request, dict):
        return {"error": "malformed"}
    try:
        return await answer(request)
    except Exception as error:  # a command's mistake must not end the exchange
        return {"error": "failed", "why": f"{type(error).__name__}: {error}"}


@contextlib.contextmanager
def _short_path(folder: Path) -> Iterator[str]:
    """The socket's path; by way of the open folder where the path is too long for the system."""
    path = str(folder.resolve() / SOCKET)
    if len(os.fsencode(path)) <= PATH_BYTES:
        yield path
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{handle}/{SOCKET}"
    finally:
        os.close(handle)
