"""The fold: everything said about a post, in whatever order it came, to what the post is. Pure: no clock, no policy.

Order (design §4): first what tickets said, each by (counter, hash), the poster's before the helpers'; then what spaces
said, topologically by refs. One opening or edit is the state; the others are not read, so they may be dropped. Whatever
is malformed, unknown or said by somebody who may not, changes nothing.
"""

from collections.abc import Container, Iterable, Mapping
from typing import Any

import msgspec

from node.domain import bodies, codes, kinds, order, wire
from node.domain.bodies import Body
from node.domain.registry import HELPER, HOME, SPACE, TICKET, By, Who
from node.domain.values import FAR_FUTURE_MS, Answer, Post, Promise, Replaced, Said, Sealed, Stop

__all__ = ["Post", "Promise", "Said", "fold", "opening"]

Spoken = tuple[Any, By]
"""An event and who said it."""

Chain = dict[bytes, int]
"""The poster's tickets, the first one first, each with the last of its counters that counts."""


class Heard(msgspec.Struct, frozen=True):
    """A ticket's verified body with its event; the earliest entry that carries it."""

    event: Any
    body: Body
    said: Said


def fold(post_id: bytes, said: Iterable[Said], erased: Container[bytes] = ()) -> Post | None:
    """What the post is by all of this; None where its opening is not known. `erased`: tickets whose holder erased."""
    told = order.each_once(said)
    if len(told) == 1 and told[0].id == post_id and not told[0].owner:
        return opening(post_id, told[0].space, told[0].ms, told[0].payload)
    owner = _poster(post_id, told)
    if owner in erased:
        return _nothing_left(post_id, b"", owner)
    told = [one for one in told if one.owner not in erased]
    heard, events = _heard(post_id, told), _events(told)
    if not owner:
        return _fold_by_home(post_id, heard, events, told)
    chain, replaced = _chain(owner, heard, events)
    if any(ticket in erased for ticket in chain):
        return _nothing_left(post_id, b"", owner)
    home = _home(heard, chain)
    if home is None:
        gone = _erased_by_a_carrier(owner, told, events, erased)
        return _nothing_left(post_id, b"", owner) if gone else None
    spoken = [*_by_tickets(heard, chain), *_by_spaces(events, home, HOME)]
    newest = codes.read_id(replaced[-1][0].seal_to) if replaced else b""
    handed = tuple(one for _, one in replaced)
    blank = Post(post_id, home, owner, tickets=tuple(chain), replaced=handed, seal_to=newest)
    return _gone_or(_built(blank, spoken), b"")


def needless(folded: Post, said: Iterable[Said]) -> set[bytes]:
    """Ids of the entries that the fold of this post never reads again: the state before an edit; of a post that was
    erased, everything but the erasing, and by which ticket it could be."""
    if folded.erased:
        return {one.id for one in said if not _tells_of_erasing(one)} - _may_tell_home(folded, said)
    kept = {one.id for one in said if one.id == folded.words_from} | _naming_home(folded, said)
    words = {_words(one) for one in said if one.id in kept}
    return {one.id for one in said if one.id not in kept and _is_state_of(folded, one) and _words(one) not in words}


def _naming_home(folded: Post, said: Iterable[Said]) -> set[bytes]:
    """Of a post whose ticket was replaced: the states by which the tickets before the last one name its home. Without
    them nobody would know any more who could give out another."""
    found: set[bytes] = set()
    if len(folded.tickets) > 1:
        told = order.each_once(said)
        heard = _heard(folded.id, told)
        chain, _ = _chain(folded.owner, heard, _events(told))
        owners = list(chain)
        for last in range(1, len(owners)):
            state = _state_of(_by_tickets(heard, {owner: chain[owner] for owner in owners[:last]}))
            found |= {state[1].entry} if state else set()
    return found


def _may_tell_home(folded: Post, said: Iterable[Said]) -> set[bytes]:
    """Of an erased post whose poster's words are not held: the entries that claim to carry them. Anybody can put
    somebody else's key into a header and erase in passing; only those words say whose post it is, and undo that."""
    told = [one for one in said if folded.owner and one.owner == folded.owner]
    if _home(_heard(folded.id, told), {folded.owner: FAR_FUTURE_MS}) is not None:
        return set()
    return {one.id for one in told if one.payload is None}


def _tells_of_erasing(said: Said) -> bool:
    event = wire.read(said.payload)
    return event is not None and wire.kind_of(event).name in ("post.erased", "ticket.replaced")


def _words(said: Said) -> bytes:
    """The literal body, which another entry may carry again, or the whole payload."""
    return (bodies.literal(said.payload) or said.payload) if said.payload else b""


