"""Unpadded base64url, many words at a time: each has one spelling only. Pure; knows no entry.

Words one by one are entry.b64 and entry.unb64.
"""

import binascii
from collections.abc import Sequence

from sync.refusals import BadEntry

URL = bytes.maketrans(b"-_+/", b"+/-_")  # a swap: the wrong alphabet becomes the other wrong one and is noticed


def unb64_all(words: Sequence[str], length: int) -> list[bytes]:
    """Decodes many words of one length at once. Each is filled up with A to whole groups of four characters, so
    that bits beyond `length` must be zero and every word has one spelling only."""
    if not words:
        return []
    chars = -(-length * 8 // 6)
    fill = "A" * (-chars % 4)
    width = (chars + len(fill)) * 6 // 8
    if set(map(len, words)) != {chars}:
        raise BadEntry(f"a word of base64url has {chars} characters here")
    try:
        text = (fill.join(words) + fill).encode("ascii").translate(URL)
        data = binascii.a2b_base64(text, strict_mode=True)
    except (ValueError, UnicodeEncodeError) as error:
        raise BadEntry(str(error)) from None
    for extra in range(length, width):
        if data[extra::width].strip(b"\0"):
            raise BadEntry("a word of base64url has stray bits")
    return [data[at : at + length] for at in range(0, len(data), width)]


def column(words: Sequence[str]) -> list[bytes]:
    """Ids or keys, "" where there is none."""
    found = unb64_all([word for word in words if word], 32)
    if len(found) == len(words):
        return found
    left = iter(found)
    return [next(left) if word else b"" for word in words]


def few(words: Sequence[str]) -> list[bytes]:
    """As column(), of words that are mostly the same."""
    distinct = list(dict.fromkeys(words))
    known = dict(zip(distinct, column(distinct), strict=True))
    return [known[word] for word in words]
