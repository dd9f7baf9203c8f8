"""The node as it is, which also writes down when each slow derivation began, by the clock that all processes of a
machine share, and on which thread: a line each.

Usage: python -m scripts.bench.counted_node FILE serve …
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

from node.domain import tickets


def count_into(file: Path) -> None:
    real = tickets.stretched

    def counted(digits: str) -> bytes:
        with file.open("a") as out:
            out.write(f"{time.monotonic():.6f} {threading.current_thread().name}\n")
        return real(digits)

    tickets.stretched = counted


if __name__ == "__main__":
    count_into(Path(sys.argv[1]))
    from node.cli import main  # only now: the office takes hold of the step when it is read

    raise SystemExit(main(sys.argv[2:]))
