"""Commands of the desk about tickets: a new one for a lost one. Prints digits once; keeps none."""

from __future__ import annotations

import click

from node import addresses, greeting, intake
from node.commands.asking import one_of_ours, sure, when
from node.commands.common import Failed, Here, common, many
from node.domain import codes, tickets
from node.domain.refusals import Refusals
from node.domain.values import Post
from node.domain.wishes import ReplaceTicket
from node.ticket_office import office_of

SATISFIED = "Are you satisfied that it is theirs? Ask what only who posted it can know; read nothing for that."


@click.command("reissue")
@click.argument("code")
@click.option("--yes", is_flag=True, help="Do not ask: it is theirs.")
@common
def reissue(here: Here, code: str, yes: bool) -> None:
    """Give out a new ticket for a post whose own was lost.

    CODE is the post's nine digits. The old ticket can then only erase, and says so to whoever holds it. What was sealed
    to the old one stays closed: nobody can open it without its digits.
    """
    with here.run(fresh=False) as run:
        post = one_of_ours(run, code, "a new ticket is given out")
        if not post.owner:
            raise Failed("This was posted without a ticket: it belongs to the stewards here.")
        shown = codes.shown(codes.code_of(post.id))
        here.talk(f"{shown}, {post.kind}, {post.category}, posted {when(post.ms)}.")
        if post.replaced:
            _tell_replaced(here, post)
        sure(SATISFIED, yes)
        issued = office_of(run.settings.data).issue()
        try:
            intake.record(run, ReplaceTicket(post.id, issued.ticket.owner, issued.ticket.seal_to))
        except Refusals as refused:
            raise Failed("; ".join(problem.sentence for problem in refused.problems)) from None
    here.tell()
    here.say(f"The new ticket for {shown}: {tickets.shown(issued.digits)}")
    here.talk(greeting.qr(f"http://{addresses.name(run.settings.data)}:{here.settings.port}/t#{issued.digits}"))
    here.talk("Write it down or photograph it now: it is shown this once. Then clear the screen.")
    here.talk("The old ticket can only erase from now on, and says so. Answers from before stay closed to the new one.")


def _tell_replaced(here: Here, post: Post) -> None:
    last = max(post.replaced, key=lambda one: one.ms)
    here.talk(
        f"Its ticket was replaced already, {many(len(post.replaced), 'time')}, last {when(last.ms)}. "
        "Whoever holds that one loses the post now: is somebody else asking for it?"
    )


COMMANDS = (reissue,)
