"""Where phones and other spaces reach this machine, as it is connected at this moment. Opens nothing."""

from sync import interfaces

HOST = "corkboard.local"


def here() -> list[str]:
    """IPv4 addresses of the real networks that this machine is in, of none that only containers see. Needs no route
    out of them: a Wi-Fi without internet has none."""
    return [ip for each in interfaces.usable() if not each.loopback for ip in each.v4 if not ip.startswith("169.254.")]
