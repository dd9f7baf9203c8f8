"""THE registry of what may be said about a post: name, help, who may, fields with their limits, fold step. Pure.

Reading, the fold, `decide`, form limits and the documentation table all work from KINDS; nothing else lists kinds.
"""

import datetime
from typing import Any

import msgspec

from node.domain import text
from node.domain.codes import read_id, write_id
from node.domain.registry import HELPER, HOME, KINDS, SPACE, TICKET, By, Field, Kind, Who, kind
from node.domain.sealed import BOX_LIMIT
from node.domain.values import FAR_FUTURE_MS, Answer, Post, Promise, Reported, Sealed, Stop, Translation, Unsealing

__all__ = ["KINDS", "By", "Field", "Kind", "Who"]

CATEGORIES = (
    *("food", "water", "shelter", "clothing", "health", "transport", "childcare", "company", "money"),
    *("papers", "tools", "learning", "phone", "safety", "other"),
)
POST_KINDS = ("need", "offer")
WHENS = ("now", "today", "week", "date", "any")
SCOPES = ("circle", "here")
MARKS = ("no-papers", "step-free", "women-only", "halal", "vegetarian", "children-welcome", "free", "delivery", "quiet")
WORDS_LIMIT = 1000
LONGEST_HOURS = 24 * 400


_SLUG = r"^[a-z][a-z0-9-]{0,23}\Z"
_ID = r"^[A-Za-z0-9_-]{43}\Z"
_LANG = r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?\Z"
_HASH = r"^([A-Za-z0-9_-]{22}|[A-Za-z0-9_-]{43})?\Z"
_BOX = r"^[A-Za-z0-9_-]*\Z"
_DATE = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?\Z"


def _choice(help: str, choices: tuple[str, ...], closed: bool = False, **more: Any) -> Field:
    return Field(str, help, max=24, choices=choices, closed=closed, pattern=_SLUG, **more)


def _words(help: str, most: int, required: bool = False) -> Field:
    return Field(str, help, min=int(required), max=most, required=required)


def _an_id(help: str, required: bool = True) -> Field:
    return Field(str, help, max=43, pattern=_ID if required else rf"{_ID}|^\Z", required=required)


def _a_box(help: str) -> Field:
    return Field(str, help, max=BOX_LIMIT, pattern=_BOX)


_KEY = Field(str, "public key to which words for this ticket are sealed", max=43, pattern=rf"{_ID}|^\Z")
_BOXES = {
    "to_poster": _a_box("the words, sealed to who posted it"),
    "to_helper": _a_box("the same words, sealed to who promised"),
    "to_stewards": _a_box("the same words, sealed to the stewards of the home space"),
}
_AT = Field(int, "when, Unix milliseconds; the entry's time if absent", 0, FAR_FUTURE_MS)
_COUNT = Field(int, "how many", 1, 999, default=1)
_REASON = _words("why, for everybody to read", 300)
STATE: dict[str, Field] = {
    "kind": _choice("a need or an offer", POST_KINDS, closed=True, required=True),
    "category": _choice("what it is about", CATEGORIES, required=True),
    "words": _words("the neighbour's own words", WORDS_LIMIT, required=True),
    "lang": Field(str, "language of the words", max=24, pattern=_LANG),
    "original": _words("the words before they were translated", WORDS_LIMIT),
    "original_lang": Field(str, "language of the original", max=24, pattern=_LANG),
    "when": _choice("when it is needed or there", WHENS, default="any"),
    "date": Field(str, "the day, 2026-05-31", max=10, pattern=_DATE),
    "area": _words("coarse, from the space's own list", 60),
    "for": Field(int, "for how many", 1, 999, default=1, name="wanted"),
    "scope": _choice("who sees it", SCOPES, closed=True, default="circle"),
    "standing": Field(bool, "an offer that is not used up"),
    "marks": Field(tuple, "no papers needed, step-free, women only…", max=12, choices=MARKS, pattern=_SLUG),
    "hours": Field(int, "how long it stays up", 1, LONGEST_HOURS, default=24 * 30),
    "outside": Field(str, "hash of the row it was imported from", max=43, pattern=_HASH),
    "source": _words("its id where it was imported from", 120),
    "at": _AT,
    "seal_to": _KEY,
    "stewards": Field(str, "key of its home's stewards, if they may read sealed words", max=43, pattern=rf"{_ID}|^\Z"),
    "reach": _a_box("how to reach the poster, sealed to the poster's own key"),
    "reach_stewards": _a_box("the same, sealed to the stewards"),
}


