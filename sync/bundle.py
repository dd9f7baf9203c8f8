"""The bytes of a bundle, a file that carries what one node holds to others. Seals and opens; knows no database.

Whoever carries it can neither read it nor change it unnoticed: the whole file is checked before any of it is taken.
Source: sync/README, Bundles.
"""

from __future__ import annotations

import hashlib
import os
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

import msgspec
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from sync import sealing
from sync.entry import b64, unb64
from sync.messages import BODY_BYTES
from sync.refusals import BadEntry, Refused

MAGIC = b"corkboard bundle 1\n"
INFO = b"cb1 bundle"
SIGNED = b"cb1 bundle\n"
KEY_BYTES, SEALED_BYTES = 32, 80
KEYS_LIMIT = 64
STEP = 4096  # what a record says is filled up to a multiple of this, so that its length tells little
RECORD_LIMIT = 3 << 20
INFLATED_LIMIT = 1 << 30  # of all records; a hundred thousand posts take a tenth of it
TAG_BYTES = 16
DEFLATE_LEVEL = 6

HEADS, PROOFS, ENTRIES, END = b"h", b"p", b"e", b"s"


class NotABundle(Refused):
    """This is no bundle: nothing of it was taken."""

    key = "not-a-bundle"

    def __str__(self) -> str:
        return str(self.__doc__)


class Damaged(NotABundle):
    """This bundle was changed on the way: nothing of it was taken."""

    key = "damaged"


class CutShort(NotABundle):
    """This bundle was cut short on the way, so its end is missing: nothing of it was taken."""

    key = "cut-short"


class NotForUs(NotABundle):
    """This bundle is sealed for another space, or for a circle whose keys are not here: nothing of it was taken."""

    key = "not-for-us"


class Record(msgspec.Struct, frozen=True):
    """One part. `kind`: HEADS, PROOFS, ENTRIES or END; `no`, `at`: its number, and where it is in the file."""

    kind: bytes
    data: bytes
    no: int
    at: int


class Signature(msgspec.Struct, forbid_unknown_fields=True):
    """The last part: the node (DER of its certificate) that made the bundle, and its signature."""

    node: str
    sig: str


def key_of_circle(secret: bytes) -> Ed25519PrivateKey:
    """Opens what is for a circle. secret: one of the circle's keys, 32 bytes, which all of its spaces have."""
    seed = hashlib.blake2b(key=secret, digest_size=32, person=INFO).digest()
    return Ed25519PrivateKey.from_private_bytes(seed)


class Maker(msgspec.Struct, frozen=True):
    """Who says to have made a bundle: `cert` DER, `sig` over the hash `said` of all that comes before. Whoever may open
    one could have made it, so what is in it has to prove itself."""

    cert: bytes
    sig: bytes
    said: bytes

    def signed(self, node_key: bytes) -> bool:
        """Whether the node with this public key did."""
        try:
            Ed25519PublicKey.from_public_bytes(node_key).verify(self.sig, SIGNED + self.said)
        except (InvalidSignature, ValueError):
            return False
        return True


class Writer:
    """Writes one bundle from front to end; without end() it is none. to: those who may open it, 64 at most."""

    def __init__(
        self, file: BinaryIO, to: Sequence[Ed25519PublicKey], random: Callable[[int], bytes] = os.urandom
    ) -> None:
        key = random(KEY_BYTES)
        sealed = [sealing.seal(each, key, INFO) for each in to[:KEYS_LIMIT]]
        head = MAGIC + bytes([len(sealed)]) + b"".join(sealed)
        self._file, self._box, self._about, self._no = file, ChaCha20Poly1305(key), _hash(head), 0
        self._all = hashlib.blake2b(digest_size=32, person=INFO)
        self._put(head)

    def add(self, kind: bytes, data: bytes) -> None:
        """data: 2 MiB at most."""
        self._put(self._sealed(kind, data, last=False))

    def end(self, key: Ed25519PrivateKey, cert: bytes) -> None:
        """Signs all of it. key, cert: of the node that made it."""
        said = Signature(b64(cert), b64(key.sign(SIGNED + self._all.digest())))
        self._put(self._sealed(END, msgspec.json.encode(said), last=True))

    def _sealed(self, kind: bytes, data: bytes, last: bool) -> bytes:
        deflated = zlib.compress(data, DEFLATE_LEVEL)
        plain = kind + struct.pack(">I", len(deflated)) + deflated
        plain += bytes(-len(plain) % STEP)
        box = self._box.encrypt(_nonce(self._no, last), plain, self._about)
        self._no += 1
        return struct.pack(">I", len(box)) + box

    def _put(self, data: bytes) -> None:
        self._all.update(data)
        self._file.write(data)


