"""Sealing bytes to an Ed25519 key, so that only whoever holds its private half opens them. Knows nothing of what is in.

HPKE (RFC 9180: X25519, HKDF-SHA256, ChaCha20-Poly1305) to the same point written for X25519 (RFC 7748 §4.1): so the
key that a certificate shows is all that is needed, while the other half may lie in a safe.
"""

import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

_P = 2**255 - 19
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


class NotForThisKey(Exception):
    """It was sealed to another key, or changed since."""


def seal(to: Ed25519PublicKey, what: bytes, info: bytes) -> bytes:
    """info: what it is for; it opens under the same only."""
    return _SUITE.encrypt(what, _public(to), info)


def unseal(key: Ed25519PrivateKey, sealed: bytes, info: bytes) -> bytes:
    """Raises NotForThisKey."""
    try:
        return _SUITE.decrypt(sealed, _private(key), info)
    except (InvalidTag, ValueError):
        raise NotForThisKey from None


def _public(key: Ed25519PublicKey) -> X25519PublicKey:
    """u = (1 + y) / (1 - y); the top bit of the bytes is the sign of x, which u does not need."""
    y = int.from_bytes(key.public_bytes_raw(), "little") & ((1 << 255) - 1)
    return X25519PublicKey.from_public_bytes(((1 + y) * pow(1 - y, -1, _P) % _P).to_bytes(32, "little"))


def _private(key: Ed25519PrivateKey) -> X25519PrivateKey:
    """The scalar that an Ed25519 seed stands for (RFC 8032 §5.1.5); X25519 clamps it as Ed25519 does."""
    return X25519PrivateKey.from_private_bytes(hashlib.sha512(key.private_bytes_raw()).digest()[:32])
