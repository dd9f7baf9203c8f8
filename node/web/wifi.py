"""What pages and flyers say of the Wi-Fi: its name, and its QR code where a steward opted in."""

from __future__ import annotations

from markupsafe import Markup

from node import wifi
from node.domain.wifi import qr_text
from node.web.languages import _
from node.web.pages import run
from node.web.qr import drawn


def name() -> str:
    """Of the network to join; "" where nobody has said."""
    network = wifi.read(run().settings.data)
    return network.name if network else run().settings.wifi


def qr() -> Markup | None:
    """Holds the passphrase, for everybody to read: only what a steward allowed is there to be drawn."""
    network = wifi.read(run().settings.data)
    return drawn(qr_text(network), _("QR code of our Wi-Fi")) if network else None
