"""How the desk's commands ask for a post, for a passphrase, and for a yes; and how they say when. Keeps nothing."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from node.commands.common import Failed
from node.domain import codes
from node.domain.values import Post
from node.run import Run
from node.storage import board
from node.storage.board import Card

PASSPHRASE_FILE = click.Path(path_type=Path, dir_okay=False)


def one_post(run: Run, code: str) -> Card:
    """The post of a code or link. Raises Failed where there is none, or more than one."""
    found = board.one(run.db(), code, run.clock_ms(), run.space_id)
    if not found:
        near = [codes.shown(one) for one in board.near(run.db(), code)]
        meant = f" Did you mean {' or '.join(near)}?" if near else ""
        raise Failed(f"There is no post with the code {code} here.{meant}")
    if len(found) > 1:
        links = ", ".join(card.link for card in found)
        raise Failed(f"{len(found)} posts share this code. Give one of their links instead: {links}")
    if found[0].status == "waiting":
        raise Failed("Of this post only answers have arrived here: `exchange`, then try again.")
    return found[0]


def one_of_ours(run: Run, code: str, what: str) -> Post:
    """A post of this space. Raises Failed with the place where `what` is done for others."""
    card = one_post(run, code)
    post = board.held(run.db(), card.id).post
    if post is None or post.erased:
        raise Failed("This post was erased, and its words with it.")
    if not card.ours:
        raise Failed(f"This was posted at {card.home_name or 'another space'}: {what} there, by its stewards.")
    return post


def known_passphrase(file: Path | None, words: str = "Your passphrase") -> str:
    """Typed without being shown, or the first line of a file."""
    return _first_line(file) if file else str(click.prompt(words, hide_input=True, err=True))


def new_passphrase(file: Path | None, words: str) -> str:
    """Typed twice, or the first line of a file."""
    if file:
        return _first_line(file)
    return str(click.prompt(words, hide_input=True, confirmation_prompt="The same again", err=True))


def _first_line(file: Path) -> str:
    lines = file.read_text(encoding="utf-8").splitlines()
    return lines[0] if lines else ""


def sure(question: str, yes: bool) -> None:
    """Raises Failed where the answer is no, or where nobody is there to give one."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Failed(f"{question} Nobody is here to answer: say --yes if so. Nothing was changed.")
    if not click.confirm(question, err=True):
        raise Failed("Nothing was changed.")


def when(ms: int) -> str:
    """A claimed time by this machine's calendar."""
    try:
        return f"{datetime.fromtimestamp(ms / 1000):%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError, OSError):  # no calendar goes that far
        return "at an odd time"
