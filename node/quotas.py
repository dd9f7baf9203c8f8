"""What is said of a space that has brought as much as it may. Words only; counting is sync.quota's."""

from __future__ import annotations

from node.run import Run
from sync import quota
from sync.quota import Brought

WHY = {
    quota.DAY: "it has brought as much as a space may in a day, and the rest waits for tomorrow",
    quota.TOTAL: "it has brought as much as a space may in all, and nothing more of it is taken",
    quota.ROSTERS: "it names other machines more often than any space has to, and the rest waits for tomorrow",
    quota.TOMBSTONES: "it told of too many erased tickets that nobody has heard of, and the rest is left out",
}


def why(one: Brought) -> str:
    """Why something of it is passed over, and what helps, in one sentence."""
    return f"Passed over: {WHY[one.over]}; `quota --lift` takes it now."


def passed_over(run: Run) -> list[Brought]:
    """The spaces of which something is passed over now."""
    return [one for one in quota.read(run.db(), run.clock_ms()) if one.over]
