"""A second caller and a second server of pairing, written from sync/README alone: standard library, no more.

It shares no code with the project or with the package that does SPAKE2 there. Slow, and its time tells secrets: for
tests only.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass

from tests.sync.vectors.reader import need, word

Point = tuple[int, int, int, int]  # X, Y, Z, T, as in RFC 8032

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)
ZERO: Point = (0, 1, 1, 0)
TAG = b"corkboard pairing 1"


def add(one: Point, other: Point) -> Point:
    """RFC 8032, 5.1.4."""
    a, b = (one[1] - one[0]) * (other[1] - other[0]) % P, (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number: int, point: Point) -> Point:
    found = ZERO
    for bit in bin(number)[2:]:
        found = add(found, found)
        found = add(found, point) if bit == "1" else found
    return found


def encoded(point: Point) -> bytes:
    x, y = (part * pow(point[2], -1, P) % P for part in point[:2])
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decoded(data: bytes) -> Point:
    """Raises Wrong."""
    need(len(data) == 32, "32 bytes")
    number = int.from_bytes(data, "little")
    y, odd = number & (1 << 255) - 1, number >> 255
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * ROOT % P
    need(y < P and x * x % P == square, "a point")
    x = P - x if x & 1 != odd else x
    return x, y, 1, x * y % P


BASE = decoded(bytes.fromhex("5866666666666666666666666666666666666666666666666666666666666666"))
M = decoded(bytes.fromhex("15cfd18e385952982b6a8f8c7854963b58e34388c8e6dae891db756481a02312"))
N = decoded(bytes.fromhex("f04f2e7eb734b2a8f8b472eaf9c3c632576ac64aea650b496a8a20ff00e583c3"))


def hkdf(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869 with SHA-256."""
    key, done, block = hmac.digest(salt or bytes(32), secret, "sha256"), b"", b""
    while len(done) < length:
        block = hmac.digest(key, block + info + bytes([len(done) // 32 + 1]), "sha256")
        done += block
    return done[:length]


def keyed(*parts: bytes) -> bytes:
    told = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return hashlib.blake2b(told, digest_size=32, key=TAG).digest()


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def unword(text: str) -> bytes:
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    need(word(data) == text, "one spelling")
    return data


@dataclass(frozen=True)
class Agreed:
    """All that a side works out on the way, in the order of the document."""

    half: bytes
    shared: bytes
    agreed: bytes
    salt: bytes
    key: bytes

    def mac(self, label: bytes, body: bytes = b"") -> str:
        return word(hmac.digest(self.key, label + b"\n" + body, "sha256"))


@dataclass(frozen=True)
class Side:
    """caller: True for side A; certs: of the caller; seen: the node certificate that the server's handshake shows;
    secret: a random number below the order."""

    caller: bool
    digits: bytes
    certs: tuple[bytes, bytes]
    seen: bytes
    secret: int

    @property
    def number(self) -> int:
        """What stands for the digits."""
        return int.from_bytes(hkdf(TAG + self.digits, b"", b"SPAKE2 pw", 48), "big") % ORDER

    @property
    def half(self) -> bytes:
        blind = times(self.number, M if self.caller else N)
        return (b"A" if self.caller else b"B") + encoded(add(times(self.secret, BASE), blind))

    def agree(self, other: bytes, server_space_cert: bytes) -> Agreed:
        """other: the half of the other side. Raises Wrong."""
        need(other[:1] == (b"B" if self.caller else b"A"), "of the other side")
        point = decoded(other[1:])
        need(encoded(point) != encoded(ZERO) and encoded(times(ORDER, point)) == encoded(ZERO), "of the group")
        need(other[1:] != self.half[1:], "not our own")
        shared = encoded(times(self.secret, add(point, times(ORDER - self.number, N if self.caller else M))))
        halves = (self.half, other) if self.caller else (other, self.half)
        who = keyed(*self.certs), keyed(self.seen)
        told = sha(TAG + self.digits) + sha(who[0]) + sha(who[1]) + halves[0][1:] + halves[1][1:] + shared
        agreed, salt = sha(told), keyed(*who, keyed(server_space_cert), *halves)
        return Agreed(self.half, shared, agreed, salt, hkdf(agreed, salt, TAG, 32))


def handover(message: str) -> bytes:
    """The literal bytes of what is handed over in a message: they are what its proof is over."""
    _, found, rest = message.partition('"handover":')
    need(found, "a handover")
    _, end = json.JSONDecoder().raw_decode(rest)
    return rest[:end].encode()
