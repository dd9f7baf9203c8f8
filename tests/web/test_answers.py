"""Who may read an answer is chosen when posting, told before it is written, and seen by its waiting."""

import pytest

from node import stewards
from node.domain import codes, sealed
from node.domain.sealed import Letter
from node.domain.wishes import ConfirmPromise, PromiseHelp, ReleasePromise, StopWords, WriteBack
from node.storage import board
from tests.web.conftest import Hall
from tests.web.holders import posted, promise_of, promised, says
from tests.web.test_posting import all_posts, up_to_the_check

PASSPHRASE = "three warm loaves on a cold sill"
ME, BOTH = 'name="readers" value="me" checked', 'name="readers" value="stewards"'


@pytest.fixture
def with_stewards(hall: Hall) -> Hall:
    stewards.make(hall.run.settings.data, PASSPHRASE)
    return hall


def opened_by_stewards(hall: Hall, box: str, post: bytes, owner: bytes) -> Letter | None:
    [key, *_] = stewards.open_keys(hall.run.settings.data, PASSPHRASE)
    return sealed.unseal(box, key, post, owner)


def test_where_there_is_no_key_of_the_stewards_only_the_poster_reads_and_it_is_said(hall: Hall) -> None:
    tom = hall.phone()
    up_to_the_check(tom)
    assert "The answers are sealed. Only you can read them, with your ticket." in tom.page.text
    assert 'name="readers"' not in tom.page.html
    tom.answers(readers="stewards")
    assert all_posts(hall)[0].readers == ("poster",)


def test_where_there_is_one_only_me_is_what_stands_there(with_stewards: Hall) -> None:
    tom = with_stewards.phone()
    up_to_the_check(tom)
    assert "Who may read the answers?" in tom.page.text and ME in tom.page.html and BOTH in tom.page.html
    tom.answers()
    assert all_posts(with_stewards)[0].readers == ("poster",)


def test_me_and_the_stewards_here(with_stewards: Hall) -> None:
    hall, tom = with_stewards, with_stewards.phone()
    up_to_the_check(tom)
    tom.answers(to="words", readers="stewards")
    page = tom.answers(words="Rice", reach="behind the mosque")
    assert page.answer.fields["readers"] == "stewards", "Back forgets nothing"
    assert "Sealed, not on the board" in page.text and "behind the mosque" in page.text
    tom.answers()
    [card] = all_posts(hall)
    post = board.held(hall.run.db(), card.id).post
    assert post and card.readers == ("poster", "stewards")
    read = opened_by_stewards(hall, post.reach_stewards, post.id, post.owner)
    assert read and read.reach == "behind the mosque"


def test_a_helper_is_told_who_will_read_it_before_they_write(with_stewards: Hall) -> None:
    hall = with_stewards
    key = stewards.sealing_key(hall.run.settings.data)
    _, alone = posted(hall)
    _, both = posted(hall, stewards=key)
    ours = hall.has("Chairs")
    for post, said in (
        (codes.link_of(alone), "Sealed: only who posted it can read this, and you with your ticket."),
        (codes.link_of(both), "who posted it can read this, the stewards of Riverside Hall, and you with your ticket."),
        (ours, "Sealed: only the stewards of Riverside Hall can read this, and you with your ticket."),
    ):
        for person, start in ((hall.phone(), ""), (hall.neighbour(), "/kiosk")):
            assert said in person.opens(f"{start}/p/{post}/help").text
        assert said in hall.phone().opens(f"/p/{post}").text


def waiting(hall: Hall, post: bytes) -> int:
    return board.one(hall.run.db(), codes.link_of(post), hall.clock(), hall.run.space_id)[0].waiting


def test_answers_wait_for_whoever_posted_and_the_page_says_so_without_a_word_of_them(hall: Hall) -> None:
    _, post = posted(hall)
    link = codes.link_of(post)
    assert "waits for whoever" not in hall.phone().opens(f"/p/{link}").text
    promised(hall, post, "Unmistakable")
    for person, start in ((hall.phone(), ""), (hall.neighbour(), "/kiosk")):
        page = person.opens(f"{start}/p/{link}")
        assert "1 answer waits for whoever posted this." in page.text and "Unmistakable" not in page.html
        assert f"{start}/code" in page.links and "Read with my ticket" in page.text
    promised(hall, post)
    assert "2 answers wait for whoever posted this." in hall.phone().opens(f"/p/{link}").text


def test_an_answer_that_was_answered_waits_no_more_until_there_are_new_words(hall: Hall) -> None:
    ticket, post = posted(hall)
    helper = promised(hall, post)
    promise = promise_of(hall, post)
    assert waiting(hall, post) == 1
    hall.clock.passes(minutes=1)
    says(hall, ticket, ConfirmPromise(post, promise))
    assert waiting(hall, post) == 0
    hall.clock.passes(minutes=1)
    says(hall, helper, WriteBack(post, promise, Letter("At five then?")))
    assert waiting(hall, post) == 1
    hall.clock.passes(minutes=1)
    says(hall, ticket, WriteBack(post, promise, Letter("Yes")))
    assert waiting(hall, post) == 0


@pytest.mark.parametrize("wish", [ReleasePromise, StopWords])
def test_what_was_given_back_or_stopped_does_not_wait(hall: Hall, wish: type) -> None:
    _, post = posted(hall)
    helper = promised(hall, post)
    says(hall, helper, wish(post, promise_of(hall, post)))
    assert waiting(hall, post) == 0


def test_words_that_everybody_reads_wait_for_nobody(hall: Hall) -> None:
    _, post = posted(hall)
    says(hall, None, PromiseHelp(post, words="The library has two"))
    assert waiting(hall, post) == 0


def test_an_answer_waits_on_the_page_of_a_need_that_is_over(hall: Hall) -> None:
    _, post = posted(hall, when="today")
    promised(hall, post)
    hall.clock.passes(days=3)
    assert "1 answer waits for whoever posted this." in hall.phone().opens(f"/p/{codes.link_of(post)}").text


def test_after_helping_one_sees_what_the_ticket_is_for_and_what_else_is_needed(hall: Hall) -> None:
    _, post = posted(hall, "Rice for five")
    posted(hall, "Bread for three")
    hall.has("Oil for sale", kind="offer", category="food")
    for person, start in ((hall.phone(), ""), (hall.neighbour(), "/kiosk")):
        person.opens(f"{start}/p/{codes.link_of(post)}/help")
        person.answers(words="I bring some")
        page = person.answers(kept="photo")
        assert "What happens next" in page.text and "With it you read what they answer" in page.text
        assert "1 need like it" in page.text and "Bread for three" in page.text and "Oil for sale" not in page.text
