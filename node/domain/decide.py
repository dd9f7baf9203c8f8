"""From a wish to the event that grants it, or to Refusals with every problem at once. Pure: facts come as arguments.

A courtesy to the person (design §3): the fold is law, and keeps out what gets past this. Field names in refusals are
those of the wire and of forms, "for" being how many.
"""

import datetime
import functools
import re
import unicodedata
from collections.abc import Mapping

import msgspec

from node.domain import codes, text
from node.domain.kinds import KINDS, Field
from node.domain.refusals import Refusal, Refusals
from node.domain.status import HOUR_MS, Status, status
from node.domain.values import FAR_FUTURE_MS, Event, Post, Promise
from node.domain.wishes import (
    AboutPost,
    ConfirmPromise,
    Edit,
    Erase,
    GiveThanks,
    Hide,
    MarkMet,
    OpenPost,
    PromiseHelp,
    ReleasePromise,
    Renew,
    Report,
    Show,
    SuggestOther,
    Translate,
    Wish,
    Withdraw,
)

__all__ = ["Event", "Facts", "Refusal", "Refusals", "decide"]


class Facts(msgspec.Struct, frozen=True):
    """What a rule needs to know. `space`: who decides; `zone`: of the people here; `expires_ms`: of the post."""

    now_ms: int
    space: bytes
    zone: datetime.tzinfo = datetime.UTC
    expires_ms: int = FAR_FUTURE_MS

    @property
    def today(self) -> datetime.date:
        return datetime.datetime.fromtimestamp(self.now_ms / 1000, self.zone).date()


def decide(wish: Wish, post: Post | None, facts: Facts) -> Event:
    """What is to be said so that the wish comes true. `post`: what it is about. Raises Refusals."""
    if isinstance(wish, OpenPost):
        return _checked("post.opened", _state(wish, facts), _problems_of_state(wish, facts))
    if post is None:
        raise Refusals([Refusal("post.unknown")])
    if post.erased:
        raise Refusals([Refusal("post.erased")])
    return _about(wish, post, facts)


def _checked(kind: str, fields: Mapping[str, object], problems: list[Refusal] | None = None) -> Event:
    """The event, if neither the registry nor the rule finds a problem. Raises Refusals."""
    found = [problem for name, field in KINDS[kind].fields.items() for problem in _limits(name, field, fields)]
    found += [one for one in problems or [] if one.field not in {problem.field for problem in found}]
    if found:
        raise Refusals(found)
    return Event(kind, fields)


# --- limits, from the registry ---


def _limits(name: str, field: Field, fields: Mapping[str, object]) -> list[Refusal]:
    value = fields.get(name, field.blank())
    if value == field.blank() and not field.required:
        return []
    problem = _limit(name, field, value)
    return [problem] if problem else []


def _limit(name: str, field: Field, value: object) -> Refusal | None:
    if isinstance(value, str):
        return _limit_of_word(name, field, value)
    if isinstance(value, tuple):
        if len(value) > field.max:
            return Refusal(f"{name}.many", name, most=field.max)
        return None if set(value) <= set(field.choices) else Refusal(f"{name}.choose", name)
    if isinstance(value, int) and field.type is int and not field.min <= value <= field.max:
        return Refusal(f"{name}.range", name, least=field.min, most=field.max)
    return None


def _limit_of_word(name: str, field: Field, value: str) -> Refusal | None:
    if field.choices:
        return None if value in field.choices else Refusal(f"{name}.choose", name)
    if field.pattern:  # a language, a day, a hash: rules of their own, below
        return None
    if len(value) < field.min:
        return Refusal(f"{name}.missing", name)
    if len(value) > field.max:
        return Refusal(f"{name}.long", name, has=len(value), most=field.max)
    return None


# --- a new post, or its new state ---

DAY_HOURS = 24
HOURS = {"now": 12, "today": 36, "week": 7 * DAY_HOURS, "any": 30 * DAY_HOURS}
STANDING_HOURS = 90 * DAY_HOURS
FARTHEST_DAYS = 366


