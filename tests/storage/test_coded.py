"""A code is found whether its post came lately or long ago, and is taken out of wherever it is."""

import pytest

from node.storage import board, coded
from node.storage.gather import row, rows_of
from sync import log

NOW = 1_790_000_100_000


@pytest.fixture
def posts(hall, monkeypatch):
    """Some whose codes went on into the large table, and one that came after them."""
    monkeypatch.setattr(coded, "MANY", 2)
    monkeypatch.setattr(coded, "AT_ONCE", 1)
    said = [hall.posts(f"Bread {n}") for n in range(4)]
    assert [len(hall.rows()[table]) for table in ("code", "new_code")] == [3, 1]
    return said


def test_posts_are_found_in_both_tables(hall, posts):
    ids = [said.post for said in posts]
    assert [card.words for said in posts for card in board.one(hall.db, said.code, NOW, hall.space)] == [
        f"Bread {n}" for n in range(4)
    ]
    assert set(rows_of(hall.db, [*ids, b"?" * 32])) == set(ids) and row(hall.db, ids[0]) and row(hall.db, ids[3])
    wrong = [f"{said.code[:-1]}{(int(said.code[-1]) + 1) % 10}" for said in posts]
    assert all(said.code in board.near(hall.db, typed) for said, typed in zip(posts, wrong, strict=True))


def test_what_leaves_the_board_leaves_the_table_it_is_in(hall, posts):
    with log.writing(hall.db):
        for said, found in zip(posts, rows_of(hall.db, [said.post for said in posts]).values(), strict=True):
            coded.remove(hall.db, found.id, found.n)
            assert not [one for one in hall.rows()["new_code"] + hall.rows()["code"] if one[1] == found.n], said
    assert hall.rows()["code"] == hall.rows()["new_code"] == []


def test_codes_that_many_posts_bring_at_once_go_on_in_order(hall, posts):
    found = [one[0] for one in hall.rows()["code"]]
    assert found == sorted(found) and len(found) == 3
