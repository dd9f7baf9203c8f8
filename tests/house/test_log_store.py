"""Whoever speaks with peers reaches the log by its one small interface: so it may lie elsewhere than in SQLite."""

import ast
import re

from tests.house import rooms

TABLES = re.compile(r"\b(FROM|JOIN|INTO|UPDATE)\s+(entry|feed|arrival|missing)\b")
ITS_KEEPERS = {"sync.log", "sync.sqlite_log", "sync.schema"}
BESIDE_IT = {  # what is decided about entries, in the same database; a second store brings its own of these
    *("sync.cutoffs", "sync.blocks", "sync.forks", "sync.proofs"),
    *("node.storage.erasures", "node.storage.forgetting", "node.storage.work", "node.storage.projection"),
    *("node.storage.rows", "node.storage.retention", "node.storage.gather"),
    *("node.widening", "node.recovering", "node.health"),
}
SPEAKERS = {  # and what of the module `log` they may use besides types
    "sync.exchange": set(),
    "sync.pull": {"writing"},
    "sync.carry": {"writing"},
    "sync.bundle": set(),
    "sync.take": set(),
    "sync.known": {"writing"},
    "sync.writer": {"seal_payload"},
}


def words(file):
    return [part.value for part in ast.walk(rooms.parsed(file)) if isinstance(part, ast.Constant)]


def test_nobody_else_runs_sql_on_the_tables_of_the_log():
    found = {
        name for name, file in rooms.modules().items() if any(TABLES.search(word) for word in map(str, words(file)))
    }
    assert found - ITS_KEEPERS == BESIDE_IT


def test_whoever_speaks_with_peers_asks_the_store():
    for name, allowed in SPEAKERS.items():
        used = {
            part.attr
            for part in ast.walk(rooms.parsed(rooms.modules()[name]))
            if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id == "log"
        }
        assert used <= allowed, name
