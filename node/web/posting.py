"""Putting a need or an offer on the board, one question a page. The rules are the domain's, the answers the visit's."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, abort, g, request

from node import intake, stewards
from node.domain.decide import Facts, Refusal, Refusals
from node.domain.opening import FARTHEST_DAYS
from node.domain.text import LANGUAGES
from node.storage import spaces
from node.web import asking, forms, labels, looking, refusals, visits, waits
from node.web.languages import choices_in, remember
from node.web.links import post_address
from node.web.pages import go, now, office, run, show, to
from node.web.places import at_kiosk
from node.web.qr import drawn
from node.web.reading import Page, find, limits
from node.web.recording import is_read_first, may_say, record

DAYS_SHOWN = 14
COUNTS = (1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50)


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/post/<any(need,offer):kind>", "post", begin)
    pages.add_url_rule("/post/<any(need,offer):kind>/<step>", "step", ask)
    pages.add_url_rule("/post/<any(need,offer):kind>/<step>", "answer", answer, methods=["POST"])
    pages.add_url_rule("/posted/<key>", "posted", done)


def begin(kind: str) -> Page:
    return go("step", kind=kind, step="what")


def ask(kind: str, step: str) -> Page:
    """A question, with what was answered before. Earlier gaps come first."""
    answers = visits.draft(kind).answers
    if step not in forms.path(answers):
        return go("step", kind=kind, step=_gap(kind, answers))
    gap = _gap(kind, answers)
    if forms.STEPS.index(step) > forms.STEPS.index(gap):
        return go("step", kind=kind, step=gap)
    return _page(kind, step, {})


def answer(kind: str, step: str) -> Page:
    if step not in forms.STEPS:
        abort(404)
    if _is_posted(kind, key := request.form.get("key", "")):  # a second tap on the last button
        return go("posted", key=key)
    torn = kind not in visits.visit().drafts and step != "what"  # over, or from before a new start
    held = visits.draft(kind)
    held.torn |= torn
    held.answers.update(forms.taken(step, request.form))
    choices = choices_in(request.form)
    if choices:  # another language or larger text: the same page, nothing typed lost
        return remember(to("step", kind=kind, step=step), choices)
    held.answers.update(forms.settled(step, held.answers))
    if step == "look":
        return _looked(kind, held.answers)
    if request.form.get("to") in forms.STEPS:  # Back, or Change: what stands on this page is kept as well
        return go("step", kind=kind, step=request.form["to"])
    return _check(kind) if step == "check" else _next(kind, step, held.answers)


def _next(kind: str, step: str, answers: dict[str, str]) -> Page:
    """On to what is still open. A day is asked whenever somebody chose "on a date"."""
    wrong = forms.problems(step, kind, answers, facts(), run().settings.areas)
    if wrong:
        return _page(kind, step, refusals.sentences(wrong))
    on_a_date = step == "when" and answers["when"] == "date"
    return go("step", kind=kind, step="date" if on_a_date else _gap(kind, answers))


def _looked(kind: str, answers: dict[str, str]) -> Page:
    """What was found in the words goes under seal, or stays. Neither was touched: the same question."""
    if (back := request.form.get("to")) in forms.STEPS:
        return go("step", kind=kind, step=back)
    try:
        answers.update(looking.decided(answers, request.form))
    except Refusal as full:
        return _page(kind, "look", refusals.sentences({"look": full}))
    return go("step", kind=kind, step=_gap(kind, answers))


def _check(kind: str) -> Page:
    held = visits.draft(kind)
    gap = _gap(kind, held.answers)
    if gap != "check":
        return go("step", kind=kind, step=gap)
    wrong = forms.problems("check", kind, held.answers, facts(), run().settings.areas)
    return _page(kind, "check", refusals.sentences(wrong)) if wrong else _post(kind, held)


def _gap(kind: str, answers: dict[str, str]) -> str:
    """The first question without an answer that will do."""
    return forms.first_gap(kind, answers, facts(), run().settings.areas)


def _is_posted(kind: str, key: str) -> bool:
    """Also where the answer never came through, or this visit was forgotten meanwhile: the log remembers the form."""
    if key in visits.visit().done:
        return True
    before = intake.granted(run(), key)
    if before:
        visits.posted(kind, key, before.link)
    return before is not None


def _post(kind: str, held: visits.Draft) -> Page:
    if visits.fresh():  # in another window a ticket still waits to be kept, and this one would take its place
        return go("keep")
    try:
        may_say()
        issued = office().issue(at_kiosk=at_kiosk())
        recorded = record(forms.opening(kind, held.answers, _stewards()), held.key, issued.ticket)
    except Refusals as refused:
        return _page(kind, "check", refusals.sentences(refused.by_field()))
    visits.posted(kind, held.key, recorded.link)
    if recorded.new:
        visits.give(issued.digits, recorded.link, helping=False)
    return go("posted", key=held.key)


def done(key: str) -> Page:
    """The code, for as long as this visit lasts; afterwards the board."""
    link = visits.visit().done.get(key, "")
    if waiting := waits.sent(link):
        return waiting
    cards = find(link)
    if not cards:
        return go("board")
    card = cards[0]
    if not card.words:  # taken down or erased meanwhile
        return go("one", code=card.link)
    qr = drawn(post_address(card.link), labels.qr_label(card))
    return show("post/done.html", card=card, qr=qr, lost=visits.without_ticket(card.link))


def _page(kind: str, step: str, wrong: dict[str, str]) -> Page:
    held = visits.draft(kind)
    held.torn &= step != "check"
    earlier = forms.before(step, held.answers)
    return show(
        f"post/{step}.html",
        422 if wrong else 200,
        kind=kind,
        step=step,
        question=asking.question(kind, step),
        answers=held.answers,
        problems=wrong,
        before=earlier,
        key=held.key,
        torn=held.torn,
        STEP_NAMES=forms.NAMED,
        part_of=forms.PART_OF,
        **_choices(kind, step, held.answers),
    )


def _choices(kind: str, step: str, answers: dict[str, str]) -> dict[str, object]:
    """What a step offers to choose from."""
    if step == "what":
        return {"categories": labels.categories()}
    if step == "when":
        return {"whens": asking.when_choices(kind)}
    if step == "date":
        first, last = _today(), _today() + timedelta(days=FARTHEST_DAYS)
        days = [first + timedelta(days=n) for n in range(DAYS_SHOWN)]
        return {
            "days": [(day.isoformat(), labels.day_name(day), labels.brief_day(day)) for day in days],
            "date_limits": f'min="{first}" max="{last}"',
        }
    if step == "many":
        return {"counts": COUNTS}
    if step == "where":
        return {"areas": run().settings.areas}
    if step == "look":
        return {"looking": looking}
    if step == "words":
        return {"limits": limits(), "letters": _letters_left(answers), "written": written()}
    return {
        "told": asking.told(kind, answers),
        "circle": asking.circle(spaces.names(run().db())),
        "may_read": bool(_stewards()),
        "read_first": is_read_first(),
    }


def _stewards() -> bytes:
    """The key of the stewards here; b"" where answers cannot be sealed to them."""
    return stewards.sealing_key(run().settings.data)


def _letters_left(answers: dict[str, str]) -> str:
    return asking.letters_left(max(limits()["words"] - len(answers.get("words", "")), 0))


def written() -> list[tuple[str, str]]:
    """Languages to choose from: this page's first."""
    mine = g.language.tag
    return sorted(LANGUAGES.items(), key=lambda pair: pair[0] != mine)


def facts() -> Facts:
    """What the rules need to know of here and now."""
    return Facts(now_ms=now(), space=run().space_id, zone=labels.zone(now()))


def _today() -> date:
    return facts().today
