"""What the commands about paper on walls say and keep."""

import stat

import pytest

from node import posters, wifi
from node.domain.wifi import Network
from node.settings import Settings
from node.start import open_run
from tests.cli.nodes import Node


def test_the_wifi_is_on_flyers_only_while_a_steward_allows_it(hall: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    open_run(Settings(data=hall.folder)).close()
    assert "no code for the Wi-Fi" in hall.does("wifi")
    monkeypatch.setattr("click.prompt", lambda *args, **more: "warm loaves")
    said = hall.does("wifi", "Guests", "--hidden")
    assert said == "Flyers let phones join Guests, with its passphrase (WPA), a hidden network.\n"
    assert wifi.read(hall.folder) == Network("Guests", "warm loaves", "WPA", hidden=True)
    assert stat.S_IMODE((hall.folder / wifi.FILE).stat().st_mode) == 0o600
    said = hall.does("wifi", "--off")
    assert "any more" in said and "Those that hang still let phones join: `flyers`" in said
    assert wifi.read(hall.folder) is None and "any more" not in hall.does("wifi", "--off")
    monkeypatch.setattr("click.prompt", lambda *args, **more: "short")
    refused = hall.run("wifi", "Guests")
    assert refused.status == 1 and "8 to 63" in refused.err and wifi.read(hall.folder) is None
    assert "which is open" in hall.does("wifi", "Guests", "--kind", "open")


def test_flyers_are_judged_by_the_port_at_which_the_board_was_started(
    hall: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = open_run(Settings(data=hall.folder, port=8090))
    posters.hang(run, [""], "Mill Lane")
    run.close()
    assert "Print these again" in hall.does("flyers")
    monkeypatch.setattr("node.control.ask", lambda folder, asked, *more: {"web_ports": [8090]})
    assert "These are well" in hall.does("flyers")


def test_flyers_that_hang_are_listed_and_forgotten(hall: Node) -> None:
    run = open_run(Settings(data=hall.folder))
    assert hall.does("flyers") == "No flyer is known to hang.\n"
    posters.hang(run, ["", "000000000"], "Mill Lane")
    run.close()
    said = hall.does("flyers")
    assert "Take these down" in said and "000-000-000  Mill Lane, since" in said and "our space  Mill Lane" in said
    assert "Flyers: 1 to take down. See `flyers`." in hall.does("status")
    assert "000-000-000" not in hall.does("flyers", "--down", "2")
    assert hall.run("flyers", "--down", "9").status == 1
