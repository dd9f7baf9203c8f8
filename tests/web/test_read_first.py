"""Posts from phones wait for a steward, where that is on: what a neighbour reads meanwhile, what becomes of it."""

from __future__ import annotations

import pytest

from node import intake, reviewing
from node.domain import review
from node.domain.tickets import Ticket
from node.domain.wishes import OpenPost
from node.storage import waiting
from node.storage.waiting import Waiting
from tests.web import holders
from tests.web.conftest import Hall, Person
from tests.web.holders import posted, promised, with_ticket
from tests.web.test_posting import all_posts

FIRST = "Somebody who looks after this space reads it first."
WAITS = "It waits for a steward to look at it"


@pytest.fixture(autouse=True)
def is_on(hall: Hall) -> None:
    holders.let_in(hall.app)
    reviewing.turn_it(hall.run, True)


def queued(hall: Hall) -> list[Waiting]:
    return waiting.queue(hall.run.db(), hall.clock())


def sent(hall: Hall, words: str = "Rice and oil", **more: str) -> tuple[Person, str]:
    """Somebody with a phone who has posted and kept the ticket."""
    tom = hall.phone()
    tom.posts(words=words, **more)
    return tom, tom.keeps_it()


def test_a_post_from_a_phone_waits_and_is_then_the_same_post_with_the_same_ticket(hall: Hall) -> None:
    tom = hall.phone()
    page = tom.posts(words="Rice and oil")
    assert FIRST in page.text and "Keep it" in page.text
    digits = tom.keeps_it()
    code = tom.page.html.partition('great code">')[2][:11]
    assert WAITS in tom.page.text and all_posts(hall) == []
    assert "not arrived" in tom.opens(f"/p/{code}").text or tom.status == 404
    page = hall.phone().comes_back(digits)
    assert WAITS in page.text and "Rice and oil" in page.text and code in page.text
    [one] = queued(hall)
    assert reviewing.put_up(hall.run, one.n) == one.post
    [card] = all_posts(hall)
    assert (card.words, card.id, card.code) == ("Rice and oil", one.post, code.replace("-", ""))
    page = hall.phone().comes_back(digits)
    assert WAITS not in page.text and "Rice and oil" in page.text and "Take it off the board" in page.text
    assert queued(hall) == []


def test_what_is_posted_at_the_touchscreen_does_not_wait(hall: Hall) -> None:
    page = hall.neighbour().posts("need", "/kiosk")
    assert "Your need is on the board" in page.text and FIRST not in page.text and len(all_posts(hall)) == 1


@pytest.mark.long
def test_nobody_waits_while_it_is_off_and_what_waits_goes_on_waiting(hall: Hall) -> None:
    sent(hall)
    reviewing.turn_it(hall.run, False)
    sent(hall, "A ladder")
    assert [card.words for card in all_posts(hall)] == ["A ladder"] and len(queued(hall)) == 1


def test_it_is_said_before_sending(hall: Hall) -> None:
    tom = hall.phone()
    tom.opens("/post/need")
    for answers in ({"category": "food"}, {"when": "today"}, {"for_": "2"}, {"area": "East"}, {"words": "Rice"}):
        tom.answers(**answers)
    assert FIRST in tom.page.text and "It waits 7 days at most." in tom.page.text and "Send it" in tom.page.text


def test_a_second_tap_sends_it_once(hall: Hall) -> None:
    tom = hall.phone()
    tom.opens("/post/need")
    for answers in ({"category": "food"}, {"when": "today"}, {"for_": "2"}, {"area": "East"}, {"words": "Rice"}):
        tom.answers(**answers)
    form = tom.page.answer
    tom.answers()
    tom.keeps_it()
    tom.sends("/post/need/check", **form.fields)
    assert len(queued(hall)) == 1 and WAITS in tom.page.text


