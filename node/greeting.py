"""What the terminal says when the node runs: where phones and other spaces reach it, and what still waits."""

from __future__ import annotations

import io

import qrcode

from node import addresses


def text(name: str, host_name: str, ports: list[int], peer_port: int, paper_on_disk: bool) -> str:
    """A few lines and a QR code of the phones' page. `host_name`: that it had last. `ports`: of the pages, the one from
    the settings first."""
    hosts = addresses.here()
    port = "" if 80 in ports else f":{ports[0]}"
    lines = [
        f"{name} is open.",
        f"  This screen     http://localhost:{ports[0]}/kiosk",
        *(f"  Phones          http://{host}{port}/" for host in hosts),
        f"  Phones, by name http://{host_name}{port}/  (`status` says when another board has this name)",
        *(f"  Other spaces    https://{host}:{peer_port}" for host in hosts),
    ]
    if not hosts:
        lines.append("  No network is up: phones can reach the board once there is one.")
    if paper_on_disk:
        lines.append("  The paper key is still on this machine: put it in the safe with the command `paper`.")
    return "\n".join([*lines, qr(f"http://{hosts[0] if hosts else host_name}{port}/"), "Press Ctrl-C to stop."])


def qr(address: str) -> str:
    """A code that fits into 80 columns, drawn with half blocks, light on dark."""
    code = qrcode.QRCode(border=2)
    code.add_data(address)
    out = io.StringIO()
    code.print_ascii(out=out, invert=True)
    return out.getvalue().rstrip("\n")
