"""The desk says of this machine what `status` says, in words of its own for each kind of note."""

from __future__ import annotations

import ast
import re

import pytest

from node import addresses, backup_news, health
from node.notes import Note
from node.web.desk_health import WELL, WORDS
from tests.house import rooms
from tests.web.conftest import Desk

DAY = 24 * 3_600_000


ADDED = "INSERT INTO space (id, name, state, cert) VALUES (?, ?, 'accepted', x'00')"
VISITED = "INSERT INTO peer (node, seen_ms, space, cert) SELECT ?, ?, no, x'00' FROM space WHERE id = ?"


def notes_made() -> dict[str, set[str]]:
    """Kinds of notes with the facts that each brings, as they are written in the code."""
    found: dict[str, set[str]] = {}
    for name in ("health", "backup_news"):
        for part in ast.walk(rooms.parsed(rooms.HOME / "node" / f"{name}.py")):
            if isinstance(part, ast.Call) and getattr(part.func, "id", "") == "Note" and len(part.args) > 1:
                kind = part.args[1]
                assert isinstance(kind, ast.Constant)
                facts = {one.arg or "" for one in part.keywords}
                found[str(kind.value)] = found.get(str(kind.value), facts) & facts
    return found


def test_every_note_has_words_at_the_desk_and_brings_what_stands_in_them() -> None:
    made = notes_made()
    assert set(WORDS) == set(made) | set(WELL.values())
    wanted = {kind: set(re.findall(r"%\((\w+)\)s", " ".join(words))) for kind, words in WORDS.items()}
    assert [kind for kind in made if not wanted[kind] <= made[kind]] == []


def told(desk: Desk, monkeypatch: pytest.MonkeyPatch, *notes: Note) -> str:
    desk.hall.app.config["HEALTH"] = lambda: notes
    return desk.steward().page.text


def test_a_machine_that_is_well_says_so_without_a_warning(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "here", lambda: ["10.0.0.5"])
    seen = desk.hall.clock() - 60_000
    page = told(desk, monkeypatch, Note("x", "space-well", "good", who="Al-Noor", ago=seen))
    assert "Al-Noor is up to date Heard 1 minute ago" in page and "corkboard.local:8080 · 10.0.0.5:8080" in page
    assert "There is room on the disk" in page and "The clock seems right" in page and "Look here:" not in page


def test_what_is_wrong_comes_first_and_says_what_to_type(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    page = told(
        desk,
        monkeypatch,
        Note("x", "space-away", "warn", who="Union Hall", ago=desk.hall.clock() - 3 * DAY),
        Note("x", "backup", "good", ago=desk.hall.clock() - DAY),
        Note("x", "disk", "bad", left="24 MiB"),
        Note("x", "paper", "warn", "paper"),
    )
    found = [page.index(words) for words in ("The disk is nearly full", "Union Hall is away", "The last backup")]
    assert found == sorted(found) and page.count("Look here:") == 3 and "There is room" not in page
    assert "python3 run_node.py paper" in page and "Heard 3 days ago" in page


@pytest.mark.long
def test_the_hall_as_it_is_asks_for_its_paper_key_and_a_backup(desk: Desk) -> None:
    page = desk.steward().page.text
    for said in ("The paper key is still on this machine", "There is no backup yet", "No other space yet"):
        assert said in page
    assert "The exchange with other spaces does not run" in page
    assert "status" not in page


def test_of_other_spaces_it_says_how_long_they_are_away(desk: Desk) -> None:
    run = desk.hall.run
    seen = {b"A": run.clock_ms() - 60_000, b"B": run.clock_ms() - DAY, b"C": None}
    for name, seen_ms in seen.items():
        run.db().execute(ADDED, (name * 32, name.decode()))
        run.db().execute(VISITED, (name * 32, seen_ms, name * 32))
    assert [note.kind for note in health.spaces(run)] == ["space-well", "space-away", "space-new"]
    run.db().execute("UPDATE peer SET error = 'no-room' WHERE seen_ms IS NOT NULL")
    assert [note.kind for note in health.spaces(run)] == ["space-waits", "space-waits", "space-new"]


def test_a_backup_that_is_some_nights_old_is_no_good_news() -> None:
    kinds = [backup_news.in_words(backup_news.News(good_ms=1, path="."), days * DAY)[0].level for days in (1, 5)]
    assert kinds == ["good", "bad"]
