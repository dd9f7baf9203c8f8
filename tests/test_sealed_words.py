"""What is sealed is in no file of any node in clear, and what is erased in none at all. On real nodes, with two hundred
words: tests/two_nodes/test_canaries.py.
"""

import pytest

from node import intake
from node.domain import tickets
from node.domain.sealed import Letter
from node.domain.wishes import Edit, OpenPost, PromiseHelp, StopWords, WriteBack
from node.storage import tickets as belongings
from tests.canaries import MARKS, PUBLIC, PUBLIC_MARKS, Cage, files_with
from tests.meeting import acquaint, visits
from tests.storage.nodes import Node

KEY, FIRST, SECOND = b"k" * 32, "4821093677153042", "1111222233334444"


@pytest.fixture
def spaces(tmp_path):
    hall, library = Node(tmp_path / "hall", "Hall"), Node(tmp_path / "library", "Library")
    acquaint(hall, library)
    yield hall, library
    for node in (hall, library):
        node.run.close()


def test_sealed_words_are_in_no_file_and_erased_ones_in_none_at_all(spaces: tuple[Node, Node]) -> None:
    hall, library = spaces
    secret, public = Cage(1), Cage(2, PUBLIC)
    poster, helper = (tickets.ticket(digits.encode() * 2, KEY) for digits in (FIRST, SECOND))
    said = OpenPost("need", "food", public.word(), when="week", area=public.arabic(), reach=secret.number())
    post = intake.record(hall.run, said, ticket=poster).post
    edited = OpenPost("need", "food", f"{public.arabic()} {public.word()}", when="week", reach=secret.arabic())
    intake.record(hall.run, Edit(post, edited), ticket=poster)
    visits(library, hall)

    def letter() -> Letter:
        return Letter(f"{secret.word()} {secret.arabic()}", secret.number())

    intake.record(library.run, PromiseHelp(post, letter=letter()), ticket=helper)
    held = belongings.mine(library.db, helper, post, library.clock())
    assert held is not None
    promise = held.threads[0].promise.id
    intake.record(library.run, WriteBack(post, promise, letter()), ticket=helper)
    visits(hall, library)
    intake.record(hall.run, WriteBack(post, promise, letter()), ticket=poster)
    intake.record(hall.run, StopWords(post, promise, True, secret.word()), ticket=poster)
    visits(library, hall)
    for node in spaces:
        assert files_with(node.folder, MARKS, [FIRST, SECOND]) == []
        assert "corkboard.db-wal" in files_with(node.folder, PUBLIC_MARKS), "what is public is found"
    intake.erase(library.run, poster.signing)
    visits(hall, library)
    for node in spaces:
        assert intake.tidy(node.run)
        assert files_with(node.folder, [*MARKS, *PUBLIC_MARKS], [FIRST, SECOND]) == []
