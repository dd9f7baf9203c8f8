"""What `serve` tells its exchange process: the first line of that one's standard input. Starts neither."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from node.settings import Settings

TO = "node.exchange_process"  # by name: whoever imports it loads all that this process alone needs


def line(settings: Settings, web_ports: list[int]) -> bytes:
    return json.dumps({"settings": dataclasses.asdict(settings), "web_ports": web_ports}, default=str).encode() + b"\n"


def read(line: bytes) -> tuple[Settings, list[int]]:
    orders = json.loads(line)
    told: dict[str, Any] = orders["settings"]
    lists = {key: tuple(value) for key, value in told.items() if isinstance(value, list)}
    return Settings(**{**told, **lists, "data": Path(told["data"])}), orders["web_ports"]
