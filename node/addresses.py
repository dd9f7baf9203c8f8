"""Where phones and other spaces reach this machine, as it is connected at this moment: by numbers and by name."""

import re
from pathlib import Path

from sync import interfaces

HOST = "corkboard.local"
NAME_FILE = "host.name"
NAMES = re.compile(r"corkboard(-[2-9])?\.local")


def here() -> list[str]:
    """IPv4 addresses of the real networks that this machine is in, of none that only containers see. Needs no route
    out of them: a Wi-Fi without internet has none."""
    return [ip for each in interfaces.usable() if not each.loopback for ip in each.v4 if not ip.startswith("169.254.")]


def name(folder: Path) -> str:
    """The name that the board answers to: what the exchange has claimed last, HOST before that. A file tells it, since
    pages wait for no other process."""
    try:
        told = (folder / NAME_FILE).read_text(encoding="ascii")
    except (OSError, ValueError):
        return HOST
    return told if NAMES.fullmatch(told) else HOST


def told(folder: Path, port: int) -> tuple[str, list[str]]:
    """As people type it: the name, and the numbers of this moment, each with the port where that is needed."""
    end = "" if port == 80 else f":{port}"
    return f"{name(folder)}{end}", [f"{ip}{end}" for ip in here()]


def keep_name(folder: Path, claimed: str) -> None:
    draft = folder / f".{NAME_FILE}"
    draft.write_text(claimed, encoding="ascii")
    draft.replace(folder / NAME_FILE)
