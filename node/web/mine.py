"""My ticket: what became of it, what was said, and what its holder can do next. Translates; the rules decide.

Who posted and who promised share the page and its one form. A ticket is here as keys, for as long as a visit lasts.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, g, request
from msgspec import structs

from node import reviewing
from node.domain import codes
from node.domain.decide import Facts, Refusals
from node.domain.sealed import REACH_LIMIT, WORDS_LIMIT
from node.domain.threads import Thread
from node.domain.wishes import AboutPost, SuggestOther
from node.storage import board, spaces
from node.storage.board import Card
from node.web import erasing, labels, refusals, saying, standing, visits, waits
from node.web.holder import Holder, holder
from node.web.languages import _, choices_in, remember
from node.web.pages import go, now, run, show, to
from node.web.reading import Page, find
from node.web.recording import may_say, record
from node.web.saying import Asked

TYPED = "ticket"  # the draft of what was typed on this page


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/ticket", "ticket", mine)
    pages.add_url_rule("/ticket", "tell", tell, methods=["POST"])
    pages.add_url_rule("/ticket/<int:number>/stop", "stop", ask_stop)


def mine() -> Page:
    if visits.visit().opened is None:
        return go("code")
    held = holder()
    return _page(held, {}) if held else waits.mine() or erasing.what_is_left()


def _page(held: Holder, wrong: Mapping[str, str]) -> Page:
    return show(
        "ticket/mine.html",
        422 if wrong else 200,
        held=held,
        card=held.card,
        standing=standing,
        name=saying.name,
        typed=visits.draft(TYPED).answers,
        problems=wrong,
        key=visits.fresh_key(),
        limits={"words": WORDS_LIMIT, "reach": REACH_LIMIT},
        space_name=_space_name,
        why_down=standing.taken_down(held.card, run().space_id),
        new_words=waits.new_words(held.card.id) if held.poster else None,
        kept_old="kept" in request.args,
        renewed=standing.renewed_until(held, _facts(held)) if held.poster else "",
        suggested=[] if held.poster else _instead(held),
    )


def _space_name(space: bytes) -> str:
    return spaces.name_of(run().db(), space) or _("another space")


def _facts(held: Holder) -> Facts:
    return Facts(now(), run().space_id, labels.zone(now()), held.card.expires_ms, held.ticket.owner)


def _instead(held: Holder) -> list[Card]:
    """For who promised: what the poster pointed to, then what is like it."""
    pointed = [thread.promise.suggested for thread in held.mine.threads if thread.promise.suggested]
    cards = [card for other in pointed for card in find(codes.write_id(other)) if card.status in ("open", "partly")]
    cards += board.similar(run().db(), held.card, now(), run().space_id)
    return list({card.id: card for card in cards}.values())[:2]


# --- what was pressed ---


def tell() -> Page:
    held, choices = holder(), choices_in(request.form)
    if held is None:
        return go("ticket")
    visits.draft(TYPED).answers.update(saying.typed(request.form))
    if choices:  # another language or larger text: the same page, nothing typed lost
        return remember(_same_page(request.form.get("at", "")), choices)
    one = saying.asked(request.form)
    if one.do == "keep":
        return _keep_old(held)
    try:
        _say(held, one, saying.once(request.form, one))
    except Refusals as refused:
        return _page(held, _beside(one, refused))
    return _said(held, one)


def _keep_old(held: Holder) -> Page:
    """Drops new words that are not on the board yet: nothing of them was ever said, so nothing is to be said now."""
    if held.poster and reviewing.keep_old(run(), held.card.id, held.ticket.owner):
        return go("ticket", kept="old")
    return go("ticket")


def _same_page(thread: str) -> str:
    """thread: the number of the one that may be stopped, "" on the page of all."""
    return to("stop", number=int(thread)) if thread.isascii() and thread.isdecimal() else to("ticket")


def _say(held: Holder, one: Asked, key: str) -> None:
    wish = _wish(held, one)
    if wish is None:
        return
    may_say()
    record(wish, key, held.ticket)
    if one.do == "release" and held.poster:
        _suggest(held, one, key)


def _wish(held: Holder, one: Asked) -> AboutPost | None:
    """None for a button that is not on this page."""
    known, lang = held.mine.reach, g.language.tag
    if one.do == "again":
        thread = held.thread(one.promise)
        letter = saying.letter(one, "", lang, "")
        said = letter if letter.words else structs.replace(letter, words=standing.again(held.card))
        return saying.again(held.card.id, thread.promise.count, said) if thread else None
    made = saying.WISHES.get(one.do)
    return made(held.card.id, one, saying.letter(one, known, lang, _("You can reach me like this."))) if made else None


def _suggest(held: Holder, one: Asked, key: str) -> None:
    """Who is not needed here is shown where they may be: nobody comes forward in vain."""
    near = board.similar(run().db(), held.card, now(), run().space_id, limit=5)
    other = next((card for card in near if card.scope == "circle" or held.card.scope == "here"), None)
    if other:
        record(SuggestOther(held.card.id, one.promise, other.id), f"{key} other", held.ticket)


def _beside(one: Asked, refused: Refusals) -> dict[str, str]:
    """What is wrong, each beside its field; what is about the whole stands at the top."""
    told = refusals.sentences(refused.by_field(), whole="whole")
    return {saying.name(field, one.promise) if field in saying.TYPED else field: said for field, said in told.items()}


def _said(held: Holder, one: Asked) -> Page:
    """Back to the thread, with its fields empty once they were sent."""
    if one.do in ("write", "again", "stop", "report"):
        for field in saying.TYPED:
            visits.draft(TYPED).answers.pop(saying.name(field, one.promise), None)
    thread = held.thread(one.promise)
    return go("ticket", _anchor=f"thread-{thread.number}") if thread else go("ticket")


def ask_stop(number: int) -> Page:
    """Stop or report: what each does, before it is done."""
    held = holder()
    thread: Thread | None = next((one for one in held.mine.threads if one.number == number), None) if held else None
    if held is None or thread is None or thread.stopped or not thread.promise.owner:
        return go("ticket")
    return show(
        "ticket/stop.html",
        held=held,
        card=held.card,
        thread=thread,
        standing=standing,
        name=saying.name,
        typed=visits.draft(TYPED).answers,
        key=visits.fresh_key(),
        space_name=_space_name,
        most=WORDS_LIMIT,
    )
