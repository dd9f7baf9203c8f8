"""What a post says about itself in the reader's language: kind, category, time, places. Pure but for the language."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING

from babel.numbers import format_decimal
from flask import g

from node.domain import codes
from node.domain.text import LANGUAGES
from node.web import days
from node.web.languages import N_, _, ngettext

if TYPE_CHECKING:
    from node.storage.board import Card

CATEGORIES = {
    "food": N_("Food"),
    "water": N_("Water"),
    "shelter": N_("Shelter"),
    "clothing": N_("Clothing"),
    "health": N_("Health"),
    "transport": N_("Transport"),
    "childcare": N_("Childcare"),
    "company": N_("Company"),
    "money": N_("Money"),
    "papers": N_("Papers"),
    "tools": N_("Tools"),
    "learning": N_("Learning"),
    "phone": N_("Phone"),
    "safety": N_("Safety"),
    "other": N_("Something else"),
}
WHENS = {
    "now": N_("Now"),
    "today": N_("Today"),
    "week": N_("This week"),
    "date": N_("On a date"),
    "any": N_("Any time"),
    "always": N_("Always available"),
}
MARKS = {
    "no-papers": N_("No papers needed"),
    "step-free": N_("Step-free"),
    "women-only": N_("Women only"),
    "children-welcome": N_("Children welcome"),
    "halal": N_("Halal"),
    "vegetarian": N_("Vegetarian"),
    "free": N_("Free of charge"),
    "delivery": N_("Can be brought to you"),
    "quiet": N_("Quiet"),
}
MINUTE = 60_000


LAST_MS = 253_402_214_400_000
"""The last day of the year 9999 begins. What a post says of its time is a claim, and no calendar goes further."""


def local(ms: int) -> datetime:
    """The wall clock here at that time."""
    return datetime.fromtimestamp(min(ms, LAST_MS) / 1000)


def zone(ms: int) -> tzinfo:
    """This machine's zone at that time: its people's."""
    return local(ms).astimezone().tzinfo or UTC


def number(value: int) -> str:
    return _number(value, str(g.language.locale))


@lru_cache(maxsize=4_096)
def _number(value: int, locale: str) -> str:
    return format_decimal(value, locale=locale)


def category(key: str) -> str:
    name = CATEGORIES[picture(key)]
    return _(name)


def categories() -> list[tuple[str, str]]:
    """Every category with its name, in the order of the pictures."""
    return [(key, _(name)) for key, name in CATEGORIES.items()]


def picture(key: str) -> str:
    """The icon of a category; a newer node may know more of them."""
    return key if key in CATEGORIES else "other"


def mark(key: str) -> str:
    return _(MARKS[key]) if key in MARKS else key


def language_name(tag: str) -> str:
    """A language's own name, or its tag."""
    return LANGUAGES.get(tag, tag)


def shown_code(code: str) -> str:
    return codes.shown(code)


def qr_label(card: Card) -> str:
    return _("QR code of this offer") if card.kind == "offer" else _("QR code of this need")


def clock(ms: int) -> str:
    """14:20, in every language."""
    return local(ms).strftime("%H:%M")


def weekday_and_time(ms: int) -> str:
    return _("%(day)s, %(time)s") % {"day": day_name(local(ms).date()), "time": clock(ms)}


def day_name(day: date) -> str:
    return days.said(day, "EEEE")


def long_day(day: date) -> str:
    return days.said(day, "EEEE d MMMM")


def short_day(day: date) -> str:
    return days.said(day, "d MMMM")


def brief_day(day: date) -> str:
    return days.said(day, "d MMM")


def ago(ms: int, now_ms: int) -> str:
    """ "3 hours ago"; a clock that runs ahead of ours still says just now."""
    if now_ms - ms < MINUTE:
        return _("just now")
    return days.ago(timedelta(milliseconds=now_ms - ms))


def moment(ms: int, now_ms: int) -> str:
    """A time near now, as people say it: today at 13:05, tomorrow at 12:00, Thursday, 3 March."""
    day, today = local(ms).date(), local(now_ms).date()
    if day == today:
        return _("today at %(time)s") % {"time": clock(ms)}
    if day == today + timedelta(days=1):
        return _("tomorrow at %(time)s") % {"time": clock(ms)}
    if day == today - timedelta(days=1):
        return _("yesterday at %(time)s") % {"time": clock(ms)}
    return day_name(day) if 0 < (day - today).days < 7 else short_day(day)


def when(card: Card, now_ms: int) -> str:
    """Today is only said on the same day: on the next one the day has a name."""
    posted = local(card.ms).date()
    if card.when == "date" and card.date:
        return long_day(date.fromisoformat(card.date))
    if card.when in ("now", "today") and posted != local(now_ms).date():
        return long_day(posted)
    said_when = WHENS.get(card.when, WHENS["any"])
    return _(said_when)


def people(card: Card) -> str:
    return for_people(card.wanted)


def for_people(count: int) -> str:
    return ngettext("For %(num)s person", "For %(num)s people", count) % {"num": number(count)}


def free(card: Card) -> int:
    """Places of an offer that nobody has asked for yet."""
    return max(card.wanted - card.met - card.places, 0)


def state(card: Card) -> str:
    """How it stands, in a few words."""
    if card.status in ENDED:
        return ended(card.status)
    return _state_of_offer(card) if card.kind == "offer" else _state_of_need(card)


def ended(status: str) -> str:
    said = ENDED[status]
    return _(said)


ENDED = {
    "met": N_("Met. Thank you"),
    "withdrawn": N_("Taken back"),
    "expired": N_("Its time is over"),
    "hidden": N_("Taken down here"),
    "erased": N_("Erased"),
    "waiting": N_("Its words are still on their way"),
}


def _state_of_need(card: Card) -> str:
    if card.met:
        return _("Met for %(met)s of %(all)s") % {"met": number(card.met), "all": number(card.wanted)}
    if not card.promised:
        return _("Nobody yet")
    return ngettext("%(num)s neighbour can help", "%(num)s neighbours can help", card.promised) % {
        "num": number(card.promised)
    }


def _state_of_offer(card: Card) -> str:
    if card.standing:
        return _("Always available")
    if card.wanted == 1:
        return _("Somebody has asked for it") if card.promised else _("Free to ask for")
    left = free(card)
    return ngettext("%(num)s of %(all)s places free", "%(num)s of %(all)s places free", left) % {
        "num": number(left),
        "all": number(card.wanted),
    }


def state_icon(card: Card) -> str:
    if card.status in ("met",):
        return "check"
    if card.status in ENDED:
        return "clock"
    if card.kind == "offer":
        return "renew" if card.standing else "people"
    return "help"
