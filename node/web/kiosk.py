"""The touchscreen on the wall: first screen, begin, leave. Its other pages are the shared ones."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from node.storage import board
from node.web import hanging, keeping, neighbours, visits
from node.web.guard import WITHOUT_TOKEN
from node.web.languages import choices_in, remember
from node.web.pages import go, now, run, show, to
from node.web.places import is_kiosk_address, phone_path
from node.web.reading import Page, kept, mark

FREE = ("kiosk.attract", "kiosk.begin", "kiosk.leave", "kiosk.idle", "kiosk.still")
FORGOTTEN = ("lang", "text", "contrast")


def make() -> Blueprint:
    kiosk = Blueprint("kiosk", __name__, url_prefix="/kiosk")
    kiosk.before_request(keep_to_the_kiosk)
    kiosk.add_url_rule("/", "attract", attract)
    kiosk.add_url_rule("/begin", "begin", begin)
    kiosk.add_url_rule("/leave", "leave", leave, methods=["POST"])
    kiosk.add_url_rule("/idle", "idle", leave)
    kiosk.add_url_rule("/still", "still", still)
    neighbours.add_to(kiosk)
    hanging.add_to(kiosk)
    return kiosk


def keep_to_the_kiosk() -> AnyResponse | None:
    """Others go to the phone's page; at the kiosk everything begins at the first screen, also after Back."""
    if not is_kiosk_address(request.remote_addr, run().settings.kiosks):
        return redirect(phone_path(request.path), 303)
    if request.endpoint in FREE or visits.begun():
        return None
    if request.method != "POST" or request.endpoint in WITHOUT_TOKEN:
        return redirect(to("attract"), 303)
    visits.visit().begun = True  # the form's token says that nobody was wiped away since: the node was started again
    return None


def attract() -> Page:
    met = kept().made(mark(), "met_week", lambda: board.met_week(run().db(), now()))
    return show("kiosk/attract.html", counts=board.counts(run().db(), now(), run().space_id), met_week=met)


def begin() -> Page:
    """One touch: a new visit, in that language."""
    visits.end()
    visits.visit().begun = True
    return remember(to("board"), choices_in(request.args))


def leave() -> Page:
    """The wipe, whether somebody asked for it or walked away: nothing stays here, not even the language."""
    if keeping.asks_before_leaving():
        return go("leaving")
    return wiped(redirect(to("attract"), 303))


def wiped(answer: AnyResponse) -> AnyResponse:
    visits.end()
    for name in FORGOTTEN:
        answer.delete_cookie(name, samesite="Strict", httponly=True)
    return answer


def still() -> tuple[str, int]:
    """Somebody is still typing: keep what they answered."""
    return "", 204 if visits.begun() else 410
