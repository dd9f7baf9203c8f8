"""What a new post, or its new state, says, and what is wrong with it. Pure: rules of posting, nothing about answers."""

import datetime
import unicodedata

from node.domain import codes, text
from node.domain.facts import Facts
from node.domain.kinds import KINDS
from node.domain.refusals import Refusal
from node.domain.sealed import REACH_LIMIT, Letter
from node.domain.status import HOUR_MS
from node.domain.values import ToSeal
from node.domain.wishes import OpenPost

DAY_HOURS = 24
HOURS = {"now": 12, "today": 36, "week": 7 * DAY_HOURS, "any": 30 * DAY_HOURS}
STANDING_HOURS = 90 * DAY_HOURS
FARTHEST_DAYS = 366


def state(wish: OpenPost, facts: Facts) -> dict[str, object]:
    """The fields of an opening, as wished. What a ticket says tells its own time, since others may carry it again."""
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
        "hours": wish.hours or lasting(wish.when, day, wish.standing, facts, wish.at),
        "outside": codes.write_id(wish.outside),
        "source": text.clean_line(wish.source),
        "at": wish.at or (facts.now_ms if facts.owner else 0),
        "seal_to": codes.write_id(facts.seal_to),
        "stewards": codes.write_id(wish.stewards),
    }


def seals(wish: OpenPost, facts: Facts) -> tuple[ToSeal, ...]:
    """How to reach the poster: for the poster's own ticket, and for the stewards if they may read it."""
    letter = Letter(reach=text.clean_line(wish.reach))
    readers = {"reach": facts.seal_to, "reach_stewards": wish.stewards}
    return tuple(ToSeal(field, letter, to) for field, to in readers.items() if letter.reach and to)


def _day(wish: OpenPost) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(plain_digits(wish.date))
    except ValueError:
        return None


def plain_digits(words: str) -> str:
    return "".join(str(unicodedata.decimal(char, char)) for char in words.strip())


def lasting(when: str, day: datetime.date | None, standing: bool, facts: Facts, at: int) -> int:
    """Hours that it stays up. A date: to the end of that day here, and one day more for who comes late."""
    if standing:
        return STANDING_HOURS
    if when != "date" or day is None:
        return HOURS.get(when, HOURS["any"])
    day = min(day, datetime.date.max - datetime.timedelta(days=3))  # no calendar goes further than 9999
    end = datetime.datetime.combine(day, datetime.time(), facts.zone) + datetime.timedelta(days=2)
    since = at or facts.now_ms
    return min(max(1, -(-int(end.timestamp() * 1000 - since) // HOUR_MS)), KINDS["post.opened"].fields["hours"].max)


def problems_of(wish: OpenPost, facts: Facts) -> list[Refusal]:
    """What the registry's limits do not see."""
    problems = ticket_in(wish.words, "words") + ticket_in(wish.original, "original")
    for name, tag in (("lang", wish.lang), ("original_lang", wish.original_lang)):
        if tag and tag not in text.LANGUAGES:
            problems.append(Refusal("lang.choose" if name == "lang" else "original_lang.choose", name))
    if len(wish.reach) > REACH_LIMIT:
        problems.append(Refusal("reach.long", "reach", has=len(wish.reach), most=REACH_LIMIT))
    if wish.when == "date" and not wish.outside:
        problems += _problems_of_date(wish, facts)
    if wish.standing and wish.kind == "need":
        problems.append(Refusal("standing.need", "standing"))
    if wish.outside and len(wish.outside) not in (16, 32):
        problems.append(Refusal("outside.wrong", "outside"))
    return problems


def ticket_in(words: str, field: str) -> list[Refusal]:
    """Whoever reads a ticket can speak for its holder, so none gets onto the board."""
    return [Refusal("words.ticket", field)] if codes.tickets_in(words) else []


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
