"""At the desk: posts from phones that wait, each as it would stand on the board; put up, declined, undone, on and off.

Only translates; the rules are those of node.reviewing, which the command `review` uses too.
"""

from __future__ import annotations

import msgspec
from flask import Blueprint, request
from werkzeug.wrappers import Response as AnyResponse

from node import reviewing
from node.domain import codes, review
from node.domain.refusals import Refusals
from node.reviewing import NotThere
from node.storage import board, waiting
from node.storage.board import Card
from node.storage.waiting import Waiting
from node.web import desk_entries, labels, refusals
from node.web.languages import N_, _, at_once, choices_in, ngettext
from node.web.pages import go, now, run, show
from node.web.reading import Page
from node.web.waits import REASONS


class Queued(msgspec.Struct, frozen=True):
    """card: None where its words cannot be read; until_ms: to when it can be undone, 0 for what waits; now: the post on
    the board for which these are new words."""

    one: Waiting
    card: Card | None
    until_ms: int = 0
    now: Card | None = None


def _to_do() -> list[desk_entries.Waiting]:
    many = waiting.count(run().db(), now())
    said = ngettext("%(num)s post waits for review", "%(num)s posts wait for review", many)
    more = _("Somebody who looks after this space reads it first.")
    told = desk_entries.Waiting("phone", said % {"num": labels.number(many)}, more, _("See them"), many)
    return [told] if many else []


ENTRY = desk_entries.Entry("review", N_("Waiting for review"), _to_do)


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/review", "review", queue)
    pages.add_url_rule("/review", "reviewed", take, methods=["POST"])
    pages.add_url_rule("/review/<int:n>", "why_not", why_not)
    pages.add_url_rule("/review/<int:n>", "declined", decline, methods=["POST"])


def queue() -> Page:
    db = run().db()
    decided = [_decided(one) for one in reviewing.undoable(run())]
    return show(
        "desk/review.html",
        queue=[_shown(one) for one in waiting.queue(db, now())],
        decided=decided,
        is_on=reviewing.is_on(run()),
        was_gone="gone" in request.args,
    )


def _shown(one: Waiting) -> Queued:
    return Queued(one, _card(one), now=_on_the_board(one) if one.edit else None)


def _on_the_board(one: Waiting) -> Card | None:
    found = board.one(run().db(), codes.write_id(one.post), now(), run().space_id)
    return found[0] if found else None


def _card(one: Waiting) -> Card | None:
    return waiting.card(run().db(), one, now(), run().space_id)


def _decided(one: Waiting) -> Queued:
    found = _on_the_board(one) if one.state == "up" else None
    return Queued(one, found or _card(one), one.final_ms)


def take() -> Page:
    """Put up, undone, or turned on and off: each is one button."""
    do, n = request.form.get("do", ""), request.form.get("n", 0, type=int)
    try:
        if do == "up":
            reviewing.put_up(run(), n)
        elif do == "undo":
            reviewing.undo(run(), n, _("Put up by mistake."))
        elif do in ("on", "off"):
            reviewing.turn_it(run(), do == "on")
    except NotThere:
        return go("review", gone="yes")
    return go("review")


def why_not(n: int) -> Page:
    found = _queued(n)
    return _page(found, "", "", {}) if found else go("review", gone="yes")


def _queued(n: int) -> Queued | None:
    return next((_shown(one) for one in waiting.queue(run().db(), now()) if one.n == n), None)


def decline(n: int) -> Page:
    found = _queued(n)
    if found is None:  # somebody was quicker; or a second tap, and then it stands among what can be undone
        return _after(n)
    reason, said = request.form.get("reason", ""), request.form.get("said", "")[: 2 * review.SAID_LIMIT]
    if choices := choices_in(request.form):
        return at_once(choices, lambda: _page(found, reason, said, {}))
    try:
        reviewing.decline(run(), n, reason, said)
    except NotThere:
        return _after(n)
    except Refusals as refused:
        return _page(found, reason, said, refusals.sentences(refused.by_field()))
    return go("review")


def _after(n: int) -> AnyResponse:
    declined = any(one.n == n and one.state == "declined" for one in reviewing.undoable(run()))
    return go("review") if declined else go("review", gone="yes")


def _page(found: Queued, reason: str, said: str, wrong: dict[str, str]) -> tuple[str, int]:
    reasons = [(key, _(REASONS[key])) for key in review.REASONS]
    values = {"reason": reason, "said": said, "reasons": reasons, "problems": wrong, "most": review.SAID_LIMIT}
    return show("desk/why_not.html", 422 if wrong else 200, found=found, **values)
