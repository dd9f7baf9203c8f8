"""Sets of n as bits are the same sets."""

from hypothesis import given
from hypothesis import strategies as some

from node.storage import bits

NS = some.sets(some.builds(lambda feed, seq: feed << 40 | seq, some.integers(0, 3), some.integers(0, 200)))


@given(NS, NS)
def test_what_is_in_both_or_in_either_is_found_again(one, other):
    first, second = bits.of(one), bits.of(other)
    assert sorted(bits.ns(first)) == sorted(one)
    assert bits.many(first) == len(one)
    assert bits.both(first, second) == bits.of(one & other)
    assert list(bits.among(first, other)) == [n for n in other if n in one]
    assert bits.either(first, second) == bits.of(one | other)
