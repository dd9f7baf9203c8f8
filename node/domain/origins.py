"""Which askers count as one. Pure; an address comes in as text, and what is answered is only hashed or compared."""

import ipaddress

PREFIX = 64  # of IPv6: within it a phone gives itself as many addresses as it likes


def counted_as(address: str) -> str:
    """One name for all addresses that one phone may have at once: the whole /64 of IPv6, IPv4 also inside IPv6. A
    room behind a router of its own, or on one IPv6 network, is one asker too."""
    if ":" not in address:  # as the system writes IPv4: asked of every connection
        return address
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    found = getattr(found, "ipv4_mapped", None) or found
    return str(found) if found.version == 4 else str(ipaddress.ip_network((found, PREFIX), strict=False))
