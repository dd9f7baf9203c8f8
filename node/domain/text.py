"""What is done to people's words: cleaned when read, folded for search. Pure; storage notes the version of Unicode.

Cleaning keeps every letter as written (also ZWNJ and ZWJ, which Persian, Urdu and Bengali need). Folding makes what
people type for one word the same: it is never shown.
"""

import functools
import re
import unicodedata

# The ten that the pages speak come first; the others are languages that neighbours write in.
LANGUAGES: dict[str, str] = {
    "en": "English",
    "ar": "العربية",
    "ur": "اردو",
    "fa": "فارسی",
    "so": "Soomaali",
    "bn": "বাংলা",
    "tr": "Türkçe",
    "es": "Español",
    "fr": "Français",
    "ht": "Kreyòl ayisyen",
    "am": "አማርኛ",
    "ckb": "کوردیی ناوەندی",
    "de": "Deutsch",
    "el": "Ελληνικά",
    "ha": "Hausa",
    "hi": "हिन्दी",
    "it": "Italiano",
    "kmr": "Kurmancî",
    "ne": "नेपाली",
    "om": "Afaan Oromoo",
    "pa": "ਪੰਜਾਬੀ",
    "pl": "Polski",
    "ps": "پښتو",
    "pt": "Português",
    "ro": "Română",
    "ru": "Русский",
    "sq": "Shqip",
    "sw": "Kiswahili",
    "ta": "தமிழ்",
    "ti": "ትግርኛ",
    "tl": "Tagalog",
    "uk": "Українська",
    "vi": "Tiếng Việt",
    "yo": "Yorùbá",
    "zh": "中文",
}
RIGHT_TO_LEFT = frozenset({"ar", "ur", "fa", "ps", "ckb"})


def direction(tag: str) -> str:
    """By the language's main script: "rtl" or "ltr"."""
    return "rtl" if tag.partition("-")[0] in RIGHT_TO_LEFT else "ltr"


# Whatever may need a change: controls, bidi controls, presentation forms, marks. Most words have none.
_SUSPECT = re.compile(
    "[\x00-\x1f\x7f-\x9f\u0300-\u036f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufb00-\ufdff\ufe70-\ufeff"
    "\ufff0-\uffff\ud800-\udfff]"
)
_DROPPED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb"
    "\ufffe\uffff\ud800-\udfff]"
)
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_PRESENTATION = re.compile("[\ufb1d-\ufdff\ufe70-\ufefc]+")
_HEAPED = re.compile("([\u0300-\u036f]{3})[\u0300-\u036f]+")
_BLANKS = re.compile("[ \t]+")
_EMPTY_LINES = re.compile(" ?\n ?(?:\n ?)+")


def clean(words: str) -> str:
    """People's words as they may be shown: without controls and bidi controls, presentation forms folded to letters,
    composed, no heaps of accents, blanks and empty lines drawn together. Lines stay lines."""
    if words.isascii() and words.isprintable():
        return _BLANKS.sub(" ", words).strip() if "  " in words else words.strip()
    if "  " in words or _SUSPECT.search(words):
        words = _scrub(words)
    words = words.strip()
    return words if unicodedata.is_normalized("NFC", words) else unicodedata.normalize("NFC", words)


def _scrub(words: str) -> str:
    words = _DROPPED.sub("", _LINE_ENDS.sub("\n", words))
    words = _PRESENTATION.sub(lambda run: unicodedata.normalize("NFKC", run.group()), words)
    words = _HEAPED.sub(r"\1", unicodedata.normalize("NFC", words))
    words = _EMPTY_LINES.sub("\n\n", _BLANKS.sub(" ", words))
    return words.replace(" \n", "\n").replace("\n ", "\n").strip()


@functools.lru_cache(maxsize=1024)
def clean_line(words: str) -> str:
    """As clean(), in one line: names of areas, reasons. Remembered, since areas are few."""
    return _BLANKS.sub(" ", clean(words).replace("\n", " ")).strip()


# Letters that people write for each other. The left ones are folded into the right one.
_SAME = {
    **dict.fromkeys("ٱ", "ا"),
    **dict.fromkeys("ىیېۍێےۓ", "ي"),
    **dict.fromkeys("ةہھەۃ", "ه"),
    **dict.fromkeys("کڪ", "ك"),
    **dict.fromkeys("ءـ", ""),
    **dict.fromkeys("ں", "ن"),
    **dict.fromkeys("ۆ", "و"),
    **dict.fromkeys("ڕ", "ر"),
    **dict.fromkeys("ڵ", "ل"),
    **dict.fromkeys("ীী", "ি"),
    **dict.fromkeys("ূ", "ু"),
    **dict.fromkeys("ঈ", "ই"),
    **dict.fromkeys("ঊ", "উ"),
    **dict.fromkeys("শষ", "স"),
    **dict.fromkeys("ণ", "ন"),
    **dict.fromkeys("ৎ", "ত"),
    **dict.fromkeys("ঙ", "ং"),
    **dict.fromkeys("ı", "i"),
    **dict.fromkeys("øǿ", "o"),
    **dict.fromkeys("ł", "l"),
    **dict.fromkeys("đðɗ", "d"),
    **dict.fromkeys("ɓ", "b"),
    **dict.fromkeys("ƙ", "k"),
    **dict.fromkeys("ƴ", "y"),
    **dict.fromkeys("æǽ", "ae"),
    **dict.fromkeys("œ", "oe"),
    **dict.fromkeys("þ", "th"),
    **dict.fromkeys("\u200c\u200d\u00ad", ""),
}
_BENGALI_OR_HINDI_MARKS = frozenset("\u0900\u0901\u0902\u093c\u0981\u09bc")
_INDIC = range(0x0900, 0x1AB0)


