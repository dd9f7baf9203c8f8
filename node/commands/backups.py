"""Commands about copies: make one, put one back. Translate words into calls and results into sentences."""

from __future__ import annotations

import os
from pathlib import Path

import click

from node import backup, backup_news, restoring, scrub
from node.backup import Backup
from node.commands.common import Failed, Here, common, held_alone, many, typed_paper
from node.run import DATABASE_FILE, now_ms
from sync import identity
from sync.entry import unb64
from sync.identity import Paper


@click.command("backup")
@click.argument("folder", required=False, type=click.Path(path_type=Path), metavar="[DIR]")
@common
def backup_command(here: Here, folder: Path | None) -> None:
    """Make a copy that can be put back.

    In DIR, or the folder in the settings. The node may go on serving. The copy is read again whole before it counts;
    of older ones the last of each of seven days and four weeks stay, and what was erased since goes out of them.
    """
    with here.run(fresh=False) as run:
        data, where = run.settings.data, folder or backup.folder_of(run)
        try:
            made = backup.make(run, where, here.progress)
        except backup.BackupFailed as error:
            backup_news.failed(data, run.clock_ms(), str(error))
            raise Failed(str(error)) from None
        backup_news.went_well(data, made)
        older = [each for each in (*backup.all_in(where), *data.glob(f"{restoring.ASIDE}*")) if each != made.path]
        for unread in scrub.scrub(data / DATABASE_FILE, older):
            here.talk(f"{unread} cannot be read, so what was erased since may still be in it: delete it.")
    here.say(f"Saved and read again: {many(made.posts, 'post')}, {many(made.entries, 'entry', 'entries')}, {made.path}")
    here.talk("Nobody can guess tickets or speak for the space with it. It shows the board: keep it in a safe place.")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="DIR")
@click.option("--over", is_flag=True, help="Into a folder that is in use; what is there is kept aside.")
@common
def restore(here: Here, folder: Path, over: bool) -> None:
    """Put a copy back.

    DIR is one copy, or the folder with all of them: then the last. In an empty folder the space's paper key is asked
    for, since no copy holds a node's key. What came after the copy comes back from the other spaces by itself.
    """
    data = here.settings.data
    if restoring.holds_something(data) and not over:
        raise Failed(f"{data} is in use: give --over to put the copy in its place; what is there is kept aside.")
    data.mkdir(0o700, parents=True, exist_ok=True)
    with held_alone(data):
        try:
            copy = restoring.chosen(folder)
            paper = None if restoring.own_node(data, copy) else _paper(data, copy)
            aside = restoring.restore(data, copy, paper, os.urandom, now_ms(), here.progress)
        except (backup.BackupFailed, restoring.NotRestored) as error:
            raise Failed(str(error)) from None
    _say_what_was_done(here, copy, aside, paper)


def _paper(data: Path, copy: Backup) -> Paper:
    return identity.paper_on_disk(data) or typed_paper(unb64(copy.space, 32))


def _say_what_was_done(here: Here, copy: Backup, aside: Path | None, paper: Paper | None) -> None:
    here.say(f"Put back: {many(copy.posts, 'post')}, {many(copy.entries, 'entry', 'entries')}, from {copy.path}")
    if paper:
        here.talk("This machine speaks for the space from now on; those before it are retired.")
    if aside:
        here.talk(f"What was here before is in {aside}: delete it when all is well.")
    here.talk("Start it with `serve`: what was written since comes back from the other spaces by itself.")


COMMANDS = (backup_command, restore)
