"""What a steward should know of this machine, in plain words and only as far as it is known. Reads; changes nothing."""

from __future__ import annotations

from node import backup_news
from node.run import Run
from sync import identity


def notes(run: Run) -> list[str]:
    """A sentence each, the gravest first."""
    now_ms, data = run.clock_ms(), run.settings.data
    return [*backup_news.in_words(backup_news.read(data), now_ms), *_paper(run)]


def _paper(run: Run) -> list[str]:
    if not (run.settings.data / identity.PAPER_FILE).exists():
        return []
    return ["The paper key is still on this machine: print it, put it in the safe, then `paper --remove`."]
