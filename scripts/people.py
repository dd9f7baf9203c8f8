"""Invented neighbours with tickets, so that their pages can be photographed and tried out. For no real node."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path
from typing import Any

from node import demo, intake
from node.domain import bodies
from node.domain.sealed import Letter
from node.domain.wishes import (
    AboutPost,
    ConfirmPromise,
    MarkMet,
    OpenPost,
    OpenWords,
    PromiseHelp,
    ReleasePromise,
    ReplaceTicket,
    WriteBack,
)
from node.run import Run
from node.settings import Settings
from node.start import open_run
from node.storage import board
from node.ticket_office import Issued, Office
from sync import circle

MINUTE_MS, DAY_MS = 60_000, 24 * 3_600_000
STEP = 400.0  # seconds from one look-up to the next: nobody is made to wait
SOMALI = "Bariis, saliid iyo timir ayaan u baahannahay caawa"
COOKS = "Our group cooks tonight. We bring rice, oil and dates to the hall at 17:00. Is somebody there?"
ARABIC = "نستطيع أن نحضر خبزا وتمرا غدا."


def quick_office(run: Run) -> Office:
    """Tickets without the slow step and without waiting."""
    folder, turns = run.settings.data, itertools.count(1)
    return Office(
        lambda: circle.keys(folder),
        lambda: circle.issuing_key(folder),
        monotonic=lambda: next(turns) * STEP,
        stretched=lambda digits: digits.encode().ljust(32, b"\0"),
    )


def meet(run: Run, office: Office) -> dict[str, str]:
    """What they say to each other, at a space that has not heard from another for a while. Sixteen digits of each, by
    what became of them."""
    know_another_space(run)
    said = Saying(run, office)
    return {**said.two_answers(), **said.an_offer(), **said.ended(), **said.given_out_again()}


def know_another_space(run: Run, name: str = "Union Hall") -> None:
    with tempfile.TemporaryDirectory() as folder:
        other = open_run(Settings(data=Path(folder), name=name))
        handover = circle.ours(other.db(), Path(folder), other.identity, other.settings.peer_port)
        circle.join(run.db(), run.settings.data, handover, run.clock_ms())
        other.close()


class Saying:
    """One node on demo data, and tickets given out there. Each word takes a few minutes of its invented time."""

    def __init__(self, run: Run, office: Office) -> None:
        assert isinstance(run.clock_ms, demo.Clock), "no real node's"
        self._run, self._office, self._clock = run, office, run.clock_ms

    def two_answers(self) -> dict[str, str]:
        """A need with two promises, one of them taken up; the stewards have looked at the other."""
        stewards = self._office.issue().ticket
        told = {"area": "East", "reach": "0151 234 56 78", "stewards": stewards.seal_to, "when": "today"}
        poster = self.posts(SOMALI, lang="so", wanted=5, **told)
        helper = self.promises(poster, COOKS, reach="Ask for Yusuf, 0170 998 87 66", count=5)
        promise = self.promise(poster, helper)
        self.says(poster, WriteBack(post_of(poster), promise, Letter("Yes, from 16:30. Thank you.", "", "en")))
        self.says(poster, ConfirmPromise(post_of(poster), promise))
        second = self.promises(poster, ARABIC, lang="ar", count=2)
        self.says(None, OpenWords(post_of(poster), self.promise(poster, second), "Somebody asked us to look."))
        return {"poster": poster.digits, "helper": helper.digits, "second": second.digits}

    def an_offer(self) -> dict[str, str]:
        giver = self.posts("Two seats in my car to the market on Friday", kind="offer", category="transport", wanted=2)
        asks = self.promises(giver, "One seat, please. I am at the corner of the park at nine.")
        return {"giver": giver.digits, "asks": asks.digits}

    def ended(self) -> dict[str, str]:
        """Met, run out, needed no more, erased; and one that nobody has answered yet."""
        met = self.posts("A ladder for Saturday", category="tools")
        self.promises(met, "Take ours")
        self.says(met, MarkMet(post_of(met)))
        long_ago = self._run.clock_ms() - 2 * DAY_MS
        over = self.posts("A ride to the clinic", category="transport", when="now", at=long_ago)
        needless = self.posts("A winter coat", category="clothing")
        spared = self.promises(needless, "I have a blue one")
        self.says(needless, ReleasePromise(post_of(needless), self.promise(needless, spared)))
        erased = self.posts("Soup for two")
        intake.erase(self._run, erased.ticket.signing)
        alone = self.posts("A cot for a small baby", category="childcare", scope="here")
        ended = {"met": met, "expired": over, "spared": spared, "erased": erased, "nobody": alone}
        return {name: one.digits for name, one in ended.items()}

    def given_out_again(self) -> dict[str, str]:
        old = self.posts("Help with a form", category="papers")
        self.promises(old, "I know that form. Come on Monday.")
        new = self._office.issue()
        self.says(None, ReplaceTicket(post_of(old), new.ticket.owner, new.ticket.seal_to))
        return {"replaced": old.digits, "reissued": new.digits}

    def posts(self, words: str, **more: Any) -> Issued:
        given: dict[str, Any] = {"kind": "need", "category": "food", "lang": "en", "when": "week", **more}
        issued = self._office.issue()
        intake.record(self._run, OpenPost(words=words, **given), ticket=issued.ticket)
        self._clock.now += 5 * MINUTE_MS
        return issued

    def promises(self, to: Issued, words: str, count: int = 1, reach: str = "", lang: str = "en") -> Issued:
        issued = self._office.issue()
        self.says(issued, PromiseHelp(post_of(to), count=count, letter=Letter(words, reach, lang)))
        return issued

    def says(self, who: Issued | None, wish: AboutPost) -> None:
        """who: None for the space itself."""
        intake.record(self._run, wish, ticket=who.ticket if who else None)
        self._clock.now += 5 * MINUTE_MS

    def promise(self, to: Issued, by: Issued) -> bytes:
        held = board.held(self._run.db(), post_of(to)).post
        assert held is not None, "it was posted here"
        return next(one.id for one in held.promises if one.owner == by.ticket.owner)


def post_of(issued: Issued) -> bytes:
    return bodies.post_id(issued.ticket.owner)