def _is_state_of(folded: Post, said: Said) -> bool:
    if said.payload is None:
        return said.id == folded.id
    if not said.owner:
        by_home = said.space == folded.home and not folded.owner
        event = wire.read(said.payload) if by_home else None
        return event is not None and wire.is_state(event)
    body = bodies.read(said.payload, folded.id, said.owner)
    event = wire.read_content(body.kind, body.content) if body else None
    return event is not None and wire.is_state(event)


_ESCAPE = ord("\\")  # a number, as in wire


def given_out(payload: bytes | None) -> bytes:
    """The public key of the ticket that this payload gives out for a post in place of another; else b""."""
    spelled = payload is not None and (payload.find(b"ticket.replaced") >= 0 or _ESCAPE in payload)
    event = wire.read(payload) if spelled else None
    replaced = event is not None and wire.kind_of(event).name == "ticket.replaced"
    return codes.read_id(event.new) if event is not None and replaced else b""


def opening(post_id: bytes, space: bytes, ms: int, payload: bytes | None) -> Post | None:
    """The post that a space's opening entry alone makes: nearly all posts when they arrive."""
    event = wire.read(payload)
    if not isinstance(event, wire.Opened):
        return None
    return kinds.state(Post(post_id, space), event, By(post_id, post_id, space, b"", ms, TICKET))


def _fold_by_home(post_id: bytes, heard: list[Heard], events: list[tuple[Any, Said]], told: list[Said]) -> Post | None:
    """A post without ticket: its home space speaks for it."""
    opened = next((one for one in told if one.id == post_id), None)
    if opened is None:
        return None
    if _erased_by(events, {opened.space}):
        return _nothing_left(post_id, opened.space, b"")
    own = [(event, said) for event, said in events if not isinstance(event, wire.Opened) or said.id == post_id]
    spoken = [*_by_tickets(heard, {}), *_by_spaces(own, opened.space, TICKET | HOME)]
    return _gone_or(_built(Post(post_id, opened.space), spoken), opened.space)


def _nothing_left(post_id: bytes, home: bytes, owner: bytes) -> Post:
    """All that remains of an erased post, the same whether its payloads are still held or not."""
    return Post(post_id, home, owner, erased=True)


def _gone_or(post: Post | None, home: bytes) -> Post | None:
    return _nothing_left(post.id, home, post.owner) if post and post.erased else post


def _poster(post_id: bytes, told: list[Said]) -> bytes:
    """The ticket to which this post's id belongs, if it has spoken; else b""."""
    owners = {one.owner for one in told if one.owner}
    return next((owner for owner in owners if bodies.post_id(owner) == post_id), b"")


# --- what was said ---


def _heard(post_id: bytes, told: list[Said]) -> list[Heard]:
    """Every ticket's words once, whoever carried them."""
    heard: dict[bytes, Heard] = {}
    for said in sorted((one for one in told if one.owner), key=lambda one: (one.ms, one.id)):
        body = bodies.read(said.payload, post_id, said.owner)
        event = body and wire.read_content(body.kind, body.content)
        if body and event is not None:
            heard.setdefault(body.id, Heard(event, body, said))
    return list(heard.values())


def _events(told: list[Said]) -> list[tuple[Any, Said]]:
    """What spaces said, in order."""
    spoken = ((wire.read(one.payload), one) for one in order.in_order([one for one in told if not one.owner]))
    return [(event, one) for event, one in spoken if event is not None]


def _by_tickets(heard: list[Heard], chain: Chain) -> list[Spoken]:
    """The poster's tickets before the helpers', each by (counter, hash); nothing that a replaced ticket said later."""
    places = {owner: place for place, owner in enumerate(chain)}
    counted = [one for one in heard if one.body.counter <= chain.get(one.said.owner, FAR_FUTURE_MS)]
    counted.sort(
        key=lambda one: (places.get(one.said.owner, len(chain)), one.said.owner, one.body.counter, one.body.id)
    )
    return [(one.event, _by_ticket(one, TICKET if one.said.owner in chain else HELPER)) for one in counted]


def _by_ticket(one: Heard, role: Who) -> By:
    return By(one.body.id, one.said.id, one.body.home, one.said.owner, one.said.ms, role)


def _by_spaces(events: list[tuple[Any, Said]], home: bytes, roles_of_home: Who) -> list[Spoken]:
    def by(said: Said) -> By:
        roles = SPACE | roles_of_home if said.space == home else SPACE
        return By(said.id, said.id, said.space, b"", said.ms, roles)

    return [(event, by(said)) for event, said in events]


