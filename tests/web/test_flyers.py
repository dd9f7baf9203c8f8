"""One post on paper; what is printed is read back by an independent reader."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from node import addresses, wifi
from node.domain.wifi import Network
from node.web.qr import drawn
from tests.web.conftest import Hall


def test_a_flyer_has_the_words_the_code_and_the_three_ways(hall: Hall) -> None:
    link = hall.has("Rice and oil", lang="en", area="East", wanted=5)
    page = hall.phone().opens(f"/p/{link}/flyer")
    code = f"{link[:3]}-{link[3:6]}-{link[6:9]}"
    for told in (
        "Rice and oil",
        "1 Join",
        "2 Scan",
        "No phone?",
        "Ask at the desk",
        "by the door",
        "Riverside",
        "corkboard.local:8080",
        "Every day 9:00 to 20:00",
        "For 5 people",
        "On the board until",
    ):
        assert told in page.text
    assert page.text.count(code) == 1 + 6
    assert page.html.count('<svg viewBox="0 0 37 37"') == 1 + 6


def test_a_flyer_speaks_the_language_of_the_post_and_of_the_reader(hall: Hall) -> None:
    link = hall.has("نحتاج إلى أرز", lang="ar")
    page = hall.phone("en").opens(f"/p/{link}/flyer")
    assert "حاجة" in page.text and "Need" in page.text and "اسأل عند المكتب" in page.text
    main = next(given for tag, given in page.tags if tag == "main")
    assert (main["lang"], main["dir"]) == ("ar", "rtl")


def test_a_flyer_says_the_name_and_addresses_of_now(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    link = hall.has("Rice and oil")
    monkeypatch.setattr(addresses, "here", lambda: ["10.0.0.5"])
    before = hall.phone().opens(f"/p/{link}/flyer")
    assert "corkboard.local:8080" in before.text and "10.0.0.5:8080" in before.text
    monkeypatch.setattr(addresses, "here", lambda: ["10.9.0.7"])
    addresses.keep_name(hall.run.settings.data, "corkboard-2.local")
    after = hall.phone().opens(f"/p/{link}/flyer")
    assert "corkboard-2.local:8080" in after.text and "10.9.0.7:8080" in after.text
    assert "10.0.0.5" not in after.text and before.html.partition("<path d=")[2] != after.html.partition("<path d=")[2]


def test_one_language_is_enough_where_both_are_the_same(hall: Hall) -> None:
    link = hall.has("نحتاج إلى أرز", lang="ar")
    assert "Need" not in hall.phone("ar").opens(f"/p/{link}/flyer").text


def test_words_in_a_language_without_catalogue_stay_as_they_are(hall: Hall) -> None:
    link = hall.has("Bariis baan u baahanahay", lang="so")
    page = hall.phone("en").opens(f"/p/{link}/flyer")
    assert "Bariis baan u baahanahay" in page.text and "Ask at the desk" in page.text


def test_the_code_of_the_wifi_is_there_once_a_steward_allowed_it(hall: Hall) -> None:
    link, tom = hall.has("Rice"), hall.phone()
    assert "QR code of our Wi-Fi" not in tom.opens(f"/p/{link}/flyer").html
    wifi.write(hall.run.settings.data, Network("Guests", "warm loaves"))
    page = tom.opens(f"/p/{link}/flyer")
    assert "QR code of our Wi-Fi" in page.html and "Our Wi-Fi: Guests" in page.text and "loaves" not in page.html
    (hall.run.settings.data / wifi.FILE).write_text("damaged")
    assert "Our Wi-Fi: Riverside" in tom.opens(f"/p/{link}/flyer").text


def test_the_way_back_is_not_printed(hall: Hall) -> None:
    link = hall.has("Rice")
    page = hall.phone().opens(f"/p/{link}/flyer")
    assert f"/p/{link}" in page.links and 'class="bar screen-only"' in page.html


@pytest.mark.skipif(shutil.which("zbarimg") is None, reason="zbarimg, the independent reader, is not here")
def test_the_qr_is_read_by_an_independent_reader(tmp_path: Path) -> None:
    link = "HTTP://CORKBOARD.LOCAL:8080/P/481207393-ABCDEFGHIJKLMNOP"
    picture = tmp_path / "qr.pgm"
    picture.write_bytes(as_pixels(drawn(link, "QR")))
    read = subprocess.run(["zbarimg", "--raw", "-q", picture], capture_output=True, text=True, check=True)
    assert read.stdout.strip() == link


def as_pixels(svg: str, scale: int = 8) -> bytes:
    """The path of a QR as a grey picture (PGM)."""
    size = int(re.search(r'viewBox="0 0 (\d+)', svg)[1])
    rows = [[255] * size for _ in range(size)]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1", svg):
        rows[int(y)][int(x) : int(x) + int(width)] = [0] * int(width)
    pixels = b"".join(bytes(value for value in row for _ in range(scale)) * scale for row in rows)
    return b"P5 %d %d 255\n" % (size * scale, size * scale) + pixels
