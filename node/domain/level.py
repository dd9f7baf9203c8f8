"""Words made level for looking: what people write for each other is one sign, and each sign knows where it stood. Pure.

Unlike text.folded it keeps punctuation, capitals and places, since whoever looks wants to point at what was typed.
"""

import re
import unicodedata

_INDIC = range(0x0900, 0x1AB0)
_LONGEST = 4  # one sign may stand for a whole sentence
_NUKTA = "\u093c\u09bc"  # ড় is written as one sign or as two
_SAME = str.maketrans(
    {
        **dict.fromkeys("ىیېے", "ي"),
        **dict.fromkeys("ةہۃھ", "ه"),
        **dict.fromkeys("‐‑‒–—−", "-"),
        **dict.fromkeys("’‘ʼ`´", "'"),
        **dict.fromkeys("“”„«»", '"'),
        **dict.fromkeys("،、", ","),
        **dict.fromkeys("۔।", "."),
        **dict.fromkeys("\t\0", " "),
        **{"ک": "ك", "ـ": "", "ß": "ss", "ø": "o", "ı": "i", "æ": "ae", "œ": "oe", "؛": ";", "؟": "?", "\r": "\n"},
    }
)


def levelled(words: str) -> tuple[str, list[int]]:
    """(the words with ASCII digits, one sign for ی and ي, for – and -, without accents, vowel signs, controls, joiners;
    where in the words each of these signs stood)."""
    level = [(char, at) for at, sign in enumerate(words) for char in _LEVEL[sign]]
    return "".join(char for char, _ in level), [at for _, at in level]


def any_of(words: str) -> str:
    """A pattern for one of these words, levelled, the longest first. Blanks part them, "_" stands for a blank."""
    level = {levelled(word)[0].replace("_", " ") for word in words.split()}
    return f"(?:{'|'.join(re.escape(word) for word in sorted(level, key=lambda word: (-len(word), word)))})"


class _Level(dict[str, str]):
    """sign -> what stands for it, worked out once for each."""

    def __missing__(self, sign: str) -> str:
        plain = unicodedata.normalize("NFKD", sign)
        plain = sign if unicodedata.category(sign) in ("No", "Cs") or len(plain) > _LONGEST else plain
        level = self[sign] = "".join(map(_level, plain.translate(_SAME)))
        return level


def _level(char: str) -> str:
    kind = unicodedata.category(char)
    if kind == "Nd":
        return str(unicodedata.decimal(char))
    if kind == "Cf" or (kind == "Mn" and (ord(char) not in _INDIC or char in _NUKTA)):
        return ""
    return " " if kind == "Zs" else char


_LEVEL = _Level()
