"""What may be wished about a post, by whom, and the event that grants it. Pure: one rule for each wish."""

import datetime
import functools
import re

import msgspec

from node.domain import opening, text
from node.domain.facts import Facts
from node.domain.kinds import KINDS
from node.domain.limits import checked
from node.domain.refusals import Refusal, Refusals
from node.domain.registry import HELPER, HOME, SPACE, TICKET, Who
from node.domain.sealed import REACH_LIMIT, WORDS_LIMIT, Letter
from node.domain.status import Status, status
from node.domain.values import Event, Post, Promise, ToSeal
from node.domain.wishes import (
    AboutPost,
    ConfirmPromise,
    Edit,
    Erase,
    GiveThanks,
    Hide,
    MarkMet,
    OpenWords,
    PromiseHelp,
    ReleasePromise,
    Renew,
    ReplaceTicket,
    Report,
    Show,
    StopWords,
    SuggestOther,
    Translate,
    Widen,
    Withdraw,
    WriteBack,
)


@functools.singledispatch
def rule(wish: AboutPost, post: Post, facts: Facts) -> Event:
    """The event that grants the wish. Raises Refusals."""
    raise TypeError(f"no rule for {type(wish).__name__}")


# --- who may ---


def roles(post: Post, facts: Facts) -> Who:
    """What the one who asks is towards this post. A ticket that was replaced is nobody any more."""
    if facts.owner:
        return TICKET if facts.owner == _ticket_of(post) else Who(0) if facts.owner in post.tickets else HELPER
    at_home = HOME | (Who(0) if post.owner else TICKET)
    return SPACE | at_home if post.home == facts.space else SPACE


def _ticket_of(post: Post) -> bytes:
    return post.tickets[-1] if post.tickets else post.owner


def _may(kind: str, post: Post, facts: Facts) -> None:
    """Raises Refusals unless the registry lets them say it."""
    held = roles(post, facts)
    if held & KINDS[kind].who:
        return
    if facts.owner:
        raise Refusals([Refusal("ticket.other" if held else "ticket.replaced")])
    raise Refusals([Refusal("post.elsewhere" if post.home != facts.space else "post.its-ticket")])


def _now(facts: Facts) -> dict[str, object]:
    """What a ticket says tells its own time: another space may carry it again later."""
    return {"at": facts.now_ms} if facts.owner else {}


# --- how the post stands ---


@rule.register
def _edit(wish: Edit, post: Post, facts: Facts) -> Event:
    _may("post.edited", post, facts)
    kept = msgspec.structs.replace(wish.state, scope=post.scope, outside=post.outside, at=post.ms)
    kept = kept if wish.state.stewards else msgspec.structs.replace(kept, stewards=post.stewards)
    boxes = {} if wish.state.reach.strip() else {"reach": post.reach, "reach_stewards": post.reach_stewards}
    fields = {**opening.state(kept, facts), **boxes}
    return checked("post.edited", fields, opening.problems_of(kept, facts), opening.seals(kept, facts))


@rule.register
def _renew(wish: Renew, post: Post, facts: Facts) -> Event:
    _may("post.renewed", post, facts)
    day = datetime.date.fromisoformat(post.date) if post.date else None
    again = "any" if day and day < facts.today else post.when
    hours = wish.hours or opening.lasting(again, day, post.standing, facts, 0)
    return checked("post.renewed", {"hours": hours, "met": wish.met, **_now(facts)})


@rule.register
def _met(wish: MarkMet, post: Post, facts: Facts) -> Event:
    _may("post.met", post, facts)
    _refuse_unless_open(post, facts, despite=("expired", "hidden"))
    left = post.wanted - post.met if not post.standing else 1
    count = wish.count or max(left, 1)
    too_many = [Refusal("count.range", "count", least=1, most=left)] if count > left and not post.standing else []
    return checked("post.met", {"count": count, **_now(facts)}, too_many)


@rule.register
def _withdraw(wish: Withdraw, post: Post, facts: Facts) -> Event:
    _may("post.withdrawn", post, facts)
    if post.withdrawn:
        raise Refusals([Refusal("post.withdrawn")])
    return Event("post.withdrawn", {})


