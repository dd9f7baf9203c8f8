"""Erasing with several nodes that visit each other: what is told to whom, and nothing left in any file of any node."""

import asyncio
import itertools
import shutil
from pathlib import Path

import pytest

from node import intake
from node.gate import BoardGate
from node.storage import erasures
from sync import circle, log, proofs
from sync.exchange import Answers, Caller
from sync.messages import BODY_BYTES
from sync.pull import Pull, Report
from tests.storage.nodes import HOUR, NOON, Node, Ticket, opened

DAY = 24 * HOUR
CANARIES = ("Zanzibar4711", "قناري٤٧١١", "Kanarya0815", "Marigold2222", "Periwinkle7")


class Line:
    """A line without a network: what `teller` answers to this listener."""

    def __init__(self, teller: Node, listener: Node) -> None:
        self.answers = Answers(lambda: teller.run.db())
        self.who = Caller(listener.run.identity.node_fingerprint, listener.space, teller.space == listener.space)

    async def post(self, path: str, body: bytes) -> bytes:
        answer: bytes = getattr(self.answers, path.rsplit("/", 1)[1])(self.who, body)
        assert len(answer) <= BODY_BYTES
        return answer


def visits(listener: Node, teller: Node) -> Report:
    """One whole visit: proofs, entries, payloads."""
    node = teller.run.identity.node_fingerprint
    with log.writing(listener.db):
        circle.know(listener.db, node, teller.space, teller.run.identity.node_cert, "")

    async def here(do, *args, **named):
        return do(*args, **named)

    return asyncio.run(Pull(Line(teller, listener), BoardGate(listener.run), node, here, now_ms=listener.clock).run())


def all_exchange(*nodes: Node) -> None:
    for _ in range(2):
        for one, other in itertools.permutations(nodes, 2):
            visits(one, other)


def found_in(node: Node, *words: str) -> list[str]:
    """Files of a node in which one of these words is, in whatever case, once it has tidied up."""
    node.clock.ms += 1
    assert intake.tidy(node.run)
    spellings = {form.encode() for word in words for form in (word, word.lower(), word.upper())}
    files = (path for path in node.folder.rglob("*") if path.is_file())
    return sorted({path.name for path in files for spelling in spellings if spelling in path.read_bytes()})


def second_machine(hall: Node, folder: Path) -> Node:
    """Another node of the hall's own space, which both the hall and itself have in their roster."""
    folder.mkdir(mode=0o700)
    for name in ("paper.key", "circle.keys"):
        shutil.copy(hall.folder / name, folder / name)
    second = Node(folder, "Hall")
    authority = proofs_authority(hall)
    roster = proofs.make_roster(authority, NOON * 2, [each.run.identity.public_key for each in (hall, second)], [])
    for each in (hall, second):
        intake.bury(each.run, [roster])
    return second


def proofs_authority(node: Node):
    from sync.identity import paper_on_disk

    paper = paper_on_disk(node.folder)
    assert paper is not None
    return paper.authority()


@pytest.fixture
def make(tmp_path):
    made: list[Node] = []

    def make(name: str) -> Node:
        node = Node(tmp_path / name.lower(), name)
        for other in made:
            node.accepts(other)
            other.accepts(node)
        made.append(node)
        return node

    yield make
    for node in made:
        node.run.close()


@pytest.fixture
def hall(make):
    return make("Hall")


@pytest.fixture
def library(make, hall):
    return make("Library")


@pytest.fixture
def mosque(make, library):
    return make("Mosque")


def test_another_machine_of_the_space_hears_of_what_is_for_here_and_nobody_else(hall, library, tmp_path):
    second = second_machine(hall, tmp_path / "second")
    ticket, unknown = Ticket(1), Ticket(2)
    hall.carries(ticket, opened("Only here", scope="here"), scope="here")
    visits(second, hall)
    assert second.board() == ["Only here"]
    intake.erase(hall.run, ticket.key)
    visits(second, hall)
    visits(library, hall)
    assert second.board() == [] and proofs.owners_for_here(second.db) == {ticket.owner}
    assert library.proofs() == []
    third = second_machine(hall, tmp_path / "third")
    intake.bury(hall.run, [proofs.for_here(unknown.tombstone())])
    visits(third, hall)
    assert proofs.owners_for_here(third.db) == {ticket.owner, unknown.owner}, "also before it has the entries"
    assert [one.ms is not None for one in erasures.confirmations(second.db, ticket.owner)] == [True]
    for node in (second, third):
        node.run.close()


def test_another_space_cannot_keep_a_tombstone_from_being_passed_on(hall, library, monkeypatch):
    ticket = Ticket()
    library.hears([], [ticket.tombstone()])
    monkeypatch.setattr(proofs, "lines", lambda db, ids, family=False: [proofs.for_here(ticket.tombstone())])
    visits(hall, library)
    assert hall.proofs() == [ticket.tombstone()] and proofs.owners_for_here(hall.db) == set()
