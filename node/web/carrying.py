"""Phones as carriers: fetch a sealed file here, bring it there. Translates only; the exchange process does the work.

Nothing here opens a file. What was brought lies in the data folder while it is handed over, and is gone then.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

from flask import Blueprint, Flask, Request, Response, current_app, make_response, request, send_file
from werkzeug.exceptions import NotFound

from node.storage import spaces
from node.web import labels
from node.web.languages import N_, _, ngettext
from node.web.pages import go, now, run, show
from node.web.reading import Page

BRING = "/carry/bring"
FOLDER = "carry"
MEGABYTES = 64
FORM_BYTES = 512 << 10
AGAIN_SECONDS = 5
A_MOMENT = 1.0  # seconds after which most jobs are done: one page at a time waits for that
NAME = re.compile(r"[0-9a-f]{16}")
LOUD = re.compile(r"[\W_]+")

# why a file was not taken, or not made -> (status, what to say)
WORDS = {
    "not-a-bundle": (422, N_("This is not a file of news. The name of such a file ends in .corkboard.")),
    "damaged": (422, N_("This file was changed on the way, so we took nothing of it. Please fetch a new one.")),
    "cut-short": (422, N_("The end of this file is missing, so we took nothing of it. Please copy it again.")),
    "not-for-us": (422, N_("This file is sealed for another space. We cannot open it. Please carry it there.")),
    "missing": (422, N_("Choose the file first.")),
    "too-large": (413, N_("This file is too large for this page. Please give it to the desk.")),
    "no-room": (503, N_("There is not enough room on this board for it. Please tell the desk.")),
    "busy": (503, N_("Somebody else's file is being read just now. Please try again in a moment.")),
    "away": (503, N_("The board cannot do this just now. Please try again in a moment.")),
    "nobody": (422, N_("We do not know yet how to seal a file for this space. Choose any space of our circle.")),
    "unknown": (404, N_("We do not know this file any more. Fetch it or bring it once more: nothing comes twice.")),
    "failed": (500, N_("Something went wrong here. Please bring the file once more: nothing comes twice.")),
}
PARTLY = {
    "absent": N_("Some of it rests on older news that is not here. Carry a file from here to there first."),
    "no-room": WORDS["no-room"][1],
}
SOME = N_("Some of it could not be taken. What you see here is on the board.")

Ask = Callable[[Mapping[str, Any]], dict[str, Any]]
_waiting = threading.Lock()


def install(app: Flask, ask: Ask) -> None:
    """ask: what the exchange process answers; {"error": "away"} where it does not."""
    app.config["ASK"] = ask
    app.request_class = _Request


class _Request(Request):
    """A file that somebody sends goes into the data folder, and nowhere else; it is gone when it is closed."""

    into: Path | None = None

    def _get_file_stream(self, *args: Any, **named: Any) -> IO[bytes]:
        if self.into is None:
            return super()._get_file_stream(*args, **named)
        self.into.mkdir(0o700, exist_ok=True)
        return tempfile.NamedTemporaryFile(dir=self.into, prefix="in-")


def at_the_door() -> Page | None:
    """Before a file is looked at: a page that says why it did not come in, or room for it."""
    refused = getattr(request.environ.get("wsgi.input"), "refused", "")
    if refused:
        return _sorry(refused)
    if (request.content_length or 0) > MEGABYTES << 20:
        return _sorry("too-large")
    request.max_content_length = MEGABYTES << 20
    request.max_form_memory_size = FORM_BYTES  # also of a part of the file, which comes through memory
    request.into = run().settings.data / FOLDER  # type: ignore[attr-defined]  # see _Request
    return None


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/carry", "carry", carry)
    pages.add_url_rule("/carry/fetch", "fetch", fetch, methods=["POST"])
    pages.add_url_rule(BRING, "bring", bring, methods=["POST"])
    pages.add_url_rule("/carry/<job>", "carried", carried)
    pages.add_url_rule("/carry/<job>/file", "carried_file", carried_file)


def carry() -> Page:
    return _carry("")


def fetch() -> Page:
    """Begins to make a file for one space, or for the circle."""
    return _begun({"do": "carry", "to": request.form.get("to", "")})


def bring() -> Page:
    """Hands a file over. The exchange process has opened it when it answers, so it may be deleted then."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _carry("missing")
    with contextlib.closing(sent.stream):
        sent.stream.flush()
        return _begun({"do": "bring", "file": Path(getattr(sent.stream, "name", "")).name})


