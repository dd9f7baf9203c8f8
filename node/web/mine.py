"""My ticket: what became of it, what was said to it, and all that its holder may do. Translates; decides nothing.

Poster and helper share the page: the rules of the domain say who may do what.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, g, request

from node import intake
from node.domain import codes
from node.domain.decide import Refusal, Refusals
from node.domain.sealed import Letter
from node.domain.values import Post
from node.domain.wishes import (
    AboutPost,
    ConfirmPromise,
    Edit,
    GiveThanks,
    MarkMet,
    OpenPost,
    ReleasePromise,
    Renew,
    StopWords,
    Widen,
    Withdraw,
    WriteBack,
)
from node.storage import board, erasures
from node.storage import tickets as belongings
from node.storage.tickets import Mine
from node.web import refusals, visits
from node.web.languages import choices_in, remember
from node.web.pages import go, now, run, show, to
from node.web.reading import Page, limits
from node.web.visits import Opened

LONGEST = 4000  # characters read of any field


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/ticket", "ticket", mine)
    pages.add_url_rule("/ticket", "tell", tell, methods=["POST"])
    pages.add_url_rule("/ticket/change", "change", ask_change)
    pages.add_url_rule("/ticket/change", "changed", change, methods=["POST"])
    pages.add_url_rule("/ticket/erase", "erase", ask_erase)
    pages.add_url_rule("/ticket/erase", "erased", erase, methods=["POST"])


def mine() -> Page:
    return _page({}, {})


def _page(given: Mapping[str, str], wrong: Mapping[str, Refusal]) -> Page:
    """The one page of a ticket, by what has become of it."""
    opened = visits.visit().opened
    if opened is None:
        return go("code")
    db, found = run().db(), belongings.find(run().db(), opened.ticket.owner)
    held = belongings.mine(db, opened.ticket, opened.post, now())
    if found and found.side == "erased":
        return show("ticket/erased.html", told=erasures.confirmations(db, opened.ticket.owner))
    cards = board.one(db, codes.write_id(opened.post), now(), run().space_id)
    if found is None or held is None or not cards:
        return show("ticket/gone.html", 410)
    if found.side == "replaced" and held.replaced:
        where = board.name_of(db, held.replaced.space)
        return show("ticket/replaced.html", replaced=held.replaced, where=where)
    return show(
        "ticket/mine.html",
        422 if wrong else 200,
        side=found.side,
        card=cards[0],
        mine=held,
        similar=board.similar(db, cards[0], now(), run().space_id) if found.side == "helper" else [],
        names=lambda space: board.name_of(db, space),
        given=given,
        problems=refusals.sentences(wrong),
        key=visits.fresh_key(),
        limits=limits(),
    )


def tell() -> Page:
    opened, choices = visits.visit().opened, choices_in(request.form)
    if opened is None:
        return go("code")
    if choices:
        return remember(to("ticket"), choices)
    given = {name: value[:LONGEST] for name, value in request.form.items()}
    wish = WISHES.get(given.get("do", ""))
    held = belongings.mine(run().db(), opened.ticket, opened.post, now())
    if wish is None or held is None:
        return go("ticket")
    try:
        intake.record(run(), wish(opened.post, given, held), given.get("key", ""), opened.ticket)
    except Refusals as refused:
        return _page(given, refused.by_field())
    return go("ticket")


Reading = Callable[[bytes, Mapping[str, str], Mine], AboutPost]


def _promise(given: Mapping[str, str]) -> bytes:
    """An id that our own page sent; anything else is no promise that anybody knows."""
    try:
        return codes.read_id(given.get("promise", ""))
    except ValueError:
        return b""


def _letter(given: Mapping[str, str], held: Mine) -> Letter:
    reach = held.reach if given.get("tell_reach") else given.get("reach", "")
    return Letter(given.get("words", ""), reach, g.language.tag)


def _count(given: Mapping[str, str]) -> int:
    count = codes.read_digits(given.get("count", ""))
    return int(count) if 0 < len(count) < 6 else -1


WISHES: dict[str, Reading] = {
    "write": lambda post, given, held: WriteBack(post, _promise(given), _letter(given, held)),
    "confirm": lambda post, given, held: ConfirmPromise(post, _promise(given)),
    "release": lambda post, given, held: ReleasePromise(post, _promise(given)),
    "stop": lambda post, given, held: StopWords(post, _promise(given)),
    "report": lambda post, given, held: StopWords(post, _promise(given), True, given.get("words", "")),
    "thank": lambda post, given, held: GiveThanks(post, _promise(given)),
    "met": lambda post, given, held: MarkMet(post, _count(given)),
    "renew": lambda post, given, held: Renew(post),
    "withdraw": lambda post, given, held: Withdraw(post),
    "widen": lambda post, given, held: Widen(post),
}


# --- changing the words ---


def ask_change() -> Page:
    return _change({}, {})


def _change(given: Mapping[str, str], wrong: Mapping[str, Refusal]) -> Page:
    held = _held(visits.visit().opened)
    if held is None:
        return go("ticket")
    said = {"words": held.post.words, "count": str(held.post.wanted), **given}
    problems = refusals.sentences(wrong)
    return show(
        "ticket/change.html", 422 if wrong else 200, given=said, problems=problems, limits=limits(), post=held.post
    )


def change() -> Page:
    opened, choices = visits.visit().opened, choices_in(request.form)
    held = _held(opened)
    if opened is None or held is None:
        return go("ticket")
    if choices:
        return remember(to("change"), choices)
    given = {name: request.form.get(name, "")[:LONGEST] for name in ("words", "count", "key")}
    try:
        intake.record(run(), Edit(opened.post, _state(held.post, given)), given["key"], opened.ticket)
    except Refusals as refused:
        return _change(given, {"count" if name == "for" else name: one for name, one in refused.by_field().items()})
    return go("ticket")


def _held(opened: Opened | None) -> Mine | None:
    return belongings.mine(run().db(), opened.ticket, opened.post, now()) if opened else None


def _state(post: Post, given: Mapping[str, str]) -> OpenPost:
    """The post as it is, with the new words."""
    return OpenPost(
        kind=post.kind,
        category=post.category,
        words=given["words"],
        lang=post.lang,
        when=post.when,
        date=post.date,
        area=post.area,
        wanted=_count(given),
        standing=post.standing,
        marks=post.marks,
        hours=post.hours,
    )


# --- erasing ---


def ask_erase() -> Page:
    opened = visits.visit().opened
    found = belongings.find(run().db(), opened.ticket.owner) if opened else None
    return show("ticket/erase.html", side=found.side) if found and found.side != "erased" else go("ticket")


def erase() -> Page:
    """The second tap. No reason is asked."""
    opened, choices = visits.visit().opened, choices_in(request.form)
    if choices:
        return remember(to("erase"), choices)
    if opened is not None:
        intake.erase(run(), opened.ticket.signing)
    return go("ticket")
