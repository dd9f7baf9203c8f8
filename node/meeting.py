"""Two spaces have paired: what follows on this side. The pairing itself is sync's."""

from __future__ import annotations

from node import blocking, cutting
from node.run import Run
from sync import circle
from sync.handshake import Handover


def join(run: Run, theirs: Handover) -> None:
    """Accepts the space that was paired with, one that was blocked too: so it comes back. Raises BadHandover."""
    space = circle.join(run.db(), run.settings.data, theirs, run.clock_ms())
    blocking.lift(run, space)
    cutting.joined(run)
