"""How a view becomes a page: the run, the clock, the audience, and the names that templates know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Flask, current_app, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from node.web import asking, labels, over, visits
from node.web.places import at_desk, at_kiosk, is_kiosk_address

if TYPE_CHECKING:
    from node.run import Run
    from node.ticket_office import Office


def run() -> Run:
    """The process run that this application serves."""
    held: Run = current_app.config["RUN"]
    return held


def office() -> Office:
    """Where tickets are given out and found."""
    held: Office = current_app.config["OFFICE"]
    return held


def now() -> int:
    """Unix milliseconds; one reading a request, so that a page agrees with itself."""
    if "now_ms" not in g:
        g.now_ms = run().clock_ms()
    held: int = g.now_ms
    return held


def audience() -> str:
    return "kiosk" if at_kiosk() else "desk" if at_desk() else "phone"


def to(page: str, **values: Any) -> str:
    """The address of a page for whoever reads this one: kiosk pages link to kiosk pages. What the desk has no page for
    (the board, a post) is read as on a phone; at a touchscreen going there leaves the desk: neighbours come next."""
    own = f"{audience()}.{page}"
    if audience() != "desk" or own in current_app.view_functions:
        return url_for(own, **values)
    at_screen = is_kiosk_address(request.remote_addr, run().settings.kiosks)
    return url_for("desk.idle") if at_screen else url_for(f"phone.{page}", **values)


def go(page: str, **values: Any) -> AnyResponse:
    return redirect(to(page, **values), 303)


def show(template: str, status: int = 200, **values: Any) -> tuple[str, int]:
    """A page for this audience. template: a path in kiosk_templates."""
    return render_template(template, **values), status


def own(template: str) -> str:
    """The audience's own drawing of a page: board -> kiosk/board.html."""
    return f"{audience()}/{template}.html"


def install(app: Flask) -> None:
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(to=to, labels=labels, asking=asking, over_words=over, now=now)
    app.jinja_env.globals["has_ticket"] = lambda: visits.opened() is not None

    @app.context_processor
    def everywhere() -> dict[str, object]:
        return {
            "audience": audience(),
            "shell": f"{audience()}/shell.html",
            "place": run().settings.name,
            "settings": run().settings,
            "here": request.path,
        }
