"""Where flyers hang, at the touchscreen and the desk: said after printing, shown as a list, taken off it again."""

from __future__ import annotations

from flask import Blueprint, request

from node import posters
from node.domain import codes
from node.posters import PLACE_LETTERS
from node.storage.posters import Poster
from node.web import labels, lately
from node.web.desk_entries import Entry, Waiting
from node.web.flyers import open_ones
from node.web.languages import N_, _, at_once, choices_in, ngettext
from node.web.links import host_name, numbers
from node.web.pages import go, run, show
from node.web.places import at_desk
from node.web.reading import Page


def _to_do() -> list[Waiting]:
    found = [each.what for each in posters.hanging(run())]
    down, again = found.count("down"), found.count("again")
    told = (
        (down, "withdraw", ngettext("%(num)s flyer to take down", "%(num)s flyers to take down", down), OVER),
        (again, "print", ngettext("%(num)s flyer to print again", "%(num)s flyers to print again", again), LOST),
    )
    return [
        Waiting(icon, said % {"num": labels.number(many)}, _(why), _("See them"), many)
        for many, icon, said, why in told
        if many
    ]


OVER, LOST = N_("What they ask or offer is over."), N_("The addresses on them do not lead here any more.")
ENTRY = Entry("hanging", N_("Flyers"), _to_do)


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/flyer/hang", "hang", ask)
    pages.add_url_rule("/flyer/hang", "hung", take, methods=["POST"])
    pages.add_url_rule("/flyers/hanging", "hanging", hanging)
    pages.add_url_rule("/flyers/hanging", "down", down, methods=["POST"])
    pages.add_url_rule("/flyers/renewed", "renewed", renewed, methods=["POST"])


def ask() -> Page:
    return _page(request.args.getlist("p"), "", {})


def take() -> Page:
    links, typed = request.form.getlist("p"), request.form.get("place", "")[:PLACE_LETTERS]
    if choices := choices_in(request.form):
        return at_once(choices, lambda: _page(links, typed, {}))
    known = [card.link for card in open_ones(links)]
    if not posters.hang(run(), known or [""], request.form.get("at") or typed):
        return _page(links, typed, {"place": _("Write or touch where it hangs.")})
    return go("hanging")


def _page(links: list[str], typed: str, wrong: dict[str, str]) -> tuple[str, int]:
    cards = open_ones(links)
    return show("hang.html", 422 if wrong else 200, cards=cards, typed=typed, problems=wrong, most=PLACE_LETTERS)


def hanging() -> Page:
    """What to do comes first."""
    found = posters.hanging(run())
    groups = {what: [each for each in found if each.what == what] for what in ("down", "again", "number", "up")}
    return show("hanging.html", groups=groups, shown=_shown, reached=[host_name(), *numbers()])


def _shown(link: str) -> str:
    return codes.shown(link[: codes.CODE_LENGTH])


def down() -> Page:
    for n in request.form.getlist("n", type=int):
        _remember(N_("Taken down: %(flyer)s"), posters.take_down(run(), n))
    return go("hanging")


def renewed() -> Page:
    """A new one with the addresses of now hangs where the old one did."""
    for n in request.form.getlist("n", type=int):
        _remember(N_("Printed again: %(flyer)s"), posters.print_again(run(), n))
    return go("hanging")


def _remember(said: str, was: Poster | None) -> None:
    """At the desk it can be undone; at the touchscreen nothing is kept of it."""
    if was and at_desk():
        here = run()
        which = f"{_shown(was.link)}, {was.place}" if was.link else was.place
        lately.done(said, {"flyer": which}, lambda: posters.put_back(here, was))
