"""Commands that bring posts in and out: import-posts, export-posts, demo. Tables and counts, no rules."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import click

from node import demo as demonstration
from node import exporter, importer, sheet
from node.commands.common import Failed, Here, check_place, common, many
from node.domain import tickets
from node.run import DATABASE_FILE, now_ms
from node.storage import board
from node.storage import db as database

SHOWN_PROBLEMS = 100
FILE = click.Path(path_type=Path, readable=False, allow_dash=True)  # what is wrong with it is said further down


@click.command("import-posts")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")
@click.option("--skip-bad", is_flag=True, help="Import the good rows although others are wrong.")
@click.option("--keep-dates", is_flag=True, help="Posts start on the day in the column `date`, not now.")
@common
def import_posts(here: Here, file: Path, dry_run: bool, skip_bad: bool, keep_dates: bool) -> None:
    """Bring in the posts of a CSV file.

    It has the columns kind, category and text. Also used when there: id, language, original_text. Rows that are here
    already are passed over, so the same file can be imported again. If any row is wrong, nothing is
    imported and a table says what to mend.
    """
    if dry_run:
        with _reading(here) as db:
            todo = _planned(here, file, keep_dates, skip_bad, db)
        new = len(todo.wishes)
    else:
        with here.run() as run:
            todo = _planned(here, file, keep_dates, skip_bad, run.db())
            new = importer.carry_out(run, todo, here.progress("Posts"))
        here.tell()
    bad = len({each.line for each in todo.problems})
    left_out = f", {many(bad, 'bad row')} left out" if bad else ""
    end = " This was a dry run: nothing was changed." if dry_run else ""
    here.say(f"{many(new, 'new post')}, {todo.rows - bad - new} already here{left_out}.{end}")


@contextmanager
def _reading(here: Here) -> Iterator[sqlite3.Connection | None]:
    """The board for reading only; None where no node has begun."""
    path = here.settings.data / DATABASE_FILE
    if not path.exists():
        yield None
        return
    with closing(database.open(path)) as db:
        db.execute("PRAGMA query_only = ON")
        yield db


def _planned(here: Here, file: Path, keep_dates: bool, skip_bad: bool, db: sqlite3.Connection | None) -> importer.Plan:
    """What is to be done, once all that is wrong has been told."""

    def known(mark: bytes) -> bool:
        return db is not None and board.from_outside(db, mark) is not None

    try:
        todo = importer.plan(file, known, now_ms(), keep_dates)
    except sheet.Unreadable as error:
        _show(error.problems)
        raise Failed(f"{file} cannot be imported as it is. Nothing was imported.") from None
    _refuse_bad(file, todo, skip_bad)
    if todo.ignored:
        here.talk(f"Columns not used: {', '.join(todo.ignored)}.")
    if todo.leading:
        what = "Posts with a telephone number, an e-mail or street address or a link in their words"
        here.talk(f"{what}: {todo.leading}. Everybody can read them: leave out of the file what is somebody's own.")
    return todo


def _refuse_bad(file: Path, todo: importer.Plan, skip_bad: bool) -> None:
    """The table, and the end of it unless the good rows are wanted all the same."""
    if not todo.problems:
        return
    _show(todo.problems)
    bad = len({each.line for each in todo.problems})
    if not skip_bad or bad == todo.rows:
        also = "" if skip_bad else ", or leave the bad rows out with --skip-bad"
        raise Failed(
            f"{bad} of {many(todo.rows, 'row')} in {file} cannot be imported. Nothing was imported: mend them{also}."
        )


def _show(problems: Sequence[sheet.Problem]) -> None:
    """What is wrong, a line each, in columns as wide as they need to be."""
    rows = [("line", "column", "what is wrong", "what to do")]
    rows += [(str(each.line or ""), each.column, each.what, each.fix) for each in problems[:SHOWN_PROBLEMS]]
    widths = [max(len(row[at]) for row in rows) for at in range(3)]
    for line, *words in rows:
        cells = [line.rjust(widths[0]), words[0].ljust(widths[1]), words[1].ljust(widths[2]), words[2]]
        click.echo("  ".join(cells).rstrip(), err=True)
    if len(problems) > SHOWN_PROBLEMS:
        click.echo(f"and {len(problems) - SHOWN_PROBLEMS} more", err=True)


@click.command("export-posts")
@click.argument("file", type=FILE, required=False)
@click.option("--format", "form", type=click.Choice(exporter.FORMATS), help="By default what FILE ends in, else csv.")
@click.option("--with-here", is_flag=True, help="Also posts that are for this space only.")
@common
def export_posts(here: Here, file: Path | None, form: str | None, with_here: bool) -> None:
    """Write all current public posts.

    To FILE, or to the terminal. Two spaces that hold the same posts write the same file.
    """
    if file is not None:
        check_place(file)
    with here.run(fresh=False) as run:
        posts = exporter.current_posts(run.db(), run.clock_ms(), run.space_id, with_here)
    form = form or (file.suffix[1:].lower() if file and file.suffix[1:].lower() in exporter.FORMATS else "csv")
    exporter.write(exporter.WRITERS[form](posts), file)
    here.talk(f"{many(len(posts), 'post')} written.")


@click.command()
@click.option("--anyway", is_flag=True, help="Also where there are posts already.")
@common
def demo(here: Here, anyway: bool) -> None:
    """Fill a fresh node with sixty invented posts.

    In ten languages, to try things out."""
    clock = demonstration.Clock()
    with here.run(clock_ms=clock) as run:
        try:
            filled = demonstration.fill(run, clock, anyway, here.progress("Said"))
        except demonstration.NotFresh:
            raise Failed(
                "There are posts here already, and the demo would mix with them: use an empty folder (--data), "
                "or add them with --anyway."
            ) from None
    here.tell()
    here.say(f"{many(filled.posts, 'invented post')} in ten languages. One was posted with this ticket:")
    here.say(f"  {tickets.shown(filled.digits)}")
    here.say('Somebody has answered it. To read that, choose "I have a ticket or a code", on a phone "My ticket".')


COMMANDS = (import_posts, export_posts, demo)