def _begun(asked: dict[str, str]) -> Page:
    answer = _ask(asked)
    return go("carried", job=answer["job"]) if "job" in answer else _sorry(_known(answer.get("error", "")))


def carried(job: str) -> Page:
    told = _look(job)
    if told["state"] == "working":
        return show("carry/wait.html", done=told["done"], total=told["total"])
    if told["state"] != "done":
        return _sorry(_known(told.get("error", "") or told["state"]))
    if told["came"]:
        return show("carry/came.html", came=told["came"], lines=_lines(told["came"]), problem=_partly(told["came"]))
    if not told["file"]:
        return _sorry("unknown")
    return show("carry/ready.html", job=job)


def carried_file(job: str) -> Page:
    """The file itself; who began to fetch it gets all of it, also where it is taken away meanwhile."""
    told = _look(job)
    try:
        file = (run().settings.data / FOLDER / Path(told.get("file") or "-").name).open("rb")
    except OSError:
        return _sorry("unknown")
    answer = send_file(file, "application/octet-stream", as_attachment=True, download_name=_file_name())
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _look(job: str) -> dict[str, Any]:
    """How a job goes. Most are done in a moment; the first to ask waits for that: one thread, no more."""
    if not NAME.fullmatch(job):
        raise NotFound
    told = _ask({"do": "carried", "job": job})
    if told.get("state") == "working" and _waiting.acquire(blocking=False):
        try:
            until = time.monotonic() + A_MOMENT
            while told.get("state") == "working" and time.monotonic() < until:
                time.sleep(0.05)
                told = _ask({"do": "carried", "job": job})
        finally:
            _waiting.release()
    return told if "state" in told else {"state": "failed", "error": told.get("error", "")}


def _ask(asked: dict[str, str]) -> dict[str, Any]:
    ask: Ask = current_app.config["ASK"]
    return ask(asked)


def _known(error: str) -> str:
    return error if error in WORDS else "failed"


def _carry(wrong: str) -> Page:
    status, sentence = WORDS[wrong] if wrong else (200, "")
    others, too_large = spaces.others(run().db()), WORDS["too-large"][1]  # apart, or its key is taken for words
    most = {"most": labels.number(MEGABYTES), "bytes": MEGABYTES << 20, "too_large": _(too_large)}
    return show("carry/carry.html", status, others=others, wrong=_(sentence) if sentence else "", **most)


def _sorry(why: str) -> Response:
    status, sentence = WORDS[why]
    answer = make_response(show("carry/sorry.html", status, why=why, sentence=_(sentence)))
    if status == 503:
        answer.headers["Retry-After"] = str(AGAIN_SECONDS)
    return answer


def _lines(came: Mapping[str, Any]) -> list[str]:
    """'12 new needs', '3 met', '1 erased': what there is none of is not said."""
    needs, offers, met, erased = (int(came.get(key, 0)) for key in ("needs", "offers", "met", "erased"))
    said = [
        (needs, ngettext("%(num)s new need", "%(num)s new needs", needs)),
        (offers, ngettext("%(num)s new offer", "%(num)s new offers", offers)),
        (met, ngettext("%(num)s met", "%(num)s met", met)),
        (erased, ngettext("%(num)s erased", "%(num)s erased", erased)),
    ]
    return [words % {"num": labels.number(count)} for count, words in said if count]


def _partly(came: Mapping[str, Any]) -> str:
    """What is said where not all of a file was taken; "" where all was."""
    return _(PARTLY.get(came["error"], SOME)) if came.get("error") else ""


def _file_name() -> str:
    day = labels.local(now()).strftime("%Y-%m-%d")
    return f"{LOUD.sub('-', run().settings.name).strip('-') or 'board'}-{day}.corkboard"
