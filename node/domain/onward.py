"""One more event about a post, where it comes after all the others: folded alone, with the same result as all together.

Only for posts without ticket, of which only such kinds were said whose step needs no more of a post than its row has.
The fold of everything (post.py) stays the law; whatever is not surely the same is left to it. Pure.
"""

from collections.abc import Container, Sequence
from typing import Any

from node.domain import order, wire
from node.domain.registry import HOME, SPACE, TICKET, By
from node.domain.values import Post, Said

ALONE = frozenset(
    {
        *("post.renewed", "post.met", "post.withdrawn", "post.translated", "post.reported", "post.hidden"),
        *("post.shown", "help.promised"),
    }
)
"""They bear on nothing but the row, and nothing else does on them, as an answer bears on a promise."""

SLIGHT = frozenset({"post.met", "help.promised"})
"""Of these the ones that come most: their steps read how much is wanted and met, change what is met, add promises."""

_AT_HOME = SPACE | TICKET | HOME


def onward(post: Post, said: Said, kinds: Container[str] = ALONE) -> Post | None:
    """The post, as its row has it, after one more event by a space that had seen all the others; None where that takes
    the fold of everything, or for another kind."""
    event = _alone(said)
    if event is None or wire.kind_of(event).name not in kinds:
        return None
    kind = wire.kind_of(event)
    roles = _AT_HOME if said.space == post.home else SPACE
    if not kind.lets(roles):
        return post
    return kind.step(post, event, By(said.id, said.id, said.space, b"", said.ms, roles))


def last(post_id: bytes, said: Sequence[Said]) -> bytes | None:
    """Of all that was said about a post, what comes after everything else: whoever refers to it comes later still. b""
    for its opening; None where there is no such thing, or some of it cannot be folded alone."""
    others = [one for one in said if one.id != post_id]
    if any(_alone(one) is None for one in others):
        return None
    found = order.heads(said) if others else (b"",)
    return found[0] if len(found) == 1 else None


def _alone(said: Said) -> Any | None:
    event = None if said.owner else wire.read(said.payload)
    return event if event is not None and wire.kind_of(event).name in ALONE else None
