"""How this machine is, in the reader's language: what `status` says in English (node/health.py), with a sign."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Flask, current_app

from node.notes import Note
from node.web import labels
from node.web.languages import N_, _
from node.web.pages import now

Look = Callable[[], Sequence[Note]]
RUN = "python3 run_node.py "
ICONS = {"good": "check", "warn": "warning", "bad": "warning"}
# kind of note -> (what there is, what it means or what to do)
WORDS = {
    "space-well": (N_("%(who)s is up to date"), N_("Heard %(ago)s")),
    "space-away": (N_("%(who)s is away"), N_("Heard %(ago)s. Its news can come by stick, or in a phone.")),
    "space-waits": (N_("%(who)s has news for this board"), N_("They come by themselves once the disk has room.")),
    "space-new": (N_("%(who)s was not heard yet"), N_("It comes by itself when both are in one network.")),
    "alone": (N_("No other space yet"), N_("Connect one from the machine:")),
    "exchange": (
        N_("The exchange with other spaces does not run"),
        N_("It is started again by itself."),
    ),
    "port": (N_("Other spaces cannot reach this one"), N_("Port %(port)s is taken. This machine still visits them.")),
    "disk": (N_("The disk is nearly full"), N_("%(left)s are free. Neighbours can still post; other spaces wait.")),
    "room": (N_("There is room on the disk"), ""),
    "clock": (N_("Is the clock right?"), N_("This machine thinks it is %(says)s.")),
    "time": (N_("The clock seems right"), ""),
    "retired": (
        N_("This machine was retired"),
        N_("Another one speaks for this space now."),
    ),
    "copy": (N_("A copy of this machine ran beside it"), N_("Seen %(seen)s. See that only one of them runs.")),
    "fork": (
        N_("A machine of %(who)s told two stories"),
        N_("Seen %(seen)s. Nothing of it counts any more; what neighbours said there with a ticket was kept."),
    ),
    "blocked": (N_("%(who)s is blocked here"), ""),
    "they-block": (N_("%(who)s has blocked %(whom)s"), N_("This space accepts it.")),
    "block-us": (N_("%(who)s has blocked this space"), N_("Ask its stewards why.")),
    "introduced": (N_("Another space would like to join: %(who)s"), N_("Let it in from the machine:")),
    "restored": (N_("This board was put back from a copy"), N_("Put back %(put_back)s; the copy is from %(made)s.")),
    "recovered": (N_("This machine was made anew from the paper key"), N_("That was %(since)s.")),
    "lost": (N_("This machine had lost what it wrote"), N_("It is an older copy, or a copy of it runs elsewhere.")),
    "quota": (N_("%(who)s has brought as much as it may"), N_("The rest waits. To take it now:")),
    "backup": (N_("The last backup was made %(ago)s"), ""),
    "no-backup": (N_("There is no backup yet"), N_("One is made each night, or now from the machine:")),
    "backup-later": (N_("The last backup is dated later than today"), N_("See whether the clock is right:")),
    "backup-failed": (N_("The last backup failed"), N_("Try it from the machine, it says why:")),
    "backup-gone": (N_("The last backup is not where it was put"), N_("Plug the disk in, or make a new one:")),
    "paper": (N_("The paper key is still on this machine"), N_("Print it, put it into a safe, then take it off here:")),
}
WELL = {"disk": "room", "clock": "time"}  # what is said where there is nothing to say of it


@dataclass(frozen=True)
class Row:
    """sign: good, warn or bad; command: "" or what whoever keeps the machine types."""

    sign: str
    icon: str
    what: str
    more: str
    command: str


def install(app: Flask, look: Look) -> None:
    app.config["HEALTH"] = look


def rows() -> list[Row]:
    """What is wrong comes first."""
    look: Look = current_app.config["HEALTH"]
    notes = [note for note in look() if note.kind]
    said = {note.kind for note in notes}
    notes += [Note("", good, "good") for kind, good in WELL.items() if kind not in said]
    return [_row(note) for note in sorted(notes, key=lambda note: ("bad", "warn", "good").index(note.level))]


def _row(note: Note) -> Row:
    what, more = WORDS[note.kind]
    facts = {key: _shown(key, value) for key, value in note.facts.items()}
    command = RUN + note.command if note.command else ""
    return Row(note.level, ICONS[note.level], _(what) % facts, _(more) % facts if more else "", command)


def _shown(key: str, value: str | int) -> str:
    if isinstance(value, str):
        return value
    if key == "ago":
        return labels.ago(value, now())
    return _("%(day)s, %(time)s") % {"day": labels.long_day(labels.local(value).date()), "time": labels.clock(value)}
