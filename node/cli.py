"""The commands of a node. Picks one, turns every failure into one sentence and an exit status; holds no rules.

Exit status: 0 done, 1 refused or failed, 2 not understood, 130 interrupted.
"""

from __future__ import annotations

import io
import itertools
import os
import sqlite3
import sys
from collections.abc import Sequence

import click

from node import __version__, commands
from node.commands.common import Failed, Here, common
from node.domain.refusals import Refusals
from node.settings import write_default
from sync.circle import KeysMissing
from sync.refusals import BadCertificate

DEFAULT = "serve"
TRACEBACK = "CORKBOARD_TRACEBACK"


class Commands(click.Group):
    """A group whose default command is `serve`, options and all. The others are loaded when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([DEFAULT, *commands.NAMES])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, cmd_name) or commands.named(cmd_name)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ("--help", "--version")):
            _refuse_options_first(ctx, args, self.list_commands(ctx))
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)


def _refuse_options_first(ctx: click.Context, args: list[str], names: list[str]) -> None:
    """`--data x status` would serve: say how it is written instead."""
    for before, word in itertools.pairwise(args):
        if word in names and before not in ("--name", "--data"):
            raise click.UsageError(f"Options come after the command: {word} {args[0]} …", ctx)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name=None, version=__version__, prog_name="corkboard")
def cli() -> None:
    """A board for needs and offers, and the other spaces it exchanges with.

    Without a command the node serves. Options come after the command.
    """


@cli.command(DEFAULT)
@common
def serve_command(here: Here) -> None:
    """Serve the board, and exchange (the default).

    The kiosk and phones at --port, other spaces at --peer-port."""
    from node import listening, serve  # the web half is only loaded by the one command that needs it

    write_default(here.settings)
    try:
        serve.serve(here.settings, here.talk if here.quiet else here.say)
    except (serve.AlreadyServing, listening.PortTaken) as error:
        raise Failed(str(error)) from None


CALLED = "python3 run_node.py"  # as a help text says it, to be typed as it stands


def main(args: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status. Never lets a traceback through, but for those who ask for it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal without a letter shows ? for it, and goes on
            stream.reconfigure(errors="replace")
    try:
        return int(cli.main(args, prog_name=CALLED, standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        return 130
    except BrokenPipeError:  # `export-posts | head`: nobody reads on, and that is fine
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        Failed(sentence(error)).show()
        return 1


def sentence(error: Exception) -> str:
    """What went wrong below the commands, and what to do about it."""
    if isinstance(error, PermissionError):
        return f"{error.filename} may not be used by this user: change its owner, or name another --data folder."
    if isinstance(error, Refusals | KeysMissing):
        return str(error)
    if isinstance(error, BadCertificate):
        return f"The keys in this folder do not fit together ({error}): put the folder back from a backup."
    if isinstance(error, OSError) and error.strerror is None:
        return str(error)
    if isinstance(error, OSError):
        where = f", {error.filename}" if error.filename else ""
        return f"The machine refused ({error.strerror}{where}): check the disk and the folder."
    if isinstance(error, sqlite3.Error):
        return f"The database refused ({error}): {_remedy(error)}."
    what = f"{type(error).__name__}: {error}"
    return f"Something went wrong ({what}): run it again with {TRACEBACK}=1 and report what it says."


def _remedy(error: sqlite3.Error) -> str:
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:  # the low byte is the kind of error
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return "run this as the user who owns the folder"
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return "another program is writing, try again"
        case sqlite3.SQLITE_FULL:
            return "make room on the disk"
    return "check the disk, or put the last backup back"


if __name__ == "__main__":
    sys.exit(main())
