"""Two spaces have paired: what follows on this side, and for the others of the circle. The pairing itself is sync's."""

from __future__ import annotations

from node import blocking, cutting
from node.blocking import NotBlocked
from node.run import Run
from node.storage import turn
from sync import circle, introductions, log
from sync.entry import INTRODUCED
from sync.handshake import Handover
from sync.identity import shown
from sync.introductions import Waiting
from sync.writer import Draft


def join(run: Run, theirs: Handover) -> None:
    """Accepts the space that was paired with, one that was blocked too: so it comes back. Raises BadHandover."""
    space = circle.join(run.db(), run.settings.data, theirs, run.clock_ms())
    blocking.lift(run, space)
    cutting.joined(run)
    introduce(run)


def introduce(run: Run) -> int:
    """Introduces to each other the spaces that this one accepts, each once, unless its stewards turned that off."""
    db = run.db()
    if not run.settings.introductions:
        return 0
    with turn.first(run.settings.data), log.writing(db):
        drafts = [Draft(introductions.payload(who), sys=INTRODUCED) for who in introductions.to_tell(db)]
        introductions.hear(db, run.writer.append(db, drafts), run.clock_ms())
    return len(drafts)


def follow(run: Run) -> list[str]:
    """Accepts those who were introduced and had to wait, as many as this week allows. Their names."""
    db = run.db()
    if not introductions.waiting(db):
        return []
    with log.writing(db):
        return introductions.settle(db, run.clock_ms(), run.settings.introductions)


def accept(run: Run, words: str) -> Waiting:
    """A steward accepts one who waits, by name or the beginning of the id. Raises NotBlocked where nobody is meant."""
    beginning = "".join(words.upper().split())
    known = {one.space: one for one in introductions.waiting(run.db())}.values()
    found = [one for one in known if one.who.name.casefold() == words.strip().casefold()]
    found = found or [one for one in known if beginning and shown(one.space).replace(" ", "").startswith(beginning)]
    if len(found) != 1:
        raise NotBlocked(f"{len(found)} spaces that wait are called {words}: see `circle` for names and ids.")
    with turn.first(run.settings.data), log.writing(run.db()):
        introductions.accept(run.db(), found[0], run.clock_ms())
    return found[0]
