"""Commands with the paper key: the space goes on elsewhere, a machine is retired, another one joins. Words only."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import click

from node import certifying, machines, recovering
from node.commands.common import Failed, Here, common, held_alone, many, typed_paper
from node.restoring import NotRestored
from node.run import Run, now_ms
from node.settings import write_default
from node.start import OWN_NAMED, open_run
from sync.address import read_address
from sync.handshake import PairingError
from sync.identity import paper_on_disk
from sync.log import writing


@click.command()
@click.option("--from", "addresses", multiple=True, metavar="ADDRESS", help="A space that knows this one; repeatable.")
@click.option("--code", metavar="NNNNNN", default="", help="Six digits that `connect --show-code` shows there.")
@click.option("--stolen", is_flag=True, help="Somebody may have the old machine: what it says from now on is cut off.")
@click.option("--keep", is_flag=True, help="Leave the paper key on this machine.")
@common
def recover(here: Here, addresses: tuple[str, ...], code: str, stolen: bool, keep: bool) -> None:
    """Go on with only the paper key.

    In an empty folder: a new machine of the same space, those before it are retired, and what the spaces at --from
    hold comes back. With --code, which takes one --from, both are connected again at once, keys of the circle
    included. May be run again, with another --from.
    """
    if code and len(addresses) != 1:
        raise click.UsageError("--code takes one --from ADDRESS, of the space that shows the digits.")
    data = here.settings.data
    try:
        where = [read_address(each).text for each in addresses]
        paper = typed_paper()
        stolen = stolen or (sys.stdin.isatty() and click.confirm("May somebody else have the old machine?", err=True))
        data.mkdir(0o700, parents=True, exist_ok=True)
        with held_alone(data):
            recovering.succeed(data, paper, where, os.urandom, now_ms(), keep)
            _bring_back(here, where, code, stolen)
    except (NotRestored, PairingError) as error:
        raise Failed(str(error)) from None
    if not where:
        here.talk("Nobody was asked, so nothing came back yet: run it again with --from and another space's address.")
    elif not code:
        here.talk("To have the boards of the others again too: connect with each, `connect --show-code` there.")


def _bring_back(here: Here, addresses: list[str], code: str, stolen: bool) -> None:
    run = open_run(here.settings)
    try:
        here.say("This machine speaks for the space now; those before it are retired.")
        for address in addresses:
            came = recovering.fetch(run, address, code)
            here.say(f"{many(came, 'entry', 'entries')} came back from {address}")
        if stolen:
            machines.cut_off(run)
            here.say("What the old machine says from now on counts nowhere, once the others have heard of it.")
        _call_it(here, run)
    finally:
        run.close()


def _call_it(here: Here, run: Run) -> None:
    """By the name that it had, unless another one was given now."""
    name = here.settings.name if here.named else recovering.last_name(run) or here.settings.name
    with writing(run.db()):
        run.db().execute(OWN_NAMED, (name,))
    write_default(replace(here.settings, name=name))


@click.command()
@click.argument("node", metavar="NODE")
@click.option("--stolen", is_flag=True, help="Somebody may have it: what it says from now on is cut off.")
@common
def retire(here: Here, node: str, stolen: bool) -> None:
    """Take a machine of this space out of service.

    NODE is the beginning of its name in `status`. The paper key is asked for. For one that is retired already, --stolen
    cuts off what it says, as far as nothing of it is held here.
    """
    with here.run(fresh=False) as run:
        try:
            key = machines.named(run, node)
            if key in machines.roster(run).nodes:
                machines.retire(run, typed_paper(run.space_id), key)
            elif not stolen:
                raise Failed("It is retired already; --stolen cuts off what it says.")
        except machines.NotRetired as error:
            raise Failed(str(error)) from None
        if stolen:
            machines.cut_off(run)
    here.say("It speaks for the space no more." + (" What it says from now on counts nowhere." if stolen else ""))
    here.tell()


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--request", is_flag=True, help="On the new machine: write to FILE what it asks.")
@click.option("--accept", is_flag=True, help="On the new machine: take FILE.answer.")
@common
def certify(here: Here, file: Path, request: bool, accept: bool) -> None:
    """Let a second machine speak for this space.

    On the new one, in an empty folder: certify --request FILE, on a stick. Here, with the paper key: certify FILE,
    which writes FILE.answer beside it. On the new one: certify --accept FILE. What is for here they exchange too.
    """
    data, answer = here.settings.data, file.with_name(file.name + ".answer")
    try:
        if request:
            certifying.ask(data, file, os.urandom)
            here.say(f"Asked in {file}: carry it to the space's machine, and there `certify {file.name}`.")
        elif accept:
            name = certifying.accept(data, file if file.suffix == ".answer" else answer, now_ms())
            write_default(replace(here.settings, name=name))
            here.say(f"This machine speaks for {name} too: start it with `serve`.")
        else:
            key = certifying.asked(file)
            with here.run(fresh=False) as run:
                paper = paper_on_disk(data) or typed_paper(run.space_id)
                certifying.certify(run, paper, key, answer)
            here.say(f"Answered in {answer}: carry it back, and there `certify --accept {file.name}`.")
            here.tell()
    except FileNotFoundError as error:
        raise Failed(f"{error.filename} is not there.") from None
    except certifying.NotCertified as error:
        raise Failed(str(error)) from None


COMMANDS = (recover, retire, certify)
