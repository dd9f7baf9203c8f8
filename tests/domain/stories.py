"""What was said about one post, in one line each: spaces, tickets, and the fold of it all."""

import hashlib
import itertools
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from node.domain import bodies, codes, post, wire
from node.domain.values import Event, Post, Said

HALL, LIBRARY, MOSQUE = (hashlib.blake2b(name, digest_size=32).digest() for name in (b"hall", b"library", b"mosque"))
NOON = 1_790_000_000_000


def bread(words: str = "Bread for tonight", **fields: object) -> Event:
    return Event("post.opened", {"kind": "need", "category": "food", "words": words, "hours": 36, **fields})


def edited(words: str, **fields: object) -> Event:
    return Event("post.edited", {**bread(words, **fields).fields, "at": NOON})


class Ticket:
    """A ticket with its key; it counts what it says."""

    def __init__(self, seed: int = 1) -> None:
        self.key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.owner = self.key.public_key().public_bytes_raw()
        self.post = bodies.post_id(self.owner)
        self._counter = itertools.count()

    def body(self, post_id: bytes, home: bytes, event: Event, counter: int | None = None) -> bytes:
        return bodies.make(self.key, post_id, home, next(self._counter) if counter is None else counter, event)


@dataclass
class Story:
    """Entries about one post. Without a ticket, the first thing a space says opens it."""

    ticket: Ticket | None = None
    said: list[Said] = field(default_factory=list)
    _ms: itertools.count = field(default_factory=lambda: itertools.count(NOON))

    @property
    def post(self) -> bytes:
        return self.ticket.post if self.ticket else self.said[0].id

    def entry(
        self, space: bytes, payload: bytes | None, owner: bytes = b"", refs: tuple[bytes, ...] = (), ms: int = 0
    ) -> Said:
        ms = ms or next(self._ms)
        about = self.post if self.said or self.ticket else b""
        id_ = hashlib.blake2b(
            b"%d %d" % (len(self.said), ms) + space + owner + (payload or b""), digest_size=32
        ).digest()
        one = Said(id_, space, ms, about, owner, refs, payload)
        self.said.append(one)
        return one

    def says(
        self, space: bytes, kind: str | Event, refs: tuple[bytes, ...] = (), ms: int = 0, **fields: object
    ) -> Said:
        event = kind if isinstance(kind, Event) else Event(kind, fields)
        return self.entry(space, wire.payload(event), refs=refs, ms=ms)

    def carries(
        self, space: bytes, ticket: Ticket, event: Event, home: bytes = HALL, counter: int | None = None
    ) -> Said:
        """A ticket speaks at its home, and this space carries its body."""
        return self.entry(space, ticket.body(self.post, home, event, counter), ticket.owner)

    def fold(self, erased: frozenset[bytes] = frozenset()) -> Post:
        folded = post.fold(self.post, self.said, erased)
        assert folded is not None
        return folded

    def folds(self, erased: frozenset[bytes] = frozenset()) -> set[bytes]:
        """What the fold makes of every order of arrival, each with one entry heard twice."""
        orders = itertools.permutations(self.said) if len(self.said) < 7 else [self.said, self.said[::-1]]
        return {repr(post.fold(self.post, [*order, order[0]], erased)).encode() for order in orders}


def opened(words: str = "Bread for tonight", **fields: object) -> Story:
    """A post without ticket, at the hall."""
    story = Story()
    story.says(HALL, bread(words, **fields))
    return story


def id_text(id_: bytes) -> str:
    return codes.write_id(id_)