@kind("post.edited", "It is now this: the whole new state, time of opening included.", TICKET, STATE)
@kind("post.opened", "Somebody needs or offers something.", TICKET, STATE)
def state(post: Post, event: Any, by: By) -> Post:
    """The state of the one opening or edit that counts; the fold applies no other, and applies it first."""
    ms = event.at or by.ms
    return Post(
        post.id,
        post.home,
        post.owner,
        ms,
        event.kind,
        event.category if event.category in _KNOWN_CATEGORIES else "other",
        text.clean(event.words),
        event.lang,
        text.clean(event.original) if event.original else "",
        event.original_lang,
        event.when if event.when in WHENS else "any",
        _date(event.date) if event.date else "",
        text.clean_line(event.area) if event.area else "",
        event.wanted,
        event.scope,
        event.standing,
        event.marks,
        event.hours,
        outside=read_id(event.outside) if event.outside else b"",
        words_from=by.entry,
        since=ms,
        since_from=by.entry,
        tickets=post.tickets,
        replaced=post.replaced,
        seal_to=post.seal_to or (read_id(event.seal_to) if event.seal_to else b""),
        stewards=read_id(event.stewards) if event.stewards else b"",
        reach=event.reach,
        reach_stewards=event.reach_stewards,
    )


_KNOWN_CATEGORIES = frozenset(CATEGORIES)


def _date(day: str) -> str:
    """The day, or nothing where no calendar has it."""
    try:
        return datetime.date.fromisoformat(day).isoformat()
    except ValueError:
        return ""


@kind(
    "post.renewed",
    "It is still needed, or still there: its time runs anew; what was met or taken back is open again.",
    TICKET | HOME,
    hours=Field(int, "how long it stays up from now; as before if absent", 0, LONGEST_HOURS),
    met=Field(int, "how many stay met; if absent as many as before, none where all were", 0, 999, default=-1),
    at=_AT,
)
def renewed(post: Post, event: Any, by: By) -> Post:
    met = min(event.met, post.wanted) if event.met >= 0 else post.met % post.wanted
    return msgspec.structs.replace(
        post,
        since=event.at or by.ms,
        since_from=by.entry,
        hours=event.hours or post.hours,
        met=met,
        met_ms=post.met_ms if met else 0,
        withdrawn=False,
    )


@kind("post.met", "Somebody's need was met, or an offer was used.", TICKET | HOME, count=_COUNT, at=_AT)
def met(post: Post, event: Any, by: By) -> Post:
    return msgspec.structs.replace(
        post, met=min(post.met + event.count, post.wanted), met_ms=max(post.met_ms, event.at or by.ms)
    )


@kind("post.withdrawn", "It is not needed, or not there, any more.", TICKET | HOME)
def withdrawn(post: Post, event: Any, by: By) -> Post:
    return msgspec.structs.replace(post, withdrawn=True)


@kind("post.erased", "Its home space erases it: hidden at once, dropped after seven days.", HOME, reason=_REASON)
def erased(post: Post, event: Any, by: By) -> Post:
    return msgspec.structs.replace(post, erased=True)


@kind(
    "post.translated",
    "The words in another language.",
    TICKET | SPACE,
    lang=Field(str, "language of these words", max=24, pattern=_LANG, required=True),
    words=_words("the words", WORDS_LIMIT, required=True),
)
def translated(post: Post, event: Any, by: By) -> Post:
    others = tuple(one for one in post.translations if one.lang != event.lang)
    one = Translation(event.lang, text.clean(event.words), by.space)
    return msgspec.structs.replace(post, translations=(*others, one))


@kind("post.widened", "It was for one space; now the circle sees it.", TICKET)
def widened(post: Post, event: Any, by: By) -> Post:
    return msgspec.structs.replace(post, scope="circle")


@kind("post.reported", "A neighbour asks the stewards to look at it.", HELPER | SPACE, reason=_REASON, at=_AT)
def reported(post: Post, event: Any, by: By) -> Post:
    one = Reported(by.space, event.at or by.ms, text.clean_line(event.reason))
    return msgspec.structs.replace(post, reports=(*post.reports, one))


@kind(
    "help.promised",
    "Somebody commits to it.",
    HELPER | SPACE,
    {
        "words": _words("what a space will do, for everybody to read", 300),
        "count": _COUNT,
        "at": _AT,
        "seal_to": _KEY,
        **_BOXES,
    },
)
def promised(post: Post, event: Any, by: By) -> Post:
    ms, words, seal_to = event.at or by.ms, text.clean(event.words), read_id(event.seal_to)
    promise = Promise(
        by.id, by.space, ms, event.count, words, "promised", by.owner, seal_to=seal_to if by.owner else b""
    )
    post = msgspec.structs.replace(post, promises=(*post.promises, promise))
    return _lettered(post, write_id(by.id), event, by) if by.owner and event.to_helper else post


