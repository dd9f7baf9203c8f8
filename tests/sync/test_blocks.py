"""What a space says of another that it blocks: one meaning in every order, and nobody is let in by odd words."""

import itertools

import pytest

from sync import blocks
from sync.blocks import Block
from sync.entry import b64

SPACE, FEED, OTHER = b"s" * 32, b"f" * 32, b"o" * 32
WORD = b64(SPACE).encode()


def block(number, heads=None, stands=True, purge=False):
    return Block(SPACE, number, stands, heads or {}, purge)


def holds(*said):
    """What is in force, the same in every order and however often it came."""
    found = [blocks.in_force([*order, *order])[SPACE] for order in itertools.permutations(said)]
    assert all(one == found[0] for one in found)
    return found[0]


def test_what_is_written_is_read():
    many = {bytes([at % 256, at // 256]) * 16: (at, b"i" * 32) for at in range(600)}
    parts = [blocks.read(payload) for payload in blocks.payloads(block(3, many))]
    assert len(parts) == 3 and holds(*parts) == block(3, many)
    assert all(len(payload) <= 32_768 for payload in blocks.payloads(block(3, many)))
    assert blocks.payloads(block(1)) == [b'{"event":"blocked","space":"%s","number":1}' % WORD]
    for one in (block(1), block(2, stands=False), block(3, purge=True)):
        assert [blocks.read(payload) for payload in blocks.payloads(one)] == [one]


def test_the_highest_number_holds_and_a_block_beats_its_lifting():
    assert holds(block(1, {FEED: (5, SPACE)}), block(2, stands=False)) == block(2, stands=False)
    assert holds(block(2, {FEED: (5, SPACE)}), block(2, stands=False)).stands
    assert holds(block(2, {FEED: (5, SPACE)}), block(2, {FEED: (9, SPACE), OTHER: (1, SPACE)})).heads == {
        FEED: (9, SPACE),
        OTHER: (1, SPACE),
    }


@pytest.mark.parametrize(
    "payload",
    [
        None,
        b"",
        b"[]",
        b'{"event":"blocked"}',
        b'{"event":"blocked","space":"x","number":1}',
        b'{"event":"blocked","space":"%s","number":-1}' % WORD,
        b'{"event":"cut-offs","node":"%s","heads":[]}' % WORD,
        b"[" * 30_000,
    ],
)
def test_what_nobody_understands_blocks_nobody(payload):
    assert blocks.read(payload) is None
