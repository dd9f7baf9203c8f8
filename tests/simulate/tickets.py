"""What holders of tickets do in a simulated circle: speak anywhere, at two places at once, through others, and erase.

Letters are left out: a seal takes its randomness from the system, and no history with one could be played again.
"""

from __future__ import annotations

from node import intake
from node.domain import bodies, tickets, wishes
from node.domain.refusals import Refusals
from node.domain.values import Event
from node.domain.wishes import OpenPost
from node.storage import board
from sync import proofs
from sync.proofs import make_tombstone
from sync.writer import Draft
from tests.simulate.actions import MOST_LOOKS, action
from tests.simulate.machine import Machine
from tests.simulate.world import Carried, Holder, World

CIRCLE_KEY = bytes(32)


@action(8)
def ticket_opens_a_post(world: World) -> str:
    machine, ticket = world.pick(), _new_ticket(world)
    post = bodies.post_id(ticket.owner)
    scope = "here" if world.dice.random() < 0.3 else "circle"
    recorded = intake.record(machine.run, _state(world, ticket, post, scope), ticket=ticket)
    world.acknowledges(machine, recorded.entry)
    world.holders.append(Holder(ticket, machine.space, post))
    world.posts.append(post)
    return f"{machine.name} {recorded.code}"


def _new_ticket(world: World) -> tickets.Ticket:
    return tickets.ticket(world.dice.randbytes(32), CIRCLE_KEY)


def _state(world: World, ticket: tickets.Ticket, post: bytes, scope: str = "circle") -> OpenPost:
    words = f"Medicine {world.word(ticket.owner, post)}"
    return OpenPost(kind="need", category="health", words=words, when="today", wanted=2, scope=scope)


@action(10)
def ticket_speaks(world: World) -> str:
    """About its own post, at any space that knows it."""
    if not world.holders:
        return ""
    machine, holder = world.pick(), world.dice.choice(world.holders[-4:])
    wish = _wish(world, holder)
    try:
        recorded = intake.record(machine.run, wish, ticket=holder.ticket)
    except Refusals as refused:
        return f"{machine.name} may not {type(wish).__name__}: {refused.problems[0].key}"
    world.acknowledges(machine, recorded.entry)
    return f"{machine.name} {type(wish).__name__} {recorded.code}"


def _wish(world: World, holder: Holder) -> wishes.AboutPost:
    choices: list[wishes.AboutPost] = [
        wishes.Edit(holder.post, _state(world, holder.ticket, holder.post)),
        wishes.MarkMet(holder.post, 1),
        wishes.Withdraw(holder.post),
        wishes.Renew(holder.post),
        wishes.GiveThanks(holder.post),
        wishes.Widen(holder.post),
    ]
    return world.dice.choice(choices)


@action(12)
def ticket_helps(world: World) -> str:
    """With another's post. Now and then a ticket is used at two places at once, and counts the same twice."""
    if not world.holders:
        return ""
    machine, holder = world.pick(), world.dice.choice(world.holders[-4:])
    about = world.dice.choice(world.known(machine))
    known = board.held(machine.db, about).post
    if known is not None and known.erased:
        return f"{machine.name} may not"
    event = Event("help.promised", {"words": f"At five {world.word(holder.owner, about)}"})
    counter = max(0, holder.counter - (world.dice.random() < 0.2))
    holder.counter = counter + 1
    payload = bodies.make(holder.ticket.signing, about, machine.space, counter, event)
    here = known is not None and known.scope == "here"
    world.carried.append(Carried(payload, about, holder.owner, machine.space if here else b""))
    return _carry(world, machine, world.carried[-1])


@action(10)
def words_are_carried_again(world: World) -> str:
    return _carry(world, world.pick(), world.dice.choice(world.carried)) if world.carried else ""


def _carry(world: World, machine: Machine, carried: Carried) -> str:
    """No space carries what it knows to be erased, nor what is for another space."""
    if proofs.is_erased(machine.db, carried.owner, carried.post) or carried.here not in (b"", machine.space):
        return f"{machine.name} may not"
    draft = Draft(carried.payload, carried.post, carried.owner)
    (held,) = machine.says([draft], "here" if carried.here else "circle")
    world.acknowledges(machine, held.entry.id)
    return machine.name


@action(2)
def ticket_is_replaced(world: World) -> str:
    """A steward gives out a new one; the holder of the old one goes on to speak all the same."""
    if not world.holders:
        return ""
    machine, old, ticket = world.pick(), world.dice.choice(world.holders), _new_ticket(world)
    try:
        recorded = intake.record(machine.run, wishes.ReplaceTicket(old.post, ticket.owner, ticket.seal_to))
    except Refusals as refused:
        return f"{machine.name} may not: {refused.problems[0].key}"
    world.acknowledges(machine, recorded.entry)
    world.holders.append(Holder(ticket, old.home, old.post))
    return f"{machine.name} {recorded.code}"


@action(8)
def ticket_erases(world: World) -> str:
    if not world.holders:
        return ""
    machine, holder = world.pick(), world.dice.choice(world.holders)
    line = make_tombstone(holder.ticket.signing)
    intake.bury(machine.run, [line])
    world.buried[holder.owner] = line
    return f"{machine.name} {holder.owner.hex()[:8]}"


@action(4)
def killed_while_erasing(world: World) -> str:
    if not world.holders:
        return ""
    machine, holder = world.pick(), world.dice.choice(world.holders)
    with machine.killed_after(world.dice.randrange(1, MOST_LOOKS)):
        intake.bury(machine.run, [make_tombstone(holder.ticket.signing)])
    return ""
