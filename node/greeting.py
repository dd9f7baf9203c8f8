"""What the terminal says when the node runs: where phones reach the board. Knows addresses, opens nothing."""

from __future__ import annotations

import io

import ifaddr
import qrcode

HOST = "corkboard.local"
VIRTUAL = ("docker", "veth", "br-", "virbr", "lxc", "tun", "wg", "zt")  # nobody's phone is in these


def addresses() -> list[str]:
    """IPv4 addresses at which a phone may reach this machine, those of real networks only."""
    found = []
    for adapter in ifaddr.get_adapters():
        for each in adapter.ips:
            if isinstance(each.ip, str) and not each.ip.startswith(("127.", "169.254.")) and not _virtual(adapter.name):
                found.append(each.ip)
    return found


def _virtual(name: str) -> bool:
    return name.startswith(VIRTUAL)


def text(name: str, ports: list[int]) -> str:
    """A few lines and a QR code of the phones' page."""
    hosts = addresses()
    port = "" if 80 in ports else f":{ports[0]}"
    lines = [
        f"{name} is open.",
        f"  This screen     http://localhost:{ports[0]}/kiosk",
        *(f"  Phones          http://{host}{port}/" for host in hosts),
        f"  Phones, by name http://{HOST}{port}/",
    ]
    if not hosts:
        lines.append("  No network is up: phones can reach the board once there is one.")
    return "\n".join([*lines, qr(f"http://{hosts[0] if hosts else HOST}{port}/"), "Press Ctrl-C to stop."])


def qr(address: str) -> str:
    """A code that fits into 80 columns, drawn with half blocks, light on dark."""
    code = qrcode.QRCode(border=2)
    code.add_data(address)
    out = io.StringIO()
    code.print_ascii(out=out, invert=True)
    return out.getvalue().rstrip("\n")
