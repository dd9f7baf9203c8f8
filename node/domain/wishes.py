"""What somebody wants to happen: imperative, one type for each wish, nothing checked yet. `decide` judges them."""

import msgspec

from node.domain.sealed import Letter


class OpenPost(msgspec.Struct, frozen=True):
    """`wanted`: for how many; `date`: "2026-05-31" with when="date"; `hours`: 0 lets `when` decide; `outside`: hash of
    the row it is imported from, `source` its id there; `at`: when it was first said, Unix milliseconds, 0 for now.

    With a ticket: `reach`: how to reach who posts it, which will be sealed; `stewards`: the key of the stewards here,
    if they may read sealed words."""

    kind: str = ""
    category: str = ""
    words: str = ""
    lang: str = ""
    when: str = "any"
    date: str = ""
    area: str = ""
    wanted: int = 1
    scope: str = "circle"
    standing: bool = False
    marks: tuple[str, ...] = ()
    hours: int = 0
    original: str = ""
    original_lang: str = ""
    outside: bytes = b""
    source: str = ""
    at: int = 0
    reach: str = ""
    stewards: bytes = b""


class Edit(msgspec.Struct, frozen=True):
    """The post shall be as `state` says; its outside row, scope and time of opening stay, and how to reach the poster
    unless `state` says that anew."""

    post_id: bytes
    state: OpenPost


class Renew(msgspec.Struct, frozen=True):
    """`hours`: 0 for as long as such a post lasts; `met`: how many stay met, -1 to let the fold say."""

    post_id: bytes
    hours: int = 0
    met: int = -1


class MarkMet(msgspec.Struct, frozen=True):
    """`count`: how many more are met, 0 for all that are left."""

    post_id: bytes
    count: int = 0


class Withdraw(msgspec.Struct, frozen=True):
    post_id: bytes


class Erase(msgspec.Struct, frozen=True):
    post_id: bytes
    reason: str = ""


class Hide(msgspec.Struct, frozen=True):
    post_id: bytes
    reason: str = ""


class Show(msgspec.Struct, frozen=True):
    post_id: bytes
    reason: str = ""


class Report(msgspec.Struct, frozen=True):
    post_id: bytes
    reason: str = ""


class Translate(msgspec.Struct, frozen=True):
    post_id: bytes
    lang: str
    words: str


class PromiseHelp(msgspec.Struct, frozen=True):
    """With a ticket `letter`, which only the other side will read; from a space `words`, for everybody."""

    post_id: bytes
    words: str = ""
    count: int = 1
    letter: Letter | None = None


class WriteBack(msgspec.Struct, frozen=True):
    """Words to the other side of a promise."""

    post_id: bytes
    promise: bytes
    letter: Letter


class StopWords(msgspec.Struct, frozen=True):
    """No more words in this thread. `reported`: and the stewards shall look at it; `why`: told to them alone."""

    post_id: bytes
    promise: bytes
    reported: bool = False
    why: str = ""


class OpenWords(msgspec.Struct, frozen=True):
    """The stewards opened a thread that they may read."""

    post_id: bytes
    promise: bytes
    reason: str


class ConfirmPromise(msgspec.Struct, frozen=True):
    post_id: bytes
    promise: bytes


class ReleasePromise(msgspec.Struct, frozen=True):
    post_id: bytes
    promise: bytes


class SuggestOther(msgspec.Struct, frozen=True):
    post_id: bytes
    promise: bytes
    other: bytes


class GiveThanks(msgspec.Struct, frozen=True):
    """`promise`: for which help; b"" for all of it."""

    post_id: bytes
    promise: bytes = b""


class Widen(msgspec.Struct, frozen=True):
    """What was for here shall be for the circle."""

    post_id: bytes


class ReplaceTicket(msgspec.Struct, frozen=True):
    """A steward gives out another ticket for a post whose own was lost. `new`: its public key."""

    post_id: bytes
    new: bytes
    seal_to: bytes


AboutPost = (
    Edit
    | Renew
    | MarkMet
    | Withdraw
    | Erase
    | Hide
    | Show
    | Report
    | Translate
    | PromiseHelp
    | WriteBack
    | StopWords
    | OpenWords
    | ConfirmPromise
    | ReleasePromise
    | SuggestOther
    | GiveThanks
    | Widen
    | ReplaceTicket
)
Wish = OpenPost | AboutPost
