"""From a wish to the event that grants it, or to Refusals with every problem at once. Pure: facts come as arguments.

A courtesy to the person (design §3): the fold is law, and keeps out what gets past this. Field names in refusals are
those of the wire and of forms, "for" being how many.
"""

from node.domain import about, opening
from node.domain.facts import Facts
from node.domain.limits import checked
from node.domain.refusals import Refusal, Refusals
from node.domain.values import Event, Post
from node.domain.wishes import OpenPost, Wish

__all__ = ["Event", "Facts", "Refusal", "Refusals", "decide"]


def decide(wish: Wish, post: Post | None, facts: Facts) -> Event:
    """What is to be said so that the wish comes true. `post`: what it is about. Raises Refusals."""
    if isinstance(wish, OpenPost):
        problems = opening.problems_of(wish, facts)
        return checked("post.opened", opening.state(wish, facts), problems, opening.seals(wish, facts))
    if post is None:
        raise Refusals([Refusal("post.unknown")])
    if post.erased:
        raise Refusals([Refusal("post.erased")])
    return about.rule(wish, post, facts)
