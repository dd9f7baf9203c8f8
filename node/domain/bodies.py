"""What a ticket says: a body inside a payload, signed by the ticket and not by the feed that carries it. Pure.

`{"sig":"<86 characters>","body":["cbt1",post,home,kind,counter,content]}`, cut by position and signed as its literal
bytes. Any space may carry a body again: it is the same body, and nobody can replay it to effect.
"""

import base64
import functools
import hashlib
from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from node.domain import codes, wire
from node.domain.values import Event, Said

TAG = b"cb1 body\n"
_START = b'{"sig":"'
_MIDDLE = b'","body":'
_SIG_END = len(_START) + 86
_BODY_AT = _SIG_END + len(_MIDDLE)


class Body(msgspec.Struct, frozen=True):
    """A ticket's verified word. `id`: hash of its literal bytes; `home`: the space it was said for."""

    id: bytes
    home: bytes
    kind: str
    counter: int
    content: bytes


Word = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{43}\Z")]


class _Wire(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    version: Literal["cbt1"]
    post: Word
    home: Word
    kind: str
    counter: Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
    content: msgspec.Raw


_decode = msgspec.json.Decoder(_Wire).decode


def post_id(owner: bytes) -> bytes:
    """The id of the one post that a ticket opens."""
    return hashlib.blake2b(owner, digest_size=32, person=b"cb1 post").digest()


def make(ticket: Ed25519PrivateKey, post: bytes, home: bytes, counter: int, event: Event) -> bytes:
    """The payload with which a ticket says something. `counter` is one more than the ticket's last."""
    body = msgspec.json.encode(
        ["cbt1", codes.write_id(post), codes.write_id(home), event.kind, counter, wire.content(event)]
    )
    sig = base64.urlsafe_b64encode(ticket.sign(TAG + body)).rstrip(b"=")
    return _START + sig + _MIDDLE + body + b"}"


def literal(payload: bytes) -> bytes:
    """The literal bytes of the body, or b"" if the payload is not of the one shape."""
    shaped = payload.startswith(_START) and payload[_SIG_END:_BODY_AT] == _MIDDLE and payload.endswith(b"}")
    return payload[_BODY_AT:-1] if shaped else b""


@functools.lru_cache(maxsize=1024)
def read(payload: bytes | None, post: bytes, owner: bytes) -> Body | None:
    """What this ticket says about this post, or None: not held, malformed, about another post, or not signed by it.
    Remembered, since each refold of a post asks again."""
    body = literal(payload) if payload is not None else b""
    if not body or payload is None or body.count(b"[") + body.count(b"{") > wire.DEEPEST:
        return None
    try:
        said = _decode(body)
        sig = base64.b64decode(payload[len(_START) : _SIG_END] + b"==", altchars=b"-_", validate=True)
        Ed25519PublicKey.from_public_bytes(owner).verify(sig, TAG + body)
    except (msgspec.MsgspecError, ValueError, RecursionError, InvalidSignature):
        return None
    if said.post != codes.write_id(post):
        return None
    return Body(hash_of(body), codes.read_id(said.home), said.kind, said.counter, bytes(said.content))


def last_counter(said: Iterable[Said], post: bytes, owner: bytes) -> int:
    """The counter of the last that this ticket said about this post; they count from 1, 0 where it has not spoken."""
    spoken = (read(one.payload, post, owner) for one in said if one.owner == owner)
    return max((body.counter for body in spoken if body), default=0)


def event_of(body: bytes) -> Any | None:
    """The event of a body that was verified when it was folded; None if it is malformed."""
    try:
        said = _decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return wire.read_content(said.kind, bytes(said.content))


def hash_of(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=32, person=b"cb1 body").digest()
