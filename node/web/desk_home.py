"""The desk's first page: what waits for a steward, and how this machine is."""

from __future__ import annotations

from flask import Blueprint

from node import addresses
from node.storage import board
from node.web import desk_health, desk_reports
from node.web.desk_entries import Entry
from node.web.languages import N_
from node.web.pages import now, run, show
from node.web.reading import Page

ENTRY = Entry("home", N_("Today"))


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/", "home", home)


def home() -> Page:
    host, numbers = addresses.told(run().settings.data, run().settings.port)
    return show(
        "desk/home.html",
        reached=[host, *numbers] if numbers else [],
        health=desk_health.rows(),
        counts=board.counts(run().db(), now(), run().space_id),
        reported=desk_reports.many(),
        met_week=board.met_week(run().db(), now()),
    )