def test_its_ticket_says_why_it_was_declined_for_two_weeks(hall: Hall) -> None:
    _, digits = sent(hall, "Sofa for sale")
    reviewing.decline(hall.run, queued(hall)[0].n, "selling", "Come and see us on Monday.")
    page = hall.phone().comes_back(digits)
    assert "It was not put on the board" in page.text and "It sells something." in page.text
    assert "Come and see us on Monday." in page.text and "Sofa" not in page.text and all_posts(hall) == []
    hall.clock.passes(days=13)
    intake.tidy(hall.run)
    assert "It sells something." in hall.phone().comes_back(digits).text
    hall.clock.passes(days=2)
    intake.tidy(hall.run)
    assert "We do not find this ticket here." in hall.phone().comes_back(digits).text


def test_it_is_taken_back_with_its_ticket_and_nothing_is_left_of_it(hall: Hall) -> None:
    tom, digits = sent(hall)
    tom.comes_back(digits)
    page = tom.opens("/ticket/erase")
    assert "Take it back?" in page.text and "at no other space" in page.text and "flyer" not in page.text
    assert "It is erased" in tom.answers().text
    assert waiting.everything(hall.run.db()) == []
    assert "It is erased" in hall.phone().comes_back(digits).text


def test_what_nobody_looked_at_lapses_and_its_ticket_says_so(hall: Hall) -> None:
    _, digits = sent(hall, when="week")
    hall.clock.passes(days=7, minutes=1)
    assert queued(hall) == []
    intake.tidy(hall.run)
    assert "Nobody looked at it in time" in hall.phone().comes_back(digits).text
    assert waiting.everything(hall.run.db())[0].payload is None


def test_a_full_queue_says_so_and_keeps_what_was_typed(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review, "MOST_EACH", 2)
    tom, _ = sent(hall)
    tom.posts(words="Oil")
    tom.keeps_it()
    page = tom.posts(words="One too many")
    assert tom.status == 422 and "there is no room for more" in page.text and "One too many" in page.text
    other = hall.phone()
    assert FIRST in other.posts(words="From another phone").text
    reviewing.put_up(hall.run, queued(hall)[0].n)
    tom.opens("/post/need/check")
    assert FIRST in tom.answers().text and len(queued(hall)) == 3


def changed(hall: Hall, words: str = "Rice for six") -> tuple[Person, Ticket]:
    """Amina, who gave her post other words from her phone."""
    ticket, _ = posted(hall, "Rice for five")
    amina = with_ticket(hall, ticket)
    assert "A steward reads new words first." in amina.opens("/ticket/change").text
    amina.answers(words=words)
    return amina, ticket


def test_new_words_from_a_phone_wait_and_the_old_ones_stay_until_then(hall: Hall) -> None:
    amina, _ = changed(hall)
    assert "Your new words wait" in amina.page.text and "Rice for six" in amina.page.text
    assert [card.words for card in all_posts(hall)] == ["Rice for five"]
    page = amina.opens("/ticket/change")
    assert "Rice for six</textarea>" in page.html, "she goes on from what she wrote last"
    amina.answers(words="Rice for seven", category="water")
    [one] = queued(hall)
    reviewing.put_up(hall.run, one.n)
    page = amina.opens("/ticket")
    assert "Your new words will soon be on the board" in page.text and "Rice for seven" in page.text
    assert "Rice for seven</textarea>" in amina.opens("/ticket/change").html
    hall.clock.passes(minutes=10)
    reviewing.say_due(hall.run)
    [card] = all_posts(hall)
    assert (card.words, card.category) == ("Rice for seven", "water") and queued(hall) == []
    assert "new words" not in amina.opens("/ticket").text


def test_she_keeps_the_old_words_instead(hall: Hall) -> None:
    amina, _ = changed(hall)
    before = amina.page.answer
    page = holders.presses(amina, "keep")
    assert "Your new words are gone. The old ones stay on the board." in page.text and "six" not in page.text
    assert waiting.everything(hall.run.db()) == [] and "Rice for five</textarea>" in amina.opens("/ticket/change").html
    page = amina.sends("/ticket", **{**before.fields, "do": "keep"})  # a second tap
    assert amina.status == 200 and [card.words for card in all_posts(hall)] == ["Rice for five"]
    amina.opens("/ticket/change")
    amina.answers(words="Rice for eight")
    reviewing.put_up(hall.run, queued(hall)[0].n)
    amina.opens("/ticket")
    assert "Your new words are gone." in holders.presses(amina, "keep").text
    assert reviewing.undoable(hall.run) == [] == waiting.everything(hall.run.db())


