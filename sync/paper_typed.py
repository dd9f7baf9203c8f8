"""A paper key as somebody types it: any script's digits, and help where one of them is wrong. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from sync import digits
from sync.identity import Paper

LENGTH = 40


class Mistyped(ValueError):
    """What was typed is no paper key, or not the one that is wanted. Its text says what to look at."""


def read(text: str, space: bytes | None = None) -> Paper:
    """space: id of the space whose key it must be, where that is known: then one slip is found out and offered. Raises
    Mistyped."""
    typed = digits.read(text)
    try:
        paper = Paper.read(typed)
    except ValueError:
        raise Mistyped(_why_not(typed, space)) from None
    if space is not None and paper.space_id() != space:
        raise Mistyped(f"This is the paper key of another space.{_meant(typed, space)}")
    return paper


def _why_not(typed: str, space: bytes | None) -> str:
    meant = _meant(typed, space)
    if len(typed) != LENGTH:
        return f"A paper key has 40 digits in ten groups of four, and these are {len(typed)}.{meant}"
    return meant.strip() or "One digit is wrong, or two are swapped: compare the ten groups with the paper, one by one."


def _meant(typed: str, space: bytes | None) -> str:
    """Only where the space is known can it be told which digit is wrong: the check digit alone fits forty ways."""
    if space is None:
        return ""
    keys = (Paper.read(slip) for slip in _one_slip_away(typed) if _is_key(slip))
    meant = next((paper for paper in keys if paper.space_id() == space), None)
    return f" Did you mean {meant.digits()}?" if meant else ""


def _is_key(typed: str) -> bool:
    return len(typed) == LENGTH and digits.right(typed) and int(typed[:-1]) < 1 << 128


def _one_slip_away(typed: str) -> Iterator[str]:
    """One digit wrong, one missing, one too many, or two neighbours swapped."""
    for at in range(len(typed) + 1):
        before, rest = typed[:at], typed[at:]
        for digit in "0123456789":
            yield before + digit + rest[1:]
            yield before + digit + rest
        yield before + rest[1:]
        yield before + rest[1:2] + rest[:1] + rest[2:]
