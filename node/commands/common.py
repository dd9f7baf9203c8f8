"""What every command shares: common options, one sentence for every failure, counting on stderr."""

from __future__ import annotations

import functools
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from node import control
from node.run import DATABASE_FILE, Run, now_ms
from node.settings import ENVIRONMENT, Settings, SettingsError, write_default
from node.start import open_run
from node.storage import db as database
from sync import paper_typed
from sync.identity import NODE_CERT_FILE, Paper

EVERY_SECONDS = 2.0
ANSWER_S = 60.0  # where nobody serves it is known at once; who answers late must not be called away
PORT = click.IntRange(1, 65535)


OWN_NAME = "SELECT name FROM space WHERE state = 'own'"


class Failed(click.ClickException):
    """Something was refused or went wrong: one sentence that names the fix, and exit status 1."""

    def show(self, file: Any = None) -> None:
        click.echo(self.message, err=True)


def check_place(file: Path) -> None:
    """Raises Failed where a file of this name cannot be written."""
    if file.is_dir():
        raise Failed(f"{file} is a folder: name a file in it.")
    if not file.parent.is_dir():
        raise Failed(f"There is no folder {file.parent}: make it first, or name another.")


@dataclass(frozen=True)
class Here:
    """The node that a command is about, and how much it may say. named: the name was given for this call."""

    settings: Settings
    quiet: bool
    named: bool = False

    def say(self, words: str) -> None:
        """A result, on stdout. Results stay when quiet; only talk is left out."""
        click.echo(words)

    def talk(self, words: str) -> None:
        """What a person likes to know and a script does not, on stderr."""
        if not self.quiet:
            click.echo(words, err=True)

    def progress(self, what: str) -> Callable[[int, int], None]:
        """Shows 'what: n of m' on stderr, in place on a terminal, else a line every two seconds."""
        return _silent if self.quiet else _Counter(what)

    def is_there(self) -> bool:
        """True where this folder holds a node."""
        return (self.settings.data / NODE_CERT_FILE).exists()

    @contextmanager
    def run(self, fresh: bool = True, clock_ms: Callable[[], int] = now_ms) -> Iterator[Run]:
        """A process run over this node's folder. fresh: whether the command may make a new node there."""
        if not fresh and not self.is_there():
            folder = self.settings.data
            raise Failed(f"There is no node in {folder} yet: start one with `serve`, or name its folder with --data.")
        write_default(self.settings)
        run = open_run(self._as_it_is_called(), clock_ms)
        try:
            yield run
        finally:
            run.close()

    def _as_it_is_called(self) -> Settings:
        """Only `serve`, or a name that is given for this call, renames a space: others call it what it is called."""
        path = self.settings.data / DATABASE_FILE
        if self.named or not path.exists():
            return self.settings
        with closing(database.open(path)) as db, suppress(sqlite3.OperationalError):  # no table yet: a start cut short
            row = db.execute(OWN_NAME).fetchone()
            return replace(self.settings, name=row[0]) if row else self.settings
        return self.settings

    def tell(self) -> None:
        """Lets a running node know that something was written. One that does not run learns it when it starts."""
        with suppress(control.NotRunning):
            control.ask(self.settings.data, {"do": "news"})


def serving_now(run: Run) -> dict[str, Any] | None:
    """How the node says it is, while it runs on this folder; None while it does not. From then on the settings say the
    port at which the board was started, whatever they said before: flyers are judged by it."""
    try:
        told = control.ask(run.settings.data, {"do": "health"}, ANSWER_S)
    except control.NotRunning:
        return None
    run.settings = replace(run.settings, port=told["web_ports"][0])
    return told


def common(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that every command has; hands it a Here as its first argument."""

    @click.option("--data", type=click.Path(path_type=Path), help="The node's folder (default ./data).")
    @click.option("--port", type=PORT, help="Where the kiosk and phones read the board (default 8080).")
    @click.option("--peer-port", type=PORT, help="Where other spaces connect (default 8081).")
    @click.option("--name", help="What this space is called.")
    @click.option("--quiet", "-q", is_flag=True, help="Say only results and what went wrong.")
    @functools.wraps(command)
    def with_here(data: Path | None, quiet: bool, **given: Any) -> Any:
        overrides = {key: given.pop(key) for key in ("port", "peer_port", "name")}
        try:
            settings = Settings.read(data, overrides)
        except SettingsError as error:
            raise Failed(str(error)) from None
        named = bool(overrides["name"] or os.environ.get(ENVIRONMENT["name"]))
        return command(Here(settings, quiet, named), **given)

    return with_here


def typed_paper(space: bytes | None = None) -> Paper:
    """Asks for the paper key, until it is one. space: id of the space whose it must be, where that is known."""
    while True:
        try:
            return paper_typed.read(click.prompt(ASK_FOR_PAPER, err=True), space)
        except paper_typed.Mistyped as error:
            if not sys.stdin.isatty():
                raise Failed(str(error)) from None
            click.echo(str(error), err=True)


ASK_FOR_PAPER = "The paper key of the space, ten groups of four digits"


@contextmanager
def held_alone(data: Path) -> Iterator[None]:
    """Keeps `serve` off this folder, and fails while it runs there."""
    from node import serve  # the web half is only loaded where it is needed

    try:
        with serve.alone(data):
            yield
    except serve.AlreadyServing as error:
        raise Failed(str(error)) from None


def many(count: int, one: str, more: str = "") -> str:
    """'1 post', '2 posts'."""
    return f"{count} {one if count == 1 else more or one + 's'}"


def _silent(done: int, total: int) -> None:
    pass


class _Counter:
    """Shows progress no more often than a person can read it."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.shown = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        if done < total and time.monotonic() - self.shown < (0.1 if sys.stderr.isatty() else EVERY_SECONDS):
            return
        self.shown = time.monotonic()
        start, end = ("\r", "\n" if done >= total else "") if sys.stderr.isatty() else ("", "\n")
        click.echo(f"{start}{self.what}: {done} of {total}{end}", nl=False, err=True)
