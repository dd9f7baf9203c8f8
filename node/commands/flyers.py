"""Commands about paper on walls: which Wi-Fi flyers let phones join."""

from __future__ import annotations

from typing import get_args

import click

from node import wifi
from node.commands.common import Failed, Here, common
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
            here.say("Flyers carry no code for the Wi-Fi any more." if wifi.forget(folder) else NONE)
            return
        if network:
            wifi.write(folder, _asked(network, kind, hidden))
        here.say(_in_words(wifi.read(folder)))


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


COMMANDS = (wifi_command,)
