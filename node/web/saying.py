"""What the page of a ticket was asked to do: the fields of its one form, read into wishes. Pure; decides nothing.

Each thread has its own fields, named by its promise: so nothing that was typed beside another button gets lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import blake2b

import msgspec

from node.domain import codes
from node.domain.sealed import Letter
from node.domain.wishes import (
    AboutPost,
    ConfirmPromise,
    GiveThanks,
    MarkMet,
    PromiseHelp,
    ReleasePromise,
    Renew,
    StopWords,
    Widen,
    Withdraw,
    WriteBack,
)

TYPED = ("words", "reach", "tell", "why")  # fields of a thread
LONGEST = 4000  # characters kept of any field


class Asked(msgspec.Struct, frozen=True):
    """A button of the page. `do`: what; `promise`: in whose thread, b"" for the post itself; `count`: of how many;
    `words`, `reach`, `tell`, `why`: as typed in that thread."""

    do: str
    promise: bytes = b""
    count: int = 0
    words: str = ""
    reach: str = ""
    tell: bool = False
    why: str = ""


def name(field: str, promise: bytes) -> str:
    """What a field of a thread is called in the form."""
    return f"{field}-{codes.write_id(promise)}"


def asked(form: Mapping[str, str]) -> Asked:
    """The button that was pressed: "renew", "met 3", "write PROMISE"."""
    do, _, about = form.get("do", "").partition(" ")
    if do == "met":
        return Asked(do, count=int(about) if about.isascii() and about.isdecimal() and len(about) < 6 else -1)
    promise = _id(about)
    typed = {one: form.get(name(one, promise), "").strip()[:LONGEST] for one in TYPED}
    return Asked(do, promise, 0, typed["words"], typed["reach"], bool(typed["tell"]), typed["why"])


def _id(text: str) -> bytes:
    try:
        return codes.read_id(text)
    except ValueError:
        return b""


def typed(form: Mapping[str, str]) -> dict[str, str]:
    """Everything that stands in the fields of threads."""
    return {key: value[:LONGEST] for key, value in form.items() if key.partition("-")[0] in TYPED}


def once(form: Mapping[str, str], one: Asked) -> str:
    """The same button of the same page with the same words is one wish, however often it is pressed."""
    return blake2b("\n".join([form.get("key", ""), repr(one)]).encode(), digest_size=16).hexdigest()


def letter(one: Asked, known: str, lang: str, unsaid: str) -> Letter:
    """Words to the other side. known: how to reach the poster, as told when posting; unsaid: what stands for words
    where only a way to be reached is told."""
    reach = one.reach or (known if one.tell else "")
    return Letter(one.words or (unsaid if reach else ""), reach, lang)


WISHES: dict[str, Callable[[bytes, Asked, Letter], AboutPost]] = {
    "write": lambda post, one, letter: WriteBack(post, one.promise, letter),
    "confirm": lambda post, one, letter: ConfirmPromise(post, one.promise),
    "release": lambda post, one, letter: ReleasePromise(post, one.promise),
    "stop": lambda post, one, letter: StopWords(post, one.promise),
    "report": lambda post, one, letter: StopWords(post, one.promise, reported=True, why=one.why),
    "thank": lambda post, one, letter: GiveThanks(post, one.promise),
    "met": lambda post, one, letter: MarkMet(post, one.count),
    "unmet": lambda post, one, letter: Renew(post, met=0),
    "renew": lambda post, one, letter: Renew(post),
    "withdraw": lambda post, one, letter: Withdraw(post),
    "widen": lambda post, one, letter: Widen(post),
}


def again(post: bytes, count: int, letter: Letter) -> PromiseHelp:
    """The same promise once more, by who gave it back or let it lapse."""
    return PromiseHelp(post, count=count, letter=letter)
