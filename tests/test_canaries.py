"""Whoever looks for canaries must find them: in every disguise, at every offset, and nowhere else."""

import base64
import json
import os
from urllib.parse import quote

import pytest

from tests.canaries import ARABIC_MARK, MARK, NUMBER_MARK, Cage, seen_in, tickets_in

DISGUISES = {
    "utf-8": str.encode,
    "capitals": lambda word: word.upper().encode(),
    "utf-16-le": lambda word: word.encode("utf-16-le"),
    "utf-16-be": lambda word: word.encode("utf-16-be"),
    "base64": lambda word: base64.b64encode(word.encode()),
    "base64url": lambda word: base64.urlsafe_b64encode(b"?>" + word.encode()).rstrip(b"="),
    "base64, shifted": lambda word: base64.b64encode(b"xx" + word.encode()),
    "hexadecimal": lambda word: word.encode().hex().encode(),
    "HEXADECIMAL": lambda word: b"f" + word.encode().hex().upper().encode(),
    "percent": lambda word: quote(word, safe="").encode(),
    "every byte percent": lambda word: "".join(f"%{byte:02x}" for byte in word.encode()).encode(),
    "JSON": lambda word: json.dumps("".join(word)).encode(),
    "JSON, every letter": lambda word: "".join(f"\\u{ord(letter):04x}" for letter in word).encode(),
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_canary_is_seen_in_every_disguise(disguise):
    cage = Cage(1)
    for word, mark in ((cage.word(), MARK), (cage.arabic(), ARABIC_MARK), (cage.number(), NUMBER_MARK)):
        for before in (b"", b"a", b"\0\xff"):
            data = os.urandom(300) + before + DISGUISES[disguise](word) + b"\0" + os.urandom(300)
            assert mark.encode() in seen_in(data), (disguise, word)


def test_none_is_seen_where_none_is():
    assert seen_in(os.urandom(1 << 20)) == set()


def test_a_ticket_is_seen_in_a_row_and_in_groups_and_no_other_is():
    ticket, other = "4821093677153042", "1111222233334444"
    for shown in (ticket, ticket[:15], "4821 0936 7715 3042", "4821-0936-7715-3042", f"t=9{ticket}"):
        for disguise in ("utf-8", "utf-16-le", "base64", "percent"):
            data = b"x" + DISGUISES[disguise](shown)
            assert tickets_in(data, [ticket, other]) == {ticket}, (shown, disguise)
