"""Tickets: sixteen digits that one person holds, and the keys that follow from them. Pure: no clock, no files.

The slow step stands once before all circle keys (design §7), so a look-up costs one derivation however many circles
met. Whoever has the log and the circle's keys still pays that step for each guess.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from node.domain import codes

LENGTH = codes.TICKET_LENGTH
NUMBERS = 10 ** (LENGTH - 1)
SALT = b"cb1 ticket salt."  # fixed: a ticket must give the same keys at every space
MEMORY_KIB, PASSES = 64 * 1024, 3


@dataclass(frozen=True)
class Ticket:
    """What a ticket can do: `signing` speaks for it, `opening` opens what was sealed to it. `owner` and `seal_to`:
    their public halves, 32 bytes each. Never the digits."""

    signing: Ed25519PrivateKey
    opening: X25519PrivateKey
    owner: bytes
    seal_to: bytes

    def __repr__(self) -> str:
        return "Ticket(…)"  # a traceback shows nobody's keys


def new_digits(random: Callable[[int], bytes]) -> str:
    """Fifteen random digits and their check digit."""
    whole = 2**64 - 2**64 % NUMBERS  # numbers from here on would make the first ones likelier
    while (number := int.from_bytes(random(8), "big")) >= whole:
        continue
    digits = f"{number % NUMBERS:0{LENGTH - 1}d}"
    return digits + codes.check_digit(digits)


def shown(digits: str) -> str:
    """As people see it: "4821 0936 7715 3042"."""
    return " ".join(groups(digits))


def groups(digits: str) -> list[str]:
    return [digits[at : at + 4] for at in range(0, len(digits), 4)]


def stretched(digits: str) -> bytes:
    """K0, the slow step: 64 MiB and about a fifth of a second. The same for every circle."""
    return Argon2id(salt=SALT, length=32, iterations=PASSES, lanes=1, memory_cost=MEMORY_KIB).derive(digits.encode())


def ticket(k0: bytes, circle_key: bytes) -> Ticket:
    """The keys of a ticket in the circle that has this key."""
    root = blake2b(k0, digest_size=32, key=circle_key, person=b"cb1 ticket").digest()
    signing = Ed25519PrivateKey.from_private_bytes(_labelled(root, b"cb1 sign"))
    opening = X25519PrivateKey.from_private_bytes(_labelled(root, b"cb1 open"))
    return Ticket(signing, opening, signing.public_key().public_bytes_raw(), opening.public_key().public_bytes_raw())


def _labelled(root: bytes, label: bytes) -> bytes:
    return blake2b(root, digest_size=32, person=label).digest()
