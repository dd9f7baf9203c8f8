"""Commands of the desk about tickets: a new one for a lost one. Prints digits once; keeps none."""

from __future__ import annotations

import click

from node import intake
from node.commands.common import Failed, Here, common
from node.domain import codes, tickets
from node.domain.refusals import Refusals
from node.domain.wishes import ReplaceTicket
from node.run import Run
from node.storage import board
from node.storage.board import Card
from node.ticket_office import office_of


@click.command("reissue")
@click.argument("code")
@common
def reissue(here: Here, code: str) -> None:
    """Give out a new ticket for a post whose own was lost.

    CODE is the post's nine digits. The old ticket can then only erase, and says so to whoever holds it. What was sealed
    to the old one stays closed: nobody can open it without its digits.
    """
    with here.run(fresh=False) as run:
        card = _one(run, code)
        issued = office_of(run.settings.data).issue()
        try:
            intake.record(run, ReplaceTicket(card.id, issued.ticket.owner, issued.ticket.seal_to))
        except Refusals as refused:
            raise Failed("; ".join(problem.sentence for problem in refused.problems)) from None
    here.tell()
    here.say(f"The new ticket for {codes.shown(card.code)}: {tickets.shown(issued.digits)}")
    here.say("Write it down now: it is shown this once. The old ticket can only erase from now on.")


def _one(run: Run, code: str) -> Card:
    found = board.one(run.db(), code, run.clock_ms(), run.space_id)
    if not found:
        raise Failed(f"There is no post with the code {code} here.")
    if len(found) > 1:
        links = ", ".join(card.link for card in found)
        raise Failed(f"{len(found)} posts share this code. Give one of their links instead: {links}")
    return found[0]


COMMANDS = (reissue,)
