"""How a post stands when somebody looks: expired, hidden here, which promises still hold. Pure; the clock is handed in.

Nothing of this is stored: rows hold how long a post lasts, and by whom it is hidden (design §3).
"""

from collections.abc import Sequence
from typing import Literal

from node.domain.values import Promise

HOUR_MS = 3_600_000
Status = Literal["open", "partly", "met", "withdrawn", "expired", "hidden", "erased", "waiting"]

PROMISE_DAYS = 7
"""After so many days a promise lapses by itself, if nothing followed and the space did not choose another number."""


def status(
    *,
    erased: bool,
    withdrawn: bool,
    hidden: bool,
    met: int,
    wanted: int,
    standing: bool,
    expires_ms: int,
    now_ms: int,
) -> Status:
    """What the page says first of all. `hidden`: by the space whose board this is. An offer that is always available
    is never used up."""
    if erased:
        return "erased"
    if hidden:
        return "hidden"
    if withdrawn:
        return "withdrawn"
    if met >= wanted and not standing:
        return "met"
    if expires_ms <= now_ms:
        return "expired"
    return "partly" if met and not standing else "open"


def holds(promise: Promise, now_ms: int, days: int = PROMISE_DAYS) -> bool:
    """True for a promise that can still be counted on: confirmed, or made or answered less than so many days ago. One
    dated ahead of every clock holds no longer than others."""
    if promise.state == "promised":
        lasting = days * 24 * HOUR_MS
        return any(abs(now_ms - ms) < lasting for ms in (promise.ms, promise.heard_ms))
    return promise.state == "confirmed"


def holding(promises: Sequence[Promise], now_ms: int, days: int = PROMISE_DAYS) -> list[Promise]:
    """The promises that can still be counted on."""
    return [promise for promise in promises if holds(promise, now_ms, days)]
