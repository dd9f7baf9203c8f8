"""How a kind of event is entered: who may say it, its fields with their limits, its fold step. The entries: `kinds`."""

import enum
import typing
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

import msgspec

from node.domain.values import Post


class Who(enum.IntFlag):
    """Who may say it. TICKET: who opened the post, by its ticket, or the home space of a post without one; HELPER:
    another ticket; HOME: the space where the post was opened; SPACE: any space of the circle."""

    TICKET = 1
    HELPER = 2
    HOME = 4
    SPACE = 8


TICKET, HELPER, HOME, SPACE = Who


class By(msgspec.Struct, frozen=True, gc=False):
    """Who said something. `id`: of the entry or of the ticket's body; `entry`: where it is; `roles`: all that they are
    towards this post."""

    id: bytes
    entry: bytes
    space: bytes
    owner: bytes
    ms: int
    roles: Who


class Field(msgspec.Struct, frozen=True):
    """One field of a kind. `min`, `max`: characters of a word, value of a number, how many of a list. `choices`: what a
    form offers; only a `closed` field refuses other words in the fold, so that newer nodes may add some. `name`: in
    Python, where the wire's is a keyword there."""

    type: type
    help: str = ""
    min: int = 0
    max: int = 0
    required: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()
    closed: bool = False
    pattern: str = ""
    name: str = ""

    def blank(self) -> Any:
        """What stands where the field is not said; never written."""
        return self.type() if self.default is None else self.default


Step = Callable[[Post, Any, By], Post]


class Kind(msgspec.Struct, frozen=True):
    """One registry entry."""

    name: str
    help: str
    who: Who
    fields: dict[str, Field]
    step: Step
    shape: type[msgspec.Struct]

    def lets(self, roles: Who) -> bool:
        """Whether somebody in these roles may say it. As integers: flags take ten times as long."""
        return int.__and__(self.who, roles) != 0


KINDS: dict[str, Kind] = {}
_StepT = TypeVar("_StepT", bound=Step)


def kind(
    name: str, help: str, who: Who, fields: Mapping[str, Field] | None = None, **more: Field
) -> Callable[[_StepT], _StepT]:
    """Enters a kind; the decorated function is its fold step. Fields are named as on the wire."""

    def enter(step: _StepT) -> _StepT:
        every = {**(fields or {}), **more}
        KINDS[name] = Kind(name, help, who, every, step, _shape(name, every))
        return step

    return enter


def _shape(name: str, fields: Mapping[str, Field]) -> type[msgspec.Struct]:
    """The typed reader of a kind. Fields that it does not know are passed over: newer nodes may say more."""
    ordered = sorted(fields.items(), key=lambda item: not item[1].required)
    columns: list[Any] = []
    for wire, field in ordered:
        column = (field.name or wire, annotated(field))
        columns.append(column if field.required else (*column, field.blank()))
    rename = {field.name: wire for wire, field in fields.items() if field.name}
    title = name.replace(".", "_")
    return msgspec.defstruct(title, columns, tag_field="event", tag=name, rename=rename, frozen=True, module=__name__)


def annotated(field: Field) -> Any:
    """Its type and limits, as msgspec checks them."""
    if field.type is int:
        return Annotated[int, msgspec.Meta(ge=field.min, le=field.max)]
    if field.type is tuple:
        word = Annotated[str, msgspec.Meta(pattern=field.pattern)]
        return Annotated[tuple[word, ...], msgspec.Meta(max_length=field.max)]
    if field.type is bool:
        return bool
    if field.closed:
        return typing.Literal[field.choices]
    if field.pattern:
        return Annotated[str, msgspec.Meta(max_length=field.max, pattern=field.pattern)]
    return Annotated[str, msgspec.Meta(min_length=field.min, max_length=field.max)]
