"""What waits for a steward: in no log, in the copies, gone from every file once it is declined or taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from node import backup, intake, restoring, reviewing, scrub
from node.domain import bodies, review, tickets
from node.domain.kinds import KINDS
from node.domain.refusals import Refusals
from node.domain.registry import HELPER, TICKET
from node.domain.tickets import Ticket
from node.domain.wishes import Edit, Hide
from node.reviewing import Shares
from node.storage import waiting
from sync import circle
from tests.canaries import PUBLIC, PUBLIC_MARKS, Cage, files_with
from tests.storage.nodes import Node, need

MINUTE, DAY = 60_000, 24 * 3_600_000


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Node]:
    node = Node(tmp_path / "hall", "Hall")
    reviewing.turn_it(node.run, True)
    yield node
    node.run.close()


def ticket(node: Node, seed: int = 1) -> Ticket:
    return tickets.ticket(bytes([seed]) * 32, circle.issuing_key(node.folder).key)


def sends(node: Node, words: str = "Rice and oil", seed: int = 1, **more: object) -> intake.Recorded:
    """Somebody with a phone posts."""
    first = reviewing.first_read(node.run, SHARES, f"10.0.0.{seed}")
    return intake.record(node.run, need(words, **more), f"form {seed}", ticket(node, seed), first)


SHARES = Shares(lambda size: b"s" * size)


def queue(node: Node) -> list[waiting.Waiting]:
    return waiting.queue(node.run.db(), node.clock())


def copied(node: Node, folder: Path) -> backup.Backup:
    return backup.make(node.run, folder, silent)


def silent(what: str) -> Callable[[int, int], None]:
    return lambda done, total: None


def test_every_field_that_everybody_reads_waits_or_is_refused() -> None:
    """Whoever adds a kind with free words decides here whether they are read first."""
    free = {name: fields for name, fields in review.FREE.items() if fields}
    assert free == {
        "post.opened": ("words", "original"),
        "post.edited": ("words", "original"),
        "post.translated": ("words",),
        "post.reported": ("reason",),
        "help.promised": ("words",),
    }
    assert set(review.FREE) == {name for name, kind in KINDS.items() if kind.who & (TICKET | HELPER)}


def test_nothing_of_what_waits_is_in_the_log_or_reaches_another_space(hall: Node, tmp_path: Path) -> None:
    library = Node(tmp_path / "library", "Library")
    library.accepts(hall)
    said = sends(hall)
    library.hears_from(hall)
    assert hall.pages() == [] and hall.board() == library.board() == []
    reviewing.put_up(hall.run, queue(hall)[0].n)
    library.hears_from(hall)
    assert hall.board() == library.board() == ["Rice and oil"] and library.one(said.link).code == said.code
    library.run.close()


@pytest.mark.long
def test_it_waits_on_after_a_restart_and_is_put_up_by_the_next_run(hall: Node) -> None:
    said = sends(hall)
    hall.run.close()
    hall.new_run()
    reviewing.put_up(hall.run, queue(hall)[0].n)
    assert hall.one(said.link).words == "Rice and oil" and reviewing.is_on(hall.run)


def changes(node: Node, said: intake.Recorded, words: str, seed: int = 1) -> intake.Recorded:
    """Who posted it with a phone gives it other words there."""
    first = reviewing.first_read(node.run, SHARES, f"10.0.0.{seed}")
    return intake.record(node.run, Edit(said.post, need(words)), "", ticket(node, seed), first)


def up(node: Node, words: str = "Rice and oil", seed: int = 1) -> intake.Recorded:
    """A post from a phone that a steward has put up."""
    said = sends(node, words, seed)
    reviewing.put_up(node.run, next(one.n for one in queue(node) if one.post == said.post))
    return said


def test_it_is_put_up_once_and_a_number_that_does_not_wait_is_refused(hall: Node) -> None:
    sends(hall)
    n = queue(hall)[0].n
    reviewing.put_up(hall.run, n)
    for late in (lambda: reviewing.put_up(hall.run, n), lambda: reviewing.decline(hall.run, n, "twice")):
        with pytest.raises(reviewing.NotThere):
            late()
    with pytest.raises(Refusals):
        reviewing.decline(hall.run, n, "no reason at all")
    assert hall.board() == ["Rice and oil"]


def test_its_time_runs_from_when_it_was_sent(hall: Node) -> None:
    said = sends(hall, when="now")
    sent_ms = hall.clock()
    hall.clock.ms += 3 * 3_600_000
    reviewing.put_up(hall.run, queue(hall)[0].n)
    assert abs(hall.one(said.link).expires_ms - sent_ms - 12 * 3_600_000) < MINUTE
    sends(hall, seed=2, when="now")
    hall.clock.ms += 12 * 3_600_000
    assert queue(hall) == [], "what is over needs no steward"


def test_the_queue_is_bounded_by_address_and_altogether(hall: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review, "MOST", 3)
    for seed in (1, 2, 3):
        sends(hall, seed=seed)
    with pytest.raises(Refusals) as full:
        sends(hall, seed=4)
    assert [one.key for one in full.value.problems] == ["review.full"] and len(queue(hall)) == 3
    reviewing.decline(hall.run, queue(hall)[0].n, "twice")
    sends(hall, seed=4)


def test_what_waits_is_in_the_copy_and_what_was_decided_since_stays_decided(hall: Node, tmp_path: Path) -> None:
    for seed in (1, 2, 3):
        sends(hall, f"Post {seed}", seed)
    made = copied(hall, tmp_path / "copies")
    first, second, _ = queue(hall)
    reviewing.decline(hall.run, first.n, "unkind")
    intake.erase(hall.run, ticket(hall, 2).signing)
    hall.run.close()
    restoring.restore(hall.folder, made, None, lambda size: b"r" * size, hall.clock(), silent)
    hall.new_run()
    assert [one.post for one in queue(hall)] == [ticket_post(hall, 3)]
    intake.tidy(hall.run)
    held = waiting.of_post(hall.run.db(), first.post)
    assert held and (held.state, held.reason) == ("declined", "unkind")
    assert waiting.of_post(hall.run.db(), second.post) is None


def ticket_post(node: Node, seed: int) -> bytes:
    return bodies.post_id(ticket(node, seed).owner)


def test_declined_lapsed_and_taken_back_words_are_in_no_file_any_more(hall: Node, tmp_path: Path) -> None:
    cage = Cage(7, PUBLIC)
    for seed in range(1, 31):
        sends(hall, f"{cage.word()} {cage.arabic()} {cage.number()}", seed, when="week")
    bread = [up(hall, "Bread", seed) for seed in range(31, 35)]
    for at, said in enumerate(bread):
        changes(hall, said, f"{cage.word()} {cage.arabic()} {cage.number()}", 31 + at)
    folder = hall.folder / "backups"
    older = copied(hall, folder)
    assert files_with(hall.folder, PUBLIC_MARKS), "the search finds what is there"
    for one in [*queue(hall)[:10], queue(hall)[-1]]:
        reviewing.decline(hall.run, one.n, "unkind")
    changes(hall, bread[0], "Bread and salt", 31)
    for seed in (*range(11, 21), 32):
        intake.erase(hall.run, ticket(hall, seed).signing)
    hall.clock.ms += 7 * DAY + MINUTE
    for _ in range(2):
        assert intake.tidy(hall.run)
    assert scrub.scrub(hall.folder / "corkboard.db", [older.path]) == []
    assert files_with(hall.folder, PUBLIC_MARKS) == []
    assert {one.state for one in waiting.everything(hall.run.db())} == {"declined", "lapsed"}


@pytest.mark.long
def test_words_that_were_put_up_and_then_erased_leave_the_copies_too(hall: Node) -> None:
    cage = Cage(8, PUBLIC)
    sends(hall, cage.word())
    older = copied(hall, hall.folder / "backups")
    reviewing.put_up(hall.run, queue(hall)[0].n)
    intake.erase(hall.run, ticket(hall).signing)
    assert intake.tidy(hall.run)
    scrub.scrub(hall.folder / "corkboard.db", [older.path])
    assert files_with(hall.folder, PUBLIC_MARKS) == []


def test_what_somebody_hid_meanwhile_can_be_undone_too(hall: Node) -> None:
    said = sends(hall)
    n = queue(hall)[0].n
    reviewing.put_up(hall.run, n)
    hall.does(Hide(said.post, "Two stewards at once"))
    reviewing.undo(hall.run, n, "Put up by mistake")
    assert hall.board() == [] and reviewing.undoable(hall.run) == []


@pytest.mark.long
def test_taking_it_back_tells_no_other_space(hall: Node, tmp_path: Path) -> None:
    library = Node(tmp_path / "library", "Library")
    for one, other in ((hall, library), (library, hall)):
        one.accepts(other)
    sends(hall)
    intake.erase(hall.run, ticket(hall).signing)
    [(here,)] = hall.db.execute("SELECT here FROM proof WHERE kind = 'tombstone'").fetchall()
    assert here == 1 and queue(hall) == []
    library.run.close()
