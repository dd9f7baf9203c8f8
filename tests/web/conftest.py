"""A node with a board, and the people in front of it."""

from __future__ import annotations

import gzip
import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule

from node import intake, stewards
from node.app import create_app
from node.domain.wishes import OpenPost, PromiseHelp
from node.run import Run
from node.settings import Settings
from node.sign_in import SignIn
from node.start import open_run
from node.ticket_office import Office, Turns
from node.web.desk_sessions import Sessions
from sync import circle
from tests.web.page import Page

NOON = 1_767_614_400_000  # Monday 5 January 2026, 12:00 UTC


@dataclass
class Clock:
    ms: int = NOON

    def __call__(self) -> int:
        return self.ms

    def passes(self, *, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        self.ms += int((minutes + 60 * hours + 24 * 60 * days) * 60_000)


@dataclass
class Person:
    """Somebody with a browser: follows redirects, keeps cookies, presses what is on the page."""

    client: FlaskClient
    address: str
    base: str = "http://corkboard.local:8080"
    page: Page = field(default_factory=lambda: Page(""))
    status: int = 0
    path: str = ""
    headers: Any = None
    weight: int = 0  # bytes of its page, as they were sent

    def opens(self, path: str, **more: Any) -> Page:
        return self._get(path, **more)

    def _get(self, path: str, **more: Any) -> Page:
        answer = self.client.get(
            path,
            base_url=self.base,
            environ_base={"REMOTE_ADDR": self.address},
            follow_redirects=True,
            **more,
        )
        return self._see(answer)

    def sends(self, path: str, **fields: str) -> Page:
        """A form as given, with nothing added."""
        answer = self.client.post(
            path,
            data=fields,
            base_url=self.base,
            environ_base={"REMOTE_ADDR": self.address},
            headers={"Origin": self.base},
            follow_redirects=True,
        )
        return self._see(answer)

    def answers(self, **fields: str) -> Page:
        """Fills in the page's form and sends it."""
        form = self.page.answer
        given = {**form.fields, **{name.rstrip("_"): value for name, value in fields.items()}}
        return self.sends(form.action or self.path, **given)

    def _see(self, answer: Any) -> Page:
        self.status, self.headers = answer.status_code, answer.headers
        self.path, self.weight = answer.request.path, len(answer.data)
        packed = answer.headers.get("Content-Encoding") == "gzip"
        self.page = Page(gzip.decompress(answer.data).decode() if packed else answer.text)
        answer.close()
        return self.page

    def posts(self, kind: str = "need", start: str = "", **answers: str) -> Page:
        """Goes through all steps of posting, up to the page with the ticket."""
        given = {
            "category": "food",
            "when": "today",
            "for": "5",
            "area": "East",
            "words": "Rice and oil",
            **answers,
        }
        self.opens(f"{start}/post/{kind}")
        self.answers(category=given["category"])
        self.answers(when=given["when"])
        if given["when"] == "date":
            self.answers(date=given["date"])
        self.answers(for_=given["for"])
        self.answers(area=given["area"])
        self.answers(words=given["words"], written=given.get("written", "en"), reach=given.get("reach", ""))
        return self.answers(scope=given.get("scope", "circle"))

    @property
    def ticket(self) -> str:
        """The sixteen digits on the page; "" where there are none."""
        found = re.search(r'class="digits" dir="ltr">((?:<span>[0-9]{4}</span> ){4})', self.page.html)
        return "".join(re.findall("[0-9]{4}", found.group(1))) if found else ""

    def keeps_it(self) -> str:
        """Writes the ticket down and says so; gives its digits."""
        digits = self.ticket
        self.answers(last4=digits[-4:], kept="written")
        return digits

    def comes_back(self, digits: str, start: str = "") -> Page:
        """Types a ticket, or a code."""
        self.opens(f"{start}/code")
        return self.answers(code=digits)


@dataclass
class Hall:
    """Riverside Hall: its run, its application, its clock."""

    run: Run
    app: Flask
    clock: Clock
    people: Iterator[int] = field(default_factory=lambda: itertools.count(10))

    def neighbour(self, language: str = "en") -> Person:
        """Somebody at the touchscreen who has chosen a language."""
        person = Person(self.app.test_client(), "127.0.0.1", base="http://localhost:8080")
        person.opens(f"/kiosk/begin?lang={language}")
        return person

    def passer_by(self) -> Person:
        """Somebody in front of the first screen."""
        return Person(self.app.test_client(), "127.0.0.1", base="http://localhost:8080")

    def phone(self, language: str = "en") -> Person:
        person = Person(self.app.test_client(), f"10.0.0.{next(self.people)}")
        person.client.set_cookie("lang", language, domain="corkboard.local")
        return person

    def has(self, words: str = "A ladder for Saturday", kind: str = "need", **more: Any) -> str:
        """A post on the board; gives its link."""
        wish = OpenPost(kind=kind, category=more.pop("category", "tools"), words=words, **more)
        return intake.record(self.run, wish).link

    def hears_promise(self, post: bytes, words: str, count: int = 1) -> None:
        intake.record(self.run, PromiseHelp(post_id=post, words=words, count=count))


class CompiledOnce(BytecodeCache):
    """Every test has an application of its own; their templates are the same."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()


COMPILED = CompiledOnce()


def builds_once(compiles: Callable[..., Any]) -> Callable[..., Any]:
    """Every board has the same addresses, and to compile how they are built takes longer than most of these tests."""
    built: dict[tuple[Any, ...], Any] = {}

    def compiled(rule: Rule, append_unknown: bool = True) -> Any:
        key = (rule.rule, repr(rule.defaults), rule.subdomain, rule.host, append_unknown)
        return built[key] if key in built else built.setdefault(key, compiles(rule, append_unknown))

    return compiled


Rule._compile_builder = builds_once(Rule._compile_builder)


def quick_office(run: Run) -> Office:
    """Tickets without the slow step, which would be most of the time of these tests."""
    folder = run.settings.data
    return Office(
        lambda: circle.keys(folder),
        lambda: circle.issuing_key(folder),
        stretched=lambda digits: digits.encode().ljust(32, b"\0"),
    )


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    clock = Clock()
    settings = Settings(
        data=tmp_path / "data",
        name="Riverside Hall",
        areas=("East", "West", "Old Town"),
        desk="by the door",
        hours="Every day 9:00 to 20:00",
        wifi="Riverside",
    )
    run = open_run(settings, clock_ms=clock)
    app = create_app(run, quick_office(run))
    app.config["TESTING"] = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.jinja_env.bytecode_cache = COMPILED
    yield Hall(run, app, clock)
    run.close()


@dataclass
class Seconds:
    """The time by which the desk's sessions end."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Desk:
    """The hall's desk, its passphrase known without the slow step."""

    hall: Hall
    seconds: Seconds = field(default_factory=Seconds)
    passphrase: str = "three warm loaves on a cold sill"

    def browser(self, address: str = "10.0.0.7", language: str = "en") -> Person:
        base = "http://localhost:8080" if address.startswith("127.") else "http://corkboard.local:8080"
        person = Person(self.hall.app.test_client(), address, base=base)
        person.client.set_cookie("lang", language, domain=base.split("/")[2].split(":")[0])
        return person

    def steward(self, address: str = "10.0.0.7", language: str = "en") -> Person:
        """Somebody who has signed in."""
        person = self.browser(address, language)
        person.opens("/desk/")
        person.answers(passphrase=self.passphrase)
        assert person.path == "/desk/", person.page.text
        return person


@pytest.fixture
def desk(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> Desk:
    held = Desk(hall)

    def knows(_: Path, typed: str, turn: Callable[[], AbstractContextManager[None]]) -> bool:
        with turn():
            return typed == held.passphrase

    monkeypatch.setattr(stewards, "stewards_of", lambda folder: 1)
    hall.app.config["SIGN_IN"] = SignIn(hall.run.settings.data, Turns(), knows=knows, beat=0.001)
    hall.app.extensions["desk_sessions"] = Sessions(lambda size: b"%032d" % next(hall.people), held.seconds)
    return held
