"""Why the board refuses a wish, as sentences in the reader's language, beside their fields."""

from __future__ import annotations

from collections.abc import Mapping

from node.domain.refusals import SENTENCES, Refusal
from node.web.languages import N_, _

OURS = {
    "area.choose": N_("Touch one of the places."),
    "promise.missing": N_("Write a few words: what, and when."),
    "code.missing": N_("Type the digits of your ticket, or of a code."),
    "code.length": N_("A code has 9 digits, a ticket 16. These are {has}."),
    "ticket.unknown": N_(
        "We do not find this ticket here. Look at the digits again. If you got it at another space, it may not have "
        "reached us yet."
    ),
    "ticket.last": N_("These are not its last 4 digits. Look at the last group again."),
    "ticket.last-missing": N_("Type the last 4 digits of your ticket."),
}


def sentence(refusal: Refusal) -> str:
    said = SENTENCES.get(refusal.key) or OURS[refusal.key]
    return _(said).format(**refusal.values)


def sentences(refused: Mapping[str, Refusal], whole: str = "words") -> dict[str, str]:
    """field -> sentence. whole: the field that carries what is about all of the form."""
    return {name or whole: sentence(one) for name, one in refused.items()}
