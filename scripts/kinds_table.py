"""Writes the table of event kinds in node/README.md: `.venv/bin/python -m scripts.kinds_table --write`.

It comes from the registry (node/domain/kinds.py) and stands between two comments; everything else in the file is
left alone. A test compares the two.
"""

from __future__ import annotations

import sys
from pathlib import Path

from node.domain.kinds import KINDS, Field, Kind, Who

README = Path(__file__).resolve().parent.parent / "node" / "README.md"
BEGIN, END = "<!-- kinds: written by scripts/kinds_table.py -->", "<!-- end of kinds -->"
ANY_NUMBER = 1_000_000  # a limit beyond it is one of the wire, not of the field
SAID_BY = {
    Who.TICKET: "the poster",
    Who.HELPER: "another neighbour",
    Who.HOME: "the space of the post",
    Who.SPACE: "any space",
}


def table() -> str:
    """Every kind, in the registry's order: what it says, who may say it, its fields with their limits."""
    rows = [f"| `{kind.name}` | {kind.help} | {who(kind)} | {fields(kind)} |" for kind in KINDS.values()]
    head = ["| event | what it says | who may | fields (**must be there**) |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *rows])


def who(kind: Kind) -> str:
    return ", ".join(words for flag, words in SAID_BY.items() if flag in kind.who)


def fields(kind: Kind) -> str:
    """The fields; those of an edit are the ones of the opening, and are not said twice."""
    first = next(name for name in KINDS if KINDS[name].fields == kind.fields)
    if kind.fields and first != kind.name:
        return f"as `{first}`"
    return "<br>".join(field(name, one) for name, one in kind.fields.items()) or "none"


def field(name: str, one: Field) -> str:
    """`words` 1 to 1000: the neighbour's own words."""
    shown = f"**`{name}`**" if one.required else f"`{name}`"
    free = one.choices or one.pattern or one.type is bool or one.max > ANY_NUMBER
    limits = "" if free else f" {one.min} to {one.max}" + (" characters" if one.type is str else "")
    choices = f" ({', '.join(one.choices)})" if one.choices else ""
    return f"{shown}{limits}: {one.help}{choices}".replace("|", "\\|")


def written(text: str) -> str:
    """The README with the table as it should be. Where it has no place for it yet, at the end."""
    if BEGIN not in text:
        text = f"{text.rstrip()}\n\n## Event kinds\n\n{BEGIN}\n{END}\n"
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"


def main(args: list[str]) -> int:
    have = README.read_text(encoding="utf-8") if README.exists() else "# The node\n"
    if args == ["--write"]:
        README.write_text(written(have), encoding="utf-8")
    elif have != written(have):
        print("The table in node/README.md differs from the registry; write it anew with --write.")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