class Reader:
    """One bundle in a file that can be read anywhere. keys: those that may open it. `maker`: once all records were
    read. Raises NotABundle, NotForUs."""

    maker: Maker

    def __init__(self, file: BinaryIO, keys: Sequence[Ed25519PrivateKey]) -> None:
        self._file = file
        start = file.read(len(MAGIC) + 1)
        count = start[-1] if len(start) == len(MAGIC) + 1 and start.startswith(MAGIC) else 0
        if not 1 <= count <= KEYS_LIMIT:
            raise NotABundle
        sealed = file.read(count * SEALED_BYTES)
        if len(sealed) != count * SEALED_BYTES:
            raise CutShort
        self._begin, self._head = file.tell(), start + sealed
        self._about = _hash(self._head)
        self._box = ChaCha20Poly1305(_content_key(sealed, keys))

    def records(self) -> Iterator[Record]:
        """All of them, each checked; the last is END, and its signature too. Raises NotABundle. Deflated data says
        little of what it becomes, so there is a limit: who sealed it may be anybody who knows the key of a node."""
        self._file.seek(self._begin)
        inflated = 0
        all_before, no = hashlib.blake2b(self._head, digest_size=32, person=INFO), 0
        while True:
            at, box = self._file.tell(), self._box_here()
            record, last = self._open(box, no, at)
            inflated += len(record.data)
            if inflated > INFLATED_LIMIT:
                raise NotABundle
            yield record
            if last:
                break
            all_before.update(struct.pack(">I", len(box)) + box)
            no += 1
        if self._file.read(1):
            raise Damaged
        self.maker = _maker(record, all_before.digest())

    def again(self, no: int, at: int) -> Record:
        """A record that was read before, and that is not the last."""
        self._file.seek(at)
        return self._open(self._box_here(), no, at)[0]

    def _box_here(self) -> bytes:
        length = self._file.read(4)
        size = int.from_bytes(length, "big")
        box = self._file.read(size) if len(length) == 4 and size <= RECORD_LIMIT else b""
        if len(length) < 4 or len(box) < size <= RECORD_LIMIT:
            raise CutShort
        if not STEP + TAG_BYTES <= size <= RECORD_LIMIT:
            raise Damaged
        return box

    def _open(self, box: bytes, no: int, at: int) -> tuple[Record, bool]:
        for last in (False, True):
            try:
                plain = self._box.decrypt(_nonce(no, last), box, self._about)
            except InvalidTag:
                continue
            kind, data = plain[:1], _inflated(plain[1:])
            if (kind == END) != last:
                raise NotABundle
            return Record(kind, data, no, at), last
        raise Damaged


def _nonce(no: int, last: bool) -> bytes:
    return no.to_bytes(11, "big") + bytes([last])


def _hash(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=32, person=INFO).digest()


def _content_key(sealed: bytes, keys: Sequence[Ed25519PrivateKey]) -> bytes:
    """Nothing says for whom each is, so that who carries it does not learn it."""
    for at in range(0, len(sealed), SEALED_BYTES):
        for key in keys:
            try:
                found = sealing.unseal(key, sealed[at : at + SEALED_BYTES], INFO)
            except sealing.NotForThisKey:
                continue
            if len(found) == KEY_BYTES:
                return found
    raise NotForUs


def _inflated(plain: bytes) -> bytes:
    """Its length comes first, then as much deflated data, then zeros."""
    size = int.from_bytes(plain[:4], "big")
    deflated, rest = plain[4 : 4 + size], plain[4 + size :]
    inflate = zlib.decompressobj()
    try:
        data = inflate.decompress(deflated, BODY_BYTES + 1)
    except zlib.error:
        raise NotABundle from None
    if not inflate.eof or inflate.unused_data or len(data) > BODY_BYTES or rest.strip(b"\0"):
        raise NotABundle
    return data


def _maker(last: Record, said: bytes) -> Maker:
    try:
        wire = msgspec.json.decode(last.data, type=Signature)
        return Maker(unb64(wire.node, len(wire.node) * 3 // 4), unb64(wire.sig, 64), said)
    except (msgspec.DecodeError, UnicodeDecodeError, BadEntry):
        raise NotABundle from None
