"""The stewards' key of this space, in a file of its data folder that is never in the database, the log or a bundle.

The public half is in clear, so that anybody can seal words to the stewards here; the private half opens with a
steward's passphrase (domain/stewards.py). The file belongs to one machine: it does not travel by exchange.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from node.domain import stewards
from node.domain.stewards import Random, Ring, WeakPassphrase, WrongPassphrase
from sync import identity

__all__ = ["FILE", "Made", "NotMade", "Unreadable", "WeakPassphrase", "WrongPassphrase"]

FILE, LOCK = "stewards.keys", "stewards.lock"


class NotMade(Exception):
    """This space has no stewards' key yet."""


class Made(Exception):
    """This space has a stewards' key already; another would close what is sealed to it."""


class Unreadable(Exception):
    """The file is there and is not what was written."""


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Ring).decode


def sealing_key(folder: Path) -> bytes:
    """The public key to which words for the stewards here are sealed, 32 bytes; b"" where there is none, or where its
    file is damaged: the kiosk goes on, and only "me and the stewards here" is not offered."""
    try:
        return _ring(folder).keys[0]
    except (NotMade, Unreadable):
        return b""


def public_keys(folder: Path) -> tuple[bytes, ...]:
    """All that this space ever had, the newest first. Raises NotMade, Unreadable."""
    return _ring(folder).keys


def stewards_of(folder: Path) -> int:
    """How many passphrases open it. Raises NotMade, Unreadable."""
    return len(_ring(folder).stewards)


def make(folder: Path, passphrase: str, random: Random = os.urandom) -> bytes:
    """The first key; returns its public half. Raises Made, WeakPassphrase."""
    stewards.check(passphrase)
    with identity.locked(folder / LOCK):
        if (folder / FILE).exists():
            raise Made
        return _write(folder, stewards.begun(passphrase, random))


def add_passphrase(folder: Path, known: str, new: str, random: Random = os.urandom) -> None:
    """One steward more. Raises NotMade, Unreadable, WrongPassphrase, WeakPassphrase."""
    stewards.check(new)
    with identity.locked(folder / LOCK):
        _write(folder, stewards.joined(_ring(folder), known, new, random))


def rotate(folder: Path, kept: Iterable[str], random: Random = os.urandom) -> bytes:
    """A new key for new posts, when a steward leaves: only those whose passphrase is given stay. Returns its public
    half. Raises NotMade, Unreadable, WrongPassphrase."""
    with identity.locked(folder / LOCK):
        return _write(folder, stewards.renewed(_ring(folder), kept, random))


def open_keys(folder: Path, passphrase: str) -> tuple[X25519PrivateKey, ...]:
    """The private keys, the newest first. Raises NotMade, Unreadable, WrongPassphrase."""
    return stewards.opened(_ring(folder), passphrase)


def knows(folder: Path, passphrase: str, turn: Callable[[], AbstractContextManager[None]]) -> bool:
    """True if a steward of this space has it; no key leaves this room. turn: entered anew for each slow step, so that
    others get theirs between two. Raises NotMade, Unreadable."""
    ring = _ring(folder)
    for one in ring.stewards:
        with turn(), suppress(WrongPassphrase):
            stewards.opened(Ring(ring.keys, (one,)), passphrase)
            return True
    return False


def _ring(folder: Path) -> Ring:
    try:
        ring = _decode((folder / FILE).read_bytes())
    except FileNotFoundError:
        raise NotMade from None
    except (msgspec.MsgspecError, ValueError):
        raise Unreadable from None
    if not ring.keys or any(len(key) != stewards.KEY_BYTES for key in ring.keys):
        raise Unreadable
    return ring


def _write(folder: Path, ring: Ring) -> bytes:
    identity.write_file(folder / FILE, _encode(ring))
    return ring.keys[0]
