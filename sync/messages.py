"""What two nodes say to each other, each message one frozen struct. Only shapes and limits; reads no database.

Source: design §5. Decoding is strict: an unknown field, a wrong type or a number past a limit is Malformed.
"""

from __future__ import annotations

from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from sync.entry import INTEGERS_BELOW, b64, unb64
from sync.refusals import BadEntry, Refused

PAGE_ENTRIES = 500
PAGE_BYTES = 1 << 20  # inflated
BODY_BYTES = 2 << 20
HEADS = 2_000  # in one answer to `news`
WANTED_FEEDS = 200
WANTED_PAYLOADS = 500
WANTED_PROOFS = 250  # of 8 KiB at most, so an answer stays below BODY_BYTES

Number = Annotated[int, Meta(ge=0, lt=INTEGERS_BELOW)]
Id = Annotated[str, Meta(min_length=43, max_length=43)]
Mark = Annotated[str, Meta(max_length=43)]
Head = tuple[Id, Id, Number, Id]  # space, feed, the last seq, its id


class Malformed(Refused):
    """A message is not of the shape that design §5 gives it."""

    key = "malformed"


class NewsAsked(Struct, frozen=True, forbid_unknown_fields=True):
    """How far the asker has taken this node's news; 0 and "" for not at all."""

    n: Number
    mark: Mark


class News(Struct, frozen=True, omit_defaults=True):
    """What arrived since. `same`: nothing. `more`: ask again from this n at once."""

    same: bool = False
    n: Number = 0
    mark: Mark = ""
    heads: list[Head] = []
    proofs: list[Id] = []
    more: bool = False


class EntriesAsked(Struct, frozen=True, forbid_unknown_fields=True):
    """want: (feed, the first seq wanted). max_bytes: of lines, inflated."""

    want: Annotated[list[tuple[Id, Number]], Meta(min_length=1, max_length=WANTED_FEEDS)]
    max_bytes: Annotated[int, Meta(ge=1, le=PAGE_BYTES)] = PAGE_BYTES


class PayloadsAsked(Struct, frozen=True, forbid_unknown_fields=True):
    """want: (feed, seq, id of the entry)."""

    want: Annotated[list[tuple[Id, Number, Id]], Meta(min_length=1, max_length=WANTED_PAYLOADS)]


class ProofsAsked(Struct, frozen=True, forbid_unknown_fields=True):
    ids: Annotated[list[Id], Meta(min_length=1, max_length=WANTED_PROOFS)]


class Poke(Struct, frozen=True, forbid_unknown_fields=True):
    """ "I have news." port: where the caller's own node listens; its address is the connection's."""

    port: Annotated[int, Meta(ge=1, le=65535)]


Message = TypeVar("Message", bound=Struct)


def read(data: bytes, shape: type[Message]) -> Message:
    """Raises Malformed."""
    try:
        return msgspec.json.decode(data, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(str(error)) from None


def write(message: Struct) -> bytes:
    return msgspec.json.encode(message)


def raw(word: str, length: int = 32) -> bytes:
    """The bytes of an id, key or mark. Raises Malformed."""
    try:
        return unb64(word, length)
    except BadEntry as error:
        raise Malformed(str(error)) from None


def text(data: bytes) -> str:
    return b64(data)
