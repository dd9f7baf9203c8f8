"""Arrows point down: a room may only use the rooms below it."""

import ast
from pathlib import Path

import pytest

from node import commands
from tests.house import rooms

MAY_USE = {  # a room, and what of ours it may import; the longest name that fits counts
    "node.domain": ("node.domain",),
    "node.storage": (
        *("node.storage", "node.domain"),
        *("sync.bulk", "sync.schema", "sync.log", "sync.parted", "sync.entry", "sync.proofs", "sync.confirming"),
    ),
    "node.intake": (
        *("node.burying", "node.cutting", "node.saying", "node.widening"),
        *("node.domain", "node.storage", "node.run", "node.stewards", "sync"),
    ),
    "node.burying": ("node.cutting", "node.forking", "node.storage", "node.run", "sync"),
    "node.blocking": ("node.cutting", "node.storage", "node.run", "sync"),
    "node.forking": ("node.cutting", "node.domain", "node.storage", "node.run", "sync"),
    "node.cutting": ("node.storage", "node.run", "sync"),
    "node.widening": ("node.domain", "node.storage", "node.run", "sync"),
    "node.reviewing": ("node.intake", "node.domain", "node.storage", "node.run", "sync"),
    "node.saying": ("node.domain", "node.storage", "node.run", "sync"),
    "node.run": ("node.settings", "node.storage", "sync"),
    "node.ticket_office": ("node.domain", "node.storage", "sync.circle", "sync.handshake"),
    "node.stewards": ("node.domain", "sync.identity"),
    "node.sign_in": ("node.stewards", "node.ticket_office"),
    "node.web": (
        *("node.web", "node.intake", "node.domain", "node.storage", "node.run", "node.addresses"),
        *("node.ticket_office", "node.stewards", "node.sign_in", "node.posters", "node.wifi", "node.reviewing"),
        "node.notes",
    ),
    "node": ("node", "sync"),
    "sync": ("sync",),
}
NOT_FOR_OTHERS = ("node.cli", "node.commands", "node.app", "node.serve", "node.exchange_process")
AT_THE_TOP = ("node.cli", "node.commands", "node.app", "node.serve", "node.exchange_process", "node.demo")


def fits(name: str, room: str) -> bool:
    return name == room or name.startswith(room + ".")


def room_of(name: str) -> str:
    return max((room for room in MAY_USE if fits(name, room)), key=len)


def test_every_room_uses_only_the_rooms_below_it() -> None:
    wrong = [
        f"{rooms.where(file, line)} imports {name}"
        for room, file in rooms.modules().items()
        for name, line in rooms.imports(file).items()
        if not any(fits(name, allowed) for allowed in MAY_USE[room_of(room)])
    ]
    assert wrong == []


def test_only_the_top_of_the_house_uses_what_starts_it() -> None:
    wrong = [
        f"{rooms.where(file, line)} imports {name}"
        for file in rooms.modules().values()
        if not any(fits(rooms.name_of(file), room) for room in AT_THE_TOP)
        for name, line in rooms.imports(file).items()
        if any(fits(name, room) for room in NOT_FOR_OTHERS)
    ]
    assert wrong == []


def test_pages_seal_to_the_stewards_and_open_nothing_of_theirs() -> None:
    asked = {word for file in (rooms.HOME / "node" / "web").rglob("*.py") for word in of_stewards(rooms.parsed(file))}
    assert asked <= {"sealing_key"}


def of_stewards(module: ast.Module) -> set[str]:
    """What a file takes from the room that holds the stewards' key, by either form of import."""
    named = {
        alias.name
        for part in ast.walk(module)
        if isinstance(part, ast.ImportFrom) and part.module in ("node.stewards", "node.domain.stewards")
        for alias in part.names
    }
    asked = {
        part.attr
        for part in ast.walk(module)
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id == "stewards"
    }
    return named | asked


@pytest.mark.parametrize(
    "source", ["from node import stewards\nstewards.open_keys(1, 2)", "from node.stewards import open_keys"]
)
def test_the_look_at_the_stewards_room_finds_what_it_is_for(source: str) -> None:
    assert of_stewards(ast.parse(source)) == {"open_keys"}


def test_the_domain_uses_no_database_clock_network_or_page() -> None:
    outside = {"sqlite3", "sqlite_utils", "time", "random", "secrets", "socket", "asyncio", "flask", "aiohttp"}
    wrong = [
        f"{rooms.where(file)} imports {word}"
        for file in (rooms.HOME / "node" / "domain").rglob("*.py")
        for word in imported_words(file)
        if word in outside
    ]
    assert wrong == []


def imported_words(file: Path) -> set[str]:
    """First words of all that a file imports."""
    words: set[str] = set()
    for part in ast.walk(rooms.parsed(file)):
        if isinstance(part, ast.Import):
            words |= {alias.name.partition(".")[0] for alias in part.names}
        elif isinstance(part, ast.ImportFrom) and not part.level:
            words.add((part.module or "").partition(".")[0])
    return words


def test_the_look_at_imports_sees_every_form_of_them() -> None:
    """The other tests are worth what this is worth."""
    seen = rooms.imports(rooms.HOME / "node" / "run.py")
    assert any(name.startswith("sync.") for name in seen) and any(name.startswith("node.") for name in seen)
    assert room_of("node.webs") == "node" and room_of("node.web.kiosk") == "node.web"


def test_every_command_is_in_the_module_that_is_loaded_for_it() -> None:
    for module, names in commands.MODULES.items():
        assert tuple(each.name for each in commands.of(module)) == names


def test_every_room_can_be_reached() -> None:
    """Nothing lies about that no command, page or process uses."""
    reached: set[str] = set()
    ahead = ["node.cli", "node.exchange_process", *(f"node.commands.{module}" for module in commands.MODULES)]
    while ahead:
        name = ahead.pop()
        if name in rooms.modules() and name not in reached:
            reached.add(name)
            ahead += [*rooms.imports(rooms.modules()[name]), name.rpartition(".")[0]]
    assert sorted(set(rooms.modules()) - reached) == []
