"""What others wrote is kept as they published it, with its licence."""

import hashlib
from pathlib import Path

import pytest

from tests.house import rooms

FOLDERS = [rooms.HOME / "node" / "static" / "vendor", rooms.HOME / "tests" / "browser" / "vendor"]


@pytest.mark.parametrize("folder", FOLDERS, ids=rooms.where)
def test_vendored_files_are_as_published(folder: Path) -> None:
    told = dict(line.split()[::-1] for line in (folder / "SHA256SUMS").read_text().splitlines())
    found = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.glob("*.js")}
    assert found == told and found


@pytest.mark.parametrize("folder", FOLDERS, ids=rooms.where)
def test_vendored_files_come_with_their_licence(folder: Path) -> None:
    for file in folder.glob("*.js"):
        name = file.name.partition("-")[0] if file.name.startswith("axe") else "simple-keyboard"
        assert (folder / f"{name}.LICENSE").exists()
