"""On paper nothing is clipped: words of every length, one language and two, need and offer; codes are read from it."""

import dataclasses
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from node import intake, wifi
from node.domain.wifi import Network, qr_text
from node.domain.wishes import OpenPost
from node.run import Run
from tests import printed
from tests.browser.conftest import PHONE, Screen

SENTENCE = {
    "en": "We need rice, oil and dates for tonight, we are five and we have a stove. ",
    "ar": "نحتاج الليلة إلى أرز وزيت وتمر، نحن خمسة وعندنا موقد في البيت. ",
    "ur": "ہمیں آج رات کے لیے چاول، تیل اور کھجور چاہیے، ہم پانچ ہیں اور ہمارے پاس چولہا ہے۔ ",
    "bn": "আজ রাতের জন্য আমাদের চাল, তেল আর খেজুর দরকার, আমরা পাঁচজন, আমাদের চুলা আছে। ",
    "fa": "امشب برنج، روغن و خرما لازم داریم، پنج نفریم و اجاق داریم. ",
    "so": "Caawa waxaan u baahannahay bariis, saliid iyo timir, shan baan nahay, dabkaragna waan haysannaa. ",
    "tr": "Bu akşam için pirinç, yağ ve hurma lazım, beş kişiyiz, ocağımız var. ",
    "es": "Necesitamos arroz, aceite y dátiles para esta noche, somos cinco y tenemos cocina. ",
    "fr": "Il nous faut du riz, de l'huile et des dattes pour ce soir, nous sommes cinq et avons un réchaud. ",
    "ht": "Nou bezwen diri, lwil ak dat pou aswè a, nou senk epi nou gen yon recho. ",
}
CLIPPED = """() => [...document.querySelectorAll(".notice, .how li, .tabs li, .small, .small > *")].filter(part => {
  const box = part.getBoundingClientRect(), sheet = part.closest(".sheet").getBoundingClientRect()
  return part.scrollHeight > part.clientHeight + 2 && !part.matches("p") || part.scrollWidth > part.clientWidth + 2
    || box.bottom > sheet.bottom + 1 || box.left < sheet.left - 1 || box.right > sheet.right + 1
}).map(part => part.className + part.tagName)"""
MILLIMETRE = 96 / 25.4
GUESTS = Network("Riverside Hall; guests", 'warm\\loaves:"on", a sill')
PAPER = {"width": 820, "height": 1200}


@pytest.fixture
def with_wifi(run: Run) -> Iterator[None]:
    wifi.write(run.settings.data, GUESTS)
    run.settings = dataclasses.replace(run.settings, desk="by the door", hours="9:00 to 20:00", name="Riverside Hall")
    yield
    wifi.forget(run.settings.data)


def offer(run: Run, language: str, length: int) -> str:
    words = (SENTENCE[language] * 20)[:length].strip()
    wish = OpenPost(kind="offer", category="childcare", words=words, lang=language, area="North", wanted=40)
    return intake.record(run, wish).link


def clipped(
    screen: Screen, run: Run, languages: list[str], lengths: list[int], queries: list[str]
) -> dict[str, object]:
    page = screen("/", size=PAPER)
    page.emulate_media(media="print")
    found = {}
    for language, length in itertools.product(languages, lengths):
        link = offer(run, language, length)
        for query in queries:
            page.goto(f"/p/{link}/flyer?{query}")
            found[f"{language} {length} {query}"] = page.evaluate(CLIPPED)
    return {what: parts for what, parts in found.items() if parts}


@pytest.mark.usefixtures("with_wifi")
def test_words_fit_the_sheet(screen: Screen, run: Run) -> None:
    assert clipped(screen, run, ["en"], [1000], ["also=ur", "paper=a5&also=ar", "many=yes&also=bn"]) == {}


LAYOUTS = list(itertools.product(("a4", "a5", "letter"), ("tabs=yes", "tabs=no", "many=yes")))


@pytest.mark.long
@pytest.mark.usefixtures("with_wifi")
@pytest.mark.parametrize("language", ["ur", "bn"])  # whose lines are the tallest
def test_words_of_every_length_fit_every_sheet(screen: Screen, run: Run, language: str) -> None:
    """Beside each of the other languages once."""
    others = [tag for tag in SENTENCE if tag != language]
    queries = [f"paper={paper}&{rest}&also={also}" for (paper, rest), also in zip(LAYOUTS, others, strict=True)]
    assert clipped(screen, run, [language], [20, 300, 1000], queries) == {}


