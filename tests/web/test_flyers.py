"""Flyers: of one post, of a few, of the space; what is printed is read back by an independent reader."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from node import addresses, intake, wifi
from node.domain.wifi import Network
from node.domain.wishes import MarkMet
from node.storage import board
from node.web.paper import PAPERS, Choice, fit, fit_small
from node.web.qr import drawn
from tests.web.conftest import Hall
from tests.web.page import Page

LINK_CODE = '<svg viewBox="0 0 37 37"'
BOARD_CODE = '<svg viewBox="0 0 33 33"'


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
        "Our Wi-Fi: Riverside",
        "corkboard.local:8080",
        "Every day 9:00 to 20:00",
        "For 5 people",
        "On the board until",
    ):
        assert told in page.text
    assert page.text.count(code) == page.html.count(LINK_CODE) == 1 + 6


def test_a_flyer_speaks_the_language_of_the_post_and_of_the_reader(hall: Hall) -> None:
    link = hall.has("نحتاج إلى أرز", lang="ar")
    page = hall.phone("en").opens(f"/p/{link}/flyer")
    assert "حاجة" in page.text and "Need" in page.text and "اسأل عند المكتب" in page.text
    assert (sheets(page)[0]["lang"], sheets(page)[0]["dir"]) == ("ar", "rtl")


def sheets(page: Page) -> list[dict[str, str]]:
    return [given for tag, given in page.tags if tag == "section" and "sheet" in given.get("class", "").split()]


def test_the_other_language_is_chosen(hall: Hall) -> None:
    link = hall.has("Rice", lang="en")
    tom = hall.phone("en")
    assert "পুরো" not in tom.opens(f"/p/{link}/flyer").text and "প্রয়োজন" not in tom.page.text
    assert "প্রয়োজন" in tom.opens(f"/p/{link}/flyer?also=bn").text
    assert "حاجة" not in hall.phone("ar").opens(f"/p/{link}/flyer?also=none").text


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


def test_the_choices_say_what_is_on_the_paper(hall: Hall) -> None:
    link, tom = hall.has("Rice"), hall.phone()
    for query, codes in (("", 7), ("paper=a5", 6), ("tabs=no", 1), ("many=yes", 8), ("zzz=1", 7)):
        page = tom.opens(f"/p/{link}/flyer?{query}")
        assert page.html.count(LINK_CODE) == codes and len(sheets(page)) == 1


def test_the_choices_are_a_form_that_keeps_what_was_chosen(hall: Hall) -> None:
    first, second = hall.has("Rice"), hall.has("Oil")
    page = hall.phone().opens(f"/flyer?p={first}&p={second}&paper=letter&tabs=no&also=fr")
    form = next(form for form in page.forms if form.action == "/flyer")
    assert form.method == "get" and form.fields["also"] == "fr"
    assert [given["value"] for _, given in page.tags if "checked" in given] == ["letter", "no", "no"]
    assert len(sheets(page)) == 2 and "paper-letter" in page.html


def test_a_few_share_a_sheet(hall: Hall) -> None:
    links = [hall.has(f"Post {number}") for number in range(9)]
    page = hall.phone().opens("/flyer?many=yes&p=" + "&p=".join(links))
    assert len(sheets(page)) == 2 and page.html.count(LINK_CODE) == 9


def test_the_space_itself_has_a_flyer(hall: Hall) -> None:
    amina = hall.neighbour()
    page = amina.opens("/kiosk/flyer?also=so")
    assert "Do you need something? Can you help?" in page.text and "Come in and touch the screen" in page.text
    assert "Neighbours helping neighbours Deris is caawinaya" in page.text and page.html.count(BOARD_CODE) == 7
    assert re.findall(r"\d{3}-\d{3}-\d{3}", page.text) == []


def test_flyers_are_chosen_from_the_board(hall: Hall) -> None:
    link = hall.has("Rice and oil")
    for person, start in ((hall.phone(), ""), (hall.neighbour(), "/kiosk")):
        assert f"{start}/flyers" in person.opens(f"{start}/board").links
        page = person.opens(f"{start}/flyers")
        assert "Rice and oil" in page.text and f"{start}/flyer" in page.links
        assert any(given.get("name") == "p" and given["value"] == link for _, given in page.tags)


def test_what_is_over_is_not_hung_up(hall: Hall) -> None:
    link = hall.has("Rice")
    intake.record(hall.run, MarkMet(board.one(hall.run.db(), link, hall.clock(), hall.run.space_id)[0].id))
    tom = hall.phone()
    assert "This need was met." in tom.opens(f"/p/{link}/flyer").text and tom.path == f"/p/{link}"
    assert "Rice" not in tom.opens(f"/flyer?p={link}").text


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


def test_who_comes_back_with_a_ticket_can_print_a_flyer(hall: Hall) -> None:
    amina = hall.neighbour()
    amina.posts(start="/kiosk")
    page = amina.comes_back(amina.keeps_it(), "/kiosk")
    assert any(link.endswith("/flyer") for link in page.links)


def test_where_words_take_all_the_room_the_strips_stay_away() -> None:
    long, choice = "Long words about bread. " * 40, Choice(PAPERS["a5"], many=False, tabs=True, also="")
    assert not fit(choice, "ur", "en", (long, "ur")).tabs and fit(choice, "ur", "en", ("Bread", "ur")).tabs
    assert fit(choice, "en", "", (long, "en")).size < fit(choice, "en", "", ("Bread", "en")).size


def test_a_small_one_ends_with_a_whole_word() -> None:
    assert fit_small(PAPERS["a4"], True, "Rice", "en") == ("Rice", 16)
    words, size = fit_small(PAPERS["a4"], True, "Rice and oil " * 40, "en")
    assert words.endswith((" and …", " Rice …", " oil …")) and size == 8


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
