"""One node's folder and the commands about it, run in this process for speed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from node import cli

ROWS = """id,kind,category,text,original_text,event,date
9,need,water,"Water for four, please",Dlo pou kat moun tanpri,flood,2026-10-17
9,need,water,"Water for four, please",Dlo pou kat moun tanpri,flood,2026-10-17
10,offer,tools,=2 ladders to lend,,flood,NULL
11,need,food,Bread and tea for the night shift,,storm,2026-01-18
"""


class Ran:
    """What a command said and how it ended."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err


class Node:
    """One node's folder and the commands about it, run in this process for speed."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capture = folder, capture

    def run(self, *args: str | Path) -> Ran:
        self.capture.readouterr()
        status = cli.main([*map(str, args), "--data", str(self.folder)])
        out, err = self.capture.readouterr()
        return Ran(status, out, err)

    def does(self, *args: str | Path) -> str:
        ran = self.run(*args)
        assert ran.status == 0, ran.err
        return ran.out

    def state(self) -> dict[str, Any]:
        found = json.loads(self.does("status", "--json"))
        assert isinstance(found, dict)
        return found

    def posts(self) -> list[dict[str, Any]]:
        found = json.loads(self.does("export-posts", "--format", "json"))
        assert isinstance(found, list)
        return found
