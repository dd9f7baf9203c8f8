"""Answers of a form, step by step: what was typed, what is still open, and the wish in the end. Pure.

The rules are the domain's: a step is right when node.domain.decide has nothing to say about its fields.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from node.domain import codes
from node.domain.decide import Facts, Refusal, Refusals, decide
from node.domain.sealed import Letter
from node.domain.wishes import OpenPost, PromiseHelp
from node.web import looking

STEPS = ("what", "when", "date", "many", "where", "words", "look", "check")
NAMED = ("what", "when", "many", "where", "words", "check")
PART_OF = {"date": "when", "look": "words"}  # steps that come up only where an answer asks for them
ASKED = {  # names in the form of each step
    "what": ("category",),
    "when": ("when",),
    "date": ("date", "later"),
    "many": ("for", "more"),
    "where": ("area",),
    "words": ("words", "written", "reach"),
    "look": (),
    "check": ("scope", "readers"),
}
# step -> (what a tile sends, what may be typed instead): a touch counts more than what was typed before
TOUCHED = {"date": ("date", "later"), "many": ("for", "more")}
ANSWER = {
    "what": "category",
    "when": "when",
    "date": "date",
    "many": "for",
    "where": "area",
    "words": "words",
}
LONGEST = 4000  # characters kept of any answer, so that a draft stays small


def taken(step: str, form: Mapping[str, str]) -> dict[str, str]:
    """The answers of a step as typed."""
    given = {name: form[name].strip()[:LONGEST] for name in ASKED[step] if name in form}
    touched, typed = TOUCHED.get(step, ("", ""))
    return {**given, typed: ""} if given.get(touched) else given


def settled(step: str, answers: Mapping[str, str]) -> dict[str, str]:
    """The same answers as the wish reads them: a typed number is a number, a later day the day."""
    given = dict(answers)
    if step == "many" and given.get("more"):
        given["for"] = codes.read_digits(given["more"])
    if step == "date" and given.get("later"):
        given["date"] = given["later"]
    if step == "words" and given.get("written"):
        given["lang"] = given["written"]
    return given


def opening(kind: str, answers: Mapping[str, str], stewards: bytes = b"") -> OpenPost:
    """The wish to open a post, as far as it is answered. `stewards`: their key here, for who lets them read answers."""
    when, count = answers.get("when", ""), answers.get("for", "")
    return OpenPost(
        kind=kind,
        category=answers.get("category", ""),
        words=answers.get("words", ""),
        lang=answers.get("lang", ""),
        when="any" if when == "always" else when,
        date=answers.get("date", "") if when == "date" else "",
        area=answers.get("area", ""),
        wanted=int(count) if count.isascii() and count.isdecimal() and len(count) < 6 else 0,
        scope=answers.get("scope") or "circle",
        standing=when == "always",
        reach=answers.get("reach", ""),
        stewards=stewards if answers.get("readers") == "stewards" else b"",
    )


def problems(
    step: str, kind: str, answers: Mapping[str, str], facts: Facts, areas: Collection[str]
) -> dict[str, Refusal]:
    """field -> what is wrong with it, for the fields of this step."""
    if step == "where" and answers.get("area") not in ("", *areas):
        return {"area": Refusal("area.choose", "area")}
    try:
        decide(opening(kind, answers), None, facts)
    except Refusals as refused:
        return {name: found for name, found in refused.by_field().items() if _step_of(name) == step}
    return {}


def _step_of(field: str) -> str:
    """The step that asks for a field of the wish."""
    also = "words" if field in ("lang", "reach") else "check"
    return next((step for step, name in ANSWER.items() if name == field), also)


def path(answers: Mapping[str, str]) -> list[str]:
    """The steps that these answers lead through."""
    asked = {"date": answers.get("when") == "date", "look": bool(looking.undecided(answers))}
    return [step for step in STEPS if asked.get(step, True)]


def first_gap(kind: str, answers: Mapping[str, str], facts: Facts, areas: Collection[str]) -> str:
    """The first step without an answer that will do; "check" when all are there."""
    asked = [step for step in path(answers) if step != "check"]
    return next((step for step in asked if _is_open(step, kind, answers, facts, areas)), "check")


def _is_open(step: str, kind: str, answers: Mapping[str, str], facts: Facts, areas: Collection[str]) -> bool:
    return step == "look" or ANSWER[step] not in answers or bool(problems(step, kind, answers, facts, areas))


def before(step: str, answers: Mapping[str, str]) -> str | None:
    steps = path(answers)
    at = steps.index(step)
    return steps[at - 1] if at else None


def helping(post: bytes, given: Mapping[str, str], lang: str) -> PromiseHelp:
    """The wish to help, as typed."""
    count = codes.read_digits(given.get("count", "1").strip() or "1")
    return PromiseHelp(
        post_id=post,
        letter=Letter(given.get("words", "").strip()[:LONGEST], given.get("reach", "").strip()[:LONGEST], lang),
        count=int(count) if 0 < len(count) < 6 else 0,
    )
