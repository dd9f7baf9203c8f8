"""Who is not of the circle: hears nothing on the cable, gets no answer at the door."""

import http.client
import os
import ssl
from pathlib import Path

import pytest

from sync import identity
from sync.peers import tls
from tests.two_nodes.conftest import NAMESPACES
from tests.two_nodes.network import WHY_NOT, Network
from tests.two_nodes.node import PATIENCE_S, Node, wait_until
from tests.two_nodes.recorder import recording, relaying

SECRET = ("Insulin", "Avenue", "Delmas", "quarante")  # long enough not to turn up in ciphertext by chance


@pytest.mark.skipif(not NAMESPACES, reason=WHY_NOT)
def test_the_cable_carries_no_word_of_any_post(hall: Node, library: Node, town: Network) -> None:
    with recording(town, library.place) as recorder:
        code = hall.shows_a_code()
        library.types(code, hall)
        hall.posts(" ".join(SECRET))
        wait_until(library.board)
    assert len(recorder.heard) > 5000  # it did hear the exchange
    assert hall.place.address.encode() not in recorder.heard  # addresses travel as numbers
    for word in (*SECRET, code, "Hall", "Library"):
        assert word.encode() not in recorder.heard, word
        assert word.encode("utf-16-le") not in recorder.heard, word


@pytest.mark.long
def test_whoever_passes_the_bytes_on_reads_no_word_of_any_post(hall: Node, library: Node) -> None:
    hall.posts(" ".join(SECRET))
    with relaying(hall) as relay:
        code = hall.shows_a_code()
        library.runs("connect", "--code", code, relay.address)
        library.tries("exchange", relay.address)
        wait_until(library.board)
    assert len(relay.heard) > 5000
    for word in (*SECRET, code, "Hall", "Library"):
        assert word.encode() not in relay.heard, word


def answer_to(caller: ssl.SSLContext, node: Node) -> bytes:
    """What a node says to a request for its news. Raises an OSError where it says nothing."""

    def ask() -> bytes:
        line = http.client.HTTPSConnection(node.place.address, node.peer_port, context=caller, timeout=PATIENCE_S)
        try:
            line.request("POST", "/peer/v1/news", b'{"n":0,"mark":""}')
            return line.getresponse().read()
        finally:
            line.close()

    return node.place.do(ask)


def test_a_node_with_another_certificate_gets_no_answer(hall: Node, tmp_path: Path) -> None:
    stranger = identity.found(tmp_path / "stranger", os.urandom)
    theirs = (hall.folder / identity.SPACE_CERT_FILE).read_text()
    trusted = [ssl.PEM_cert_to_DER_cert(theirs)]
    with pytest.raises(OSError):
        answer_to(tls.client_context(stranger, trusted), hall)


@pytest.mark.long
def test_who_shows_no_certificate_gets_no_answer(hall: Node) -> None:
    with pytest.raises(OSError):
        answer_to(tls.stranger_context(), hall)


@pytest.mark.long
def test_while_a_pairing_window_is_open_a_stranger_may_only_pair(hall: Node, tmp_path: Path) -> None:
    hall.shows_a_code()
    assert b"error" in wait_until(lambda: answer_to(tls.stranger_context(), hall))
    stranger = identity.found(tmp_path / "stranger", os.urandom)
    with pytest.raises(OSError):
        answer_to(tls.client_context(stranger, [stranger.space_cert]), hall)


@pytest.mark.long
def test_a_space_that_was_never_paired_hears_nothing(hall: Node, library: Node) -> None:
    hall.posts("Only for the circle")
    said = library.place.do(lambda: library.tries("exchange", hall.peer_address))
    assert "no exchange" in said
    assert library.board() == []
