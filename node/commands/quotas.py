"""A command about what other spaces have brought here: show it, and let one bring more. Only words."""

from __future__ import annotations

import click

from node import blocking
from node.blocking import NotBlocked
from node.commands.common import Failed, Here, common, many
from node.quotas import why
from sync import log, proofs, quota
from sync.quota import Brought


@click.command("quota")
@click.option("--lift", metavar="SPACE", help="Let SPACE, its name or the beginning of its id, bring as much again.")
@common
def quotas(here: Here, lift: str | None) -> None:
    """Show how much each other space has brought here, and what was passed over for it.

    A space may bring 250,000 entries or 256 MiB a day, and 2,000,000 entries or 2 GiB in all. What is over it waits:
    for the next day, or for --lift."""
    with here.run(fresh=False) as run:
        if lift is not None:
            try:
                other = blocking.named(run, lift)
            except NotBlocked as error:
                raise Failed(str(error)) from None
            with log.writing(run.db()):
                quota.lift(run.db(), other.space)
                proofs.from_the_start(run.db())
            here.say(f"{other.name} may bring as much again; what was passed over comes with the next exchange.")
        else:
            brought = quota.read(run.db(), run.clock_ms())
            for one in brought:
                here.say(_line(one))
            if not brought:
                here.say("No other space has brought anything yet.")
    if lift is not None:
        here.tell()


def _line(one: Brought) -> str:
    size = f"{one.bytes / 1e6:.1f} MB"
    said = f"{one.name}: {many(one.entries, 'entry', 'entries')}, {size}, {one.today} of them today"
    times = f"; lifted {many(one.lifted, 'time')}" if one.lifted else ""
    return f"{said}{times}{f'. {why(one)}' if one.over else ''}"


COMMANDS = (quotas,)
