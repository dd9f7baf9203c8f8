"""Where somebody stands: at the touchscreen, at the desk, or with a phone."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection

from flask import request

KIOSK, DESK = "/kiosk", "/desk"


def at_kiosk() -> bool:
    """Is this one of the kiosk's pages?"""
    return request.path == KIOSK or request.path.startswith(f"{KIOSK}/")


def at_desk() -> bool:
    """Is this one of the stewards' pages?"""
    return request.path == DESK or request.path.startswith(f"{DESK}/")


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
