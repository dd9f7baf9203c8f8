"""What a rule is told besides the wish and the post. Pure: rules ask no clock and no database."""

import datetime

import msgspec

from node.domain.values import FAR_FUTURE_MS


class Facts(msgspec.Struct, frozen=True):
    """What a rule needs to know. `space`: where it is said; `zone`: of the people here; `expires_ms`: of the post;
    `owner`, `seal_to`: public keys of the ticket that speaks, b"" where the space itself does."""

    now_ms: int
    space: bytes
    zone: datetime.tzinfo = datetime.UTC
    expires_ms: int = FAR_FUTURE_MS
    owner: bytes = b""
    seal_to: bytes = b""

    @property
    def today(self) -> datetime.date:
        return datetime.datetime.fromtimestamp(self.now_ms / 1000, self.zone).date()
