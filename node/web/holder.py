"""Who stands here with a ticket, and what they hold with it. Reads only; a ticket's digits never come this far."""

from __future__ import annotations

import msgspec

from node.domain import codes
from node.domain.threads import Thread
from node.domain.tickets import Ticket
from node.storage import board
from node.storage import tickets as belongings
from node.storage.board import Card
from node.storage.tickets import Mine
from node.web import visits
from node.web.pages import now, run


class Holder(msgspec.Struct, frozen=True):
    """`poster`: it is their post; else they have promised. `card`: the post as the board has it."""

    ticket: Ticket
    poster: bool
    mine: Mine
    card: Card

    @property
    def reissued(self) -> bool:
        """True for a ticket that was given out in place of another."""
        return self.poster and self.ticket.owner != self.mine.post.tickets[0]

    def thread(self, promise: bytes) -> Thread | None:
        return next((one for one in self.mine.threads if one.promise.id == promise), None)


def holder() -> Holder | None:
    """None without a ticket, and for one with which nothing can be said any more."""
    opened = visits.visit().opened
    if opened is None:
        return None
    db = run().db()
    found = belongings.find(db, opened.ticket.owner)
    if found is None or found.side not in ("poster", "helper"):
        return None
    mine = belongings.mine(db, opened.ticket, found.post, now())
    cards = board.one(db, codes.write_id(found.post), now(), run().space_id)
    return Holder(opened.ticket, found.side == "poster", mine, cards[0]) if mine and cards else None
