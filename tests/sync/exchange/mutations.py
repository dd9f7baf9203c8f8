"""Bytes as a broken or hostile peer would send them: valid ones, spoiled in the ways that parsers stumble over."""

import random
import re
from collections.abc import Callable

HUGE = (b"9007199254740992", b"-1", b"1e400", b"0.0", b"01", b"1" * 5_000, b"null", b"true", b"NaN", b"[]", b"{}")
ODD = (b"\x00", b"\xff", b"\xed\xa0\x80", b"\\ud800", b"\r\n", b"\n", b'"', b"\\", b"\xe2\x80\xae", b"}", b"]", b",")
NUMBER = re.compile(rb"\d+")
FIELD = re.compile(rb'"\w+":[^,{}\[\]]+')


def _flipped(data: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << dice.randrange(8))]) + data[at + 1 :]


def _cut(data: bytes, dice: random.Random) -> bytes:
    return data[: dice.randrange(len(data))]


def _without(data: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(data))
    return data[:at] + data[at + dice.randrange(1, 40) :]


def _again(data: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(data))
    return data[:at] + data[at : at + dice.randrange(1, 400)] * dice.randrange(2, 20) + data[at:]


def _with_something_odd(data: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(data))
    return data[:at] + dice.choice(ODD) * dice.choice((1, 1, 3, 300)) + data[at:]


def _with_another_number(data: bytes, dice: random.Random) -> bytes:
    found = list(NUMBER.finditer(data))
    if not found:
        return data + b"0"
    one = dice.choice(found)
    return data[: one.start()] + dice.choice(HUGE) + data[one.end() :]


def _with_a_field_twice(data: bytes, dice: random.Random) -> bytes:
    found = list(FIELD.finditer(data))
    if not found:
        return b"[" + data
    one = dice.choice(found)
    return data[: one.end()] + b"," + one.group() + data[one.end() :]


def _deep(data: bytes, dice: random.Random) -> bytes:
    at, bracket = dice.randrange(len(data)), dice.choice((b"[", b'{"a":'))
    return data[:at] + bracket * dice.choice((30, 1_000, 100_000)) + data[at:]


def _turned_around(data: bytes, dice: random.Random) -> bytes:
    lines = data.split(b"\n")
    dice.shuffle(lines)
    return b"\n".join(lines)


WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flipped,
    _cut,
    _without,
    _again,
    _with_something_odd,
    _with_another_number,
    _with_a_field_twice,
    _deep,
    _turned_around,
)


def spoiled(data: bytes, dice: random.Random) -> bytes:
    """The same bytes with one to three things wrong."""
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        data = dice.choice(WAYS)(data or b"{}", dice)
    return data
