"""What the stewards of a post's home may read of its threads, where whoever posted lets them. Pure.

`closed` tells what there is without any key; `opened` reads one thread with the stewards' keys.
"""

from collections.abc import Iterable

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from node.domain import sealed, threads
from node.domain.sealed import Letter
from node.domain.values import Post, Sealed, Stop, Unsealing

Keys = Iterable[X25519PrivateKey]


class Closed(msgspec.Struct, frozen=True):
    """A thread from outside. `number`: as both sides count it. What is in it for the stewards: `letters`, and `asked`,
    who stopped it and wants them to look; `opened`: when they did before."""

    number: int
    promise: bytes
    letters: tuple[Sealed, ...]
    asked: tuple[Stop, ...]
    opened: tuple[Unsealing, ...]

    @property
    def anything(self) -> bool:
        return bool(self.letters or any(stop.to_stewards for stop in self.asked))


class Line(msgspec.Struct, frozen=True):
    """`letter`: None where no key that is here opens it; `asking`: it says why the stewards shall look; `ms`: a
    claim."""

    ms: int
    by_poster: bool
    letter: Letter | None
    asking: bool = False


def closed(post: Post) -> list[Closed]:
    """Every thread of the post, nothing read."""
    return [
        Closed(
            number,
            promise.id,
            tuple(one for one in post.letters if one.promise == promise.id and one.to_stewards),
            tuple(one for one in post.stops if one.promise == promise.id and one.reported),
            tuple(one for one in post.unsealed if one.promise == promise.id),
        )
        for number, promise in threads.numbered(post)
    ]


def opened(post: Post, thread: Closed, keys: Keys) -> list[Line]:
    """What is in a thread, the earliest first. Whoever calls has recorded it (words.opened)."""
    held = list(keys)
    lines = [Line(one.ms, one.by_poster, _read(post, one.to_stewards, one.owner, held)) for one in thread.letters]
    lines += [
        Line(one.ms, one.by_poster, _read(post, one.to_stewards, one.owner, held), asking=True)
        for one in thread.asked
        if one.to_stewards
    ]
    return sorted(lines, key=lambda line: (line.ms, line.asking))


def reach(post: Post, keys: Keys) -> str:
    """How to reach who posted, as they told the stewards; "" where they did not."""
    held = list(keys)
    found = (_read(post, post.reach_stewards, owner, held) for owner in post.tickets if post.reach_stewards)
    return next((letter.reach for letter in found if letter), "")


def _read(post: Post, box: str, owner: bytes, keys: list[X25519PrivateKey]) -> Letter | None:
    """Sealed to the key that counted then: the newest is tried first."""
    tries = (sealed.unseal(box, key, post.id, owner) for key in keys)
    return next((letter for letter in tries if letter), None)
