"""What is new in the log, parted by how much is to be known of it: most entries name nothing, and need no object.

Reads what `take` and `writer` return; knows no table.
"""

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from sync.log import Held, HeldRun
from sync.schema import FEED_SHIFT

Bare = tuple[int, bytes, int, bytes | None]
"""(k, id, ms, payload) of an entry of the board that names neither post nor ticket: all that there is to know of it."""


class New(msgspec.Struct, frozen=True):
    """`bare`: entries of the board that name neither post nor ticket; `others`: all others; `counts`: how many there
    are of each feed, by its number."""

    bare: list[Bare]
    others: list[Held]
    counts: dict[int, int]


def part(runs: Iterable[Sequence[Held]]) -> New:
    """Of each run an object for those entries alone that need one."""
    new = New([], [], Counter())
    for run in runs:
        bare, others = _parted(run) if isinstance(run, HeldRun) else _parted_one_by_one(run)
        new.bare.extend(bare)
        new.others.extend(others)
        new.counts.update(_counts(run))
    return new


def _parted(held: HeldRun) -> tuple[list[Bare], list[Held]]:
    run, first, places = held.run, held.base | held.run.first, held.run.telling()
    bare: list[Bare] = list(zip(itertools.count(first), run.ids, run.times(), run.payloads, strict=False))
    if not places:
        return bare, []
    names_nothing = bytearray(b"\1" * len(run))
    for at in places:
        names_nothing[at] = 0
    others = map(Held, [first + at for at in places], run.some(places))
    return list(itertools.compress(bare, names_nothing)), list(others)


def _parted_one_by_one(held: Sequence[Held]) -> tuple[list[Bare], list[Held]]:
    bare: list[Bare] = []
    others: list[Held] = []
    for one in held:
        entry, header = one.entry, one.entry.header
        if header.post or header.owner or header.sys:
            others.append(one)
        else:
            bare.append((one.k, entry.id, header.ms, entry.payload))
    return bare, others


def _counts(run: Sequence[Held]) -> dict[int, int]:
    return (
        {run.base >> FEED_SHIFT: len(run)} if isinstance(run, HeldRun) else Counter(one.k >> FEED_SHIFT for one in run)
    )