@rule.register
def _widen(wish: Widen, post: Post, facts: Facts) -> Event:
    _may("post.widened", post, facts)
    if not post.owner:  # its id is that of its opening, which is in a feed for here
        raise Refusals([Refusal("ticket.none")])
    if post.scope == "circle":
        raise Refusals([Refusal("post.widened")])
    return Event("post.widened", {})


@rule.register
def _erase(wish: Erase, post: Post, facts: Facts) -> Event:
    _may("post.erased", post, facts)
    return checked("post.erased", {"reason": text.clean_line(wish.reason)})


@rule.register
def _hide(wish: Hide, post: Post, facts: Facts) -> Event:
    _may("post.hidden", post, facts)
    reason = text.clean_line(wish.reason)
    if any(space == facts.space for space, _ in post.hidden_by):
        raise Refusals([Refusal("post.hidden")])
    return checked("post.hidden", {"reason": reason}, [] if reason else [Refusal("reason.missing", "reason")])


@rule.register
def _show(wish: Show, post: Post, facts: Facts) -> Event:
    _may("post.shown", post, facts)
    if all(space != facts.space for space, _ in post.hidden_by):
        raise Refusals([Refusal("post.shown")])
    return checked("post.shown", {"reason": text.clean_line(wish.reason)})


@rule.register
def _report(wish: Report, post: Post, facts: Facts) -> Event:
    _may("post.reported", post, facts)
    reason = text.clean_line(wish.reason)
    return checked(
        "post.reported", {"reason": reason, **_now(facts)}, [] if reason else [Refusal("reason.missing", "reason")]
    )


@rule.register
def _translate(wish: Translate, post: Post, facts: Facts) -> Event:
    _may("post.translated", post, facts)
    known = [] if wish.lang in text.LANGUAGES else [Refusal("lang.choose", "lang")]
    secret = opening.ticket_in(wish.words, "words")
    return checked("post.translated", {"lang": wish.lang, "words": text.clean(wish.words)}, known + secret)


@rule.register
def _replace_ticket(wish: ReplaceTicket, post: Post, facts: Facts) -> Event:
    """Of the old one all counts that it said so far: intake knows up to which counter."""
    _may("ticket.replaced", post, facts)
    if not post.owner:
        raise Refusals([Refusal("ticket.none")])
    return Event("ticket.replaced", {"old": _ticket_of(post), "new": wish.new, "seal_to": wish.seal_to})


# --- promises ---


@rule.register
def _promise(wish: PromiseHelp, post: Post, facts: Facts) -> Event:
    _may("help.promised", post, facts)
    _refuse_unless_open(post, facts)
    if wish.letter is not None and (post.seal_to or post.stewards):
        said = {"count": wish.count, "seal_to": facts.seal_to, **_now(facts)}
        readers = {"to_poster": post.seal_to, "to_helper": facts.seal_to, "to_stewards": post.stewards}
        return checked("help.promised", said, _problems_of(wish.letter), _sealed(wish.letter, readers))
    words = text.clean(wish.letter.words if wish.letter else wish.words)
    said = {"words": words, "count": wish.count, "seal_to": facts.seal_to, **_now(facts)}
    return checked("help.promised", said, _digits_in(words))


_PHONE = re.compile(r"(?:\d[ ()./+-]{0,3}){7,}")
"""Seven digits or more, however they are spaced: no phone number enters the log in clear (design §7)."""


def _digits_in(words: str) -> list[Refusal]:
    return [Refusal("words.digits", "words")] if _PHONE.search(opening.plain_digits(words)) else []


@rule.register
def _confirm(wish: ConfirmPromise, post: Post, facts: Facts) -> Event:
    _may("help.confirmed", post, facts)
    if _promise_of(post, wish.promise).state == "released":
        raise Refusals([Refusal("promise.released")])
    return Event("help.confirmed", {"promise": wish.promise})


