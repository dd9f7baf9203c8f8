"""Words that only some may read: sealed to public keys, padded to steps. Pure but for the randomness of a seal.

HPKE (RFC 9180: X25519, HKDF-SHA256, ChaCha20-Poly1305), one box for each reader. A box is bound to the post and to the
ticket that speaks, so nobody can put it under another post or into another mouth.
"""

import base64

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from node.domain import codes

SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)
TAG = b"cb1 letter\n"
STEP = 512
"""Bytes: the length of a box tells how long words are only in such steps."""

WORDS_LIMIT = 1000
REACH_LIMIT = 200
BOX_LIMIT = 9_000
"""Characters of the longest box: words and a way to be reached in the widest script, escaped, padded, base64url."""


class Letter(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is sealed. `reach`: how to reach who wrote it, if they wish; `lang`: language of the words."""

    words: str = ""
    reach: str = ""
    lang: str = ""


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Letter).decode


def seal(letter: Letter, to: bytes, post: bytes, owner: bytes) -> str:
    """The box that only the holder of `to`'s private half opens. `owner`: the ticket that speaks, about this post."""
    plain = _encode(letter)
    padded = plain + b" " * (-len(plain) % STEP)
    box = SUITE.encrypt(padded, X25519PublicKey.from_public_bytes(to), info=_info(post, owner))
    return codes.write_id(box)


def unseal(box: str, key: X25519PrivateKey, post: bytes, owner: bytes) -> Letter | None:
    """What is in the box; None where it was not sealed to this key, in this place, or is damaged."""
    try:
        raw = base64.b64decode(box + "=" * (-len(box) % 4), altchars=b"-_", validate=True)
        return _decode(SUITE.decrypt(raw, key, info=_info(post, owner)))
    except (InvalidTag, ValueError, msgspec.MsgspecError, RecursionError):
        return None


def _info(post: bytes, owner: bytes) -> bytes:
    return TAG + post + owner
