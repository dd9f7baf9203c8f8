"""Paper: its sizes, and how large words may be so that nothing of them is clipped. Millimetres and points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

# Type sizes of the words, in points; print.css has a class for each.
SIZES = (54, 48, 42, 36, 30, 26, 22, 18, 16, 14, 12, 10, 8, 7, 6)
LEGIBLE = 8  # where words must be smaller to leave room for strips, the strips stay away
POINT = 25.4 / 72


@dataclass(frozen=True)
class Paper:
    """width: of the room for words. heights: of that room, without strips and with; of each without a second language
    and with: measured in a browser. taller: so much less where both languages have tall lines, half of it where only
    the first has. tabs: strips to tear off. small: how many to cut out of a sheet, small_width and small_heights: the
    room for words on one."""

    name: str
    width: float
    heights: tuple[tuple[float, float], tuple[float, float]]
    taller: float
    tabs: int
    small: int
    small_width: float
    small_heights: tuple[float, float]


PAPERS = {
    "a4": Paper("a4", 162, ((124, 84), (80, 42)), 18, 6, 8, 51, (36, 15)),
    "letter": Paper("letter", 168, ((111, 80), (67, 38)), 20, 6, 8, 54, (32, 14)),
    "a5": Paper("a5", 118, ((77, 70), (36, 20)), 13, 5, 3, 92, (32, 14)),
}


@dataclass(frozen=True)
class Choice:
    """What somebody wants on paper. many: small ones to cut out; also: the other language, "" for the reader's own
    where that is another, "none" for no other."""

    paper: Paper
    many: bool
    tabs: bool
    also: str


def chosen(given: Mapping[str, str]) -> Choice:
    """The choices in an address; what means nothing there is the usual."""
    return Choice(
        paper=PAPERS.get(given.get("paper", ""), PAPERS["a4"]),
        many=given.get("many") == "yes",
        tabs=given.get("tabs") != "no",
        also=given.get("also", ""),
    )


@dataclass(frozen=True)
class Fit:
    """size: the largest type in which the words fit. tabs: whether there is room for strips too."""

    size: int
    tabs: bool


def fit(choice: Choice, second: str, *texts: tuple[str, str]) -> Fit:
    """second: the other language on the sheet, "" for none. texts: (words, language); the second is the same in that
    other language, set smaller."""
    with_tabs = _size(choice.paper, choice.tabs, second, texts)
    if not choice.tabs or with_tabs >= LEGIBLE:
        return Fit(with_tabs, choice.tabs)
    return Fit(_size(choice.paper, False, second, texts), False)


BESIDE = 0.7  # type size of the same words in another language


def _size(paper: Paper, tabs: bool, second: str, texts: Sequence[tuple[str, str]]) -> int:
    room = paper.heights[tabs][bool(second)]
    if second and texts[0][1] in TALLER:
        room -= paper.taller if second in TALLER else paper.taller / 2
    sizes = ((size, zip(texts, (size, size * BESIDE), strict=False)) for size in SIZES)
    heights = ((size, sum(_height(*text, each, paper.width) for text, each in both)) for size, both in sizes)
    return next((size for size, height in heights if height <= room), SIZES[-1])


# Of a letter and of a line, as parts of the type size. What is in no list is as wide as English and as tall as Arabic.
TALLER = ("bn", "ur")
WIDTH = {"ar": 0.38, "bn": 0.48, "fa": 0.38, "ur": 0.42}
HEIGHT = dict.fromkeys(("en", "so", "tr", "es", "fr", "ht", "de", "it", "pl", "pt", "ro", "sq", "sw"), 1.15)
HEIGHT |= {"bn": 1.35, "ur": 1.95}


def _height(words: str, lang: str, size: float, width: float) -> float:
    """Millimetres that the words are high. A line ends before a long word, some four letters early."""
    if not words:
        return 0.0
    point = size * POINT
    letters = max(1, int(width / (point * WIDTH.get(lang, 0.45))) - 4)
    lines = sum(max(1, ceil(len(line) / letters)) for line in words.split("\n"))
    return lines * point * HEIGHT.get(lang, 1.4)


SMALL_SIZES = (16, 14, 12, 10, 8)


def fit_small(paper: Paper, bilingual: bool, words: str, lang: str) -> tuple[str, int]:
    """The words for a small one and their size: as many as it holds, the QR leads to the rest."""
    room = paper.small_heights[bilingual]
    size = next((each for each in SMALL_SIZES if _height(words, lang, each, paper.small_width) <= room), 0)
    return (words, size) if size else (_cut(words, lang, paper.small_width, room), SMALL_SIZES[-1])


def _cut(words: str, lang: str, width: float, room: float) -> str:
    kept = words
    while _height(f"{kept} …", lang, SMALL_SIZES[-1], width) > room:
        kept = kept[:-10].rsplit(maxsplit=1)[0]
    return f"{kept} …"
