"""The threads of a post as one of their sides reads them: promises, and the words that its key opens. Pure."""

from collections.abc import Iterable, Iterator

import msgspec

from node.domain import sealed
from node.domain.sealed import Letter
from node.domain.status import holds
from node.domain.tickets import Ticket
from node.domain.values import Post, Promise, Sealed, Stop, Unsealing


class Read(msgspec.Struct, frozen=True):
    """Words of a thread. `letter`: None where they were sealed to a ticket that is no more; `mine`: written on the
    reader's side; `ms`: a claim."""

    mine: bool
    by_poster: bool
    ms: int
    letter: Letter | None


class Thread(msgspec.Struct, frozen=True):
    """A promise with its words, the earliest first. `holds`: it can be counted on; `number`: from 1, in the order of
    their times; `stopped_by_me`, `stopped`: no more words; `unsealed`: when stewards opened it."""

    promise: Promise
    number: int
    holds: bool
    read: tuple[Read, ...]
    stopped: bool
    stopped_by_me: bool
    unsealed: tuple[Unsealing, ...]


def of(post: Post, ticket: Ticket, now_ms: int, promise_days: int) -> list[Thread]:
    """The poster's view has every promise, a helper's their own."""
    by_poster = ticket.owner in post.tickets
    return [
        _thread(post, promise, number, ticket, holds(promise, now_ms, promise_days))
        for number, promise in numbered(post)
        if by_poster or promise.owner == ticket.owner
    ]


def numbered(post: Post) -> Iterator[tuple[int, Promise]]:
    """The promises in the order of their times, which every side counts alike."""
    return enumerate(sorted(post.promises, key=lambda one: (one.ms, one.id)), 1)


def _thread(post: Post, promise: Promise, number: int, ticket: Ticket, still: bool) -> Thread:
    stops = [stop for stop in post.stops if stop.promise == promise.id]
    letters = [one for one in post.letters if one.promise == promise.id and not _after(one, stops)]
    return Thread(
        promise,
        number,
        still,
        tuple(_read(post, one, ticket) for one in sorted(letters, key=lambda one: (one.ms, one.id))),
        bool(stops),
        any(stop.owner == ticket.owner for stop in stops),
        tuple(one for one in post.unsealed if one.promise == promise.id),
    )


def _after(letter: Sealed, stops: Iterable[Stop]) -> bool:
    """True for words that the other side sent after this one had stopped, perhaps before it could know."""
    return any(stop.by_poster != letter.by_poster and stop.ms < letter.ms for stop in stops)


def _read(post: Post, one: Sealed, ticket: Ticket) -> Read:
    at_poster = ticket.owner in post.tickets
    box = one.to_poster if at_poster else one.to_helper
    letter = sealed.unseal(box, ticket.opening, post.id, one.owner)
    return Read(one.by_poster == at_poster, one.by_poster, one.ms, letter)


def waiting(post: Post) -> int:
    """In how many threads the helper's words have no answer yet, as far as is known here. Needs no key."""
    stopped = {stop.promise for stop in post.stops}
    return sum(_waits(one, post.letters) for one in post.promises if one.id not in stopped and one.state != "released")


def _waits(promise: Promise, letters: Iterable[Sealed]) -> bool:
    said = [one.ms for one in letters if one.promise == promise.id and not one.by_poster]
    heard = promise.ms if promise.state == "confirmed" else 0  # a yes answers the first words, not what came later
    return max(said, default=0) > max(heard, promise.heard_ms)


def reach_of(post: Post, ticket: Ticket) -> str:
    """How to reach the poster, as they told when posting; "" where they did not, or with another ticket."""
    letter = sealed.unseal(post.reach, ticket.opening, post.id, ticket.owner) if post.reach else None
    return letter.reach if letter else ""
