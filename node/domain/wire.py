"""Events as bytes: payloads read into typed events, and written. Odd JSON is judged here, never at the door. Pure."""

import typing
from typing import Any

import msgspec

from node.domain.codes import write_id
from node.domain.kinds import KINDS
from node.domain.registry import Kind
from node.domain.values import Event

TYPES = {one.shape: one for one in KINDS.values()}
Opened: Any = KINDS["post.opened"].shape
_STATES = (Opened, KINDS["post.edited"].shape)
_decode_event = msgspec.json.Decoder(typing.Union[tuple(TYPES)]).decode  # noqa: UP007
_decode_content = {one.name: msgspec.json.Decoder(one.shape).decode for one in KINDS.values()}

DEEPEST = 100
"""More brackets than this, and a payload is not read: how deep a parser gets depends on who calls it."""
_LIST = ord("[")  # a number: looking for bytes in bytes, Python 3.11 first makes an error and drops it


def is_deep(written: bytes) -> bool:
    nested = _LIST in written or written.rfind(b"{") > 0  # seldom, and quicker than to count
    return nested and written.count(b"[") + written.count(b"{") > DEEPEST


def read(payload: bytes | None) -> Any | None:
    """The event of a payload, typed, or None: missing, malformed, beyond a limit, or a kind from a newer node."""
    if payload is None or is_deep(payload):
        return None
    try:
        return _decode_event(payload)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def read_content(name: str, content: bytes) -> Any | None:
    """As read(), of what a ticket said: the kind stands beside the content there."""
    if name not in _decode_content or is_deep(content):
        return None
    try:
        return _decode_content[name](content)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def kind_of(event: Any) -> Kind:
    return TYPES[type(event)]


def is_state(event: Any) -> bool:
    """True for an opening or an edit: a whole new state."""
    return isinstance(event, _STATES)


def content(event: Event) -> dict[str, object]:
    """Its fields as they are written: what is as if not said is left out, bytes as base64url."""
    fields = KINDS[event.kind].fields
    written: dict[str, object] = {}
    for wire, value in event.fields.items():
        if fields[wire].required or value != fields[wire].blank():
            written[wire] = write_id(value) if isinstance(value, bytes) else value
    return written


def payload(event: Event) -> bytes:
    """The payload of an event that a space says itself."""
    return msgspec.json.encode({"event": event.kind, **content(event)})
