"""Words planted to see where they turn up: made so that a piece of one is enough, looked for in every disguise.

A canary ends in a mark that nothing else has. A search index keeps only the end of a word that begins as the one before
it does, so the end is what is looked for; and it is looked for in the bytes as they are, without case, as UTF-16, and
inside base64, hexadecimal, percent signs and JSON escapes.
"""

import base64
import binascii
import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote_to_bytes

MARK, ARABIC_MARK, NUMBER_MARK = SECRET = ("vxqzkjw", "ضظغخذثشق", "9730598241")
PUBLIC = ("jqwxvzkq", "قشثظضخغذ", "6042817395")  # of what everybody may read until it is erased
MARKS = [mark.encode() for mark in SECRET]
PUBLIC_MARKS = [mark.encode() for mark in PUBLIC]

BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{12,}")
HEX = re.compile(rb"[0-9A-Fa-f]{14,}")
ESCAPES = re.compile(rb"(?:\\u[0-9A-Fa-f]{4})+")
DIGITS = re.compile(rb"(?<![0-9])[0-9](?:[ -]?[0-9]){14,}")


class Cage:
    """Makes canaries and counts them. seed: the same ones again; marks: for words, Arabic words, numbers."""

    def __init__(self, seed: int, marks: tuple[str, str, str] = SECRET) -> None:
        self._chance, self._marks, self.made = random.Random(seed), marks, 0

    def _bird(self, letters: str, length: int, mark: int) -> str:
        self.made += 1
        return "".join(self._chance.choices(letters, k=length)) + self._marks[mark]

    def word(self) -> str:
        """As somebody might misspell a word."""
        return self._bird("bcdfghlmnprstaeiou", 8, 0)

    def arabic(self) -> str:
        return self._bird("بتجحدرسطعفلمنهوي", 8, 1)

    def number(self) -> str:
        """Of a telephone."""
        return "0" + self._bird("0123456789", 4, 2)


def disguises(data: bytes) -> Iterator[bytes]:
    """The same bytes as somebody would read them who looks hard."""
    yield data
    yield data.lower()
    yield data.replace(b"\0", b"")  # UTF-16 of ASCII, whichever end comes first
    for order in ("utf-16-le", "utf-16-be"):
        for start in (0, 1):
            yield data[start:].decode(order, "ignore").encode("utf-8", "ignore")
    yield unquote_to_bytes(data) if b"%" in data else b""
    yield b"\n".join(_unescaped(found.group()) for found in ESCAPES.finditer(data))
    yield b"\n".join(_unhexed(found.group()) for found in HEX.finditer(data))
    yield b"\n".join(one for found in BASE64.finditer(data) for one in _debased(found.group()))


def _unescaped(found: bytes) -> bytes:
    return found.decode("unicode_escape").encode("utf-16", "surrogatepass").decode("utf-16", "ignore").encode()


def _unhexed(found: bytes) -> bytes:
    return b"\n".join(binascii.unhexlify(part[: len(part) // 2 * 2]) for part in (found, found[1:]))


def _debased(found: bytes) -> Iterator[bytes]:
    """Wherever in the run it began."""
    plain = found.translate(bytes.maketrans(b"-_", b"+/"))
    for start in range(4):
        part = plain[start:]
        yield base64.b64decode(part + b"A" * (-len(part) % 4))


def seen_in(data: bytes, marks: Iterable[bytes] = MARKS) -> set[bytes]:
    """The marks that are in there in any disguise, whatever their case."""
    wanted = [mark.lower() for mark in marks]
    return {mark for each in disguises(data) for mark in wanted if mark in each or mark in each.lower()}


def tickets_in(data: bytes, tickets: Iterable[str]) -> set[str]:
    """Those of these tickets whose fifteen secret digits are in there, in a row or in groups, in any disguise."""
    held = {ticket[:15]: ticket for ticket in tickets}
    runs = {re.sub(rb"[ -]", b"", found).decode() for each in disguises(data) for found in DIGITS.findall(each)}
    return {held[run[at : at + 15]] for run in runs for at in range(len(run) - 14) if run[at : at + 15] in held}


def files_with(folder: Path, marks: Iterable[bytes] = MARKS, tickets: Iterable[str] = ()) -> list[str]:
    """Names of the files under a folder in which a mark or a ticket is."""
    marks, tickets = list(marks), list(tickets)
    found = []
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        data = path.read_bytes()
        if seen_in(data, marks) or (tickets and tickets_in(data, tickets)):
            found.append(str(path.relative_to(folder)))
    return found
