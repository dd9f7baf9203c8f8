"""Makes true what must be true before anyone reads or writes: keys, tables, our own space, what was erased, a board of
this version. Any process may do it, two at once too: web, exchange, a command.
"""

import os
from collections.abc import Callable

from node import burying
from node.run import Run, now_ms
from node.settings import Settings
from node.storage import memory, migrations, projection, tally
from sync import circle, identity, log, proofs
from sync.writer import Writer


def open_run(
    settings: Settings,
    clock_ms: Callable[[], int] = now_ms,
    random: Callable[[int], bytes] = os.urandom,
) -> Run:
    """A run over this data folder; at the first start it becomes a new space. Safe when two start at once."""
    ours = identity.found(settings.data, random)
    run = Run(settings, ours, Writer(ours, clock_ms, random, settings.name), clock_ms)
    with identity.locked(settings.data / "start.lock"):
        migrations.migrate(run.db())
        circle.begin(settings.data)
        _know_ourselves(run)
        projection.ensure_current(run.db())
        burying.bury_again(run, proofs.kept_outside(run.db(), settings.data))
        _remember_policy(run)
        _count_what_is_open(run)
    return run


def _remember_policy(run: Run) -> None:
    """What this space decided about its board, for whoever reads it."""
    days = str(run.settings.promise_days)
    if memory.get(run.db(), "promise_days") != days:
        with log.writing(run.db()):
            memory.set(run.db(), "promise_days", days)


def _count_what_is_open(run: Run) -> None:
    """What ran out while this node was off is looked at once, and not by each who reads."""
    with log.writing(run.db()):
        tally.move(run.db(), run.clock_ms())


OWN_SPACE = """
INSERT INTO space (id, cert, name, state) VALUES (?, ?, ?, 'own')
ON CONFLICT (id) DO UPDATE SET name = excluded.name
"""
OWN_NAMED = "UPDATE space SET name = ? WHERE state = 'own'"
ROSTER_FILE = "space.roster"


def _know_ourselves(run: Run) -> None:
    """Our space is a row like any other, and its roster a proof like any other."""
    ours = run.identity
    with log.writing(run.db()):
        run.db().execute(OWN_SPACE, (ours.space_id, ours.space_cert, run.settings.name))
        burying.bury(run, run.db(), [_roster(run)])
    newest = circle.own_roster(run.db())
    if newest != _roster(run):  # another machine of this space brought it; a copy put back must not forget it
        identity.write_file(run.settings.data / ROSTER_FILE, newest)


def _roster(run: Run) -> bytes:
    """The roster in the folder. The first one names this node alone and is signed while the paper key is here."""
    path = run.settings.data / ROSTER_FILE
    if not path.exists():
        paper = identity.paper_on_disk(run.settings.data)
        if paper is None:
            raise FileNotFoundError(f"{path} is missing and the paper key is in the safe: put the file back")
        first = proofs.make_roster(paper.authority(), run.clock_ms(), [run.identity.public_key], [])
        identity.write_file(path, first)
    return path.read_bytes()
