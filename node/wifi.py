"""The network that flyers let phones join: kept only where a steward opted in, in a file of this machine alone.

It is in no log, bundle or copy. Each page reads it anew, so a change needs no new start.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from node.domain.wifi import BadNetwork, Network
from sync import identity

FILE = "wifi.json"


def read(folder: Path) -> Network | None:
    """None where no steward opted in, or the file is no longer what was written."""
    try:
        return Network(**json.loads((folder / FILE).read_bytes()))
    except (OSError, ValueError, TypeError, AttributeError, BadNetwork):
        return None


def write(folder: Path, network: Network) -> None:
    identity.write_file(folder / FILE, json.dumps(asdict(network), ensure_ascii=False).encode())


def forget(folder: Path) -> bool:
    """True if there was one."""
    there = (folder / FILE).exists()
    (folder / FILE).unlink(missing_ok=True)
    return there
