"""A space is called what it calls itself now, whatever way and in whatever order its words came."""

import pytest

from node import blocking, meeting
from sync import circle
from tests.storage.nodes import HOUR, Node


def called(node: Node, other: Node) -> str:
    (name,) = [one.name for one in blocking.others(node.db) if one.space == other.space]
    return name


def renames(node: Node, name: str) -> None:
    """Its steward writes another name into its settings, and starts it again."""
    node.name = name
    node.clock.ms += HOUR
    node.new_run()
    node.posts(f"From the {name}")


@pytest.fixture
def twice_named(hall, library):
    hall.posts("Bread")
    renames(hall, "Town hall")
    library.clock.ms = hall.clock.ms
    return hall


@pytest.mark.parametrize("order", [1, -1])
def test_the_newest_name_counts_whatever_came_first(twice_named, library, order):
    library.hears(twice_named.pages()[::order])
    assert len(library.board()) == 2 and called(library, twice_named) == "Town hall"


def test_what_it_is_called_when_two_meet_is_not_undone_by_what_it_said_before(hall, tmp_path):
    hall.posts("Bread")
    hall.name = "Town hall"
    hall.new_run()  # and has said nothing since
    school = Node(tmp_path / "school", "School")
    school.clock.ms = hall.clock.ms = hall.clock.ms + HOUR
    meeting.join(school.run, circle.ours(hall.db, hall.folder, hall.run.identity, 8081))
    school.hears(hall.pages())
    assert school.board() == ["Bread"] and called(school, hall) == "Town hall"
    renames(hall, "Community centre")
    school.clock.ms = hall.clock.ms
    school.hears(hall.pages()[1:])
    assert called(school, hall) == "Community centre"
    school.run.close()


def test_a_clock_that_was_far_ahead_once_gives_no_name_for_ever(hall, library):
    right = hall.clock.ms
    hall.clock.ms = 4_070_908_800_000  # 2099
    hall.posts("Bread")
    library.hears_from(hall)
    hall.clock.ms = right
    renames(hall, "Town hall")
    library.hears_from(hall)
    assert called(library, hall) == "Town hall"
