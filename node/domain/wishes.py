"""What somebody wants to happen: imperative, one type for each wish, nothing checked yet. `decide` judges them."""

import msgspec


class OpenPost(msgspec.Struct, frozen=True):
    """`wanted`: for how many; `date`: "2026-05-31" with when="date"; `hours`: 0 lets `when` decide; `outside`: hash of
    the row it is imported from, `source` its id there; `at`: when it was first said, Unix milliseconds, 0 for now."""

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


class Edit(msgspec.Struct, frozen=True):
    """The post shall be as `state` says; its outside row, scope and time of opening stay."""

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
    post_id: bytes
    words: str = ""
    count: int = 1


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
    post_id: bytes


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
    | ConfirmPromise
    | ReleasePromise
    | SuggestOther
    | GiveThanks
)
Wish = OpenPost | AboutPost
