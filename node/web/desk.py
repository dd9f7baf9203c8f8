"""The stewards' desk, under /desk: signing in and out, and the first page. No page of it opens to anybody else.

A page is added as everywhere: a module with `add_to(pages)`, and beside it an Entry for the bar (desk_entries.py). What
is added to this blueprint lies behind the sign-in without a word about it.
"""

from __future__ import annotations

import os
from typing import Any

from flask import Blueprint, Flask, Response, current_app, g, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from node.sign_in import FILE, NotMade, SignIn, TooMany, Unreadable
from node.web import (
    asking,
    desk_entries,
    desk_health,
    desk_home,
    desk_reports,
    flyers,
    hanging,
    kiosk,
    lately,
    reviewing,
)
from node.web.desk_sessions import COOKIE, IDLE, Sessions
from node.web.languages import N_, _
from node.web.pages import go, run, show
from node.web.places import DESK, is_kiosk_address
from node.web.reading import Page

FREE = ("desk.sign_in", "desk.enter", "desk.leave", "desk.idle", "desk.over")
ENTRIES = (desk_home.ENTRY, reviewing.ENTRY, hanging.ENTRY, desk_reports.ENTRY)
MAKE = "python3 run_node.py steward --make"
ASKED = 90  # seconds, then a touchscreen counts 30 more down
LONGEST = 1_000  # characters of a passphrase that are looked at
WRONG = N_("No steward of this space has this passphrase. Nothing was opened.")


def install(app: Flask, sign_in: SignIn, look: desk_health.Look) -> None:
    desk_health.install(app, look)
    app.config["SIGN_IN"] = sign_in
    app.extensions["desk_sessions"] = Sessions(os.urandom)
    lately.install(app)
    app.jinja_env.globals.update(desk_entries=_entries, at_node=at_node, at_screen=at_screen, desk_idle=_idle)


def make() -> Blueprint:
    desk = Blueprint("desk", __name__, url_prefix=DESK)
    desk.before_request(only_stewards)
    desk.add_url_rule("/sign-in", "sign_in", ask)
    desk.add_url_rule("/sign-in", "enter", enter, methods=["POST"])
    desk.add_url_rule("/leave", "leave", leave, methods=["POST"])
    desk.add_url_rule("/over", "over", over)
    desk.add_url_rule("/idle", "idle", leave)
    desk.add_url_rule("/still", "still", still)
    for room in (desk_home, reviewing, flyers, hanging, desk_reports, lately):
        room.add_to(desk)
    return desk


def only_stewards() -> AnyResponse | None:
    """Everything here but the door itself."""
    g.at_desk = _sessions().look(_given()) if request.endpoint in FREE else _sessions().touch(_given())
    return None if g.at_desk or request.endpoint in FREE else redirect(_door("over" if _given() else ""), 303)


def _door(why: str) -> str:
    return f"{DESK}/sign-in" + (f"?was={why}" if why else "")


def _given() -> str:
    return request.cookies.get(COOKIE, "")


def _sessions() -> Sessions:
    held: Sessions = current_app.extensions["desk_sessions"]
    return held


def at_node() -> bool:
    """Is this browser on the node itself? Then what is typed travels through no network."""
    return is_kiosk_address(request.remote_addr, ())


def at_screen() -> bool:
    """Is it a touchscreen for everybody?"""
    return is_kiosk_address(request.remote_addr, run().settings.kiosks)


def _idle() -> int:
    """Seconds after which a page that nobody touched is left. Elsewhere the session is over by then; a touchscreen asks
    first, as on every form there."""
    return ASKED if at_screen() else IDLE + 5


def _entries() -> list[desk_entries.Shown]:
    """For the bar, once a request; none for whoever is not signed in."""
    if "desk_entries" not in g:
        g.desk_entries = desk_entries.shown(ENTRIES) if g.get("at_desk") else []
    held: list[desk_entries.Shown] = g.desk_entries
    return held


def ask() -> Page:
    return go("home") if g.at_desk else _page({})


def _page(problems: dict[str, str], status: int = 200) -> tuple[str, int]:
    was, how = request.args.get("was", ""), {"make_command": MAKE, "key_file": FILE}
    return show("desk/sign_in.html", status, problems=problems, key=_key(), was=was, **how)


def _key() -> str:
    """How it is with the stewards' key of this space: ready, none, damaged."""
    try:
        _sign_in().ready()
    except NotMade:
        return "none"
    except Unreadable:
        return "damaged"
    return "ready"


def _sign_in() -> SignIn:
    held: SignIn = current_app.config["SIGN_IN"]
    return held


def enter() -> Page:
    typed = request.form.get("passphrase", "")[:LONGEST]
    try:
        good = _sign_in().opens(typed, request.remote_addr or "", at_screen())
    except TooMany as wait:
        return _later(wait)
    except (NotMade, Unreadable):
        return _page({}, 409)
    return _let_in() if good else _page({"passphrase": _(WRONG)}, 422)


def _later(wait: TooMany) -> Response:
    busy = _("Somebody else is trying just now. Try again in a few seconds.")
    told = {"passphrase": busy if wait.busy else asking.wait(wait.seconds, False)}
    answer = make_response(_page(told, 503 if wait.busy else 429))
    answer.headers["Retry-After"] = str(wait.seconds)
    return answer


def _let_in() -> AnyResponse:
    """Under a new id, whatever the browser brought; forms get a new token as well."""
    _sessions().end(_given())
    g.visit_id, g.visit_used = g.visits.rename(g.visit_id), True
    answer = go("home")
    answer.set_cookie(COOKIE, _sessions().begin(at_screen()), path=DESK, httponly=True, samesite="Strict")
    return answer


def leave() -> AnyResponse:
    """Needs no token, as everywhere: all that it does is forget. A touchscreen comes here by itself as well, and then
    nothing of its last reader stays."""
    _sessions().end(_given())
    answer = _forgotten(redirect(_after("left"), 303))
    return kiosk.wiped(answer) if at_screen() else answer


def still() -> tuple[str, int]:
    """Somebody is still typing at the touchscreen; asking for this was the touch."""
    return "", 204


def over() -> Any:
    """Where a page goes by itself that nobody touched for as long as one stays signed in. Does not count as a touch: if
    another page is in use, this one waits for its reader and shows nothing meanwhile."""
    return show("desk/over.html") if g.at_desk else _forgotten(redirect(_after("over"), 303))


def _after(why: str) -> str:
    return "/kiosk/" if at_screen() else _door(why)


def _forgotten(answer: AnyResponse) -> AnyResponse:
    answer.delete_cookie(COOKIE, path=DESK, httponly=True, samesite="Strict")
    return answer