def test_only_their_own_ticket_drops_new_words(hall: Hall) -> None:
    _, ticket = changed(hall)
    [one] = queued(hall)
    helper = with_ticket(hall, promised(hall, one.post))
    assert "Rice for six" not in helper.page.text
    helper.sends("/ticket", **{**helper.page.answer.fields, "do": "keep"})
    assert [each.n for each in queued(hall)] == [one.n] and ticket.owner == one.owner


def test_her_page_says_why_new_words_were_declined_and_that_the_old_ones_stay(hall: Hall) -> None:
    amina, _ = changed(hall, "Rice for sale")
    reviewing.decline(hall.run, queued(hall)[0].n, "selling", "Ask at the desk.")
    hall.clock.passes(minutes=11)
    intake.tidy(hall.run)
    page = amina.opens("/ticket")
    assert "Your new words were not put on the board" in page.text and "The old ones stay on the board." in page.text
    assert "It sells something." in page.text and "Ask at the desk." in page.text and "for sale" not in page.text
    assert [card.words for card in all_posts(hall)] == ["Rice for five"]
    assert "Rice for five</textarea>" in amina.opens("/ticket/change").html


@pytest.mark.long
def test_what_is_changed_without_new_words_stands_at_once_and_new_ones_that_waited_go(hall: Hall) -> None:
    amina, _ = changed(hall)
    amina.opens("/ticket/change")
    amina.answers(words="Rice for five", category="water")
    [card] = all_posts(hall)
    assert (card.words, card.category) == ("Rice for five", "water") and queued(hall) == []


@pytest.mark.long
def test_new_words_at_the_touchscreen_stand_at_once(hall: Hall) -> None:
    _, ticket = changed(hall)
    amina = holders.comes_back(hall, hall.neighbour(), ticket)
    amina.opens("/kiosk/ticket/change")
    amina.answers(words="Rice for nine")
    assert [card.words for card in all_posts(hall)] == ["Rice for nine"] and queued(hall) == []


@pytest.mark.long
def test_words_that_cannot_be_sealed_are_refused_from_a_phone_and_sealed_ones_are_not(hall: Hall) -> None:
    link = hall.has("A ladder for Saturday")
    tom = hall.phone()
    tom.opens(f"/p/{link}/help")
    page = tom.answers(words="I bring mine")
    assert tom.status == 422 and "read first here" in page.text and "I bring mine" in page.text
    _, post = posted(hall)
    assert promised(hall, post)
    [card] = [card for card in all_posts(hall) if card.id == post]
    tom.opens(f"/p/{card.link}/help")
    assert "Your words are on their way." in tom.answers(words="I bring rice").text


@pytest.mark.long
def test_declined_and_put_up_can_be_undone_for_ten_minutes(hall: Hall) -> None:
    sent(hall, "Rice")
    [one] = queued(hall)
    reviewing.decline(hall.run, one.n, "unclear")
    assert [each.n for each in reviewing.undoable(hall.run)] == [one.n] and queued(hall) == []
    reviewing.undo(hall.run, one.n, "")
    assert [each.n for each in queued(hall)] == [one.n]
    reviewing.put_up(hall.run, one.n)
    reviewing.undo(hall.run, one.n, "Put up by mistake")
    assert all_posts(hall) == [] and reviewing.undoable(hall.run) == [] and queued(hall) == []


@pytest.mark.long
def test_after_ten_minutes_nothing_can_be_undone_and_the_words_are_gone(hall: Hall) -> None:
    sent(hall, "Rice")
    [one] = queued(hall)
    reviewing.decline(hall.run, one.n, "unclear")
    hall.clock.passes(minutes=11)
    intake.tidy(hall.run)
    with pytest.raises(reviewing.NotThere):
        reviewing.undo(hall.run, one.n, "")
    assert waiting.everything(hall.run.db())[0].payload is None


def test_a_post_of_the_space_itself_does_not_wait(hall: Hall) -> None:
    intake.record(hall.run, OpenPost(kind="need", category="tools", words="A ladder"))
    assert len(all_posts(hall)) == 1
