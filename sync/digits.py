"""Digits that a person reads, says and types: any script, spaces and hyphens, a Damm check digit at the end."""

import unicodedata

# The Damm table: a quasigroup that notices every single wrong digit and every swap of neighbours
# (H. M. Damm, Total anti-symmetrische Quasigruppen, Marburg 2004).
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def read(text: str) -> str:
    """ASCII digits of what was typed, in any script's decimal digits; everything between them is passed over."""
    return "".join(str(unicodedata.decimal(char)) for char in text if unicodedata.decimal(char, None) is not None)


def _interim(number: str) -> int:
    state = 0
    for char in number:
        state = _DAMM[state][int(char)]
    return state


def with_check(number: str) -> str:
    """The number with its check digit behind it."""
    return number + str(_interim(number))


def right(number: str) -> bool:
    """True if the last digit is the check digit of those before it."""
    return bool(number) and _interim(number) == 0
