"""What a TLS context is given, and what that leaves behind."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from sync.peers import tls
from tests.storage.nodes import Node


def test_the_nodes_key_is_in_no_file_that_outlives_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was in one with a name for a moment; a process killed in that moment left it there until the next boot."""
    given: list[str] = []
    load = ssl.SSLContext.load_cert_chain

    def seen(context: ssl.SSLContext, path: str) -> None:
        given.append(str(Path(path).readlink()))
        load(context, path)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", seen)
    node = Node(tmp_path / "hall", "Hall")
    tls.server_context(node.run.identity, [node.run.identity.space_cert])
    node.run.close()
    assert [each.startswith("/memfd:") for each in given] == [True]
