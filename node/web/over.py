"""What is said of a post that is over, or not to be seen: thanks, and never a bare 404."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.web import labels
from node.web.languages import N_, _

if TYPE_CHECKING:
    from node.storage.board import Card

# (kind, status) -> (what happened, what it means for whoever came)
WORDS = {
    ("need", "met"): (
        N_("This need was met. Thanks for coming."),
        N_("Neighbours came forward. Thanks to all of them, and to you."),
    ),
    ("offer", "met"): (
        N_("This offer has been taken up. Thanks for coming."),
        N_("All of it has found its people."),
    ),
    ("need", "withdrawn"): (
        N_("This need was taken back."),
        N_("The neighbour who posted it does not need it any more. Thanks for coming."),
    ),
    ("offer", "withdrawn"): (
        N_("This offer was taken back."),
        N_("The neighbour who made it cannot give it any more. Thanks for coming."),
    ),
    ("need", "expired"): (
        N_("The time of this need is over."),
        N_("Perhaps it was met, perhaps not. Ask at the desk, or look at what is needed now."),
    ),
    ("offer", "expired"): (
        N_("The time of this offer is over."),
        N_("Ask at the desk whether it still stands, or look at what is offered now."),
    ),
    ("need", "hidden"): (
        N_("This need is not shown here."),
        N_("The stewards took it down. Ask at the desk."),
    ),
    ("offer", "hidden"): (
        N_("This offer is not shown here."),
        N_("The stewards took it down. Ask at the desk."),
    ),
    ("need", "erased"): (
        N_("This need was erased."),
        N_("Its words are gone, here and at the other spaces."),
    ),
    ("offer", "erased"): (
        N_("This offer was erased."),
        N_("Its words are gone, here and at the other spaces."),
    ),
    ("", "erased"): (
        N_("This post was erased."),
        N_("Its words are gone, here and at the other spaces."),
    ),
    ("", "waiting"): (
        N_("This post is still on its way to us."),
        N_("We know of it, but not yet its words. Come back soon, or ask at the desk."),
    ),
    ("need", "waiting"): (
        N_("This need is still on its way to us."),
        N_("We know of it, but not yet its words. Come back soon, or ask at the desk."),
    ),
    ("offer", "waiting"): (
        N_("This offer is still on its way to us."),
        N_("We know of it, but not yet its words. Come back soon, or ask at the desk."),
    ),
}
SINCE = {
    "met": N_("Met %(moment)s"),
    "withdrawn": N_("Taken back %(moment)s"),
    "expired": N_("Over since %(moment)s"),
}


def title(card: Card) -> str:
    return _(_words(card)[0])


def more(card: Card) -> str:
    return _(_words(card)[1])


def _words(card: Card) -> tuple[str, str]:
    """An erased post has no kind any more, and one that is on its way none yet."""
    kind = card.kind if card.kind in ("need", "offer", "") else "need"
    return WORDS.get((kind, card.status)) or WORDS.get(("need", card.status), WORDS[("need", "expired")])


def since(card: Card, now_ms: int) -> str:
    """Met today at 13:05. Where nobody kept the time, only how it stands."""
    ended = ended_ms(card)
    if card.status in SINCE and ended:
        return _(SINCE[card.status]) % {"moment": labels.moment(ended, now_ms)}
    return labels.state(card)


def ended_ms(card: Card) -> int:
    """When it ended, Unix milliseconds; 0 where that is not known."""
    return {"met": card.met_ms, "expired": card.expires_ms}.get(card.status, 0)
