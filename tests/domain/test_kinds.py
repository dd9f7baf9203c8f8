"""The registry of kinds: complete, and the same on the wire as in Python."""

import pytest

from node.domain import kinds, wire
from node.domain.kinds import KINDS
from node.domain.values import Event

DESIGN = (
    "post.opened post.edited post.renewed post.met post.withdrawn post.erased post.translated post.widened "
    "post.reported help.promised help.confirmed help.released help.suggested words.sealed words.stopped words.opened "
    "thanks.given post.hidden post.shown ticket.replaced space.described"
)


def test_every_kind_is_entered_once_with_help_for_itself_and_its_fields():
    assert sorted(KINDS) == sorted(DESIGN.split())
    assert all(kind.help and kind.who for kind in KINDS.values())
    assert all(field.help for kind in KINDS.values() for field in kind.fields.values())


@pytest.mark.parametrize("name", KINDS)
def test_what_is_written_is_read_again(name):
    kind = KINDS[name]
    said = {wire_name: _example(field) for wire_name, field in kind.fields.items()}
    event = wire.read(wire.payload(Event(name, said)))
    assert wire.kind_of(event) is kind
    assert all(getattr(event, field.name or key) == said[key] for key, field in kind.fields.items())


def _example(field):
    if field.choices and field.type is str:
        return field.choices[0]
    if field.type is tuple:
        return field.choices[:2]
    if field.type is int:
        return field.max
    if field.type is bool:
        return True
    return {43: "A" * 43, 24: "ar", 10: "2026-05-31"}.get(field.max, "x" * field.max)


def test_what_is_as_if_not_said_is_not_written():
    event = Event("post.opened", {"kind": "need", "category": "food", "words": "Bread", "for": 1, "scope": "circle"})
    assert wire.payload(event) == b'{"event":"post.opened","kind":"need","category":"food","words":"Bread"}'


def test_payloads_fit_into_an_entry():
    longest = {"kind": "need", "category": "food", "words": "\u0800" * 1000, "original": "\U00010000" * 1000}
    assert len(wire.payload(Event("post.opened", longest))) < 32_768


def test_categories_have_the_pictures_that_the_design_names():
    assert len(kinds.CATEGORIES) == 15 and kinds.CATEGORIES[-1] == "other"
