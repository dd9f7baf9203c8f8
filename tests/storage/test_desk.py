"""What the stewards were asked to look at is found without reading the log."""

from node.domain.values import Event
from node.domain.wishes import Hide, Report
from node.storage import desk, projection
from tests.storage.nodes import Ticket, opened


def waiting(node) -> list[str]:
    return [post.words for post in desk.reported(node.db, node.space)]


def test_reported_posts_wait_in_the_order_of_their_reports(hall, library):
    hall.posts('They say "post.reported" and "words.stopped"')
    first, second = hall.posts("First").post, hall.posts("Second").post
    for node in (hall, library):
        node.hears_from(library if node is hall else hall)
    hall.does(Hide(first, "A joke"))
    hall.does(Report(second, "A trap"))
    hall.does(Report(first, "A joke"))
    library.does(Report(first, "Here too"))
    assert waiting(hall) == ["Second", "First"] and waiting(library) == ["First"]
    projection.rebuild(hall.db)
    assert waiting(hall) == ["Second", "First"]


def test_a_thread_that_was_only_stopped_waits_for_nobody(hall):
    poster, helper = Ticket(1), Ticket(2)
    hall.carries(poster, opened("Bread"))
    hall.carries(helper, Event("help.promised", {"words": "At five"}), poster.post)
    [promise] = hall.one(hall.page().cards[0].link).promises
    for reported, asked in ((False, []), (True, ["Bread"])):
        hall.carries(helper, Event("words.stopped", {"promise": promise.id, "reported": reported}), poster.post)
        assert waiting(hall) == asked


def test_looking_reads_reported_posts_and_no_others(hall):
    plan = " ".join(row[3] for row in hall.db.execute("EXPLAIN QUERY PLAN " + desk.ASKED))
    assert "INDEX post_asked" in plan
