"""The stewards' key of a space: opens what neighbours let them read. Wrapped once for each steward. Pure but for the
randomness that it is handed; knows no files.

A steward is a passphrase and no name: the ring says how many there are, never who. Each has a wrapping key of their
own, from the same slow step as tickets; under it lie the key that counts and all earlier ones.
"""

import unicodedata
from collections.abc import Callable, Iterable

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from node.domain.tickets import MEMORY_KIB, PASSES

Random = Callable[[int], bytes]
SALT_BYTES, NONCE_BYTES, KEY_BYTES = 16, 12, 32
LEAST_CHARACTERS, LEAST_WORDS, LEAST_DIFFERENT = 12, 4, 5


class WrongPassphrase(Exception):
    """No steward of this space has this passphrase."""


class WeakPassphrase(Exception):
    """It would not hold. Its text is one sentence that says why."""


class Wrapped(msgspec.Struct, frozen=True):
    """What one steward's passphrase opens. `boxes`: nonce and ciphertext of each private key, as the ring's keys."""

    salt: bytes
    boxes: tuple[bytes, ...]


class Ring(msgspec.Struct, frozen=True):
    """`keys`: public halves, the one that counts first; `stewards`: in no order that means anything."""

    keys: tuple[bytes, ...]
    stewards: tuple[Wrapped, ...]


def check(passphrase: str) -> None:
    """Raises WeakPassphrase. Whoever takes the machine may try passphrases for years: length is what holds."""
    plain = _plain(passphrase)
    if len(plain) < LEAST_CHARACTERS and len(plain.split()) < LEAST_WORDS:
        raise WeakPassphrase(
            f"Too short: whoever takes the machine can try passphrases for years. Use at least {LEAST_CHARACTERS} "
            f"characters; {LEAST_WORDS} words that have nothing to do with each other are easy to keep in mind."
        )
    if len(set(plain)) < LEAST_DIFFERENT:
        raise WeakPassphrase("Too few different characters: it would be among the first that somebody tries.")


def begun(passphrase: str, random: Random) -> Ring:
    """A ring with one key and one steward."""
    key = X25519PrivateKey.from_private_bytes(random(KEY_BYTES))
    return _ring([key], [passphrase], random)


def joined(ring: Ring, known: str, new: str, random: Random) -> Ring:
    """With one steward more, let in by one who is there. Raises WrongPassphrase."""
    one = _wrap(opened(ring, known), new, random)
    return Ring(ring.keys, (*ring.stewards, one))


def renewed(ring: Ring, kept: Iterable[str], random: Random) -> Ring:
    """A new key for what is posted from now on; the earlier ones only for the stewards who stay. Raises
    WrongPassphrase for one of `kept` that is none, ValueError where nobody would stay."""
    staying = list(dict.fromkeys(_plain(one) for one in kept))
    if not staying:
        raise ValueError("somebody must stay")
    held, *_ = [opened(ring, one) for one in staying]
    return _ring([X25519PrivateKey.from_private_bytes(random(KEY_BYTES)), *held], staying, random)


def opened(ring: Ring, passphrase: str) -> tuple[X25519PrivateKey, ...]:
    """The private keys, the newest first. One slow step for each steward, since nothing says whose it is. Raises
    WrongPassphrase."""
    for steward in ring.stewards:
        cipher = _cipher(passphrase, steward.salt)
        try:
            return tuple(_unbox(cipher, *pair) for pair in zip(steward.boxes, ring.keys, strict=True))
        except InvalidTag:
            continue
    raise WrongPassphrase


def _ring(keys: list[X25519PrivateKey], passphrases: list[str], random: Random) -> Ring:
    public = tuple(key.public_key().public_bytes_raw() for key in keys)
    return Ring(public, tuple(_wrap(keys, one, random) for one in passphrases))


def _wrap(keys: Iterable[X25519PrivateKey], passphrase: str, random: Random) -> Wrapped:
    salt = random(SALT_BYTES)
    cipher = _cipher(passphrase, salt)
    return Wrapped(salt, tuple(_box(cipher, key, random(NONCE_BYTES)) for key in keys))


def _box(cipher: ChaCha20Poly1305, key: X25519PrivateKey, nonce: bytes) -> bytes:
    return nonce + cipher.encrypt(nonce, key.private_bytes_raw(), key.public_key().public_bytes_raw())


def _unbox(cipher: ChaCha20Poly1305, box: bytes, public: bytes) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(cipher.decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], public))


def _cipher(passphrase: str, salt: bytes) -> ChaCha20Poly1305:
    slow = Argon2id(salt=salt, length=KEY_BYTES, iterations=PASSES, lanes=1, memory_cost=MEMORY_KIB)
    return ChaCha20Poly1305(slow.derive(_plain(passphrase).encode()))


def _plain(passphrase: str) -> str:
    """However a keyboard composes its letters, and however many spaces there are, it is the same passphrase."""
    return " ".join(unicodedata.normalize("NFKC", passphrase).split())
