"""Ways to find somebody in words that everybody will read: shown before they are pinned, sealed instead, or left. Pure.

What they are the domain says (contacts). A hint and never a refusal: a street to meet in belongs on the board. Answers
hold under `left` what somebody decided to leave, one a line, so that nobody is asked twice about the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from node.domain import contacts
from node.domain.contacts import Contact, Kind
from node.domain.refusals import Refusal
from node.domain.sealed import REACH_LIMIT
from node.web.languages import N_, _

NAMES: dict[Kind, str] = {
    "phone": N_("A telephone number"),
    "email": N_("An e-mail address"),
    "address": N_("A street and number"),
    "link": N_("A link, or a name elsewhere"),
}
ALL = "all"  # what the button sends that moves every one; the others send what they move, so that a second tap is none


def undecided(answers: Mapping[str, str]) -> list[Contact]:
    """Those in the public words of which nobody has said yet that they may stay there."""
    left = set(answers.get("left", "").splitlines())
    words = answers.get("words", "")
    return [one for one in contacts.found(words) if _said(words, one) not in left]


def shown(answers: Mapping[str, str]) -> list[tuple[str, str]]:
    """(what it is, the very thing), as they stand in the words."""
    words = answers.get("words", "")
    return [(_(NAMES[one.kind]), _said(words, one)) for one in undecided(answers)]


def pieces(answers: Mapping[str, str]) -> list[tuple[str, bool]]:
    """All of the words in order, cut where something begins or ends; True for what was found."""
    words, at = answers.get("words", ""), 0
    cut: list[tuple[str, bool]] = []
    for one in undecided(answers):
        cut += [(words[at : one.start], False), (words[one.start : one.end], True)]
        at = one.end
    return [(piece, found) for piece, found in [*cut, (words[at:], False)] if piece]


def decided(answers: Mapping[str, str], form: Mapping[str, str]) -> dict[str, str]:
    """The answers that change by the button that was pressed. Raises Refusal."""
    return left(answers) if "leave" in form else moved(answers, form.get("move", ""))


def left(answers: Mapping[str, str]) -> dict[str, str]:
    """The answers that change when all of it stays where it is."""
    words = answers.get("words", "")
    return {"left": "\n".join([*answers.get("left", "").splitlines(), *(_said(words, o) for o in undecided(answers))])}


def moved(answers: Mapping[str, str], which: str) -> dict[str, str]:
    """The answers that change when `which`, a thing as it was shown or ALL, goes under seal: the words without it, and
    `reach` with it. Raises Refusal where that has no room for it; then leaving out some by hand is left to do."""
    words = answers.get("words", "")
    going = [one for one in undecided(answers) if which in (ALL, _said(words, one))]
    rest, out = contacts.moved(words, going)
    reach = ", ".join([part for part in (answers.get("reach", "").strip(), *out.splitlines()) if part])
    if len(reach) > REACH_LIMIT:
        raise Refusal("reach.long", "look", has=len(reach), most=REACH_LIMIT)
    return {"words": rest, "reach": reach}


def _said(words: str, one: Contact) -> str:
    return " ".join(words[one.start : one.end].split())
