"""The application factory: puts the rooms of the web together. Rules and storage live elsewhere."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask

from node import control, health
from node.notes import Note
from node.reviewing import Shares
from node.sign_in import SignIn
from node.storage.searching import Prepared
from node.web import (
    api,
    assets,
    cards,
    carrying,
    desk,
    errors,
    guard,
    kiosk,
    languages,
    pace,
    pages,
    phone,
    polls,
    reading,
    ready,
    recording,
    visits,
    waits,
)
from node.web.kept import Kept, Since
from node.web.links import rest_of_query

if TYPE_CHECKING:
    from node.run import Run
    from node.ticket_office import Office

PARTS_KEPT, SIMILAR_KEPT = 3_000, 1_000  # cards of 1 KB or so: those of all that newest.py knows; frames, few of them
ANSWER_S = 5.0  # that the desk waits for an exchange that is slow; one that is gone is known at once
TEMPLATES = Path(__file__).parent.parent / "kiosk_templates"


def create_app(run: Run, office: Office) -> Flask:
    """The pages of this node. Everything that they need is in the run; tickets come from the office."""
    app = Flask("corkboard", template_folder=str(TEMPLATES), static_folder=None)
    app.config["RUN"] = run
    app.config["OFFICE"] = office
    languages.install(app, languages.read_languages(run.settings.languages))
    app.extensions.update(kept=Kept(), kept_parts=Kept(PARTS_KEPT), kept_similar=Kept(SIMILAR_KEPT))
    app.extensions.update(kept_ones=Kept(), parts_since=Since(), searches=Prepared())
    visits.install(app, visits.Visits(run.clock_ms, os.urandom))
    pages.install(app)
    recording.install(app, Shares(os.urandom))
    waits.install(app)
    carrying.install(app, ask_of(run.settings.data))
    guard.install(app, run.settings.port, form_secret(run), {"phone.bring": carrying.at_the_door})
    pace.install(app, pace.Paces(run.clock_ms, os.urandom(32)), run.settings.kiosks)
    languages.install_switches(app)
    assets.install(app)
    errors.install(app)
    app.jinja_env.globals.update(rest_of_query=rest_of_query, worded=cards.worded)
    desk.install(app, SignIn(run.settings.data, office.turns), look_at(run))
    for room in (kiosk, phone, desk, api):
        app.register_blueprint(room.make())
    for in_front in (ready, polls):
        in_front.install(app, lambda: reading.mark_of(run.db(), run.clock_ms()), run.settings.port)
    app.wsgi_app = giving_back(app.wsgi_app, run)  # type: ignore[method-assign]
    return app


def giving_back(pages: polls.Wsgi, run: Run) -> polls.Wsgi:
    """Between two answers a thread holds no connection, so whoever answers next reads with the one that is warm."""

    def answer(asked: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        try:
            return pages(asked, start)
        finally:
            run.give_back()

    return answer


def ask_of(folder: Path) -> carrying.Ask:
    """What the exchange process of this folder answers."""

    def ask(request: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return control.ask(folder, request)
        except control.NotRunning:
            return {"error": "away"}

    return ask


def look_at(run: Run) -> Callable[[], Sequence[Note]]:
    """How this machine is, for the desk."""

    def look() -> list[Note]:
        try:
            told = control.ask(run.settings.data, {"do": "health"}, ANSWER_S)
        except control.NotRunning:
            told = {}
        return [*health.network(told), *health.notes(run), *health.spaces(run)]

    return look


def form_secret(run: Run) -> bytes:
    """Keys the forms' tokens. The same after a new start, so that a page that was open meanwhile can still be sent; it
    follows from the node's key, and nobody can ask it for anything else."""
    return hashlib.blake2b(run.identity.node_key.private_bytes_raw(), person=b"cb1 form tokens").digest()
