"""How a post stands when somebody looks: expired, hidden here, which promises still hold. Pure; the clock is handed in.

Nothing of this is stored: rows hold how long a post lasts, and by whom it is hidden (design §3).
"""

from collections.abc import Sequence
from typing import Literal

from node.domain.values import Promise

HOUR_MS = 3_600_000
Status = Literal["open", "partly", "met", "withdrawn", "expired", "hidden", "erased", "waiting"]

LAPSE_HOURS = {"now": 12, "today": 24, "week": 72, "date": 24 * 7, "any": 24 * 7}
"""After so long a promise that nobody confirmed lapses by itself."""


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


def holds(promise: Promise, when: str, now_ms: int) -> bool:
    """True for a promise that can still be counted on. One dated ahead of every clock holds no longer than others."""
    if promise.state == "promised":
        return abs(now_ms - promise.ms) < LAPSE_HOURS.get(when, LAPSE_HOURS["any"]) * HOUR_MS
    return promise.state == "confirmed"


def holding(promises: Sequence[Promise], when: str, now_ms: int) -> list[Promise]:
    """The promises that can still be counted on."""
    return [promise for promise in promises if holds(promise, when, now_ms)]
