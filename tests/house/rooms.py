"""What the house is made of: its Python files, which of our modules each imports, its pages and styles."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
ROOMS = ("node", "sync", "scripts")


def sources() -> list[Path]:
    """Every Python file of the program itself."""
    return [HOME / "run_node.py", *(file for room in ROOMS for file in sorted((HOME / room).rglob("*.py")))]


def everything_in_python() -> list[Path]:
    return [*sources(), *sorted((HOME / "tests").rglob("*.py"))]


def pages() -> list[Path]:
    return sorted((HOME / "kiosk_templates").rglob("*.*"))


def styles() -> list[Path]:
    return sorted((HOME / "node" / "static").rglob("*.css"))


def scripts() -> list[Path]:
    return sorted((HOME / "node" / "static").rglob("*.js"))


def vendored(file: Path) -> bool:
    """True for an asset that others wrote; it is kept as they published it."""
    return "vendor" in file.parts


def name_of(file: Path) -> str:
    """The dotted name by which a file is imported."""
    parts = list(file.relative_to(HOME).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))


@cache
def modules() -> dict[str, Path]:
    """Our importable modules by dotted name."""
    return {name_of(file): file for room in ("node", "sync") for file in (HOME / room).rglob("*.py")}


def imports(file: Path) -> dict[str, int]:
    """Our own modules that a file imports anywhere in it, inside functions too, each with the line of one import."""
    found: dict[str, int] = {}
    for part in ast.walk(parsed(file)):
        if isinstance(part, ast.Import):
            for alias in part.names:
                found[alias.name] = part.lineno
        elif isinstance(part, ast.ImportFrom):
            base = _base(file, part)
            for alias in part.names:
                full = f"{base}.{alias.name}"
                found[full if full in modules() else base] = part.lineno
    return {name: line for name, line in found.items() if name.partition(".")[0] in ("node", "sync")}


def _base(file: Path, statement: ast.ImportFrom) -> str:
    if not statement.level:
        return statement.module or ""
    package = name_of(file).split(".")
    if file.name != "__init__.py":
        package = package[:-1]
    package = package[: len(package) - statement.level + 1]
    return ".".join([*package, *([statement.module] if statement.module else [])])


def where(file: Path, line: int | str = "") -> str:
    """`path:line`, as an editor opens it."""
    return f"{file.relative_to(HOME)}:{line}" if line else str(file.relative_to(HOME))
