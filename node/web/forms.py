"""Answers of a form, step by step: what is asked, what is missing, and the wish in the end. Pure but for words on screen.

Answers are the texts as typed; what the rules of the board allow is for node.domain.decide to say.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta

from node.domain import codes
from node.domain.decide import OpenPost, PromiseHelp
from node.web.labels import CATEGORIES
from node.web.languages import _, ngettext

STEPS = ("what", "when", "date", "many", "where", "words", "check")
NAMED = ("what", "when", "many", "where", "words", "check")  # the date belongs to "when"
FIELDS = {
    "what": ("category",),
    "when": ("when",),
    "date": ("date", "later"),
    "many": ("for", "more"),
    "where": ("area",),
    "words": ("words", "written"),
    "check": ("scope",),
}
KEY_OF = {"what": "category", "when": "when", "date": "date", "many": "for", "where": "area", "words": "words"}
STEP_OF = {"category": "what", "when": "when", "date": "date", "for": "many", "wanted": "many", "area": "where"}
WHENS = ("now", "today", "week", "date", "any")
LONGEST = 4000  # characters kept of any answer, so that a draft stays small
FARTHEST = 365  # days ahead that a date may be
MOST = 999


def taken(step: str, form: Mapping[str, str]) -> dict[str, str]:
    """The answers of a step as typed."""
    return {name: form[name].strip()[:LONGEST] for name in FIELDS[step] if name in form}


def settled(step: str, answers: Mapping[str, str]) -> dict[str, str]:
    """The same answers as later steps read them: a typed number is a number, a later day the day."""
    given = dict(answers)
    if step == "many" and given.get("more"):
        given["for"] = codes.read_digits(given["more"]) or given["more"]
    if step == "date" and given.get("later"):
        given["date"] = given["later"]
    if step == "words" and given.get("written"):
        given["lang"] = given["written"]
    return given


def problems(
    step: str, answers: Mapping[str, str], areas: Collection[str], longest: int, today: date
) -> dict[str, str]:
    """field -> sentence, for everything that is wrong in this step; empty when it is right."""
    wrong = CHECKS[step](answers, areas, longest, today) if step in CHECKS else None
    return {wrong[0]: wrong[1]} if wrong else {}


Wrong = tuple[str, str] | None


def _what(answers: Mapping[str, str], areas: Collection[str], longest: int, today: date) -> Wrong:
    good = answers.get("category") in CATEGORIES
    return None if good else ("category", _("Touch one of the pictures."))


def _when(answers: Mapping[str, str], areas: Collection[str], longest: int, today: date) -> Wrong:
    good = answers.get("when") in (*WHENS, "always")
    return None if good else ("when", _("Choose one of these."))


def _date(answers: Mapping[str, str], areas: Collection[str], longest: int, today: date) -> Wrong:
    try:
        day = date.fromisoformat(answers.get("date", ""))
    except ValueError:
        return "later", _("Choose a day.")
    if not today <= day <= today + timedelta(days=FARTHEST):
        return "later", _("Choose a day from today on, within a year.")
    return None


def _many(answers: Mapping[str, str], areas: Collection[str], longest: int, today: date) -> Wrong:
    count = answers.get("for", "")
    good = count.isascii() and count.isdecimal() and len(count) <= 3 and 1 <= int(count) <= MOST
    return None if good else ("more", _("Give a number from 1 to %(most)s.") % {"most": MOST})


def _where(answers: Mapping[str, str], areas: Collection[str], longest: int, today: date) -> Wrong:
    good = answers.get("area") in ("", *areas)
    return None if good else ("area", _("Touch one of the places."))


def _words(answers: Mapping[str, str], areas: Collection[str], longest: int, today: date) -> Wrong:
    words = answers.get("words", "")
    if not words:
        return "words", _("Write a few words, so that neighbours know what it is about.")
    if len(words) > longest:
        return "words", _too_long(len(words) - longest)
    return None


def _too_long(by: int) -> str:
    return ngettext("That is %(num)s letter too long.", "That is %(num)s letters too long.", by) % {"num": by}


CHECKS = {"what": _what, "when": _when, "date": _date, "many": _many, "where": _where, "words": _words}


def path(answers: Mapping[str, str]) -> list[str]:
    """The steps that these answers lead through."""
    return [step for step in STEPS if step != "date" or answers.get("when") == "date"]


def first_gap(answers: Mapping[str, str]) -> str:
    """The first step without an answer; "check" when all are there."""
    return next((step for step in path(answers) if step != "check" and KEY_OF[step] not in answers), "check")


def after(step: str, answers: Mapping[str, str]) -> str:
    """Where Next leads: on to what is still open. A date is asked whenever somebody chose "on a date"."""
    return "date" if step == "when" and answers.get("when") == "date" else first_gap(answers)


def before(step: str, answers: Mapping[str, str]) -> str | None:
    steps = path(answers)
    at = steps.index(step)
    return steps[at - 1] if at else None


def opening(kind: str, answers: Mapping[str, str]) -> OpenPost:
    """The wish to open a post. Answers have passed first_gap()."""
    when = answers["when"]
    return OpenPost(
        kind=kind,
        category=answers["category"],
        words=answers["words"],
        lang=answers.get("lang", ""),
        when="any" if when == "always" else when,
        date=answers.get("date", "") if when == "date" else "",
        area=answers["area"],
        wanted=int(answers["for"]),
        scope="here" if answers.get("scope") == "here" else "circle",
        standing=kind == "offer" and when == "always",
    )


def helping(post: bytes, form: Mapping[str, str], longest: int) -> tuple[PromiseHelp | None, dict[str, str]]:
    """The wish to help, or what is wrong with it."""
    words = form.get("words", "").strip()[:LONGEST]
    count = codes.read_digits(form.get("count", "1").strip() or "1")
    wrong: dict[str, str] = {}
    if not words:
        wrong["words"] = _("Write a few words: what, and when.")
    elif len(words) > longest:
        wrong["words"] = _too_long(len(words) - longest)
    if not count or len(count) > 3 or not 1 <= int(count) <= MOST:
        wrong["count"] = _("Give a number from 1 to %(most)s.") % {"most": MOST}
    return (None if wrong else PromiseHelp(post_id=post, words=words, count=int(count))), wrong