def _state(wish: OpenPost, facts: Facts) -> dict[str, object]:
    day = _day(wish)
    return {
        "kind": wish.kind,
        "category": wish.category,
        "words": text.clean(wish.words),
        "lang": wish.lang,
        "original": text.clean(wish.original),
        "original_lang": wish.original_lang,
        "when": wish.when,
        "date": day.isoformat() if day and wish.when == "date" else "",
        "area": text.clean_line(wish.area),
        "for": wish.wanted,
        "scope": wish.scope,
        "standing": wish.standing,
        "marks": tuple(dict.fromkeys(wish.marks)),
        "hours": wish.hours or _lasting(wish.when, day, wish.standing, facts, wish.at),
        "outside": codes.write_id(wish.outside),
        "source": text.clean_line(wish.source),
        "at": wish.at,
    }


def _day(wish: OpenPost) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(_plain_digits(wish.date))
    except ValueError:
        return None


def _plain_digits(words: str) -> str:
    return "".join(str(unicodedata.decimal(char, char)) for char in words.strip())


def _lasting(when: str, day: datetime.date | None, standing: bool, facts: Facts, at: int) -> int:
    """Hours that it stays up. A date: to the end of that day here, and one day more for who comes late."""
    if standing:
        return STANDING_HOURS
    if when != "date" or day is None:
        return HOURS.get(when, HOURS["any"])
    day = min(day, datetime.date.max - datetime.timedelta(days=3))  # no calendar goes further than 9999
    end = datetime.datetime.combine(day, datetime.time(), facts.zone) + datetime.timedelta(days=2)
    since = at or facts.now_ms
    return min(max(1, -(-int(end.timestamp() * 1000 - since) // HOUR_MS)), KINDS["post.opened"].fields["hours"].max)


def _problems_of_state(wish: OpenPost, facts: Facts) -> list[Refusal]:
    problems = []
    for name, tag in (("lang", wish.lang), ("original_lang", wish.original_lang)):
        if tag and tag not in text.LANGUAGES:
            problems.append(Refusal("lang.choose" if name == "lang" else "original_lang.choose", name))
    if wish.when == "date" and not wish.outside:
        problems += _problems_of_date(wish, facts)
    if wish.standing and wish.kind == "need":
        problems.append(Refusal("standing.need", "standing"))
    if wish.outside and len(wish.outside) not in (16, 32):
        problems.append(Refusal("outside.wrong", "outside"))
    return problems


def _problems_of_date(wish: OpenPost, facts: Facts) -> list[Refusal]:
    day = _day(wish)
    if not wish.date.strip():
        return [Refusal("date.missing", "date")]
    if day is None:
        return [Refusal("date.wrong", "date", example=facts.today.isoformat())]
    if day < facts.today:
        return [Refusal("date.past", "date")]
    if day > facts.today + datetime.timedelta(days=FARTHEST_DAYS):
        return [Refusal("date.far", "date")]
    return []


# --- about a post that is there ---


@functools.singledispatch
def _about(wish: AboutPost, post: Post, facts: Facts) -> Event:
    raise TypeError(f"no rule for {type(wish).__name__}")


@_about.register
def _edit(wish: Edit, post: Post, facts: Facts) -> Event:
    _only_at_home(post, facts)
    kept = msgspec.structs.replace(wish.state, scope=post.scope, outside=post.outside, at=post.ms)
    return _checked("post.edited", _state(kept, facts), _problems_of_state(kept, facts))


@_about.register
def _renew(wish: Renew, post: Post, facts: Facts) -> Event:
    _only_at_home(post, facts)
    day = datetime.date.fromisoformat(post.date) if post.date else None
    again = "any" if day and day < facts.today else post.when
    hours = wish.hours or _lasting(again, day, post.standing, facts, 0)
    return _checked("post.renewed", {"hours": hours, "met": wish.met})


@_about.register
def _met(wish: MarkMet, post: Post, facts: Facts) -> Event:
    _only_at_home(post, facts)
    _refuse_unless_open(post, facts, despite=("expired", "hidden"))
    left = post.wanted - post.met if not post.standing else 1
    count = wish.count or max(left, 1)
    too_many = [Refusal("count.range", "count", least=1, most=left)] if count > left and not post.standing else []
    return _checked("post.met", {"count": count}, too_many)


@_about.register
def _withdraw(wish: Withdraw, post: Post, facts: Facts) -> Event:
    _only_at_home(post, facts)
    if post.withdrawn:
        raise Refusals([Refusal("post.withdrawn")])
    return Event("post.withdrawn", {})


@_about.register
def _erase(wish: Erase, post: Post, facts: Facts) -> Event:
    _only_at_home(post, facts)
    return _checked("post.erased", {"reason": text.clean_line(wish.reason)})


@_about.register
def _hide(wish: Hide, post: Post, facts: Facts) -> Event:
    reason = text.clean_line(wish.reason)
    if any(space == facts.space for space, _ in post.hidden_by):
        raise Refusals([Refusal("post.hidden")])
    return _checked("post.hidden", {"reason": reason}, [] if reason else [Refusal("reason.missing", "reason")])


@_about.register
def _show(wish: Show, post: Post, facts: Facts) -> Event:
    if all(space != facts.space for space, _ in post.hidden_by):
        raise Refusals([Refusal("post.shown")])
    return _checked("post.shown", {"reason": text.clean_line(wish.reason)})


@_about.register
def _report(wish: Report, post: Post, facts: Facts) -> Event:
    reason = text.clean_line(wish.reason)
    return _checked("post.reported", {"reason": reason}, [] if reason else [Refusal("reason.missing", "reason")])


@_about.register
def _translate(wish: Translate, post: Post, facts: Facts) -> Event:
    known = [] if wish.lang in text.LANGUAGES else [Refusal("lang.choose", "lang")]
    return _checked("post.translated", {"lang": wish.lang, "words": text.clean(wish.words)}, known)


@_about.register
def _promise(wish: PromiseHelp, post: Post, facts: Facts) -> Event:
    _refuse_unless_open(post, facts)
    words = text.clean(wish.words)
    problems = [Refusal("words.digits", "words")] if _PHONE.search(_plain_digits(words)) else []
    return _checked("help.promised", {"words": words, "count": wish.count}, problems)


_PHONE = re.compile(r"(?:\d[ ()./+-]{0,3}){7,}")
"""Seven digits or more, however they are spaced: no phone number enters the log in clear (design §7)."""


@_about.register
def _confirm(wish: ConfirmPromise, post: Post, facts: Facts) -> Event:
    _only_at_home(post, facts)
    if _promise_of(post, wish.promise).state == "released":
        raise Refusals([Refusal("promise.released")])
    return Event("help.confirmed", {"promise": wish.promise})


@_about.register
def _release(wish: ReleasePromise, post: Post, facts: Facts) -> Event:
    promise = _promise_of(post, wish.promise)
    if promise.state == "released":
        raise Refusals([Refusal("promise.released")])
    ours = promise.space == facts.space and not promise.owner
    if not ours and post.home != facts.space:
        raise Refusals([Refusal("promise.elsewhere")])
    return Event("help.released", {"promise": wish.promise})


@_about.register
def _suggest(wish: SuggestOther, post: Post, facts: Facts) -> Event:
    _only_at_home(post, facts)
    _promise_of(post, wish.promise)
    return Event("help.suggested", {"promise": wish.promise, "post": wish.other})


@_about.register
def _thank(wish: GiveThanks, post: Post, facts: Facts) -> Event:
    _only_at_home(post, facts)
    return Event("thanks.given", {})


def _only_at_home(post: Post, facts: Facts) -> None:
    if post.home != facts.space:
        raise Refusals([Refusal("post.elsewhere")])


def _refuse_unless_open(post: Post, facts: Facts, despite: tuple[Status, ...] = ()) -> None:
    state = status(
        erased=post.erased,
        withdrawn=post.withdrawn,
        hidden=any(space == facts.space for space, _ in post.hidden_by),
        met=post.met,
        wanted=post.wanted,
        standing=post.standing,
        expires_ms=facts.expires_ms,
        now_ms=facts.now_ms,
    )
    if state not in ("open", "partly", *despite):
        raise Refusals([Refusal(f"post.{state}")])


def _promise_of(post: Post, id_: bytes) -> Promise:
    for promise in post.promises:
        if promise.id == id_:
            return promise
    raise Refusals([Refusal("promise.unknown")])
