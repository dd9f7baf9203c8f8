"""Files that a reader can hold: their size, their first line, and what must not be left in them."""

import ast
import re
from pathlib import Path

import pytest

from tests.house import rooms

LONGEST_FILE, LONGEST_FUNCTION = 400, 60
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|Not" + r"Implemented(?:Error)?)\b")
PYTHON = rooms.everything_in_python()
OURS = [*PYTHON, *rooms.pages(), *rooms.styles(), *(file for file in rooms.scripts() if not rooms.vendored(file))]


@pytest.mark.parametrize("file", OURS, ids=rooms.where)
def test_a_file_is_not_too_long(file: Path) -> None:
    lines = len(file.read_text(encoding="utf-8").splitlines())
    assert lines <= (LONGEST_FILE if file.suffix == ".py" else 1000), f"{rooms.where(file)} has {lines} lines"


@pytest.mark.parametrize("file", PYTHON, ids=rooms.where)
def test_a_function_is_not_too_long(file: Path) -> None:
    lengths = {
        f"{rooms.where(file, part.lineno)} {part.name}": (part.end_lineno or 0) - part.lineno + 1
        for part in ast.walk(rooms.parsed(file))
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("file", rooms.sources(), ids=rooms.where)
def test_a_module_opens_with_its_job_and_its_limit(file: Path) -> None:
    docstring = ast.get_docstring(rooms.parsed(file)) or ""
    assert len(docstring) > 20, f"{rooms.where(file)} does not say what it is for"


@pytest.mark.parametrize("file", OURS, ids=rooms.where)
def test_nothing_is_left_unfinished(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert [rooms.where(file, text[: m.start()].count("\n") + 1) for m in UNFINISHED.finditer(text)] == []


def test_there_is_no_drawer_for_odds_and_ends() -> None:
    drawers = {"utils.py", "util.py", "helpers.py", "misc.py"}
    assert [rooms.where(file) for file in PYTHON if file.name in drawers] == []


def test_every_package_has_a_first_page() -> None:
    folders = {file.parent for file in rooms.modules().values()}
    assert [rooms.where(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_nothing_that_runs_shows_where_it_was_built() -> None:
    """No absolute path of somebody's machine, which would work there only."""
    homes = re.compile(r"[\"' =](/" + r"work|/tmp|/root|/home)/\w")
    wrong = [rooms.where(file) for file in rooms.sources() if homes.search(file.read_text(encoding="utf-8"))]
    assert wrong == []
