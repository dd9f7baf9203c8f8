"""Commands between spaces: connect two, exchange now, show the circle. What lasts is asked of the running node."""

from __future__ import annotations

import asyncio
from typing import Any

import click

from node import blocking, control, meeting, quotas
from node.blocking import NotBlocked
from node.commands.common import ANSWER_S, Failed, Here, common, many
from node.gate import pull_once
from node.run import Run
from sync import circle, introductions
from sync.address import read_address
from sync.handshake import Handover, PairingError
from sync.identity import shown

PULL_SECONDS = 3600.0
WHY = {
    "no-address": "no exchange: its address is not known, name it with `exchange ADDRESS`",
    "unreachable": "no exchange: nothing answers there, see that it runs and that both are in one network",
    "silent": "no exchange: it did not answer in time, try again",
    "handshake": "no exchange: it does not let this space in, connect the two again",
    "turned-away": "no exchange: it ends the line when it sees who calls; if that stays so, it has blocked this space",
    "somebody-else": "no exchange: another node answers at its address",
    "unaccepted": "no exchange: it does not accept this space, connect the two again",
    "busy": "no exchange: it has too much to do just now, try again",
    "no-room": "not all was taken: the disk here is nearly full",
    "fork": "not all was taken: one of its feeds tells two stories and was set aside",
}
NOT_SERVING = "The node is not serving on this folder: start it with `serve` and ask again."


@click.command()
@click.option("--show-code", is_flag=True, help="Open a window of five minutes and show six digits.")
@click.option("--code", metavar="NNNNNN", help="The six digits that the other space shows.")
@click.argument("address", required=False)
@common
def connect(here: Here, show_code: bool, code: str | None, address: str | None) -> None:
    """Connect this space with another one.

    At one space: connect --show-code. At the other: connect --code NNNNNN ADDRESS, with the address that the first
    one names, such as 10.0.0.5 or https://10.0.0.5:8081.
    """
    if show_code == bool(code):
        raise click.UsageError("Give one of --show-code (here) and --code NNNNNN ADDRESS (the digits from there).")
    if show_code:
        _show_code(here)
    elif address is None:
        raise click.UsageError("Say where the other space is: connect --code NNNNNN ADDRESS.")
    else:
        _type_code(here, str(code), address)


def _show_code(here: Here) -> None:
    try:
        answer = _ask(here, {"do": "pair"})
    except control.NotRunning:
        raise Failed(NOT_SERVING) from None
    here.say(str(answer["code"]))
    here.talk("Type these digits at the other space within five minutes: connect --code " + f"{answer['code']} ADDRESS")


def _type_code(here: Here, code: str, address: str) -> None:
    from sync import pairing_call  # the client is loaded by whoever calls somebody

    with here.run() as run:
        try:
            theirs = asyncio.run(pairing_call.pair(address, code, _ours(run)))
            meeting.join(run, theirs)
        except PairingError as error:
            raise Failed(str(error)) from None
    here.say(f"Connected with {theirs.name}. What is on one board now comes to the other by itself.")
    here.tell()


def _ours(run: Run) -> Handover:
    return circle.ours(run.db(), run.settings.data, run.identity, run.settings.peer_port)


@click.command()
@click.argument("address", required=False)
@common
def exchange(here: Here, address: str | None) -> None:
    """Fetch now what other spaces have.

    From all of them, or the one at ADDRESS; says what came."""
    try:
        where = read_address(address).text if address else None
    except PairingError as error:
        raise Failed(str(error)) from None
    here.talk(f"Asking {where or 'the other spaces'} …")
    reports = _reports(here, where)
    if not reports:
        raise Failed("There is no other space to exchange with yet: connect one with `connect --show-code`.")
    for report in reports:
        here.say(f"{report.get('name') or report.get('peer')}: {what_came(report)}")
    with here.run(fresh=False) as run:  # else "nothing new" would be all that is seen of who is over its quota
        for one in quotas.passed_over(run):
            here.say(f"{one.name}: {quotas.why(one)}")
    if any(report.get("error") for report in reports):
        raise click.exceptions.Exit(1)


def _reports(here: Here, where: str | None) -> list[dict[str, Any]]:
    """Of the running node, which knows best where the others are; else of a visit made now."""
    try:
        return list(_ask(here, {"do": "pull", "address": where}, PULL_SECONDS).get("reports", []))
    except control.NotRunning:
        with here.run(fresh=False) as run:
            return asyncio.run(pull_once(run, where))


def what_came(report: dict[str, Any]) -> str:
    """'12 new needs, 3 met, 1 erased', or why nothing came."""
    if report.get("error"):
        return WHY.get(report["error"], f"no exchange ({report['error']})")
    parts = [
        many(report.get("needs", 0), "new need"),
        many(report.get("offers", 0), "new offer"),
        f"{report.get('met', 0)} met",
        f"{report.get('erased', 0)} erased",
    ]
    came = [part for part in parts if not part.startswith("0 ")]
    if not came and report.get("entries"):
        return f"{many(report['entries'], 'new entry', 'new entries')}, no new posts"
    return ", ".join(came) or "nothing new"


@click.command("circle")
@click.option("--accept", metavar="SPACE", help="Accept a space that was introduced and waits.")
@common
def members(here: Here, accept: str | None) -> None:
    """Show the spaces of the circle, and those that wait to be accepted.

    Who pairs with one space is introduced to the others by it: five a week of one space are accepted, twenty in
    all, the others wait. `introductions = false` in node.toml lets all of them wait.
    """
    with here.run(fresh=False) as run:
        try:
            who = meeting.accept(run, accept).who.name if accept else ""
        except NotBlocked as error:
            raise Failed(str(error)) from None
        lines = [f"{one.name} · {shown(one.space)} · {one.state}" for one in blocking.others(run.db())]
        waiting = introductions.waiting(run.db())
    lines += [f"{one.who.name} · {shown(one.space)} · waits, introduced by {one.by_name}" for one in waiting]
    if who:
        here.talk(f"{who} is accepted. It accepts this space once it was introduced there too.")
        here.tell()
    here.say("\n".join(lines) or "No other space yet: connect one with `connect --show-code`.")


def _ask(here: Here, request: dict[str, Any], timeout: float = ANSWER_S) -> dict[str, Any]:
    """The running node's answer. Raises NotRunning."""
    answer = control.ask(here.settings.data, request, timeout)
    if answer.get("error"):
        raise Failed(f"The running node could not do that: {answer.get('why') or answer['error']}")
    return answer


COMMANDS = (connect, exchange, members)