def _erased_by_a_carrier(
    owner: bytes, told: list[Said], events: list[tuple[Any, Said]], erased: Container[bytes]
) -> bool:
    """Whether a post is gone whose poster's words, and so its home, are not held: any space that carried them may have
    erased it, or given out the ticket that did."""
    carriers = {one.space for one in told if one.owner == owner}
    chain = {owner}
    for event, said in events:
        if (
            wire.kind_of(event).name == "ticket.replaced"
            and said.space in carriers
            and codes.read_id(event.old) in chain
        ):
            chain.add(codes.read_id(event.new))
    return _erased_by(events, carriers) or any(ticket in erased for ticket in chain)


def _erased_by(events: list[tuple[Any, Said]], spaces: set[bytes]) -> bool:
    return any(wire.kind_of(event).name == "post.erased" and said.space in spaces for event, said in events)


# --- who speaks for a post with a ticket ---


def _home(heard: list[Heard], chain: Chain) -> bytes | None:
    """The space that the poster's state names; None where no state is known."""
    spoken = [(event, by) for event, by in _by_tickets(heard, chain) if by.roles & TICKET]
    state = _state_of(spoken)
    return state[1].space if state else None


def _chain(
    owner: bytes, heard: list[Heard], events: list[tuple[Any, Said]]
) -> tuple[Chain, list[tuple[Any, Replaced]]]:
    """The poster's ticket and those that the home space gave out after it. A replacement counts when its space is the
    home by what the old ticket had said up to the counter named: so nobody else's does, nor a later word of a thief."""
    chain, replaced = {owner: FAR_FUTURE_MS}, []
    for event, said in events:
        if wire.kind_of(event).name != "ticket.replaced":
            continue
        old, new = codes.read_id(event.old), codes.read_id(event.new)
        if old == list(chain)[-1] and new not in chain:
            cut = {**chain, old: min(chain[old], event.counter)}
            if said.space == _home(heard, cut):
                chain = {**cut, new: FAR_FUTURE_MS}
                replaced.append((event, Replaced(old, new, said.space, said.ms)))
    return chain, replaced


# --- from what was said to what is ---


def _state_of(spoken: list[Spoken]) -> Spoken | None:
    """The last edit of who opened it, else the opening."""
    states = [one for one in spoken if wire.is_state(one[0]) and one[1].roles & TICKET]
    edits = [one for one in states if not isinstance(one[0], wire.Opened)]
    return edits[-1] if edits else states[-1] if states else None


def _built(post: Post, spoken: list[Spoken]) -> Post | None:
    """The state first, then everything else in order, tickets before spaces."""
    state = _state_of(spoken)
    if state is None:
        return None
    post = kinds.state(post, *state)
    firm = False
    for event, by in spoken:
        kind = wire.kind_of(event)
        if kind.lets(by.roles) and not wire.is_state(event):
            post = kind.step(post, event, by)
            firm = post.withdrawn if by.owner else firm
    return _settled(msgspec.structs.replace(post, withdrawn=post.withdrawn or firm))


def _settled(post: Post) -> Post:
    """Promises with what was answered to them, and their threads: both may have been folded before the promise."""
    if not (post.answers or post.letters or post.stops or post.unsealed):
        return post
    mine = {promise.id: promise for promise in post.promises}
    letters = tuple(one for one in post.letters if _is_in(one, mine))
    return msgspec.structs.replace(
        post,
        promises=tuple(_answered(promise, post.answers, letters) for promise in post.promises),
        answers=(),
        letters=letters,
        stops=tuple(one for one in post.stops if _is_in(one, mine)),
        unsealed=tuple(one for one in post.unsealed if one.promise in mine),
    )


def _is_in(one: Sealed | Stop, promises: Mapping[bytes, Promise]) -> bool:
    """True for a word in a helper's thread, by one of its two sides."""
    promise = promises.get(one.promise)
    return promise is not None and promise.owner != b"" and (one.by_poster or one.owner == promise.owner)


def _answered(promise: Promise, answers: tuple[Answer, ...], letters: tuple[Sealed, ...]) -> Promise:
    mine = [one for one in answers if one.promise == promise.id and _may_answer(one, promise)]
    states = {one.state for one in mine}
    others = [one.other for one in mine if one.state == "suggested"]
    heard = [one.ms for one in letters if one.promise == promise.id and one.by_poster]
    return msgspec.structs.replace(
        promise,
        state="released" if "released" in states else "confirmed" if "confirmed" in states else promise.state,
        suggested=others[-1] if others else b"",
        heard_ms=max(heard, default=0),
        thanked="thanked" in states,
        spared=any(one.state == "released" and one.by_poster for one in mine),
    )


def _may_answer(answer: Answer, promise: Promise) -> bool:
    """Who opened the post, its home space, or who made the promise."""
    if answer.by_poster:
        return True
    return answer.owner == promise.owner if promise.owner else not answer.owner and answer.space == promise.space
