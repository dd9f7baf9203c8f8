"""Styles, scripts and icons: small, kept for ever by browsers, readable for everyone."""

import gzip
import re
from pathlib import Path

import pytest

from node.web.assets import FOLDER, read_assets, read_symbols
from node.web.labels import CATEGORIES
from tests.web.conftest import Hall

FIRST_PAGE = 60_000  # bytes that a phone's first page may cost, compressed as they are sent
REQUESTS = 6


def test_a_phone_s_first_page_is_small(hall: Hall) -> None:
    for number in range(30):
        hall.has(f"Post number {number}: rice, oil and dates for tonight, we are five and we have a stove", wanted=5)
    tom = hall.phone()
    page = tom.opens("/", headers={"Accept-Encoding": "gzip"})
    loaded = [given for tag, given in page.tags if tag in ("link", "script") and given.get("rel") != "alternate"]
    assets = [given.get("href", "") + given.get("src", "") for given in loaded]
    client = hall.app.test_client()
    sent = [client.get(path, base_url=tom.base, headers={"Accept-Encoding": "gzip"}) for path in assets]
    assert 1 + len(sent) <= REQUESTS
    assert all(answer.status_code == 200 for answer in sent)
    assert tom.weight + sum(len(answer.data) for answer in sent) <= FIRST_PAGE


def test_an_asset_is_named_by_its_content_and_kept_for_ever(hall: Hall) -> None:
    name = read_assets()["phone.css"].name
    answer = hall.app.test_client().get(f"/static/{name}", base_url="http://localhost:8080")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"].startswith("text/css")
    packed = hall.app.test_client().get(
        f"/static/{name}", base_url="http://localhost:8080", headers={"Accept-Encoding": "gzip"}
    )
    assert gzip.decompress(packed.data) == answer.data


def test_a_page_carries_only_the_pictures_that_it_uses(hall: Hall) -> None:
    hall.has("Rice", category="food")
    page = hall.phone().opens("/")
    used = set(re.findall(r'<use href="#(\w+)"', page.html))
    held = set(re.findall(r'<symbol id="(\w+)"', page.html))
    assert used == held and "food" in held and "water" not in held


def test_every_category_has_a_picture() -> None:
    assert set(CATEGORIES) <= set(read_symbols())


# Only there on https or the machine itself: nothing that phones reach by name or number. An `if` must ask first.
SECURE_ONLY = re.compile(
    r"navigator\.(?:clipboard|share|canShare|serviceWorker|mediaDevices|geolocation|credentials|wakeLock|storage|locks"
    r"|permissions|bluetooth|usb|getBattery)|crypto\.(?:subtle|randomUUID)|\bcaches\b|\bNotification\b|PushManager"
    r"|show(?:OpenFile|SaveFile|Directory)Picker|PaymentRequest|BarcodeDetector|\bcookieStore\b"
)


@pytest.mark.parametrize("file", sorted(FOLDER.rglob("*.js")), ids=lambda file: file.name)
def test_no_script_needs_what_plain_http_does_not_give(file: Path) -> None:
    for line in file.read_text(encoding="utf-8").splitlines():
        for found in SECURE_ONLY.findall(line):
            assert re.search(rf"if \([^)]*{re.escape(found)}", line), found


def luminance(colour: str) -> float:
    full = colour.lstrip("#")
    full = "".join(digit * 2 for digit in full) if len(full) == 3 else full
    channels = [int(full[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):(#[0-9a-f]{3,6})", block))


CSS = (FOLDER / "tokens.css").read_text(encoding="utf-8")
LIGHT = tokens(CSS.partition("@media (prefers-color-scheme:dark)")[0])
DARK = LIGHT | tokens(CSS.split("@media (prefers-color-scheme:dark)")[1].partition("}}")[0])
TEXT = [(ink, on) for ink in ("ink", "soft", "accent") for on in ("ground", "sheet", "paper", "tint", "wash")]
TEXT += [("on-accent", "accent"), ("on-accent", "accent-deep"), ("paper", "ink"), ("paper", "soft")]
TEXT += [(signal, on) for signal in ("bad", "warn", "good") for on in ("sheet", "paper", f"{signal}-wash")]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "on"), TEXT)
def test_text_can_be_read(theme: dict[str, str], ink: str, on: str) -> None:
    assert contrast(theme[ink], theme[on]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("on", ["ground", "sheet", "paper", "tint"])
def test_edges_can_be_seen(theme: dict[str, str], on: str) -> None:
    assert contrast(theme["edge"], theme[on]) >= 3
