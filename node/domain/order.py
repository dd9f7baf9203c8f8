"""In which order what spaces said about a post counts, and what the next one refers to. Pure; reads no payload."""

import heapq
from collections.abc import Iterable, Sequence

from node.domain.values import Said

REFS_LIMIT = 8


def each_once(said: Iterable[Said]) -> list[Said]:
    """One of each id, with its payload if any came with it."""
    told: dict[bytes, Said] = {}
    for one in said:
        if one.id not in told or told[one.id].payload is None:
            told[one.id] = one
    return list(told.values())


def heads(said: Iterable[Said], space: bytes = b"") -> tuple[bytes, ...]:
    """Ids of the space events that no other refers to: the refs of the next one, by this space. Of more than eight its
    own and the last: no crowd of others' words comes between what one space says first and next."""
    spoken = [one for one in each_once(said) if not one.owner]
    known = {ref for one in spoken for ref in one.refs}
    found = [one for one in in_order(spoken) if one.id not in known]
    return tuple(one.id for one in sorted(found, key=lambda one: one.space == space))[-REFS_LIMIT:]


def in_order(said: Sequence[Said]) -> list[Said]:
    """Topologically by refs, the smallest (ms, id) first (Kahn); refs to what is not here are ignored."""
    by_id = {one.id: one for one in said}
    waits = {one.id: {ref for ref in one.refs if ref in by_id} for one in said}
    followers: dict[bytes, list[bytes]] = {}
    for id_, refs in waits.items():
        for ref in refs:
            followers.setdefault(ref, []).append(id_)
    ready = [(by_id[id_].ms, id_) for id_, refs in waits.items() if not refs]
    heapq.heapify(ready)
    ordered = []
    while ready:
        _, id_ = heapq.heappop(ready)
        ordered.append(by_id[id_])
        for follower in followers.get(id_, ()):
            waits[follower].discard(id_)
            if not waits[follower]:
                heapq.heappush(ready, (by_id[follower].ms, follower))
    return ordered
