"""Commands about paper on walls: where flyers hang, and which Wi-Fi they let phones join."""

from __future__ import annotations

from datetime import datetime
from typing import get_args

import click

from node import posters, wifi
from node.commands.common import Failed, Here, common, serving_now
from node.domain import codes
from node.domain.wifi import BadNetwork, Kind, Network


@click.command("wifi")
@click.argument("network", metavar="[NAME]", required=False)
@click.option("--kind", type=click.Choice(get_args(Kind)), default="WPA", help="WPA is also WPA2 and WPA3.")
@click.option("--hidden", is_flag=True, help="It does not announce its name.")
@click.option("--off", is_flag=True, help="Flyers carry no code for the Wi-Fi any more.")
@common
def wifi_command(here: Here, network: str | None, kind: Kind, hidden: bool, off: bool) -> None:
    """Show, set or take off the Wi-Fi code of flyers.

    The code holds the passphrase, and hangs where everybody reads it: so it is only there where you say so here.
    Choose a network for guests.
    """
    with here.run(fresh=False) as run:
        folder = run.settings.data
        if off:
            here.say(OFF if wifi.forget(folder) else NONE)
            return
        if network:
            wifi.write(folder, _asked(network, kind, hidden))
        here.say(_in_words(wifi.read(folder)))


OFF = """Flyers carry no code for the Wi-Fi any more.
Those that hang still let phones join: `flyers` says where. A new passphrase for the network ends that at once."""
NONE = "Flyers carry no code for the Wi-Fi: allow one with `wifi NAME`."


def _asked(name: str, kind: Kind, hidden: bool) -> Network:
    """The passphrase is asked for, so that it stands in no history of commands."""
    passphrase = "" if kind == "open" else click.prompt("Its passphrase", err=True)
    try:
        return Network(name, passphrase, kind, hidden)
    except BadNetwork as error:
        raise Failed(str(error)) from None


def _in_words(network: Network | None) -> str:
    if network is None:
        return NONE
    kept = "which is open" if network.kind == "open" else f"with its passphrase ({network.kind})"
    return f"Flyers let phones join {network.name}, {kept}{', a hidden network' if network.hidden else ''}."


@click.command("flyers")
@click.option("--down", "numbers", metavar="N", type=int, multiple=True, help="It was taken off the wall: forget it.")
@common
def flyers_command(here: Here, numbers: tuple[int, ...]) -> None:
    """Show where flyers hang, and which to take down or print again.

    Each is remembered when somebody says at the touchscreen, after printing, where it will hang."""
    with here.run(fresh=False) as run:
        for number in numbers:
            if not posters.take_down(run, number):
                raise Failed(f"No flyer {number} is remembered: see `flyers`.")
        serving_now(run)
        found = posters.hanging(run)
    for what, heading in HEADINGS.items():
        lines = [_line(each) for each in found if each.what == what]
        if lines:
            here.say("\n".join([heading, *lines]))
    if not found:
        here.say("No flyer is known to hang.")


HEADINGS = {
    "down": "Take these down, what they ask or offer is over:",
    "again": "Print these again, no address on them leads here any more:",
    "number": "Print these again when you can, their address in numbers has changed; the name still leads here:",
    "up": "These are well:",
}


def _line(hanging: posters.Hanging) -> str:
    poster = hanging.poster
    what = codes.shown(poster.link[: codes.CODE_LENGTH]) if poster.link else "our space"
    since = datetime.fromtimestamp(poster.ms / 1000).astimezone()
    why = f", {hanging.status}" if hanging.what == "down" else ""
    return f"  {poster.n}  {what}  {poster.place}, since {since:%Y-%m-%d}{why}"


COMMANDS = (wifi_command, flyers_command)