@rule.register
def _release(wish: ReleasePromise, post: Post, facts: Facts) -> Event:
    _may("help.released", post, facts)
    promise = _promise_of(post, wish.promise)
    if promise.state == "released":
        raise Refusals([Refusal("promise.released")])
    if not (_is_helper(promise, facts) or roles(post, facts) & (TICKET | HOME)):
        raise Refusals([Refusal("promise.elsewhere")])
    return Event("help.released", {"promise": wish.promise})


@rule.register
def _suggest(wish: SuggestOther, post: Post, facts: Facts) -> Event:
    _may("help.suggested", post, facts)
    _promise_of(post, wish.promise)
    return Event("help.suggested", {"promise": wish.promise, "post": wish.other})


@rule.register
def _thank(wish: GiveThanks, post: Post, facts: Facts) -> Event:
    _may("thanks.given", post, facts)
    if not wish.promise:
        return Event("thanks.given", {})
    return Event("thanks.given", {"promise": _promise_of(post, wish.promise).id})


# --- sealed words ---


@rule.register
def _write_back(wish: WriteBack, post: Post, facts: Facts) -> Event:
    _may("words.sealed", post, facts)
    promise = _thread_of(post, wish.promise, facts)
    if any(stop.promise == promise.id for stop in post.stops):
        raise Refusals([Refusal("words.stopped")])
    readers = {"to_poster": post.seal_to, "to_helper": promise.seal_to, "to_stewards": post.stewards}
    said = {"promise": promise.id, **_now(facts)}
    return checked("words.sealed", said, _problems_of(wish.letter), _sealed(wish.letter, readers))


@rule.register
def _stop(wish: StopWords, post: Post, facts: Facts) -> Event:
    _may("words.stopped", post, facts)
    promise = _thread_of(post, wish.promise, facts)
    if any(stop.promise == promise.id and stop.owner == facts.owner for stop in post.stops):
        raise Refusals([Refusal("words.stopped")])
    why = Letter(text.clean(wish.why)[:WORDS_LIMIT])
    seals = _sealed(why, {"to_stewards": post.stewards}) if wish.reported and why.words else ()
    return checked("words.stopped", {"promise": promise.id, "reported": wish.reported, **_now(facts)}, seals=seals)


@rule.register
def _open_words(wish: OpenWords, post: Post, facts: Facts) -> Event:
    """Whoever posted let the stewards read; that they did is there for both sides to see."""
    _may("words.opened", post, facts)
    _promise_of(post, wish.promise)
    reason = text.clean_line(wish.reason)
    problems = [] if reason else [Refusal("reason.missing", "reason")]
    problems += [] if post.stewards else [Refusal("words.closed")]
    return checked("words.opened", {"promise": wish.promise, "reason": reason}, problems)


def _problems_of(letter: Letter) -> list[Refusal]:
    words, problems = text.clean(letter.words), []
    if not words:
        problems.append(Refusal("letter.missing", "words"))
    if len(words) > WORDS_LIMIT:
        problems.append(Refusal("words.long", "words", has=len(words), most=WORDS_LIMIT))
    if len(letter.reach) > REACH_LIMIT:
        problems.append(Refusal("reach.long", "reach", has=len(letter.reach), most=REACH_LIMIT))
    return problems


def _sealed(letter: Letter, readers: dict[str, bytes]) -> tuple[ToSeal, ...]:
    clean = Letter(text.clean(letter.words), text.clean_line(letter.reach), letter.lang)
    return tuple(ToSeal(field, clean, to) for field, to in readers.items() if to)


def _thread_of(post: Post, id_: bytes, facts: Facts) -> Promise:
    """The promise in whose thread a ticket speaks: the poster in each, a helper in their own."""
    promise = _promise_of(post, id_)
    if not promise.owner or not (roles(post, facts) & TICKET or _is_helper(promise, facts)):
        raise Refusals([Refusal("promise.elsewhere")])
    return promise


def _is_helper(promise: Promise, facts: Facts) -> bool:
    """True for who made the promise: by the same ticket, or as the same space."""
    return promise.owner == facts.owner and (bool(facts.owner) or promise.space == facts.space)


def _promise_of(post: Post, id_: bytes) -> Promise:
    for promise in post.promises:
        if promise.id == id_:
            return promise
    raise Refusals([Refusal("promise.unknown")])


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
