"""What the domain speaks of: what was said about a post, and what a post is by now. Frozen values, no rules."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from node.domain.sealed import Letter

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


class Promise(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody commits to a post. `id`: of the entry, or of the ticket's body, that says so; `owner`: the helper's
    ticket or b""; `suggested`: another post that was offered instead; `seal_to`: the helper's key for sealed words;
    `heard_ms`: when the poster last answered to it, as claimed; `spared`: released since whoever posted needs it no
    more, not given back."""

    id: bytes
    space: bytes
    ms: int
    count: int
    words: str
    state: PromiseState
    owner: bytes
    suggested: bytes = b""
    seal_to: bytes = b""
    heard_ms: int = 0
    thanked: bool = False
    spared: bool = False


class Sealed(msgspec.Struct, frozen=True):
    """Words in the thread of a promise, sealed: in each box the same, "" for who shall not read it. `owner`: the ticket
    that wrote them, the poster's or the helper's; `ms`: Unix milliseconds, a claim."""

    id: bytes
    promise: bytes
    owner: bytes
    by_poster: bool
    space: bytes
    ms: int
    to_poster: str = ""
    to_helper: str = ""
    to_stewards: str = ""


class Stop(msgspec.Struct, frozen=True):
    """One side wants no more words in a thread. `reported`: and asks the stewards to look at it."""

    promise: bytes
    owner: bytes
    by_poster: bool
    ms: int
    reported: bool
    to_stewards: str = ""


class Unsealing(msgspec.Struct, frozen=True):
    """A space opened the sealed words of a thread, and says so."""

    promise: bytes
    space: bytes
    ms: int
    reason: str


class Reported(msgspec.Struct, frozen=True):
    """Somebody asked the stewards to look at a post: at which space, when, and why. `ms`: a claim."""

    space: bytes
    ms: int
    reason: str


class Replaced(msgspec.Struct, frozen=True):
    """A space gave out a new ticket for an old one: where, and when by its clock."""

    old: bytes
    new: bytes
    space: bytes
    ms: int


class Translation(msgspec.Struct, frozen=True):
    """The words in another language, and which space has them so."""

    lang: str
    words: str
    space: bytes


class Answer(msgspec.Struct, frozen=True):
    """What was said to a promise, kept until all are known, since it may be folded before the promise itself."""

    promise: bytes
    state: str
    space: bytes
    owner: bytes
    by_poster: bool
    other: bytes = b""
    ms: int = 0


class Post(msgspec.Struct, frozen=True, gc=False):
    """A need or an offer by all that was said about it. `owner`: the poster's ticket or b""; `ms`: opened, as claimed;
    `since`: from when its `hours` run, as claimed in entry `since_from`; `wanted`: for how many; `met`: how many of
    them, last at `met_ms`; `words_from`: the entry with its words; `outside`: hash of the row it was imported from.

    `tickets`: the poster's, the one that counts last; `seal_to`: the key of that one for sealed words; `stewards`: that
    of its home's stewards, if they shall read them too; `reach`, `reach_stewards`: how to reach the poster, sealed to
    these two; `letters`, `stops`, `unsealed`: the threads of its promises."""

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
    reports: tuple[Reported, ...] = ()
    translations: tuple[Translation, ...] = ()
    answers: tuple[Answer, ...] = ()
    tickets: tuple[bytes, ...] = ()
    replaced: tuple[Replaced, ...] = ()
    seal_to: bytes = b""
    stewards: bytes = b""
    reach: str = ""
    reach_stewards: str = ""
    letters: tuple[Sealed, ...] = ()
    stops: tuple[Stop, ...] = ()
    unsealed: tuple[Unsealing, ...] = ()


class ToSeal(msgspec.Struct, frozen=True):
    """Words that become a box before they are said. `field`: of the event; `to`: public key of who may read them."""

    field: str
    letter: Letter
    to: bytes


class Event(msgspec.Struct, frozen=True):
    """What is to be said: its kind and its fields, named as on the wire; `seals`: words that must be sealed first."""

    kind: str
    fields: Mapping[str, object]
    seals: tuple[ToSeal, ...] = ()
