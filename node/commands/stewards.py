"""Commands of the desk about what was sealed to it: its key, what it was asked to look at, and the words themselves.

What `words` opens goes to the terminal and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from node import intake, stewards
from node.commands.asking import PASSPHRASE_FILE, known_passphrase, new_passphrase, one_of_ours, when
from node.commands.common import Failed, Here, common, many
from node.domain import codes, desk, text
from node.domain.desk import Closed, Line
from node.domain.values import Post
from node.domain.wishes import OpenWords
from node.run import Run
from node.storage import desk as waiting

HOLDS = "Nobody can bring a passphrase back: write it down and put it where the paper key is."


@contextmanager
def _in_one_sentence() -> Iterator[None]:
    try:
        yield
    except stewards.NotMade:
        raise Failed("The stewards here have no key yet: make one with `steward --make`.") from None
    except stewards.Made:
        raise Failed("The stewards here have a key already: `steward --add` lets another one in.") from None
    except stewards.Unreadable:
        raise Failed(f"{stewards.FILE} is damaged: put the copy back that you made of it.") from None
    except stewards.WrongPassphrase:
        raise Failed("No steward of this space has this passphrase. Nothing was opened or changed.") from None
    except stewards.WeakPassphrase as weak:
        raise Failed(str(weak)) from None


@click.command("steward")
@click.option("--make", "what", flag_value="make", help="Make the key, with the first steward's passphrase.")
@click.option("--add", "what", flag_value="add", help="Let one more steward in: a known passphrase, then theirs.")
@click.option("--rotate", "what", flag_value="rotate", help="Somebody leaves: a new key, for those who stay.")
@click.option("--passphrase-file", "known", type=PASSPHRASE_FILE, multiple=True, help="Read it there, do not ask.")
@click.option("--new-passphrase-file", "new", type=PASSPHRASE_FILE, help="The same for the new one of --add.")
@common
def steward(here: Here, what: str | None, known: tuple[Path, ...], new: Path | None) -> None:
    """The stewards' key: what neighbours let the stewards here read is sealed to it.

    Each steward has a passphrase of their own, at least twelve characters or four words. The key is never written
    without one. Without an option: how many there are.
    """
    if not here.is_there():
        raise Failed(f"There is no node in {here.settings.data} yet: start one with `serve`, or name its folder.")
    first = known[0] if known else None
    with _in_one_sentence():
        if what == "make":
            _refuse_second_key(here.settings.data)
            stewards.make(here.settings.data, new_passphrase(first, "A passphrase for the first steward"))
            here.say("The stewards here have a key. Whoever posts can now let them read answers.")
            here.talk(HOLDS)
        elif what == "add":
            _add(here, first, new)
        elif what == "rotate":
            _rotate(here, known)
        else:
            here.say(
                f"{many(stewards.stewards_of(here.settings.data), 'steward')} can open what is sealed to the desk."
            )


def _refuse_second_key(folder: Path) -> None:
    """Before a passphrase is asked for."""
    try:
        stewards.stewards_of(folder)
    except stewards.NotMade:
        return
    raise stewards.Made


def _add(here: Here, known: Path | None, new: Path | None) -> None:
    folder = here.settings.data
    stewards.stewards_of(folder)  # says that there is none before it asks for anything
    old = known_passphrase(known, "The passphrase of a steward who is there")
    stewards.add_passphrase(folder, old, new_passphrase(new, "The new steward's own passphrase"))
    here.say(f"{many(stewards.stewards_of(folder), 'steward')} can open what is sealed to the desk now.")
    here.talk(HOLDS)


def _rotate(here: Here, files: Sequence[Path]) -> None:
    folder = here.settings.data
    stewards.stewards_of(folder)
    kept = [known_passphrase(file) for file in files] or _those_who_stay()
    if not kept:
        raise Failed("Somebody has to stay. Nothing was changed.")
    stewards.rotate(folder, kept)
    left = many(stewards.stewards_of(folder), "steward")
    here.say(f"A new key for what is posted from now on. {left} can open it, and what was sealed before.")
    here.talk("Whoever left may have kept a copy: what was sealed before stays readable to them if they did.")


def _those_who_stay() -> list[str]:
    click.echo("Each steward who stays types their passphrase. An empty line ends it.", err=True)
    kept: list[str] = []
    while one := str(
        click.prompt(f"Passphrase {len(kept) + 1}", hide_input=True, default="", show_default=False, err=True)
    ):
        kept.append(one)
    return kept


@click.command()
@click.argument("code")
@click.option("--reason", default="", help="Why, for both sides to read. It is recorded with the opening.")
@click.option("--thread", "number", type=click.IntRange(1), help="Only this one, as `reports` counts it.")
@click.option("--passphrase-file", "known", type=PASSPHRASE_FILE, help="Read the passphrase there, do not ask.")
@common
def words(here: Here, code: str, reason: str, number: int | None, known: Path | None) -> None:
    """Open sealed words that the stewards may read.

    Of a post of this space whose poster let them. That they were opened, when and why, is recorded first; both sides
    see it on their ticket's page. The words are shown on this terminal and kept nowhere.
    """
    if not text.clean_line(reason):
        raise Failed('Say why with --reason "…": both sides will read it. Nothing was opened.')
    with here.run(fresh=False) as run, _in_one_sentence():
        post = one_of_ours(run, code, "sealed words are opened")
        chosen = _to_open(post, number)
        keys = stewards.open_keys(here.settings.data, known_passphrase(known))
        intake.record_all(run, [OpenWords(post.id, thread.promise, reason) for thread in chosen])
        _show(here, post, chosen, keys)
    here.tell()


def _to_open(post: Post, number: int | None) -> list[Closed]:
    """What there is for the stewards. Raises Failed where there is nothing, before a passphrase is asked for."""
    if not post.stewards:
        raise Failed("Whoever posted this lets nobody but the helpers read along. Nothing can be opened.")
    threads = desk.closed(post)
    if number and not any(thread.number == number for thread in threads):
        raise Failed(f"There is no thread {number}: this post has {many(len(threads), 'thread')}.")
    chosen = [thread for thread in threads if thread.anything and number in (None, thread.number)]
    if not chosen:
        raise Failed("There are no words for the stewards here. Nothing was opened.")
    return chosen


def _show(here: Here, post: Post, chosen: Sequence[Closed], keys: Sequence[X25519PrivateKey]) -> None:
    reach = desk.reach(post, keys)
    if reach:
        here.say(f"Whoever posted this can be reached: {text.clean_line(reach)}")
    for thread in chosen:
        here.say(f"Thread {thread.number}")
        for line in desk.opened(post, thread, keys):
            here.say(_line(line))
    here.talk("Recorded: both sides see that this was opened, when and why. Clear the screen when you have read it.")


def _line(line: Line) -> str:
    """People's words come from anywhere: nothing in them may drive the terminal."""
    who = "who posted it" if line.by_poster else "the helper"
    said = f"  {when(line.ms)}  {who}{', to the stewards' if line.asking else ''}:"
    if line.letter is None:
        return f"{said} (sealed to a key that is not on this machine)"
    reach = text.clean_line(line.letter.reach)
    written = text.clean(line.letter.words).replace("\n", "\n    ")
    return f"{said}\n    {written}" + (f"\n    To reach them: {reach}" if reach else "")


