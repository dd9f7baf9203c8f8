"""An event as the registry allows it, or every problem at once. Pure; the limits themselves stand in `kinds`."""

from collections.abc import Mapping

from node.domain.kinds import KINDS, Field
from node.domain.refusals import Refusal, Refusals
from node.domain.values import Event, ToSeal


def checked(
    kind: str,
    fields: Mapping[str, object],
    problems: list[Refusal] | None = None,
    seals: tuple[ToSeal, ...] = (),
) -> Event:
    """The event, if neither the registry nor the rule finds a problem. Raises Refusals."""
    found = [problem for name, field in KINDS[kind].fields.items() for problem in _limits(name, field, fields)]
    found += [one for one in problems or [] if one.field not in {problem.field for problem in found}]
    if found:
        raise Refusals(found)
    return Event(kind, fields, seals)


def _limits(name: str, field: Field, fields: Mapping[str, object]) -> list[Refusal]:
    value = fields.get(name, field.blank())
    if value == field.blank() and not field.required:
        return []
    problem = _limit(name, field, value)
    return [problem] if problem else []


def _limit(name: str, field: Field, value: object) -> Refusal | None:
    if isinstance(value, str):
        return _limit_of_word(name, field, value)
    if isinstance(value, tuple):
        if len(value) > field.max:
            return Refusal(f"{name}.many", name, most=field.max)
        return None if set(value) <= set(field.choices) else Refusal(f"{name}.choose", name)
    if isinstance(value, int) and field.type is int and not field.min <= value <= field.max:
        return Refusal(f"{name}.range", name, least=field.min, most=field.max)
    return None


def _limit_of_word(name: str, field: Field, value: str) -> Refusal | None:
    if field.choices:
        return None if value in field.choices else Refusal(f"{name}.choose", name)
    if field.pattern:  # a language, a day, a hash: rules of their own, below
        return None
    if len(value) < field.min:
        return Refusal(f"{name}.missing", name)
    if len(value) > field.max:
        return Refusal(f"{name}.long", name, has=len(value), most=field.max)
    return None
