"""The command by which a steward reads posts from phones first."""

from collections.abc import Callable

from node import intake, reviewing
from node.domain import bodies, tickets
from node.domain.wishes import Edit, OpenPost, Wish
from node.reviewing import Shares
from node.settings import Settings
from node.start import open_run
from sync import circle
from tests.cli.nodes import Node


def sends(hall: Node, words: str, seed: int) -> None:
    """Somebody with a phone posts."""
    says(hall, seed, lambda post: OpenPost("need", "food", words, "ar"))


def says(hall: Node, seed: int, wish: Callable[[bytes], Wish]) -> None:
    """Something about the post of this ticket, from a phone."""
    run = open_run(Settings(data=hall.folder))
    first = reviewing.first_read(run, Shares(lambda size: b"s" * size), "10.0.0.7")
    held = tickets.ticket(bytes([seed]) * 32, circle.issuing_key(hall.folder).key)
    intake.record(run, wish(bodies.post_id(held.owner)), ticket=held, first=first)
    run.close()


def test_a_steward_turns_it_on_reads_puts_up_declines_and_undoes(hall: Node) -> None:
    open_run(Settings(data=hall.folder)).close()
    assert "stand on the board at once" in hall.does("review") and "None waits." in hall.does("review")
    assert "wait for a steward" in hall.does("review", "--on")
    sends(hall, "نحتاج إلى أرز", 1)
    sends(hall, "Buy my sofa", 2)
    said = hall.does("review")
    assert "2 posts wait." in said and "1  since" in said and "need, food, العربية" in said and "نحتاج إلى أرز" in said
    assert hall.posts() == [] and "Review: 2 posts from phones wait. See `review`." in hall.does("status")
    assert "1 post waits." in hall.does("review", "--put-up", "1")
    assert [post["text"] for post in hall.posts()] == ["نحتاج إلى أرز"]
    assert "None waits." in hall.does("review", "--decline", "2", "--because", "selling", "--reason", "Try the market")
    assert "Buy my sofa" in hall.does("review", "--undo", "2")
    hall.does("review", "--undo", "1")
    assert hall.posts() == []
    refused = hall.run("review", "--put-up", "9")
    assert refused.status == 1 and "9 does not wait" in refused.err
    assert hall.run("review", "--reason", "why").status == 1
    assert "at once" in hall.does("review", "--off") and "1 post waits." in hall.does("review")


def test_new_words_that_were_put_up_wait_again_when_that_is_undone(hall: Node) -> None:
    open_run(Settings(data=hall.folder)).close()
    hall.does("review", "--on")
    sends(hall, "Rice", 1)
    hall.does("review", "--put-up", "1")
    says(hall, 1, lambda post: Edit(post, OpenPost("need", "food", "Oil", "ar")))
    assert "on the board now: Rice" in hall.does("review")
    put_up = hall.run("review", "--put-up", "2")
    assert "in ten minutes" in put_up.err and "`review --undo 2`" in put_up.err
    assert "Oil" in hall.does("review", "--undo", "2") and [post["text"] for post in hall.posts()] == ["Rice"]


def test_a_queue_that_somebody_filled_is_emptied_in_one_go(hall: Node) -> None:
    open_run(Settings(data=hall.folder)).close()
    hall.does("review", "--on")
    for seed in (1, 2, 3):
        sends(hall, f"Buy sofa {seed}", seed)
    assert "None waits." in hall.does("review", "--decline-all", "--because", "selling")
    assert "Buy sofa 2" in hall.does("review", "--undo", "2") and hall.posts() == []


def test_the_setting_counts_until_a_steward_turns_it(hall: Node) -> None:
    open_run(Settings(data=hall.folder)).close()
    (hall.folder / "node.toml").write_text("review = true\n")
    assert "wait for a steward" in hall.does("review")
    assert "at once" in hall.does("review", "--off") and "at once" in hall.does("review")
