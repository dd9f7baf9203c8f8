"""What the posting and helping pages ask, in the reader's language. Words only: the rules are elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from node.web import labels
from node.web.languages import N_, _, ngettext

if TYPE_CHECKING:
    from node.storage.board import Card

STEP_NAMES = {
    "what": N_("What"),
    "when": N_("When"),
    "many": N_("How many"),
    "where": N_("Where"),
    "words": N_("Your words"),
    "check": N_("Check"),
}
QUESTIONS = {
    ("need", "what"): N_("What do you need?"),
    ("need", "when"): N_("When do you need it?"),
    ("need", "date"): N_("On which day do you need it?"),
    ("need", "many"): N_("For how many people?"),
    ("need", "where"): N_("Where do you need it?"),
    ("offer", "what"): N_("What can you offer?"),
    ("offer", "when"): N_("When can you do it?"),
    ("offer", "date"): N_("On which day can you do it?"),
    ("offer", "many"): N_("For how many people is it enough?"),
    ("offer", "where"): N_("Where can you do it?"),
    ("need", "words"): N_("Say it in your own words"),
    ("offer", "words"): N_("Say it in your own words"),
    ("need", "look"): N_("Shall everybody read this?"),
    ("offer", "look"): N_("Shall everybody read this?"),
    ("need", "check"): N_("Check your answers"),
    ("offer", "check"): N_("Check your answers"),
}
# how long each stays up, as node.domain.decide has it
STAYS = {
    "now": N_("In the next hours. Stays up for 12 hours."),
    "today": N_("Stays up for a day and a half."),
    "week": N_("Stays up for 7 days."),
    "date": N_("You choose the day on the next page."),
    "any": N_("Stays up for 30 days."),
}
ALWAYS = ("always", N_("Always available"), N_("It is not used up. Stays up for 90 days."))


def step_name(step: str) -> str:
    return _(STEP_NAMES[step])


def question(kind: str, step: str) -> str:
    return _(QUESTIONS[(kind, step)])


def when_choices(kind: str) -> list[tuple[str, str, str]]:
    """(value, label, hint) of each answer; only an offer can be there always."""
    usual = [(key, labels.WHENS[key], stays) for key, stays in STAYS.items()]
    return [(key, _(label), _(hint)) for key, label, hint in usual + ([ALWAYS] if kind == "offer" else [])]


def letters_left(count: int) -> str:
    return ngettext("%(num)s letter left", "%(num)s letters left", count) % {"num": count}


def told(kind: str, answers: Mapping[str, str]) -> list[tuple[str, str, str, str]]:
    """(step, label, answer, field) for "check your answers": what will stand on the board."""
    first = _("Your offer") if kind == "offer" else _("Your need")
    return [
        ("what", first, labels.category(answers["category"]), "category"),
        ("when", _("When"), _when(answers), "when"),
        ("many", _("How many"), labels.for_people(int(answers["for"])), "for"),
        ("where", _("Where"), answers["area"] or _("Anywhere"), "area"),
        ("words", _("Your words"), answers["words"], "words"),
    ]


def _when(answers: Mapping[str, str]) -> str:
    if answers["when"] == "date":
        return labels.long_day(date.fromisoformat(answers["date"]))
    chosen = labels.WHENS[answers["when"]]
    return _(chosen)


def circle(spaces: Sequence[str]) -> str:
    """Who is in it, by name."""
    if len(spaces) < 2:
        return _("This space, and others that join it later")
    return ", ".join(spaces)


def on_the_board(card: Card) -> str:
    return _("Your offer is on the board") if card.kind == "offer" else _("Your need is on the board")


def help_button(card: Card) -> str:
    return _("I would like this") if card.kind == "offer" else _("I can help")


def help_question(card: Card) -> str:
    return _("Would you like this?") if card.kind == "offer" else _("Can you help?")


def help_words(card: Card) -> str:
    if card.kind == "offer":
        return _("What would you like, and when do you come?")
    return _("What can you do, and when?")


def help_count(card: Card) -> str:
    return _("For how many people?")


def helped(card: Card) -> str:
    if card.kind == "offer":
        return _("It is noted. Whoever made this offer sees it on the board.")
    return _("Thank you. Whoever posted this need sees on the board that you can help.")


def readers(card: Card) -> str:
    """Who can read what a helper writes, as it is told before they send it."""
    if card.readers == ("poster",):
        return _("Sealed: only who posted it can read this, and you with your ticket.")
    if not card.readers:
        return _("Everyone can read this. Leave out names, phone numbers and addresses.")
    if "poster" in card.readers:
        said = _("Sealed: who posted it can read this, the stewards of %(space)s, and you with your ticket.")
    else:
        said = _("Sealed: only the stewards of %(space)s can read this, and you with your ticket.")
    return said % {"space": card.home_name}


def sealed_for(card: Card) -> str:
    """The same of an answer that is there."""
    if card.readers == ("poster",):
        return _("Sealed: only who posted it can read this.")
    return _("Sealed: only those for whom it was sealed can read this.")


def waiting(card: Card) -> str:
    """What whoever posted it may come back for. Tells nothing of what it says."""
    said = ngettext(
        "%(num)s answer waits for whoever posted this.", "%(num)s answers wait for whoever posted this.", card.waiting
    )
    return said % {"num": labels.number(card.waiting)}


def wait(seconds: int, busy: bool) -> str:
    """Until a ticket may be tried again."""
    if busy:
        return _("Others are looking for their tickets just now. Try again in a few seconds.")
    if seconds < 90:
        said = ngettext("Wait %(num)s second, then try again.", "Wait %(num)s seconds, then try again.", seconds)
        return _("Those were many tries.") + " " + said % {"num": labels.number(seconds)}
    minutes = -(-seconds // 60)
    said = ngettext("Wait %(num)s minute, then try again.", "Wait %(num)s minutes, then try again.", minutes)
    return _("Those were many tries.") + " " + said % {"num": labels.number(minutes)}
