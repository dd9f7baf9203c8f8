"""A hall that has not begun yet, and a small file of posts."""

from pathlib import Path

import pytest

from tests.cli.nodes import ROWS, Node


@pytest.fixture
def hall(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Node:
    for variable in ("DATA", "PORT", "PEER_PORT", "NAME", "TRACEBACK"):
        monkeypatch.delenv(f"CORKBOARD_{variable}", raising=False)
    return Node(tmp_path / "hall", capsys)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "posts.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path
