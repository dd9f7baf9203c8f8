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
    """Its room for words: what else stands on the sheet takes more lines in some languages, measured in a browser.

    width: of that room. alone: its height by the one language on it, "" for all that are not named. first: where there
    is a second language; second: so much less for that one. strips: so much less for those to tear off, `tabs` of them.
    small: how many to cut out of a sheet, small_width and small_heights: the room for words on one, without a second
    language and with."""

    name: str
    width: float
    alone: Mapping[str, float]
    first: Mapping[str, float]
    second: Mapping[str, float]
    strips: float
    tabs: int
    small: int
    small_width: float
    small_heights: tuple[float, float]

    def room(self, tabs: bool, first: str, second: str) -> float:
        """Millimetres. second: "" for none."""
        both = self.first.get(first, self.first[""]) - self.second.get(second, self.second[""])
        whole = both if second else self.alone.get(first, self.alone[""])
        return whole - tabs * self.strips


PAPERS = {
    "a4": Paper(
        name="a4",
        width=162,
        alone={"": 135, "ur": 127, "fr": 128},
        first={"": 92, "en": 106, "ar": 105, "fa": 92, "bn": 89, "ur": 77},
        second={"": 4, "en": 0, "es": 8, "bn": 9, "fr": 11, "ur": 13},
        strips=55,
        tabs=6,
        small=8,
        small_width=51,
        small_heights=(33, 14),
    ),
    "letter": Paper(
        name="letter",
        width=168,
        alone={"": 117, "so": 110, "ur": 110},
        first={"": 75, "en": 100, "ar": 95, "ht": 85, "tr": 84, "fa": 76, "ur": 71},
        second={"": 4, "en": 0, "es": 8, "bn": 9, "so": 11, "fr": 11, "ur": 14},
        strips=55,
        tabs=6,
        small=8,
        small_width=54,
        small_heights=(32, 14),
    ),
    "a5": Paper(
        name="a5",
        width=118,
        alone={"": 86, "ur": 79},
        first={"": 62, "ar": 73, "en": 69, "ht": 69, "fa": 62, "ur": 60, "fr": 57, "bn": 57},
        second={"": 8, "ar": 0, "en": 3, "ht": 3, "bn": 11, "fr": 13, "ur": 13},
        strips=48,
        tabs=5,
        small=3,
        small_width=92,
        small_heights=(32, 14),
    ),
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


def fit(choice: Choice, first: str, second: str, *texts: tuple[str, str]) -> Fit:
    """first, second: the languages of the sheet, second "" for none. texts: (words, language); the second is the same
    in that other language, set smaller."""
    with_tabs = _size(choice.paper.room(choice.tabs, first, second), choice.paper.width, texts)
    if not choice.tabs or with_tabs >= LEGIBLE:
        return Fit(with_tabs, choice.tabs)
    return Fit(_size(choice.paper.room(False, first, second), choice.paper.width, texts), False)


BESIDE = 0.7  # type size of the same words in another language


def _size(room: float, width: float, texts: Sequence[tuple[str, str]]) -> int:
    sizes = ((size, zip(texts, (size, size * BESIDE), strict=False)) for size in SIZES)
    heights = ((size, sum(_height(*text, each, width) for text, each in both)) for size, both in sizes)
    return next((size for size, height in heights if height <= room), SIZES[-1])


# Of a letter and of a line, as parts of the type size. What is in no list is as wide as English and as tall as Arabic.
WIDTH = {"ar": 0.38, "bn": 0.48, "fa": 0.38, "so": 0.47, "ur": 0.42}
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
