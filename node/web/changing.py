"""Changing a post with its ticket: all that was asked when it was posted, on one page, under the same rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from flask import Blueprint, request
from msgspec import structs

from node.domain import threads
from node.domain.decide import Refusal, Refusals
from node.domain.opening import FARTHEST_DAYS
from node.domain.values import Post
from node.domain.wishes import Edit, OpenPost, Renew
from node.storage import waiting
from node.web import asking, forms, labels, looking, refusals, visits
from node.web.holder import Holder, holder
from node.web.languages import _, choices_in, remember
from node.web.pages import go, run, show, to
from node.web.posting import facts, written
from node.web.reading import Page, limits
from node.web.recording import is_read_first, may_say, record

DRAFT = "change"
FIELDS = ("words", "lang", "category", "when", "date", "for", "area")


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/ticket/change", "change", ask)
    pages.add_url_rule("/ticket/change", "changing", change, methods=["POST"])
    pages.add_url_rule("/ticket/change/look", "look", ask_look)
    pages.add_url_rule("/ticket/change/look", "looked", look, methods=["POST"])


def ask() -> Page:
    held = _poster()
    return _page(held, {**said(latest(held)), **visits.draft(DRAFT).answers}, {}) if held else go("ticket")


def change() -> Page:
    held, choices = _poster(), choices_in(request.form)
    if held is None:
        return go("ticket")
    answers = visits.draft(DRAFT).answers
    answers.update({name: request.form.get(name, "").strip()[: forms.LONGEST] for name in FIELDS})
    answers.update(lang=request.form.get("written", ""), key=request.form.get("key", ""))
    if choices:  # another language or larger text: the same page, nothing typed lost
        return remember(to("change"), choices)
    before = latest(held)
    answers.setdefault("left", looking.left(said(before))["left"])  # what stood there before is not asked again
    answers.setdefault("reach", threads.reach_of(before, held.ticket))
    return go("look") if looking.undecided(answers) else _record(held, answers)


def ask_look() -> Page:
    held, answers = _poster(), visits.draft(DRAFT).answers
    return _look(held, answers, {}) if held and looking.undecided(answers) else go("change")


def look() -> Page:
    """What was found in the new words goes under seal, or stays."""
    held, answers, choices = _poster(), visits.draft(DRAFT).answers, choices_in(request.form)
    if held is None:
        return go("ticket")
    if choices:
        return remember(to("look"), choices)
    if "to" in request.form:  # Back
        return go("change")
    if not looking.undecided(answers):  # a second tap
        return go("ticket")
    try:
        answers.update(looking.decided(answers, request.form))
    except Refusal as full:
        return _look(held, answers, refusals.sentences({"look": full}))
    return go("look") if looking.undecided(answers) else _record(held, answers)


def _look(held: Holder, answers: Mapping[str, str], wrong: dict[str, str]) -> Page:
    status = 422 if wrong else 200
    return show("ticket/look.html", status, card=held.card, answers=answers, problems=wrong, looking=looking)


def _record(held: Holder, given: dict[str, str]) -> Page:
    post, key = held.mine.post, given["key"]
    if given["area"] not in areas(post):
        return _page(held, given, refusals.sentences({"area": Refusal("area.choose", "area")}))
    reach = {"reach": "" if given["reach"] == held.mine.reach else given["reach"]}  # the same need not be sealed again
    try:
        may_say()
        record(Edit(post.id, state(post, {**given, **reach})), key, held.ticket)
    except Refusals as refused:
        return _page(held, given, refusals.sentences(refused.by_field()))
    if timed_anew(post, given) and held.card.status in ("open", "partly", "expired"):
        record(Renew(post.id), f"{key} renew", held.ticket)  # another day is counted from now
    visits.visit().drafts.pop(DRAFT, None)
    return go("ticket")


def _page(held: Holder, given: Mapping[str, str], wrong: dict[str, str]) -> Page:
    first, last = facts().today, facts().today + timedelta(days=FARTHEST_DAYS)
    return show(
        "ticket/change.html",
        422 if wrong else 200,
        card=held.card,
        given=given,
        problems=wrong,
        key=visits.fresh_key(),
        limits=limits(),
        categories=labels.categories(),
        when_names=[(key, label) for key, label, _hint in asking.when_choices(held.card.kind)],
        area_names=[(area, area or _("Anywhere")) for area in areas(held.mine.post)],
        written=written(),
        first_read=is_read_first(),
        date_limits=f'min="{first}" max="{last}"',
    )


def latest(held: Holder) -> Post:
    """The post as its holder said it last: new words may wait for a steward."""
    one = waiting.new_words(run().db(), held.mine.post.id)
    told = waiting.words(one, held.mine.post.home) if one and one.is_to_come else None
    return told or held.mine.post


def _poster() -> Holder | None:
    held = holder()
    return held if held and held.poster else None


def areas(post: Post) -> tuple[str, ...]:
    """The places of this space; and the post's own, which may be another's."""
    return tuple(dict.fromkeys(("", *run().settings.areas, post.area)))


def said(post: Post) -> dict[str, str]:
    """The post as the answers of a form."""
    when = "always" if post.standing else post.when
    return {
        **{"words": post.words, "lang": post.lang, "category": post.category, "area": post.area},
        **{"when": when, "date": post.date, "for": str(post.wanted)},
    }


def timed_anew(post: Post, given: Mapping[str, str]) -> bool:
    before = said(post)
    return given["when"] != before["when"] or (given["when"] == "date" and given["date"] != before["date"])


def state(post: Post, given: Mapping[str, str]) -> OpenPost:
    """The whole new state. What was translated goes where the words change."""
    wish = forms.opening(post.kind, forms.settled("many", {**given, "more": given["for"]}))
    kept = structs.replace(wish, marks=post.marks, hours=0 if timed_anew(post, given) else post.hours)
    if wish.words != post.words:
        return kept
    return structs.replace(kept, original=post.original, original_lang=post.original_lang)
