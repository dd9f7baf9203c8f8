"""Where somebody stands: at the touchscreen or with a phone, and by which addresses phones reach us."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection

from flask import request

KIOSK = "/kiosk"
ELSEWHERE = ("10.255.255.255", 9)  # never sent to: asking for a route tells our own address
NAME = "corkboard.local"


def at_kiosk() -> bool:
    """Is this one of the kiosk's pages?"""
    return request.path == KIOSK or request.path.startswith(f"{KIOSK}/")


def is_kiosk_address(address: str | None, kiosks: Collection[str]) -> bool:
    """The machine's own screen, or an address that the settings made a kiosk."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    plain = getattr(found, "ipv4_mapped", None) or found
    return plain.is_loopback or str(plain) in kiosks


def phone_path(path: str) -> str:
    """The phone's page that matches a kiosk page."""
    rest = path.removeprefix(KIOSK)
    return "/" if rest in ("", "/board") else rest


def own_address() -> str:
    """This machine's address on the Wi-Fi as text, "" when no network is up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(ELSEWHERE)
            found = str(probe.getsockname()[0])
        except OSError:
            return ""
    return "" if ipaddress.ip_address(found).is_loopback else found
