"""What a process can tell of itself and of a folder: processor seconds, memory, bytes on its connections, disk."""

from __future__ import annotations

import contextlib
import gc
import os
import socket
import stat
import struct
import time
from pathlib import Path

SENT_AND_RECEIVED = struct.Struct("120xQQ")  # tcpi_bytes_acked, tcpi_bytes_received of struct tcp_info


def cpu_seconds() -> float:
    """Of all threads of this process so far."""
    return time.process_time()


def memory_bytes() -> int:
    """What of this process is in memory now."""
    gc.collect()
    return _status("VmRSS:")


def forget_peak() -> None:
    """From now on peak_bytes() counts anew."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def peak_bytes() -> int:
    return _status("VmHWM:")


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


def wire_bytes() -> int:
    """Both ways over all TCP connections that this process has open: all that TCP carried, TLS included."""
    return sum(_carried(int(fd.name)) for fd in Path("/proc/self/fd").iterdir())


def _carried(fd: int) -> int:
    try:
        if not stat.S_ISSOCK(os.fstat(fd).st_mode):
            return 0
        with socket.socket(fileno=os.dup(fd)) as line:
            return sum(SENT_AND_RECEIVED.unpack_from(line.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)))
    except (OSError, struct.error):  # closed meanwhile, or not TCP
        return 0


def disk_bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
