"""Days, and how long ago something was, in the reader's language: by Babel, by hand where it lacks the language."""

from __future__ import annotations

from datetime import date, timedelta

from babel.dates import format_date, format_timedelta
from flask import g

# How a language says a pattern otherwise than word for word.
PATTERNS = {
    ("es", "EEEE d MMMM"): "EEEE d 'de' MMMM",
    ("es", "d MMMM"): "d 'de' MMMM",
    ("tr", "EEEE d MMMM"): "d MMMM EEEE",
}
# Babel does not know Haitian Creole.
BY_HAND = "ht"
WEEKDAYS = ("lendi", "madi", "mèkredi", "jedi", "vandredi", "samdi", "dimanch")
MONTHS = (
    *("janvye", "fevriye", "mas", "avril", "me", "jen"),
    *("jiyè", "out", "septanm", "oktòb", "novanm", "desanm"),
)
UNITS = (("mwa", 30 * 86400), ("semèn", 7 * 86400), ("jou", 86400), ("èdtan", 3600), ("minit", 60))
NEARLY = 0.85  # of a unit counts as one, as Babel has it


def said(day: date, pattern: str) -> str:
    """A day by a pattern of Unicode: EEEE, d, MMMM and MMM, with spaces between."""
    if g.language.tag == BY_HAND:
        return _by_hand(day, pattern)
    return format_date(day, PATTERNS.get((g.language.tag, pattern), pattern), locale=g.language.locale)


def _by_hand(day: date, pattern: str) -> str:
    month = MONTHS[day.month - 1]
    parts = {"EEEE": WEEKDAYS[day.weekday()], "d": str(day.day), "MMMM": month, "MMM": month[:3]}
    return " ".join(parts[part] for part in pattern.split())


def ago(past: timedelta) -> str:
    """ "3 hours ago" of a minute or more."""
    if g.language.tag == BY_HAND:
        return _ago_by_hand(past.total_seconds())
    return format_timedelta(-past, granularity="minute", add_direction=True, locale=g.language.locale)


def _ago_by_hand(seconds: float) -> str:
    unit, length = next((unit for unit in UNITS if seconds >= unit[1] * NEARLY), UNITS[-1])
    return f"sa gen {max(round(seconds / length), 1)} {unit}"
