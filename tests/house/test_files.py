"""Files that a reader can hold: their size, their first line, and what must not be left in them."""

import ast
import re

from tests.house import rooms

LONGEST_FILE, LONGEST_FUNCTION = 400, 60
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|Not" + r"Implemented(?:Error)?)\b")
PYTHON = rooms.everything_in_python()
OURS = [*PYTHON, *rooms.pages(), *rooms.styles(), *(file for file in rooms.scripts() if not rooms.vendored(file))]


def test_no_file_is_too_long() -> None:
    lengths = {rooms.where(file): len(file.read_text(encoding="utf-8").splitlines()) for file in PYTHON}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_function_is_too_long() -> None:
    lengths = {
        f"{rooms.where(file, part.lineno)} {part.name}": (part.end_lineno or 0) - part.lineno + 1
        for file in PYTHON
        for part in ast.walk(rooms.parsed(file))
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def test_every_module_opens_with_its_job() -> None:
    docstrings = {rooms.where(file): ast.get_docstring(rooms.parsed(file)) or "" for file in PYTHON}
    assert [name for name, docstring in docstrings.items() if len(docstring) < 20] == []


def test_nothing_is_left_unfinished() -> None:
    texts = {file: file.read_text(encoding="utf-8") for file in OURS}
    assert [
        rooms.where(file, text[: mark.start()].count("\n") + 1)
        for file, text in texts.items()
        for mark in UNFINISHED.finditer(text)
    ] == []


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