class _Folding(dict[int, str]):
    """char -> what it is folded to, worked out once for each char."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", chr(code)).casefold())
        folded = self[code] = "".join(map(_fold, plain))
        return folded


def _fold(char: str) -> str:
    if char in _SAME:
        return _SAME[char]
    kind = unicodedata.category(char)
    if kind == "Mn":  # vowel signs of Indic scripts are marks too, and carry meaning
        return char if ord(char) in _INDIC and char not in _BENGALI_OR_HINDI_MARKS else ""
    if kind == "Nd":
        return str(unicodedata.decimal(char))
    if _is_unspaced(char):
        return f" {char} "
    return char if kind[0] in "LMN" else " "


def _is_unspaced(char: str) -> bool:
    """Scripts written without spaces: each sign is a word of its own to the index."""
    return "\u3041" <= char <= "\u30ff" or "\u3400" <= char <= "\u9fff"


_FOLDING = _Folding()
# Signs within a word that some write and some leave out: l'eau, su'aal, and the Persian ZWNJ.
_JOINT = re.compile("['´‘’ʼʻ\u200c]")
# "the", also after "and", "with", "for": written as one with its word.
_ARTICLE = re.compile("(?:[وفبك]?ال|لل)(?=\\w{3})")
_SIGNS = re.compile("[\x00-/:-@\\[-`{-\x7f]+")  # those that the index, too, takes for gaps
WORDS_LIMIT = 8


def folded(words: str) -> str:
    """Text for the search index, cleaned or not: both have the same words in it. Whoever types plain letters finds
    accented ones: `alisveris` finds `Alışveriş`. What is written in parts or with an article is there in each way that
    people type it."""
    if words.isascii() and words.isprintable() and "'" not in words:
        return words.lower()
    return " ".join(map(_FOLDED.__getitem__, words.split(" ")))


class _Plain(_Folding):
    """As _Folding, but what a single char does not settle is ODD: what cleaning may change, joints, gaps, marks that
    stand in an order and are kept."""

    def __missing__(self, code: int) -> str:
        char, folded = chr(code), super().__missing__(code)
        settled = unicodedata.is_normalized("NFC", char) and not (_SUSPECT.match(char) or _JOINT.match(char))
        in_any_order = unicodedata.combining(char) in (0, _VIRAMA) or not folded
        if not settled or not in_any_order or char.isspace():
            folded = self[code] = ODD
        return folded


ODD = "\0"
_VIRAMA = 9  # its class in Unicode: the one among the marks that are kept which most words in Bengali have
PLAIN = _Plain()


class _Words(dict[str, str]):
    """word -> what it is folded to. Remembered, since people's words are few and working one out takes long."""

    MOST = 8_192

    def __missing__(self, word: str) -> str:
        if len(self) >= self.MOST:
            self.clear()
        whole = word.translate(PLAIN)
        readings = with_article(whole) if ODD not in whole else of_many_parts(word)
        folded = self[word] = " ".join(readings)
        return folded


_FOLDED = _Words()


def of_many_parts(word: str) -> list[str]:
    """All readings of a word that is not PLAIN, or that has gaps in it."""
    return [reading for part in clean(word).split() for reading in _readings(part)]


def _readings(word: str) -> tuple[str, ...]:
    """How a word may be typed, folded: in its parts, as one, without its article."""
    if not _JOINT.search(word):
        return with_article(word.translate(_FOLDING))
    parts, whole = _JOINT.sub(" ", word).translate(_FOLDING), _JOINT.sub("", word).translate(_FOLDING)
    return (parts,) if parts == whole else (parts, whole)


def with_article(whole: str) -> tuple[str, ...]:
    """A folded word, and without its article if it has one."""
    return (whole, _ARTICLE.sub("", whole, count=1)) if "ل" in whole and _ARTICLE.match(whole) else (whole,)


def as_indexed(folded: str) -> str:
    """Folded words with one blank between them, as the index takes them apart."""
    return " ".join(_SIGNS.sub(" ", folded).split(" "))


def search_words(find: str) -> list[list[list[str]]]:
    """What to look for, folded as the index is: of each word its readings, of each reading its parts, all of which must
    be there. At most eight words."""
    typed = [[_parts(reading) for reading in _readings(word)] for word in clean(find).split()]
    return [[parts for parts in readings if parts] for readings in typed if any(readings)][:WORDS_LIMIT]


def _parts(reading: str) -> list[str]:
    return _SIGNS.sub(" ", reading).split()[:WORDS_LIMIT]


def telling(words: str, most: int = 6) -> list[str]:
    """The words by which a post may be like another: its longest, folded. Four letters in Latin, three elsewhere."""
    parts = set(_SIGNS.sub(" ", words.translate(_FOLDING)).split())
    long = [part for part in parts if len(part) >= (4 if part.isascii() else 3) and not part.isdecimal()]
    return sorted(long, key=lambda part: (-len(part), part))[:most]
