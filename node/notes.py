"""A sentence about this machine as `status` says it, and what the desk needs to say it in the reader's language."""

from __future__ import annotations

from typing import Literal

Level = Literal["good", "warn", "bad"]


class Note(str):
    """The English sentence. kind: which one it is; "" where the desk says nothing of it, or says it elsewhere. command:
    what whoever keeps the machine types about it. facts: what stands in it; a number is a moment, Unix milliseconds."""

    kind: str
    level: Level
    command: str
    facts: dict[str, str | int]

    def __new__(cls, text: str, kind: str = "", level: Level = "warn", command: str = "", **facts: str | int) -> Note:
        note = super().__new__(cls, text)
        note.kind, note.level, note.command, note.facts = kind, level, command, facts
        return note
