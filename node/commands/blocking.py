"""Commands about a space that does harm: block it, let it in again, purge its words, change the circle's keys."""

from __future__ import annotations

import os

import click

from node import blocking
from node.blocking import NotBlocked
from node.commands.common import Failed, Here, common


@click.command()
@click.argument("space")
@click.option("--hide", is_flag=True, help="What it said until now leaves the board too.")
@common
def block(here: Here, space: str, hide: bool) -> None:
    """Take nothing more from SPACE, and answer it no more.

    SPACE is its name, or the beginning of its id. What it said until now stays, unless --hide. The other spaces
    see that it is blocked here and decide for themselves.
    """
    with here.run(fresh=False) as run:
        try:
            other = blocking.named(run, space)
            blocking.block(run, other, hide)
        except NotBlocked as error:
            raise Failed(str(error)) from None
    here.say(f"{other.name} is blocked: nothing comes from it any more, and it is told nothing.")
    here.talk("It knows the key of the tickets so far: `new-keys` makes another one, for the spaces that are left.")
    here.tell()


@click.command()
@click.argument("space")
@common
def unblock(here: Here, space: str) -> None:
    """Accept SPACE again; what it said meanwhile comes with the next exchange."""
    with here.run(fresh=False) as run:
        try:
            other = blocking.named(run, space)
            blocking.unblock(run, other)
        except NotBlocked as error:
            raise Failed(str(error)) from None
    here.say(f"{other.name} is accepted again. What it said, and what was purged, comes with the next exchange.")
    here.tell()


@click.command()
@click.argument("space")
@click.option("--yes", is_flag=True, help="Do not ask.")
@common
def purge(here: Here, space: str, yes: bool) -> None:
    """Take all words of a blocked SPACE off this disk. They leave older copies when these are replaced."""
    with here.run(fresh=False) as run:
        try:
            other = blocking.named(run, space)
            if not yes:
                click.confirm(f"Drop everything that {other.name} said here?", abort=True, err=True)
            blocking.purge(run, other)
        except NotBlocked as error:
            raise Failed(str(error)) from None
    here.say(f"The words of {other.name} are dropped here, and out of the files within a minute while the node serves.")
    here.tell()


@click.command("new-keys")
@common
def new_keys(here: Here) -> None:
    """Change the key from which new tickets of the circle derive; tickets so far keep working.

    After a space was blocked. The spaces that are left hear of it within the hour. One that still accepts the
    blocked space would pass the key on to it: `status` there says that it is blocked here.
    """
    with here.run(fresh=False) as run:
        blocking.change_keys(run, os.urandom)
    here.say("New tickets derive from a new key. Those given out before work as ever.")


COMMANDS = (block, unblock, purge, new_keys)
