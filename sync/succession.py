"""Which nodes speak for a space, as the paper key says it: the next roster. Pure; reads and writes no file.

Source: sync/README, Rosters.
"""

from collections.abc import Iterable, Sequence

from sync import proofs
from sync.identity import Paper
from sync.proofs import Roster


def successor(paper: Paper, held: Iterable[bytes], nodes: Sequence[bytes], now_ms: int) -> bytes:
    """The roster that follows those of this space that are known (lines): these nodes speak from now on, and every
    other that was ever named is retired. Nodes are raw public keys."""
    space = paper.space_id()
    before = [roster for line in held if (roster := proofs.read_roster(line)).space == space]
    named = dict.fromkeys(key for roster in _by_number(before) for key in (*roster.retired, *roster.nodes))
    retired = [key for key in named if key not in nodes]
    number = max([now_ms, *(roster.number + 1 for roster in before)])
    return proofs.make_roster(paper.authority(), number, nodes, retired)


def _by_number(rosters: Iterable[Roster]) -> list[Roster]:
    return sorted(rosters, key=lambda roster: roster.number)


def newest(rosters: Iterable[bytes]) -> bytes:
    """The line with the highest number."""
    return max(rosters, key=lambda line: proofs.read_roster(line).number)