@pytest.mark.longer
@pytest.mark.usefixtures("with_wifi")
@pytest.mark.parametrize("language", SENTENCE)
def test_words_fit_every_sheet_beside_every_language(screen: Screen, run: Run, language: str) -> None:
    others = ["none", *(tag for tag in SENTENCE if tag != language)]
    queries = [f"paper={paper}&{rest}&also={also}" for (paper, rest), also in itertools.product(LAYOUTS, others)]
    assert clipped(screen, run, [language], [150, 1000], queries) == {}


@pytest.mark.usefixtures("with_wifi")
def test_what_is_scanned_is_large_enough_and_lies_in_line(screen: Screen, run: Run) -> None:
    page = screen("/", size=PAPER)
    page.emulate_media(media="print")
    link = offer(run, "en", 60)
    for paper, wanted in itertools.product(
        ("a4", "a5", "letter"), ({".of-link": 30, ".of-wifi": 35, ".tabs .qr": 20},)
    ):
        page.goto(f"/p/{link}/flyer?paper={paper}")
        for where, least in wanted.items():
            modules = float(page.locator(f"{where} svg").first.get_attribute("viewBox").split()[2])
            boxes = [each.bounding_box() for each in page.locator(f"{where} svg").all()]
            assert min(box["width"] for box in boxes) * (modules - 8) / modules >= least * MILLIMETRE, (paper, where)
            assert len({round(box["y"]) for box in boxes}) == 1
        name = page.locator(".tabs .network").first  # whole: beside it there may be another of nearly this name
        expect(name).to_have_text(f"Wi-Fi: {GUESTS.name}")
        assert name.evaluate("part => part.scrollWidth <= part.clientWidth")
    page.goto(f"/p/{link}/flyer?many=yes")
    box = page.locator(".small .qr svg").first.bounding_box()
    assert box and box["width"] * 29 / 37 >= 30 * MILLIMETRE


@pytest.mark.skipif(bool(printed.MISSING), reason=printed.WHY_NOT)
@pytest.mark.usefixtures("with_wifi")
@pytest.mark.parametrize(
    ("language", "query"),
    [
        ("en", "paper=a4"),
        pytest.param("ar", "paper=letter&also=en", marks=pytest.mark.long),
        pytest.param("ur", "paper=a5&also=bn", marks=pytest.mark.long),
        pytest.param("bn", "paper=a4&many=yes", marks=pytest.mark.long),
        pytest.param("bn", "paper=a5&tabs=no", marks=pytest.mark.long),
    ],
)
def test_codes_are_read_from_the_printed_page(
    screen: Screen, run: Run, tmp_path: Path, language: str, query: str
) -> None:
    link = offer(run, language, 60)
    page = screen(f"/p/{link}/flyer?{query}")
    told = {f"HTTP://CORKBOARD.LOCAL:{run.settings.port}/P/{link}"}
    assert printed.codes(page, tmp_path) == told | (set() if "many" in query else {qr_text(GUESTS)})


def test_the_sheet_prints_on_one_page_and_without_the_choices(screen: Screen, run: Run) -> None:
    link = intake.record(run, OpenPost(kind="need", category="food", words="Oil", lang="en")).link
    page = screen(f"/p/{link}/flyer")
    page.focus("[name=paper][value=a4]")
    for paper in ("letter", "a5"):  # by keyboard alone: each choice shows at once, and one goes on from there
        page.keyboard.press("ArrowRight")
        page.wait_for_url(f"**paper={paper}**")
        expect(page.locator(f"[name=paper][value={paper}]")).to_be_focused()
    page.emulate_media(media="print")
    assert page.locator(".paper-a5 .sheet").is_visible() and not page.locator(".screen-only").first.is_visible()


def test_no_empty_page_comes_behind_a_flyer(screen: Screen, run: Run, tmp_path: Path) -> None:
    """Chromium found one every other time on a new screen without scripts."""
    said = OpenPost(kind="need", category="food", words="A ladder for Saturday", lang="en", when="week", wanted=3)
    link = intake.record(run, said).link
    for _ in range(6):
        page = screen("/?lang=ar", size=PHONE, script=False)
        page.goto(f"/p/{link}/flyer")
        assert printed.codes(page, tmp_path)
