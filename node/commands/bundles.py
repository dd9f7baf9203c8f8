"""Commands about sticks: fill one, take one in. Translate words into calls and results into sentences."""

from __future__ import annotations

from pathlib import Path

import click

from node import bundles
from node.bundles import NoBundle
from node.commands.circle import WHY, what_came
from node.commands.common import Failed, Here, check_place, common, many
from node.run import Run
from node.storage import spaces
from sync.bundle import NotABundle

ABSENT = (
    "not all was taken: what came before some of it is not here. Carry a file from here to there first, "
    "or let them write all of it with --whole."
)
FILE = click.Path(path_type=Path, dir_okay=False)


@click.group("bundle")
def bundle_group() -> None:
    """Exchange by a file: on a USB stick, or in anybody's phone.

    Whoever carries it cannot read it, and no change goes unnoticed."""


@bundle_group.command("export")
@click.argument("file", type=FILE)
@click.option("--to", metavar="SPACE", help="Only this space can open it; otherwise every space of the circle.")
@click.option("--whole", is_flag=True, help="With --to: also what that space is known to have.")
@common
def export_bundle(here: Here, file: Path, to: str | None, whole: bool) -> None:
    """Write what this node holds into FILE.

    With --to without what that space had when it made the last file that came from there."""
    check_place(file)
    with here.run(fresh=False) as run:
        space = _space(run, to) if to else bundles.THE_CIRCLE
        try:
            packed = bundles.make(run, file, space, here.progress("Writing"), whole)
        except NoBundle as error:
            raise Failed(str(error)) from None
        whom = spaces.name_of(run.db(), space) or "every space of the circle"
    size = f"{file.stat().st_size / 1e6:.1f} MB"
    held = f"{many(packed.entries, 'entry', 'entries')} of {many(packed.spaces, 'space')}"
    here.say(f"{file}: {held}, {size}, for {whom}.")
    here.talk(f"At the other space: bundle import {file.name}")


def _space(run: Run, name: str) -> bytes:
    """Raises Failed unless it is one that is connected."""
    found = spaces.called(run.db(), name)
    if len(found) == 1:
        return found[0]
    if found:
        raise Failed(f"{len(found)} spaces are called {name}: without --to each of the circle can open it.")
    known = ", ".join(spaces.names(run.db()))
    raise Failed(f"There is no space called {name} here. Known are: {known}.")


@bundle_group.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@common
def import_bundle(here: Here, file: Path) -> None:
    """Take in what is new in FILE.

    All of it is checked first. May be run again: what is here already is passed over."""
    with here.run(fresh=False) as run, file.open("rb") as held:
        try:
            came = bundles.take(run, held, here.progress("Taking in"))
        except NotABundle as error:
            raise Failed(str(error)) from None
    here.say(f"From {came.made_by or 'a machine that is not known here'}: {what_came({**came.report, 'error': ''})}")
    here.tell()
    if came.strange:
        here.talk(f"What {many(came.strange, 'space')} said that this one does not accept was passed over.")
    if why := came.report["error"]:
        raise Failed(ABSENT if why == "absent" else WHY.get(why, f"not all was taken ({why})"))


COMMANDS = (bundle_group,)
