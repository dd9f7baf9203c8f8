"""From a wish to a draft: what this space says, or what a ticket does. Reads the board; appends nothing."""

from __future__ import annotations

import datetime
import sqlite3

import msgspec

from node.domain import bodies, sealed, wire
from node.domain.decide import Facts, decide
from node.domain.refusals import Refusal, Refusals
from node.domain.tickets import Ticket
from node.domain.values import FAR_FUTURE_MS, Event, Post
from node.domain.wishes import AboutPost, OpenPost, ReplaceTicket, Widen, Wish
from node.run import Run
from node.storage import board
from node.storage.board import Known
from sync.writer import Draft


class Prepared(msgspec.Struct, frozen=True):
    """What is about to be said: the event and the post that it is about, None where it opens one; `draft`: for
    whichever feed of that scope will carry it."""

    event: Event
    post: Post | None
    draft: Draft
    scope: str


def opening(run: Run, wish: OpenPost, row: int) -> Draft:
    """What the space itself posts. Raises Refusals with this row."""
    try:
        event = decide(wish, None, _facts(run))
    except Refusals as refused:
        raise Refusals(refused.problems, row) from None
    return Draft(wire.payload(event))


def by_space(run: Run, db: sqlite3.Connection, wish: AboutPost) -> Prepared:
    """What the space says about a post that it knows. Raises Refusals."""
    known = board.held(db, wish.post_id)
    event = decide(wish, known.post, _facts(run, known.expires_ms))
    if isinstance(wish, ReplaceTicket) and known.post:
        event = _up_to_now(event, known)
    draft = Draft(wire.payload(event), wish.post_id, refs=known.heads(run.space_id))
    return Prepared(event, known.post, draft, known.post.scope if known.post else "circle")


def _up_to_now(event: Event, known: Known) -> Event:
    """Of a ticket that is replaced counts what it has said so far, as far as it is known here."""
    old = event.fields["old"]
    assert known.post is not None and isinstance(old, bytes)
    return Event(event.kind, {**event.fields, "counter": bodies.last_counter(known.said, known.post.id, old)})


def by_ticket(run: Run, db: sqlite3.Connection, wish: Wish, ticket: Ticket) -> Prepared:
    """What a ticket says, in a body that it signs: about the post that it opens, or about another. Raises Refusals."""
    opens = isinstance(wish, OpenPost)
    post_id = bodies.post_id(ticket.owner) if isinstance(wish, OpenPost) else wish.post_id
    known = board.held(db, post_id)
    event = decide(wish, None if opens else known.post, _facts(run, known.expires_ms, ticket))
    if isinstance(wish, OpenPost):
        home, scope = run.space_id, wish.scope
    else:
        assert known.post is not None, "decide refuses what is about an unknown post"
        home, scope = _home_of(known.post, ticket, run), known.post.scope
    counter = bodies.last_counter(known.said, post_id, ticket.owner) + 1
    payload = bodies.make(ticket.signing, post_id, home, counter, _sealed(event, post_id, ticket.owner))
    draft = Draft(payload, post_id, ticket.owner)
    return Prepared(event, known.post, draft, "circle" if isinstance(wish, Widen) else scope)


def _home_of(post: Post, ticket: Ticket, run: Run) -> bytes:
    """A poster speaks for the home of the post, wherever they stand; a helper for the space where they do."""
    return post.home if ticket.owner in post.tickets else run.space_id


def _sealed(event: Event, post_id: bytes, owner: bytes) -> Event:
    """The event with its words in boxes."""
    try:
        boxes = {one.field: sealed.seal(one.letter, one.to, post_id, owner) for one in event.seals}
    except ValueError:  # a key that somebody made up
        raise Refusals([Refusal("words.unsealable")]) from None
    return Event(event.kind, {**event.fields, **boxes})


def _facts(run: Run, expires_ms: int = FAR_FUTURE_MS, ticket: Ticket | None = None) -> Facts:
    zone = datetime.datetime.now().astimezone().tzinfo or datetime.UTC
    spoken = (ticket.owner, ticket.seal_to) if ticket else (b"", b"")
    return Facts(run.clock_ms(), run.space_id, zone, expires_ms, *spoken)
