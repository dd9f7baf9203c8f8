"""What a node says once it has forgotten: the payload of a system entry "erasures confirmed". Pure.

Source: sync/README, Confirmations. Whoever reads one must compare feed and space: anybody can write this.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec

from sync.entry import b64, unb64
from sync.refusals import BadEntry

OWNERS_LIMIT = 500


class _Erased(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    event: Literal["erased"]
    owners: Annotated[list[str], msgspec.Meta(min_length=1, max_length=OWNERS_LIMIT)]


_decode = msgspec.json.Decoder(_Erased).decode


def payload(owners: Sequence[bytes]) -> bytes:
    """Says that all words of these tickets (public keys, at most 500) are forgotten here."""
    return msgspec.json.encode(_Erased("erased", [b64(owner) for owner in owners]))


def read(data: bytes | None) -> tuple[bytes, ...]:
    """Whose words a payload says are forgotten; nobody's where it is odd: an odd entry stops no feed."""
    try:
        return tuple(unb64(word, 32) for word in _decode(data).owners) if data is not None else ()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, BadEntry):
        return ()
