"""Sets of n as bits: of 30,000 posts some 12 KB, and two are compared within microseconds. Knows no table."""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from sync.log import SEQ_MASK
from sync.schema import FEED_SHIFT

Bits = dict[int, int]
"""Feed -> bits of its entries, since n counts within a feed; no feed without any."""

_SOME = re.compile(rb"[^\0]")
_SET = [[bit for bit in range(8) if byte >> bit & 1] for byte in range(256)]


def of(ns: Iterable[int]) -> Bits:
    feeds = itertools.groupby(sorted(ns), lambda n: n >> FEED_SHIFT)
    return {feed: _of([n & SEQ_MASK for n in theirs]) for feed, theirs in feeds}


def _of(seqs: Sequence[int]) -> int:
    """seqs: rising."""
    raw = bytearray(seqs[-1] // 8 + 1)
    for seq in seqs:
        raw[seq >> 3] |= 1 << (seq & 7)
    return int.from_bytes(raw, "little")


def both(one: Bits, other: Bits) -> Bits:
    shared = ((feed, one[feed] & other[feed]) for feed in one.keys() & other.keys())
    return {feed: bits for feed, bits in shared if bits}


def either(one: Bits, other: Bits) -> Bits:
    return {feed: one.get(feed, 0) | other.get(feed, 0) for feed in one.keys() | other.keys()}


def many(found: Bits) -> int:
    return sum(map(int.bit_count, found.values()))


def size(found: Bits) -> int:
    """Bytes, about."""
    return sum(bits.bit_length() // 8 + 100 for bits in found.values())


def ns(found: Bits) -> Iterator[int]:
    return (feed << FEED_SHIFT | seq for feed, bits in found.items() for seq in _seqs(bits))


def among(found: Bits, asked: Iterable[int]) -> Iterator[int]:
    """Those of these n that are in it, in their order."""
    raw = {feed: bits.to_bytes(bits.bit_length() // 8 + 1, "little") for feed, bits in found.items()}
    for n in asked:
        theirs, seq = raw.get(n >> FEED_SHIFT, b""), n & SEQ_MASK
        if seq >> 3 < len(theirs) and theirs[seq >> 3] >> (seq & 7) & 1:
            yield n


def _seqs(bits: int) -> Iterator[int]:
    empty = ((bits & -bits).bit_length() - 1) >> 3  # bytes before the first one: looking through them takes longest
    bits >>= 8 * empty
    raw = bits.to_bytes(bits.bit_length() // 8 + 1, "little")
    return (8 * (empty + at) + bit for at in map(re.Match.start, _SOME.finditer(raw)) for bit in _SET[raw[at]])
