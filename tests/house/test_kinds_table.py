"""The table of event kinds in node/README.md is the registry, word for word."""

from node.domain.kinds import KINDS
from scripts import kinds_table


def test_the_table_is_what_the_registry_says() -> None:
    text = kinds_table.README.read_text(encoding="utf-8")
    assert text == kinds_table.written(text), "write it anew: .venv/bin/python -m scripts.kinds_table --write"


def test_every_kind_and_each_of_its_fields_is_in_the_table() -> None:
    text = kinds_table.table()
    assert [name for name in KINDS if f"| `{name}` |" not in text] == []
    assert [field for kind in KINDS.values() for field in kind.fields if f"`{field}`" not in text] == []


def test_writing_the_table_leaves_the_rest_of_the_page_alone() -> None:
    page = f"# Before\n\n{kinds_table.BEGIN}\nOLD TABLE\n{kinds_table.END}\n\nAfter\n"
    once = kinds_table.written(page)
    assert once.startswith("# Before\n\n") and once.endswith(f"{kinds_table.END}\n\nAfter\n")
    assert "OLD TABLE" not in once
    assert kinds_table.written(once) == once
