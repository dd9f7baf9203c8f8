"""A machine is lost, stolen, cloned or put back from an older copy: the space goes on, and the other one helps."""

import shutil
from pathlib import Path

import pytest

from node import intake
from node.run import now_ms
from node.settings import Settings
from node.start import open_run
from sync import proofs
from sync.writer import Draft
from tests.storage.nodes import Ticket, opened
from tests.two_nodes.node import CommandFailed, Node, wait_until

pytestmark = pytest.mark.long  # shorter in tests/cli/test_succession.py


def says_with_a_ticket(node: Node, words: str) -> Ticket:
    """As the kiosk will: while the node serves, another process writes."""
    ticket, run = Ticket(), open_run(Settings(data=node.folder, name=node.name))
    payload = ticket.body(ticket.post, run.space_id, opened(words))
    with run.db():
        held = run.writer.append(run.db(), [Draft(payload, ticket.post, ticket.owner)], "circle")
        intake.enter(run.db(), held, now_ms())
    run.close()
    return ticket


def erases(node: Node, ticket: Ticket) -> None:
    run = open_run(Settings(data=node.folder, name=node.name))
    intake.bury(run, [proofs.make_tombstone(ticket.key)])
    run.close()


def notes(node: Node) -> str:
    return "\n".join(node.status()["notes"])


def agree(one: Node, other: Node) -> bool:
    digests = ("log_digest", "board_digest")
    a, b = one.status(), other.status()
    return [a[key] for key in digests] == [b[key] for key in digests]


@pytest.fixture
def connected(hall: Node, library: Node) -> None:
    hall.pairs_with(library)


@pytest.mark.usefixtures("connected")
def test_with_only_the_paper_left_the_space_goes_on(hall: Node, library: Node, tmp_path: Path) -> None:
    hall.posts("A ladder")
    gone = says_with_a_ticket(hall, "Formula for Amina")
    library.posts("Soup at noon")
    wait_until(lambda: len(library.board()) == 3 and len(hall.board()) == 3)
    paper, space = hall.runs("paper"), hall.status()["space"]
    erases(library, gone)
    hall.loses_power()
    shutil.rmtree(hall.folder)

    assert "There is no node" in hall.tries("status")
    wrong = paper[:-2] + str((int(paper[-2]) + 1) % 10)
    with pytest.raises(CommandFailed, match="compare the ten groups"):
        hall.runs("recover", "--from", library.peer_address, input=wrong)
    code = library.shows_a_code()
    said = hall.runs("recover", "--from", library.peer_address, "--code", code, input=paper)
    assert "came back from" in said
    assert hall.status()["space"] == space and hall.board() == ["A ladder", "Soup at noon"]
    hall.starts()
    hall.posts("A cot")
    wait_until(lambda: "A cot" in library.board() and agree(hall, library))
    assert not (hall.folder / "paper.key").exists()
    assert "recovered from the paper key" in notes(hall)


@pytest.mark.usefixtures("connected")
def test_what_the_others_hold_comes_back_before_anybody_shows_digits(hall: Node, library: Node) -> None:
    hall.posts("A ladder")
    wait_until(lambda: library.board() == ["A ladder"])
    paper = hall.runs("paper")
    hall.loses_power()
    old, hall.folder = hall.folder, hall.folder.with_name("next")
    hall.runs("recover", "--from", library.peer_address, "--stolen", input=paper)
    assert hall.board() == ["A ladder"] and hall.status()["peers"] == []
    # The thief starts the old machine: nobody lets it in, and what it says is nowhere.
    thief = Node(hall.name, old, hall.place, hall.port + 2, hall.peer_port + 2)
    thief.starts()
    try:
        thief.posts("By the thief")
        assert "not let" in thief.tries("exchange") or "accept" in thief.tries("exchange")
    finally:
        thief.loses_power()
    hall.starts()
    hall.pairs_with(library)
    hall.posts("A cot")
    wait_until(lambda: library.board() == ["A cot", "A ladder"] and agree(hall, library))


@pytest.mark.usefixtures("connected")
def test_an_older_copy_put_back_gets_back_what_came_later(hall: Node, library: Node, tmp_path: Path) -> None:
    hall.posts("Monday")
    erased = says_with_a_ticket(hall, "Formula for Amina")
    wait_until(lambda: len(library.board()) == 2)
    hall.runs("backup", str(tmp_path / "stick"))
    hall.posts("Tuesday")
    erases(hall, erased)
    wait_until(lambda: library.board() == ["Monday", "Tuesday"])
    hall.stops()
    hall.runs("restore", str(tmp_path / "stick"), "--over")
    assert hall.board() == ["Monday"], "erased stays erased, before any peer has answered"
    hall.starts()
    wait_until(lambda: hall.board() == ["Monday", "Tuesday"])
    wait_until(lambda: "came back from Library" in notes(hall))
    assert "put back" in notes(hall)
    hall.posts("Wednesday")
    wait_until(lambda: "Wednesday" in library.board() and agree(hall, library))
    assert all(feed == "open" for feed in _feed_states(library))


@pytest.mark.usefixtures("connected")
def test_a_cloned_card_forks_nothing(hall: Node, library: Node) -> None:
    hall.posts("Monday")
    wait_until(lambda: library.board() == ["Monday"])
    hall.stops()
    clone = hall.folder.with_name("clone")
    shutil.copytree(hall.folder, clone, ignore=shutil.ignore_patterns("*.sock"))
    hall.starts()
    hall.posts("From the card")
    wait_until(lambda: "From the card" in library.board())
    hall.stops()
    hall.folder = clone
    hall.starts()
    hall.posts("From the clone")
    wait_until(lambda: library.board() == ["From the card", "From the clone", "Monday"] and agree(hall, library))
    assert all(feed == "open" for feed in _feed_states(library))
    assert "an older copy" in notes(hall)


def _feed_states(node: Node) -> list[str]:
    run = open_run(Settings(data=node.folder, name=node.name))
    try:
        return [state for (state,) in run.db().execute("SELECT state FROM feed")]
    finally:
        run.close()
