"""Pages that are the same for everybody but in a few places: drawn once with holes, then filled. Knows no page."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping

from markupsafe import escape

_EDGE = f"hole{secrets.token_hex(8)}"  # another one in each process, so that nobody can write one into a page
_HOLE = re.compile(f"{_EDGE}([a-z]+){_EDGE}".encode())


def hole(name: str) -> str:
    """What a template is handed instead of something: letters and digits, the same in HTML and in an address."""
    return f"{_EDGE}{name}{_EDGE}"


class Frame:
    """`icons`: those that it shows itself. In UTF-8, as it is sent: turning a page into that anew takes long."""

    def __init__(self, html: bytes, icons: tuple[str, ...]) -> None:
        self.icons = icons
        pieces = _HOLE.split(html)  # text, name of a hole, text, and so on
        self._texts, self._holes = pieces, [name.decode() for name in pieces[1::2]]

    @property
    def has_holes(self) -> bool:
        return bool(self._holes)

    def filled(self, values: Mapping[str, str | bytes]) -> bytes:
        """Text is escaped where it is no Markup; bytes are HTML already."""
        ready = {name: _ready(value) for name, value in values.items()}
        pieces = self._texts.copy()
        pieces[1::2] = [ready[name] for name in self._holes]
        return b"".join(pieces)


def _ready(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else escape(value).encode()
