"""The command about posts from phones that a steward reads first: what waits, put up, declined, on and off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click

from node import reviewing
from node.commands.common import Failed, Here, common, many
from node.domain import codes, review
from node.domain.text import LANGUAGES, clean_line
from node.run import Run
from node.storage import board, waiting
from node.storage.waiting import Waiting

NUMBER = click.IntRange(1)


@click.command("review")
@click.option("--on/--off", "switch", default=None, help="Posts from phones wait for a steward, or stand at once.")
@click.option(
    "--put-up", "put_up", metavar="N", type=NUMBER, multiple=True, help="It stands on the board; new words soon."
)
@click.option("--decline", metavar="N", type=NUMBER, multiple=True, help="It does not; its ticket tells why.")
@click.option("--decline-all", "flooded", is_flag=True, help="All that wait: somebody filled the queue.")
@click.option("--because", type=click.Choice(review.REASONS), default="other", help="Why it is declined.")
@click.option("--reason", default="", help="The same in your own words, to whoever sent it.")
@click.option("--undo", metavar="N", type=NUMBER, multiple=True, help="Within ten minutes.")
@common
def review_command(
    here: Here,
    switch: bool | None,
    put_up: tuple[int, ...],
    decline: tuple[int, ...],
    flooded: bool,
    because: str,
    reason: str,
    undo: tuple[int, ...],
) -> None:
    """Read posts from phones before they stand on the board.

    Without an option: whether that is on, and what waits. Nothing of it leaves this node before it is put up."""
    if reason and not (decline or flooded):
        raise Failed("--reason goes with --decline N.")
    with here.run(fresh=False) as run:
        if switch is not None:
            reviewing.turn_it(run, switch)
        for n in put_up:
            with _named(n):
                post = reviewing.put_up(run, n)
            here.talk(_put_up(run, n, post))
        for n in [one.n for one in waiting.queue(run.db(), run.clock_ms())] if flooded else decline:
            with _named(n):
                reviewing.decline(run, n, because, reason)
            here.talk(f"{n} is declined. Its words go in ten minutes; until then: `review --undo {n}`.")
        for n in undo:
            with _named(n):
                reviewing.undo(run, n, "Put up by mistake.")
        _show(here, run)
    if put_up or undo:
        here.tell()


def _put_up(run: Run, n: int, post: bytes) -> str:
    code, new = codes.shown(codes.code_of(post)), waiting.new_words(run.db(), post)
    if new is None:
        return f"{n} is on the board: {code}."
    return f"{n} is on the board, with its new words, in ten minutes: {code}. Until then: `review --undo {n}`."


@contextmanager
def _named(n: int) -> Iterator[None]:
    """Says which number it was that does not wait."""
    try:
        yield
    except reviewing.NotThere:
        raise Failed(f"{n} does not wait, or not any more: see `review`.") from None


def _show(here: Here, run: Run) -> None:
    now_ms = run.clock_ms()
    queue = waiting.queue(run.db(), now_ms)
    here.say("Posts from phones wait for a steward." if reviewing.is_on(run) else OFF)
    here.say(f"{many(len(queue), 'post')} {'waits' if len(queue) == 1 else 'wait'}." if queue else "None waits.")
    for one in queue:
        here.say(_line(run, one, now_ms))


OFF = "Posts from phones stand on the board at once: `review --on` changes that."


def _line(run: Run, one: Waiting, now_ms: int) -> str:
    card = waiting.card(run.db(), one, now_ms, run.space_id)
    since = datetime.fromtimestamp(one.ms / 1000).astimezone()
    if card is None:
        return f"  {one.n}  its words cannot be read: decline it"
    seen_by = "only here" if card.scope == "here" else ""
    parts = (card.kind, card.category, card.area, LANGUAGES.get(card.lang, ""), seen_by)
    about = ", ".join(part for part in parts if part)
    return f"  {one.n}  since {since:%Y-%m-%d %H:%M}  {about}\n     {clean_line(card.words)}{_instead_of(run, one)}"


def _instead_of(run: Run, one: Waiting) -> str:
    """The words that stand on the board, where new ones wait."""
    post = board.held(run.db(), one.post).post if one.edit else None
    return f"\n     on the board now: {clean_line(post.words)}" if post else ""


COMMANDS = (review_command,)
