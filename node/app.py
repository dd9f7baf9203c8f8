"""The application factory: puts the rooms of the web together. Rules and storage live elsewhere."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask

from node.web import api, assets, errors, guard, kiosk, languages, pace, pages, phone, visits
from node.web.links import rest_of_query

if TYPE_CHECKING:
    from node.run import Run
    from node.ticket_office import Office

TEMPLATES = Path(__file__).parent.parent / "kiosk_templates"


def create_app(run: Run, office: Office) -> Flask:
    """The pages of this node. Everything that they need is in the run; tickets come from the office."""
    app = Flask("corkboard", template_folder=str(TEMPLATES), static_folder=None)
    app.config["RUN"] = run
    app.config["OFFICE"] = office
    secret = os.urandom(32)
    languages.install(app, languages.read_languages(run.settings.languages))
    visits.install(app, visits.Visits(run.clock_ms, os.urandom))
    pages.install(app)
    guard.install(app, run.settings.port, secret)
    pace.install(app, pace.Pace(run.clock_ms, secret), run.settings.kiosks)
    languages.install_switches(app)
    assets.install(app)
    errors.install(app)
    app.jinja_env.globals["rest_of_query"] = rest_of_query
    for room in (kiosk, phone, api):
        app.register_blueprint(room.make())
    return app
