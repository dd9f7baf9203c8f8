"""What the keeper of the machine may set. Reads options, environment and node.toml; starts nothing."""

from __future__ import annotations

import difflib
import ipaddress
import json
import os
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

FILE = "node.toml"
LANGUAGES = ("en", "ar", "ur", "fa", "so", "bn", "tr", "es", "fr", "ht")
ENVIRONMENT = {
    "port": "CORKBOARD_PORT",
    "peer_port": "CORKBOARD_PEER_PORT",
    "name": "CORKBOARD_NAME",
}


class SettingsError(Exception):
    """A setting that cannot be used. Its text is one sentence that names the fix."""


@dataclass(frozen=True)
class Settings:
    """One node's settings, checked. Lists are tuples, so that a run can be handed to threads.

    port: where neighbours read the board. peer_port: where other spaces connect.
    promise_days: after so many a promise lapses that nothing followed. keep_days: after so many a closed post goes.
    introductions: whether spaces that a member introduces are accepted, and new ones are introduced to the members.
    review: whether posts from phones are read first, until a steward turns that on or off.
    kiosks: addresses of further touchscreens. wifi: the network name for flyers, "" when none is printed.
    """

    data: Path
    port: int = 8080
    peer_port: int = 8081
    name: str = "Our space"
    host: str = "0.0.0.0"
    areas: tuple[str, ...] = ("North", "South", "East", "West", "Centre")
    hours: str = ""
    desk: str = ""
    wifi: str = ""
    poster_places: tuple[str, ...] = ()
    kiosks: tuple[str, ...] = ()
    languages: tuple[str, ...] = LANGUAGES
    promise_days: int = 7
    keep_days: int = 30
    backups: str = ""
    introductions: bool = True
    review: bool = False

    @classmethod
    def read(
        cls,
        data: Path | str | None = None,
        overrides: Mapping[str, object] | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> Settings:
        """Options before environment before node.toml before defaults. Raises SettingsError.

        data: the node's folder; None takes CORKBOARD_DATA or ./data. An override of None is not given.
        """
        environ = os.environ if environ is None else environ
        folder = Path(data or environ.get("CORKBOARD_DATA") or "data")
        values = _from_file(folder / FILE) | _from_environment(environ) | _from_options(overrides or {})
        settings = cls(data=folder, **values)  # type: ignore[arg-type]  # CHECKS gives each its type
        if settings.port == settings.peer_port:
            raise SettingsError(
                f"The board and the other spaces cannot share port {settings.port}: "
                "give one of port and peer_port another number."
            )
        return settings


def write_default(settings: Settings) -> bool:
    """Write node.toml with comments and the name in use. True if new; one that is there stays."""
    path = settings.data / FILE
    if path.exists():
        return False
    path.parent.mkdir(0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{FILE}.{os.getpid()}")
    draft.write_text(_default_text(settings), encoding="utf-8")
    try:
        os.link(draft, path)  # refuses when another process was first, and no reader ever sees half a file
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def _from_file(path: Path) -> dict[str, object]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
        found = tomllib.loads(text)
    except FileNotFoundError:
        return {}
    except NotADirectoryError:
        raise SettingsError(f"{path.parent} is a file: give --data a folder.") from None
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror}): give this user the right to read it.") from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not UTF-8 (byte {error.start}): save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not valid TOML ({error}): correct that line, or delete the file.") from None
    return {key: _checked(key, value, f"{path}: ") for key, value in found.items()}


def _from_environment(environ: Mapping[str, str]) -> dict[str, object]:
    given = {key: (variable, environ[variable]) for key, variable in ENVIRONMENT.items() if environ.get(variable)}
    return {key: _checked(key, _digits(text), f"{variable}: ") for key, (variable, text) in given.items()}


def _from_options(overrides: Mapping[str, object]) -> dict[str, object]:
    return {
        key: _checked(key, value, f"--{key.replace('_', '-')}: ")
        for key, value in overrides.items()
        if value is not None and key != "data"
    }


def _digits(text: str) -> object:
    return int(text) if text.strip().isascii() and text.strip().isdigit() and len(text) < 9 else text