@click.command()
@common
def reports(here: Here) -> None:
    """What the stewards were asked to look at.

    Posts that somebody reported, and threads that one side stopped and reported. Reasons that were told to the stewards
    alone are sealed: open them with `words`.
    """
    with here.run(fresh=False) as run:
        lines = [line for post in waiting.reported(run.db(), run.space_id) for line in _asked(run, post)]
    for line in lines:
        here.say(line)
    here.talk("" if lines else "Nobody asked the stewards to look at anything.")


def _asked(run: Run, post: Post) -> Iterator[str]:
    code = codes.shown(codes.code_of(post.id))
    for one in post.reports:
        yield f"{code}  {when(one.ms)}  the post: {one.reason}"
    if post.home != run.space_id:
        return
    for thread in desk.closed(post):
        for stop in thread.asked:
            who = "who posted it" if stop.by_poster else "the helper"
            yield f"{code}  {when(stop.ms)}  thread {thread.number}: {who} stopped it. {_how(code, thread, post)}"


def _how(code: str, thread: Closed, post: Post) -> str:
    if thread.opened:
        last = max(thread.opened, key=lambda one: one.ms)
        return f"Opened {when(last.ms)}: {last.reason}"
    if not (post.stewards and thread.anything):
        return "Its words are closed to the stewards."
    return f'To read it: words {code} --thread {thread.number} --reason "…"'


COMMANDS = (steward, words, reports)
