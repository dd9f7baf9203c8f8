"""What the domain speaks of: what was said about a post, and what a post is by now. Frozen values, no rules."""

from collections.abc import Mapping
from typing import Literal

import msgspec

FAR_FUTURE_MS = 2**53 - 1
"""The largest number that every parser of JSON reads alike."""

PromiseState = Literal["promised", "confirmed", "released"]


class Said(msgspec.Struct, frozen=True):
    """One entry about a post. `space`: who carried it; `ms`: Unix milliseconds by that space's clock, a claim; `owner`:
    the ticket that speaks, or b""; `refs`: what the writer had seen; `payload`: None where it is not held."""

    id: bytes
    space: bytes
    ms: int
    post: bytes
    owner: bytes
    refs: tuple[bytes, ...]
    payload: bytes | None


class Promise(msgspec.Struct, frozen=True):
    """Somebody commits to a post. `id`: of the entry, or of the ticket's body, that says so; `entry`: where its words
    are; `owner`: the helper's ticket or b""; `suggested`: another post that was offered instead."""

    id: bytes
    space: bytes
    ms: int
    count: int
    words: str
    state: PromiseState
    owner: bytes
    entry: bytes
    suggested: bytes = b""


class Translation(msgspec.Struct, frozen=True):
    """The words in another language. `entry`: where they are."""

    lang: str
    words: str
    space: bytes
    entry: bytes


class Answer(msgspec.Struct, frozen=True):
    """What was said to a promise, kept until all are known, since it may be folded before the promise itself."""

    promise: bytes
    state: str
    space: bytes
    owner: bytes
    by_poster: bool
    other: bytes = b""


class Post(msgspec.Struct, frozen=True):
    """A need or an offer by all that was said about it. `owner`: the poster's ticket or b""; `ms`: opened, as claimed;
    `since`: from when its `hours` run, as claimed in entry `since_from`; `wanted`: for how many; `met`: how many of
    them, last at `met_ms`; `words_from`: the entry with its words; `outside`: hash of the row it was imported from."""

    id: bytes
    home: bytes
    owner: bytes = b""
    ms: int = 0
    kind: str = ""
    category: str = ""
    words: str = ""
    lang: str = ""
    original: str = ""
    original_lang: str = ""
    when: str = "any"
    date: str = ""
    area: str = ""
    wanted: int = 1
    scope: str = "circle"
    standing: bool = False
    marks: tuple[str, ...] = ()
    hours: int = 0
    met: int = 0
    met_ms: int = 0
    withdrawn: bool = False
    erased: bool = False
    promises: tuple[Promise, ...] = ()
    hidden_by: tuple[tuple[bytes, str], ...] = ()
    outside: bytes = b""
    words_from: bytes = b""
    since: int = 0
    since_from: bytes = b""
    thanked: bool = False
    reports: tuple[tuple[bytes, str], ...] = ()
    translations: tuple[Translation, ...] = ()
    answers: tuple[Answer, ...] = ()


class Event(msgspec.Struct, frozen=True):
    """What is to be said: its kind and its fields, named as on the wire."""

    kind: str
    fields: Mapping[str, object]
