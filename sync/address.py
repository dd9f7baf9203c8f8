"""Where a node answers, as people type it and as the peer table keeps it. Calls nobody."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from sync.handshake import BadAddress

PORT = 8081


@dataclass(frozen=True)
class Address:
    """Where to call, always by TLS. `text` is how the peer table keeps it."""

    host: str
    port: int

    @property
    def text(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"https://{host}:{self.port}"


def read_address(text: str) -> Address:
    """10.0.0.5, corkboard.local:8081, https://10.0.0.5/, [fe80::1%eth0]:8081, fe80::1 … Raises BadAddress."""
    text = text.strip()
    scheme, slashes, rest = text.partition("://")
    bare = rest if slashes else scheme
    if bare.count(":") > 1 and not bare.startswith("["):
        bare = f"[{bare}]"
    try:
        parts = urlsplit("//" + bare)
        host, port = parts.hostname or "", PORT if parts.port is None else parts.port
    except ValueError as error:
        raise BadAddress from error
    if not host or not port or "@" in bare or any(c.isspace() for c in host):
        raise BadAddress
    return Address(host, port)
