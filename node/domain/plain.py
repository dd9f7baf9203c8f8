"""Openings that say nothing unusual, as nearly all do when they arrive: read with less ado, to the same end.

What is not surely the same is left to the fold: post.opening() stays the law, and tests hold both together. Pure.
"""

from typing import Any, Literal

import msgspec

from node.domain import text, wire
from node.domain.kinds import CATEGORIES, POST_KINDS, STATE, WHENS
from node.domain.registry import annotated

_LANGUAGES = ("", *text.LANGUAGES)
_CHOICES = {"kind": POST_KINDS, "category": CATEGORIES, "when": WHENS, "lang": _LANGUAGES, "scope": ("circle",)}
"""Whole words are compared quicker than patterns."""
_AS_EVER = ("words", "original", "original_lang", "date", "area", "for", "marks", "hours")


def _shape() -> type[msgspec.Struct]:
    columns: list[Any] = [("event", Literal["post.opened"])]
    for wire_name in sorted({*_CHOICES, *_AS_EVER}, key=lambda name: not STATE[name].required):
        field = STATE[wire_name]
        of_type: Any = Literal[_CHOICES[wire_name]] if wire_name in _CHOICES else annotated(field)
        column = (field.name or wire_name, of_type)
        columns.append(column if field.required else (*column, field.blank()))
    return msgspec.defstruct(
        "Plain", columns, rename={"wanted": "for"}, forbid_unknown_fields=True, frozen=True, gc=False, module=__name__
    )


_decode = msgspec.json.Decoder(_shape()).decode


def read(payload: bytes | None) -> Any | None:
    """What an opening says, with the fields of its kind as they were written; None where the fold is to judge it."""
    try:
        return None if payload is None or wire.is_deep(payload) else _decode(payload)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