@kind("help.confirmed", "The poster counts on this promise.", TICKET | HOME, promise=_an_id("which"))
def confirmed(post: Post, event: Any, by: By) -> Post:
    return _answered(post, event.promise, "confirmed", by)


@kind(
    "help.released",
    "A promise is given back, or not needed any more.",
    TICKET | HELPER | HOME | SPACE,
    promise=_an_id("which"),
)
def released(post: Post, event: Any, by: By) -> Post:
    return _answered(post, event.promise, "released", by)


@kind(
    "help.suggested",
    "Who promised the same is offered another post instead.",
    TICKET | HOME,
    promise=_an_id("which"),
    post=_an_id("the other post"),
)
def suggested(post: Post, event: Any, by: By) -> Post:
    return _answered(post, event.promise, "suggested", by, read_id(event.post))


def _answered(post: Post, promise: str, state: str, by: By, other: bytes = b"") -> Post:
    by_poster = bool(by.roles & (TICKET | HOME))
    answer = Answer(read_id(promise), state, by.space, by.owner, by_poster, other, by.ms)
    return msgspec.structs.replace(post, answers=(*post.answers, answer))


@kind(
    "words.sealed",
    "Words between poster and helper; in the log there is only ciphertext.",
    TICKET | HELPER,
    {"promise": _an_id("in which thread"), "at": _AT, **_BOXES},
)
def sealed(post: Post, event: Any, by: By) -> Post:
    return _lettered(post, event.promise, event, by)


def _lettered(post: Post, promise: str, event: Any, by: By) -> Post:
    """Whether this ticket may speak in this thread is settled when all promises are known."""
    boxes = (event.to_poster, event.to_helper, event.to_stewards)
    one = Sealed(by.id, read_id(promise), by.owner, bool(by.roles & TICKET), by.space, event.at or by.ms, *boxes)
    return msgspec.structs.replace(post, letters=(*post.letters, one))


@kind(
    "words.stopped",
    "One side wants no more words in this thread, and may ask the stewards to look at it.",
    TICKET | HELPER,
    promise=_an_id("which thread"),
    reported=Field(bool, "the stewards are asked to look at it"),
    at=_AT,
    to_stewards=_a_box("why, sealed to the stewards of the home space"),
)
def stopped(post: Post, event: Any, by: By) -> Post:
    one = Stop(
        read_id(event.promise),
        by.owner,
        bool(by.roles & TICKET),
        event.at or by.ms,
        event.reported,
        event.to_stewards,
    )
    return msgspec.structs.replace(post, stops=(*post.stops, one))


@kind(
    "words.opened",
    "The stewards of its home opened sealed words, and say so.",
    HOME,
    promise=_an_id("in which thread"),
    reason=_REASON,
)
def opened(post: Post, event: Any, by: By) -> Post:
    one = Unsealing(read_id(event.promise), by.space, by.ms, text.clean_line(event.reason))
    return msgspec.structs.replace(post, unsealed=(*post.unsealed, one))


@kind("thanks.given", "Appreciation, without scores.", TICKET | HOME, promise=_an_id("for which help", required=False))
def thanked(post: Post, event: Any, by: By) -> Post:
    post = msgspec.structs.replace(post, thanked=True)
    return _answered(post, event.promise, "thanked", by) if event.promise else post


@kind("post.hidden", "A space takes it off its own board, and says why.", SPACE, reason=_REASON)
def hidden(post: Post, event: Any, by: By) -> Post:
    hidden_by = (*_hidden_by_others(post, by), (by.space, text.clean_line(event.reason)))
    return msgspec.structs.replace(post, hidden_by=hidden_by)


@kind("post.shown", "A space puts it back on its own board.", SPACE, reason=_REASON)
def shown(post: Post, event: Any, by: By) -> Post:
    return msgspec.structs.replace(post, hidden_by=_hidden_by_others(post, by))


def _hidden_by_others(post: Post, by: By) -> tuple[tuple[bytes, str], ...]:
    return tuple(one for one in post.hidden_by if one[0] != by.space)


@kind(
    "space.described",
    "What a space says about itself; about no post.",
    SPACE,
    words=_words("who and where", WORDS_LIMIT),
    hours=_words("when it is open", 200),
)
@kind(
    "ticket.replaced",
    "A steward gave out a new ticket for it: of the old one counts what it said up to this counter.",
    HOME,
    old=_an_id("public key of the old ticket"),
    new=_an_id("public key of the new one"),
    seal_to=_an_id("its key for sealed words", required=False),
    counter=Field(int, "the last that counts", 0, FAR_FUTURE_MS, required=True),
)
def apart(post: Post, event: Any, by: By) -> Post:
    """Not a step: the fold of tickets, or of no post, reads it."""
    return post
