"""What two nodes say to each other, each message one frozen struct. Only shapes and limits; reads no database.

Source: design §5. Decoding is strict: an unknown field, a wrong type or a number past a limit is Malformed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from sync.entry import INTEGERS_BELOW, b64, unb64
from sync.refusals import BadEntry, Refused

PAGE_ENTRIES = 2_000  # what a page costs both sides beside its lines is as much as some hundred of these
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


class Refusal(Struct, frozen=True):
    """Why nothing was done. error: a short word (sync/README, Refusals)."""

    error: Annotated[str, Meta(pattern="^[a-z-]{1,40}$")]


Message = TypeVar("Message", bound=Struct)


def read(data: bytes, shape: type[Message]) -> Message:
    """Raises Malformed."""
    try:
        return msgspec.json.decode(data, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(str(error)) from None


def write(message: Struct) -> bytes:
    return msgspec.json.encode(message)


REACH = "Corkboard-Reach"
"""The header of an answer to `entries` that says how far it reaches: the last seq of each feed that was asked for, in
that order, with commas between; nothing where none of it came."""

Reach = dict[bytes, int]  # feed -> the last seq of it


def reach_in_words(asked: Iterable[bytes], reached: Reach) -> str:
    return ",".join(str(reached.get(feed, "")) for feed in asked).rstrip(",")


def read_reach(word: str, asked: Iterable[bytes]) -> Reach | None:
    """None where it says nothing that can be understood: then the page itself tells."""
    if not re.fullmatch(r"[0-9]{0,16}(,[0-9]{0,16})*", word, re.ASCII):
        return None
    return {feed: int(seq) for feed, seq in zip(asked, word.split(","), strict=False) if seq} or None


def raw(word: str, length: int = 32) -> bytes:
    """The bytes of an id, key or mark. Raises Malformed."""
    try:
        return unb64(word, length)
    except BadEntry as error:
        raise Malformed(str(error)) from None


def text(data: bytes) -> str:
    return b64(data)
