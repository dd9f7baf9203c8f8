"""Closed posts go after the space's period, never early, and what others said about them with them, on every node."""

import pytest

from node import intake
from node.domain.values import Event
from node.domain.wishes import Edit, MarkMet, Renew, Withdraw
from node.settings import Settings
from node.storage import forgetting
from sync import log
from tests.storage.nodes import HOUR, NOON, Node, Ticket, need, opened

DAY = 24 * HOUR


def looks(node: Node, after: int = 0) -> int:
    """How many posts go when the node looks, after so long."""
    node.clock.ms += after
    return intake.erase_closed(node.run)


def test_what_was_met_withdrawn_or_ran_out_goes_after_thirty_days(hall):
    met, withdrawn = hall.posts("Met", hours=2000), hall.posts("Withdrawn", hours=2000)
    hall.posts("Ran out", hours=1)
    hall.posts("Still open", hours=2000)
    hall.does(MarkMet(met.post))
    hall.does(Withdraw(withdrawn.post))
    hall.clock.ms += 2 * HOUR
    assert looks(hall) == 0
    assert looks(hall, 30 * DAY - HOUR) == 0
    assert looks(hall, HOUR) == 3
    assert hall.board(status="all") == ["Still open"] and looks(hall, DAY) == 0


def test_the_space_says_how_long(tmp_path):
    node = Node(tmp_path / "hall", "Hall")
    node.run.settings = Settings(data=node.folder, name="Hall", keep_days=2)
    node.does(Withdraw(node.posts("Bread").post))
    assert looks(node) == 0 and looks(node, DAY) == 0 and looks(node, DAY) == 1
    node.run.close()


def test_only_its_home_erases_a_post(hall, library):
    post = hall.posts("Bread").post
    hall.does(MarkMet(post))
    library.hears_from(hall)
    looks(library)
    assert looks(library, 400 * DAY) == 0


def test_a_post_that_was_open_in_between_begins_anew_though_nobody_looked(hall):
    post = hall.posts("Bread").post
    hall.does(MarkMet(post))
    looks(hall)
    hall.clock.ms += 30 * DAY
    hall.does(Renew(post))
    hall.does(MarkMet(post))
    assert looks(hall) == 0 and looks(hall, 30 * DAY - HOUR) == 0 and looks(hall, HOUR) == 1


def test_one_that_is_open_again_stays(hall):
    post = hall.posts("Bread").post
    hall.does(Withdraw(post))
    looks(hall)
    hall.does(Renew(post, hours=2000))
    assert looks(hall, 31 * DAY) == 0 and hall.board() == ["Bread"]


@pytest.mark.parametrize("wrong", [0, 1_300_000_000_000, NOON - 90 * DAY, NOON + 90 * DAY])
def test_a_clock_that_was_wrong_when_it_was_pinned_makes_nothing_go_early(hall, wrong):
    """A machine that woke up in the past, or the future, and was set right later."""
    hall.clock.ms = wrong
    post = hall.posts("Bread", hours=1).post
    hall.does(MarkMet(post))
    hall.clock.ms = NOON
    assert looks(hall) == 0 and looks(hall, 29 * DAY) == 0
    assert looks(hall, DAY) == 1


def test_dates_kept_from_a_table_make_nothing_go_early(hall):
    hall.posts("From long ago", at=NOON - 200 * DAY, hours=1)
    assert looks(hall) == 0 and looks(hall, 29 * DAY) == 0 and looks(hall, DAY) == 1


def test_a_look_by_a_clock_far_ahead_is_forgotten_when_it_is_right_again(hall):
    hall.does(Withdraw(hall.posts("Bread").post))
    hall.clock.ms += 900 * DAY
    looks(hall)
    hall.clock.ms -= 900 * DAY
    assert looks(hall) == 0 and looks(hall, 30 * DAY) == 1


def test_no_more_than_some_go_at_once(hall):
    for recorded in intake.record_all(hall.run, [need(f"Need {number}", hours=1) for number in range(7)]):
        assert recorded.new
    looks(hall, DAY)
    hall.clock.ms += 30 * DAY
    assert [intake.erase_closed(hall.run, 3) for _ in range(4)] == [3, 3, 1, 0]


def said(node: Node) -> str:
    return b" ".join(held.entry.payload or b"-" for held in log.read_all(node.db)).decode()


def test_everything_said_about_it_goes_seven_days_later_on_every_node(hall, library):
    """The poster's words, others' promises and sealed words, in whatever order they came."""
    poster, helper = Ticket(1), Ticket(2)
    plain = hall.posts("Bread for Olga", hours=1).post
    hall.does(Edit(plain, need("Rice for Olga", hours=1)))
    hall.carries(poster, opened("Medicine for Olga", hours=1))
    library.hears_from(hall)
    library.carries(helper, Event("help.promised", {"words": "Olga, at five"}), poster.post)
    library.carries(helper, Event("help.promised", {"words": "Olga, at six"}), plain)
    hall.hears_from(library)
    looks(hall, DAY)
    assert looks(hall, 30 * DAY) == 2
    library.clock.ms = hall.clock.ms
    late = Ticket(3)
    library.carries(late, Event("help.promised", {"words": "Olga, too late"}), poster.post)
    library.hears_from(hall)
    hall.hears_from(library)
    assert hall.board(status="all") == library.board(status="all") == []
    for node in (hall, library):
        assert "Olga" in said(node)
        node.clock.ms += 7 * DAY + HOUR
        forgetting.tidy(node.db, node.clock())
        assert "Olga" not in said(node) and "post.erased" in said(node)
    assert hall.digest() == library.digest()


def test_who_joins_later_sees_the_same_board_without_the_words(hall, library, tmp_path):
    poster = Ticket(1)
    hall.posts("Bread for Olga", hours=1)
    hall.carries(poster, opened("Medicine for Olga", hours=1))
    library.hears_from(hall)
    looks(hall, DAY)
    looks(hall, 30 * DAY)
    hall.clock.ms += 8 * DAY
    forgetting.tidy(hall.db, hall.clock())
    third = Node(tmp_path / "third", "Third")
    for node in (hall, library):
        third.accepts(node)
    third.hears_from(hall)
    library.hears_from(hall)
    assert "Olga" not in said(third) and third.digest() == hall.digest() == library.digest()
    third.run.close()
