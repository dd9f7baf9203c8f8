"""New words for a post that is up wait for a steward, and until they stand the old ones do."""

from __future__ import annotations

from pathlib import Path

import pytest

from node import intake, reviewing
from node.domain import review
from node.domain.wishes import Edit, ReplaceTicket, Withdraw
from node.storage import waiting
from tests.storage.nodes import Node, need
from tests.test_reviewing import DAY, MINUTE, changes, queue, ticket, up
from tests.test_reviewing import hall as hall  # the fixture


def stands(node: Node) -> None:
    """A steward puts up what waits, and the time in which that can be undone goes by."""
    reviewing.put_up(node.run, queue(node)[0].n)
    node.clock.ms += review.UNDO_MINUTES * MINUTE
    reviewing.say_due(node.run)


def test_until_new_words_stand_the_old_ones_do_and_undoing_it_puts_them_back_to_wait(
    hall: Node, tmp_path: Path
) -> None:
    library = Node(tmp_path / "library", "Library")
    library.accepts(hall)
    said = up(hall)
    changes(hall, said, "Oil only")
    n = queue(hall)[0].n
    for minutes in (0, 9):
        reviewing.put_up(hall.run, n)
        hall.clock.ms += minutes * MINUTE
        reviewing.say_due(hall.run)
        library.hears_from(hall)
        assert hall.board() == library.board() == ["Rice and oil"] and queue(hall) == []
        reviewing.undo(hall.run, n, "Put up by mistake")
        assert [(one.n, one.state) for one in queue(hall)] == [(n, "waits")] and hall.board() == ["Rice and oil"]
    stands(hall)
    library.hears_from(hall)
    assert hall.board() == library.board() == ["Oil only"] and reviewing.undoable(hall.run) == []
    with pytest.raises(reviewing.NotThere):
        reviewing.undo(hall.run, n, "Too late")
    library.run.close()


def test_what_a_steward_put_up_stands_though_the_node_was_off_until_then_or_its_clock_was_set_back(hall: Node) -> None:
    first, second = up(hall), up(hall, "A ladder", 2)
    for said, words, seed in ((first, "Oil only", 1), (second, "A long ladder", 2)):
        changes(hall, said, words, seed)
        reviewing.put_up(hall.run, queue(hall)[0].n)
        hall.run.close()
        hall.clock.ms += 3 * DAY if seed == 1 else -2 * DAY
        hall.new_run()
        reviewing.say_due(hall.run)
    assert sorted(hall.board()) == ["A long ladder", "Oil only"] and waiting.everything(hall.run.db()) == []


def test_new_words_that_were_put_up_give_way_to_what_their_ticket_says_then(hall: Node) -> None:
    said = [up(hall, words, seed) for seed, words in enumerate(("Rice", "Dates", "Milk"), 1)]
    for seed, post in enumerate(said, 1):
        changes(hall, post, f"New words {seed}", seed)
        reviewing.put_up(hall.run, queue(hall)[0].n)
    changes(hall, said[0], "Newer words", 1)
    intake.record(hall.run, Edit(said[1].post, need("At the touchscreen")), "", ticket(hall, 2))
    intake.erase(hall.run, ticket(hall, 3).signing)
    hall.clock.ms += review.UNDO_MINUTES * MINUTE
    assert [one.n for one in reviewing.undoable(hall.run)] == []
    reviewing.say_due(hall.run)
    intake.tidy(hall.run)
    assert sorted(hall.board()) == ["At the touchscreen", "Rice"]
    assert [one.post for one in waiting.everything(hall.run.db())] == [said[0].post] == [queue(hall)[0].post]


def test_new_words_are_put_up_whatever_else_its_ticket_said_meanwhile(hall: Node, tmp_path: Path) -> None:
    library = Node(tmp_path / "library", "Library")
    library.accepts(hall)
    said = up(hall)
    changes(hall, said, "Oil only")
    intake.record(hall.run, Withdraw(said.post), ticket=ticket(hall))
    library.hears_from(hall)
    assert [node.one(said.link).words for node in (hall, library)] == ["Rice and oil"] * 2
    stands(hall)
    library.hears_from(hall)
    cards = [node.one(said.link) for node in (hall, library)]
    assert [(card.words, card.status) for card in cards] == [("Oil only", "withdrawn")] * 2
    library.run.close()


def test_nobody_puts_up_new_words_that_they_have_not_read(hall: Node) -> None:
    said = up(hall)
    changes(hall, said, "Oil only")
    read = queue(hall)[0].n
    changes(hall, said, "Something else")
    with pytest.raises(reviewing.NotThere):
        reviewing.put_up(hall.run, read)
    assert hall.board() == ["Rice and oil"] and [one.n > read for one in queue(hall)] == [True]


def test_new_words_are_overtaken_by_others_that_were_said_elsewhere_or_by_another_ticket(hall: Node) -> None:
    said, other = up(hall), up(hall, "A ladder", 2)
    changes(hall, said, "Oil only")
    changes(hall, other, "A long ladder", 2)
    intake.record(hall.run, Edit(said.post, need("Dates")), "", ticket(hall))
    new = ticket(hall, 9)
    intake.record(hall.run, ReplaceTicket(other.post, new.owner, new.seal_to))
    assert queue(hall) == [] and waiting.count(hall.run.db(), hall.clock()) == 0
    intake.tidy(hall.run)
    assert [one.payload for one in waiting.everything(hall.run.db())] == []
    assert sorted(hall.board()) == ["A ladder", "Dates"]


def test_erasing_a_post_whose_new_words_wait_is_told_to_other_spaces(hall: Node) -> None:
    said = up(hall)
    changes(hall, said, "Oil only")
    intake.erase(hall.run, ticket(hall).signing)
    [(here,)] = hall.db.execute("SELECT here FROM proof WHERE kind = 'tombstone'").fetchall()
    assert here == 0 and waiting.everything(hall.run.db()) == []
