"""The Wi-Fi of a space, and how a QR code says it, so that a phone joins by looking. Pure.

Source of the form: the ZXing project's "Barcode Contents", which phones of every make follow.
"""

import string
import unicodedata
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["WPA", "WEP", "open"]
KINDS: tuple[Kind, ...] = get_args(Kind)
NAME_BYTES = 32
_SPECIAL = str.maketrans({char: f"\\{char}" for char in '\\;,":'})
_HEX = frozenset(string.hexdigits)


class BadNetwork(ValueError):
    """No phone could join this. Its text is one sentence that names the fix."""


@dataclass(frozen=True)
class Network:
    """What a steward allowed flyers to say. kind: WPA stands for WPA2 and WPA3 too; passphrase: "" where it is open;
    hidden: it does not announce itself. Raises BadNetwork."""

    name: str
    passphrase: str = ""
    kind: Kind = "WPA"
    hidden: bool = False

    def __post_init__(self) -> None:
        if not 1 <= len(self.name.encode()) <= NAME_BYTES or any(map(_unseen, self.name)):
            raise BadNetwork(f"The name of a network has 1 to {NAME_BYTES} bytes, all of them visible.")
        if self.kind not in KINDS:
            raise BadNetwork(f"A network is one of {', '.join(KINDS)}.")
        if not _fits(self.kind, self.passphrase):
            raise BadNetwork(_WANTED[self.kind])


def qr_text(network: Network) -> str:
    """WIFI:T:WPA;S:name;P:passphrase;H:true;; with a backslash before each sign that has a meaning there."""
    parts = [f"T:{'nopass' if network.kind == 'open' else network.kind}", f"S:{network.name.translate(_SPECIAL)}"]
    if network.passphrase:
        parts.append(f"P:{network.passphrase.translate(_SPECIAL)}")
    if network.hidden:
        parts.append("H:true")
    return f"WIFI:{';'.join(parts)};;"


_WANTED = {
    "WPA": "A WPA passphrase has 8 to 63 plain letters, digits and signs, or 64 hexadecimal digits.",
    "WEP": "A WEP key has 5 or 13 plain letters, digits and signs, or 10 or 26 hexadecimal digits.",
    "open": "An open network has no passphrase.",
}


def _fits(kind: Kind, passphrase: str) -> bool:
    plain = all(" " <= char <= "~" for char in passphrase)
    hexadecimal = _HEX.issuperset(passphrase)
    if kind == "WPA":
        return plain and (8 <= len(passphrase) <= 63 or (len(passphrase) == 64 and hexadecimal))
    if kind == "WEP":
        return plain and (len(passphrase) in (5, 13) or (len(passphrase) in (10, 26) and hexadecimal))
    return not passphrase


def _unseen(char: str) -> bool:
    return unicodedata.category(char)[0] == "C" and char not in "\u200c\u200d"
