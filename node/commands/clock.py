"""The command about time: what this machine's clock says, who agrees, and a steward's word that it is right."""

from __future__ import annotations

import sqlite3
from datetime import datetime

import click

from node.commands.common import Here, common, many
from node.run import Run
from sync import circle, clocks
from sync.clocks import Moment, Seen

MINUTE_MS = 60_000
UNITS = ((24 * 60 * MINUTE_MS, "day"), (60 * MINUTE_MS, "hour"), (MINUTE_MS, "minute"))
NOT_SEEN = "not seen since this machine was started"


@click.command()
@click.option("--confirm", is_flag=True, help="Say that the time shown is right, until the machine is started again.")
@common
def clock(here: Here, confirm: bool) -> None:
    """Show the time here, and whether it can be trusted.

    It can while the clock of another space agrees within ten minutes, or a steward said so since the machine was
    started. Closed posts are erased only then. Nothing here sets a clock.
    """
    with here.run(fresh=False) as run:
        now = clocks.moment(run.clock_ms())
        if confirm:
            clocks.confirm(run.db(), now)
        for line in _in_words(run, now):
            here.say(line)


def _in_words(run: Run, now: Moment) -> list[str]:
    time = datetime.fromtimestamp(now.wall_ms / 1000).astimezone()
    seen = {each.node: each for each in clocks.seen(run.db(), now)}
    lines = [f"{time:%Y-%m-%d %H:%M:%S} {time:%Z} (UTC{time:%z})", *_of_peers(run.db(), seen)]
    if clocks.STEWARD in seen:
        lines.append(_of_steward(seen[clocks.STEWARD]))
    days = many(run.settings.keep_days, "day")
    if clocks.trusted(run.db(), now):
        return [*lines, f"The time can be trusted: posts are erased {days} after they were closed."]
    return [*lines, f"{NOT_TRUSTED} Closed posts, due after {days}, are not erased until then."]


NOT_TRUSTED = (
    "Nobody says that this time is right: exchange with another space, or, if it is right, say so with "
    "`clock --confirm`. If it is wrong, set it first."
)


def _of_peers(db: sqlite3.Connection, seen: dict[bytes, Seen]) -> list[str]:
    return [f"{peer.name}: {_of_peer(seen.get(peer.node))}" for peer in circle.peers(db)]


def _of_peer(seen: Seen | None) -> str:
    if seen is None:
        return NOT_SEEN
    ago = f"seen {_long(seen.ago_ms)} ago"
    if seen.agrees:
        return f"agrees, {ago}"
    if abs(seen.ahead_ms) <= clocks.AGREES_MS:
        return f"agreed, but {ago}"
    return f"{_long(abs(seen.ahead_ms))} {'ahead' if seen.ahead_ms > 0 else 'behind'}, {ago}"


def _of_steward(seen: Seen) -> str:
    said = f"A steward said {_long(seen.ago_ms)} ago that it is right"
    return f"{said}." if seen.agrees else f"{said}, but the clock was set since."


def _long(ms: int) -> str:
    """'3 days', '2 hours', 'less than a minute'."""
    found = ((ms // size, name) for size, name in UNITS if ms >= size)
    return next((many(count, name) for count, name in found), "less than a minute")


COMMANDS = (clock,)
