"""Ways to find somebody that stand in public words: telephone, e-mail, links, messengers, addresses.

Finds them and takes them out. Pure. For a kind hint before posting, never a refusal: who wants to say "12 Mill Lane" to
everybody may. So it would rather miss one than cry wolf: digits spelled out, a street without a number, a part of town
or a landmark are left alone.
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import msgspec

from node.domain.level import levelled
from node.domain.links import handles, links, mails
from node.domain.mending import mended
from node.domain.phones import numbers
from node.domain.streets import addresses

Kind = Literal["phone", "email", "address", "link"]
_LOOKS: tuple[tuple[Kind, Callable[[str], Iterator[tuple[int, int]]]], ...] = (
    ("email", mails),
    ("link", links),
    ("link", handles),
    ("phone", numbers),
    ("address", addresses),
)


class Contact(msgspec.Struct, frozen=True):
    """One thing by which somebody can be found: words[start:end]."""

    kind: Kind
    start: int
    end: int


def found(words: str) -> list[Contact]:
    """All of them, in order, not overlapping. Takes time in proportion to the words; never raises."""
    level, at = levelled(words)
    contacts = []
    for kind, look in _LOOKS:
        spans = [(start, end) for start, end in look(level) if start < end]
        contacts += [Contact(kind, at[start], _past_marks(words, at[end - 1] + 1)) for start, end in spans]
        level = _without(level, spans)
    return list(_apart(sorted(contacts, key=lambda contact: contact.start)))


def _apart(contacts: Sequence[Contact]) -> Iterator[Contact]:
    """None reaches into the next: one sign as typed may be two when levelled, and end one contact and begin another."""
    last = 0
    for contact in contacts:
        if max(last, contact.start) < contact.end:
            yield Contact(contact.kind, max(last, contact.start), contact.end)
            last = contact.end


def moved(words: str, contacts: Sequence[Contact]) -> tuple[str, str]:
    """(the words without these, mended where they stood; what was taken out, one a line, as typed).

    Contacts that are not among these stay. What becomes one only because its neighbour left goes too."""
    gone = {(contact.start, contact.end) for contact in contacts}
    stays = {words[one.start : one.end] for one in found(words) if (one.start, one.end) not in gone}
    out: list[str] = []
    taken = list(contacts)
    while taken:
        spans = sorted((one.start, one.end) for one in taken)
        out += [" ".join(words[start:end].split()) for start, end in spans]
        words = mended(words, spans)
        taken = [one for one in found(words) if words[one.start : one.end] not in stays]
    return words, "\n".join(out)


def _past_marks(words: str, end: int) -> int:
    """Past the marks that sit on the last sign, so that none is left behind alone."""
    while end < len(words) and unicodedata.category(words[end]) in ("Mn", "Mc", "Me"):
        end += 1
    return end


def _without(level: str, spans: Sequence[tuple[int, int]]) -> str:
    """Of the same length, the spans blacked out: what one look found, the next does not find again."""
    parts, last = [], 0
    for start, end in spans:
        parts += [level[last:start], "\0" * (end - start)]
        last = end
    return "".join([*parts, level[last:]])
