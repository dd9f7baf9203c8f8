"""Style sheets, scripts and icons, read once and served for ever under the hash of their content."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, g, request
from markupsafe import Markup

FOLDER = Path(__file__).parent.parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"
# One sheet an audience: a phone's first page then costs three requests.
BUNDLES = {
    "kiosk.css": ("tokens.css", "components.css", "kiosk.css"),
    "phone.css": ("tokens.css", "components.css", "phone.css"),
    "desk.css": ("tokens.css", "components.css", "desk.css"),
    "print.css": ("tokens.css", "components.css", "print.css", "ticket.css"),
    "kiosk.js": (
        "vendor/simple-keyboard-3.8.192.js",
        "kiosk.js",
        "both.js",
        "ticket.js",
        "live.js",
        "layouts.js",
        "keyboard.js",
    ),
    "phone.js": ("phone.js", "keep.js", "both.js", "ticket.js", "live.js", "carry.js"),
    "desk.js": ("desk.js", "both.js"),
    "icon.svg": ("icon.svg",),
}
KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
SYMBOL = re.compile(r'<symbol id="(\w+)".*?</symbol>', re.S)
TURNS = ("back", "next", "leave")  # arrows that point the other way in right-to-left pages


@dataclass(frozen=True)
class Asset:
    name: str  # with the hash: kiosk-3f2a9c01d4.css
    kind: str
    body: bytes
    small: bytes  # gzip


def read_assets(folder: Path = FOLDER) -> dict[str, Asset]:
    return {name: _asset(name, [folder / part for part in parts]) for name, parts in BUNDLES.items()}


def _asset(name: str, parts: list[Path]) -> Asset:
    body = b"\n".join(part.read_bytes() for part in parts)
    mark = hashlib.blake2b(body, digest_size=5).hexdigest()
    stem, dot, ending = name.partition(".")
    return Asset(f"{stem}-{mark}.{ending}", KINDS[dot + ending], body, gzip.compress(body, 9, mtime=0))


def read_symbols(folder: Path = FOLDER) -> dict[str, str]:
    text = (folder / "icons.svg").read_text(encoding="utf-8")
    return {found.group(1): found.group(0) for found in SYMBOL.finditer(text)}


def install(app: Flask) -> None:
    """Serve the assets, and give templates asset(), icon() and sprite()."""
    assets, symbols = read_assets(), read_symbols()
    by_name = {asset.name: asset for asset in assets.values()}
    files = Blueprint("files", __name__)

    @files.get("/static/<name>")
    def one(name: str) -> Response:
        return _sent(by_name[name]) if name in by_name else abort(404)

    app.register_blueprint(files)
    app.jinja_env.globals.update(
        asset=lambda name: f"/static/{assets[name].name}",
        icon=icon,
        sprite=lambda: sprite(symbols, g.get("icons", {})),
    )
    app.extensions["sprite"] = lru_cache(maxsize=256)(lambda icons: sprite(symbols, icons).encode())


def _sent(asset: Asset) -> Response:
    packed = request.accept_encodings["gzip"] > 0
    answer = Response(asset.small if packed else asset.body, content_type=asset.kind)
    answer.headers["Cache-Control"] = FOR_EVER
    answer.headers["Vary"] = "Accept-Encoding"
    if packed:
        answer.headers["Content-Encoding"] = "gzip"
    return answer


def icon(name: str, more: str = "") -> Markup:
    """One picture, never without a word beside it; the page's sprite then carries its symbol."""
    used: dict[str, None] = g.setdefault("icons", {})
    used[name] = None
    return _drawn(name, more)


@lru_cache(maxsize=512)  # a page of the board has a hundred of them
def _drawn(name: str, more: str) -> Markup:
    kind = " ".join(["i", *(["i-flip"] if name in TURNS else []), *([more] if more else [])])
    return Markup('<svg class="{}" aria-hidden="true"><use href="#{}"></use></svg>').format(kind, name)


@dataclass(frozen=True)
class Drawn:
    """Part of a page that can stand on others too: each of them then carries the symbols of its icons, too."""

    html: bytes
    icons: tuple[str, ...]


def drawn(draw: Callable[[], str]) -> Drawn:
    before = g.pop("icons", {})
    part = Drawn(draw().encode(), tuple(g.get("icons", {})))
    g.icons = before
    return part


def sprite(symbols: dict[str, str], icons: Iterable[str]) -> Markup:
    """The symbols that a page has used; stands at its end."""
    inner = "".join(symbols[name] for name in icons)
    return Markup('<svg class="sprite" aria-hidden="true">{}</svg>').format(Markup(inner))
