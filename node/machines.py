"""Who speaks for this space and who no more: rosters signed with the paper key, and how far old words count."""

from __future__ import annotations

from node import cutting, intake
from node.run import Run
from node.start import ROSTER_FILE
from sync import circle, log, proofs
from sync.cutoffs import CutOffs
from sync.identity import Paper, fingerprint, shown, write_file
from sync.log import Feed
from sync.proofs import Roster
from sync.succession import successor


def roster(run: Run) -> Roster:
    """The newest that is known of this space."""
    return proofs.read_roster(circle.own_roster(run.db()))


def is_retired(run: Run) -> bool:
    """True if this very machine speaks for the space no more."""
    return run.identity.public_key not in roster(run).nodes


def cut_off(run: Run) -> int:
    """Of every retired machine counts what is held here now, and nothing that comes later. How many machines."""
    retired = [fingerprint(key) for key in roster(run).retired]
    for node in retired:
        feeds = [feed for feed in log.feeds(run.db()) if feed.node == node and feed.state == "open" and feed.next]
        for scope in ("circle", "here"):
            heads = {feed.key: _head(feed) for feed in feeds if feed.scope == scope}
            if heads or scope == "circle":  # at least that nothing else counts
                cutting.name(run, CutOffs(node, heads), scope)
    return len(retired)


def _head(feed: Feed) -> tuple[int, bytes]:
    return feed.next - 1, feed.head


class NotRetired(Exception):
    """Nothing was changed. Its text is one sentence."""


def named(run: Run, beginning: str) -> bytes:
    """The public key of the machine whose name begins so, as `status` shows it. Raises NotRetired."""
    now, wanted = roster(run), "".join(beginning.upper().split())
    keys = [key for key in (*now.nodes, *now.retired) if shown(fingerprint(key)).replace(" ", "").startswith(wanted)]
    if len(keys) != 1 or not wanted:
        raise NotRetired(f"{len(keys)} machines of this space are named {beginning}: see `status`.")
    return keys[0]


def retire(run: Run, paper: Paper, key: bytes) -> None:
    """A new roster without this machine. Raises NotRetired for the one that this runs on: another must go on."""
    if key == run.identity.public_key:
        raise NotRetired("That is this very machine: retire it from another one, or `recover` elsewhere.")
    nodes = [each for each in roster(run).nodes if each != key]
    adopt(run, successor(paper, [circle.own_roster(run.db())], nodes, run.clock_ms()))


def adopt(run: Run, line: bytes) -> None:
    """This space's next roster, here and from here on elsewhere."""
    intake.bury(run, [line])
    write_file(run.settings.data / ROSTER_FILE, line)