def _checked(key: str, value: object, where: str) -> object:
    check = CHECKS.get(key)
    if check is None:
        near = difflib.get_close_matches(key, CHECKS, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"remove it, or use one of {', '.join(CHECKS)}."
        raise SettingsError(f"{where}{key!r} is not a setting: {hint}")
    try:
        return check(value)
    except ValueError as error:
        raise SettingsError(f"{where}{key} {error}") from None


def _port(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 65535:
        raise ValueError(f"must be a number from 1 to 65535, not {value!r}.")
    return value


def _days(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 3650:
        raise ValueError(f"must be a number of days from 1 to 3650, not {value!r}.")
    return value


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {value!r}.")
    return value


def _line(low: int, high: int) -> Callable[[object], str]:
    def check(value: object) -> str:
        text = unicodedata.normalize("NFC", str(value)).strip()
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise ValueError(f"must be text in quotes, not {value!r}.")
        if not low <= len(text) <= high or any(
            unicodedata.category(c)[0] == "C" for c in text if c not in "\u200c\u200d"
        ):
            raise ValueError(f"must be one line of {low} to {high} characters.")
        return text

    return check


def _address(value: object) -> str:
    try:
        return str(ipaddress.ip_address(str(value)))
    except ValueError:
        raise ValueError(f"must be an IP address such as 192.168.1.20, not {value!r}.") from None


def _several(check: Callable[[object], str], low: int, high: int) -> Callable[[object], tuple[str, ...]]:
    def checked(value: object) -> tuple[str, ...]:
        if not isinstance(value, list | tuple) or not low <= len(value) <= high:
            raise ValueError(f'must be a list of {low} to {high}, such as ["one", "two"].')
        found = tuple(check(each) for each in value)
        if len(set(found)) < len(found):
            raise ValueError("names the same thing twice: remove one.")
        return found

    return checked


def _language(value: object) -> str:
    if value not in LANGUAGES:
        raise ValueError(f"may only hold {', '.join(LANGUAGES)}, not {value!r}.")
    return str(value)


CHECKS: dict[str, Callable[[object], object]] = {
    "name": _line(1, 60),
    "port": _port,
    "peer_port": _port,
    "host": _address,
    "areas": _several(_line(1, 40), 1, 40),
    "hours": _line(0, 120),
    "desk": _line(0, 120),
    "wifi": _line(0, 32),
    "poster_places": _several(_line(1, 60), 0, 40),
    "kiosks": _several(_address, 0, 20),
    "languages": _several(_language, 1, len(LANGUAGES)),
    "promise_days": _days,
    "keep_days": _days,
    "backups": _line(0, 1000),
    "introductions": _yes_or_no,
    "review": _yes_or_no,
}

COMMENTS = {
    "name": "What this space is called, on every page and at every other space.",
    "port": "Where the kiosk and phones read the board.",
    "peer_port": "Where other spaces of the circle connect.",
    "host": "The address to listen on; 0.0.0.0 is every network this machine is in.",
    "areas": "The parts of town that a post may name. Keep them coarse: nobody should be found by them.",
    "hours": "When somebody is here, as printed on flyers.",
    "desk": "Where the desk is.",
    "wifi": "The name of the Wi-Fi that visitors join, for flyers. Never its password: see the command `wifi`.",
    "poster_places": "Places where flyers hang, offered at the touchscreen after one is printed.",
    "kiosks": "Addresses of further touchscreens, beside the screen of this machine.",
    "languages": "The languages offered, in this order.",
    "promise_days": "After so many days a promise lapses, if nothing followed it.",
    "keep_days": "So many days after it was met, taken back or over, a post of this space is erased everywhere.",
    "backups": "The folder for nightly copies, best on another disk or a stick; empty: `backups` beside the database.",
    "review": "Whether a steward reads posts from phones before they stand on the board. The desk, and the command "
    "`review`, turn it on and off at once; from then on that counts, and not this line.",
    "introductions": "Whether a space that a member of the circle introduces is accepted here too, a few each week.",
}


def _default_text(settings: Settings) -> str:
    blocks = ["# Settings of this node, read when it starts. Take the # off a line to change it.\n"]
    for field in fields(Settings):
        if field.name in COMMENTS:
            off = "" if field.name == "name" else "# "
            blocks.append(f"# {COMMENTS[field.name]}\n{off}{field.name} = {_toml(getattr(settings, field.name))}\n")
    return "\n".join(blocks)


def _toml(value: object) -> str:
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
