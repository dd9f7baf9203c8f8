"""Putting a need or an offer on the board, one question a page, without scripts."""

import pytest

from node.storage import board
from tests.web.conftest import Hall, Person


def all_posts(hall: Hall) -> list[board.Card]:
    view = board.View(now_ms=hall.clock(), space=hall.run.space_id)
    return board.page(hall.run.db(), view).cards


def test_a_need_is_posted_at_the_kiosk_and_gets_a_code(hall: Hall) -> None:
    amina = hall.neighbour()
    page = amina.posts("need", "/kiosk", words="Rice, oil and dates")
    [card] = all_posts(hall)
    assert "Your need is on the board" in page.text and board_code(card) in page.text
    assert (card.kind, card.category, card.words, card.wanted, card.area) == (
        "need",
        "food",
        "Rice, oil and dates",
        5,
        "East",
    )


def board_code(card: board.Card) -> str:
    return f"{card.code[:3]}-{card.code[3:6]}-{card.code[6:]}"


def test_an_offer_that_is_always_there_is_posted_from_a_phone(hall: Hall) -> None:
    tom = hall.phone()
    page = tom.posts("offer", when="always", words="Hot soup", for_="40")
    [card] = all_posts(hall)
    assert "Your offer is on the board" in page.text and card.standing and card.kind == "offer"


def test_somebody_posts_in_arabic(hall: Hall) -> None:
    amina = hall.neighbour("ar")
    page = amina.posts("need", "/kiosk", words="نحتاج إلى أرز", written="ar")
    [card] = all_posts(hall)
    assert "حاجتك الآن على اللوحة" in page.text and card.lang == "ar" and card.words == "نحتاج إلى أرز"


def test_a_post_for_a_day_keeps_its_day(hall: Hall) -> None:
    hall.phone().posts(when="date", date="2026-01-08")
    assert all_posts(hall)[0].date == "2026-01-08"


def test_a_later_day_and_another_number_may_be_typed(hall: Hall) -> None:
    tom = hall.phone()
    tom.opens("/post/need")
    tom.answers(category="food")
    tom.answers(when="date")
    tom.answers(later="2026-03-01")
    tom.answers(more="٢٤")
    tom.answers(area="")
    tom.answers(words="Chairs")
    tom.answers()
    [card] = all_posts(hall)
    assert (card.date, card.wanted, card.area) == ("2026-03-01", 24, "")


def test_only_here_stays_here(hall: Hall) -> None:
    hall.phone().posts(scope="here")
    assert all_posts(hall)[0].scope == "here"


def test_back_shows_what_was_answered(hall: Hall) -> None:
    tom = hall.phone()
    tom.opens("/post/need")
    tom.answers(category="water")
    tom.answers(when="week")
    page = tom.opens("/post/need/when")
    assert page.answer.fields["when"] == "week"
    assert any(
        given.get("aria-current") == "true" for tag, given in tom.opens("/post/need/what").tags if tag == "button"
    )


def test_the_answers_are_shown_before_they_are_sent(hall: Hall) -> None:
    tom = hall.phone()
    tom.opens("/post/need")
    tom.answers(category="tools")
    tom.answers(when="today")
    tom.answers(for_="2")
    tom.answers(area="Old Town")
    page = tom.answers(words="A ladder")
    assert tom.path == "/post/need/check"
    for told in (
        "Tools",
        "Today",
        "For 2 people",
        "Old Town",
        "A ladder",
        "Who will see it?",
        "Our circle",
        "Only here",
    ):
        assert told in page.text
    assert all_posts(hall) == []


def test_changing_one_answer_leads_back_to_the_check(hall: Hall) -> None:
    tom = hall.phone()
    tom.opens("/post/need")
    for answers in ({"category": "food"}, {"when": "today"}, {"for_": "2"}, {"area": "East"}, {"words": "Rice"}):
        tom.answers(**answers)
    tom.opens("/post/need/when")
    page = tom.answers(when="week")
    assert tom.path == "/post/need/check" and "This week" in page.text


def test_questions_cannot_be_skipped(hall: Hall) -> None:
    tom = hall.phone()
    tom.opens("/post/need/words")
    assert tom.path == "/post/need/what"


@pytest.mark.parametrize(
    ("step", "wrong", "sentence"),
    [
        ("what", {"category": "gold"}, "Choose what it is about."),
        ("when", {"when": "never"}, "Choose when."),
        ("many", {"more": "0"}, "Choose a number from 1 to 999."),
        ("many", {"more": "many"}, "Choose a number from 1 to 999."),
        ("where", {"area": "Atlantis"}, "Touch one of the places."),
        ("words", {"words": " "}, "Write a few words, so that people know what it is."),
        ("words", {"words": "x" * 1001}, "That is 1001 letters. 1000 is the most."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_at_the_top(
    hall: Hall, step: str, wrong: dict[str, str], sentence: str
) -> None:
    tom = hall.phone()
    tom.opens("/post/need")
    for name, right in (
        ("what", {"category": "food"}),
        ("when", {"when": "today"}),
        ("many", {"for_": "2"}),
        ("where", {"area": "East"}),
        ("words", {"words": "Rice"}),
    ):
        if name == step:
            page = tom.answers(**wrong)
            break
        tom.answers(**right)
    assert tom.status == 422 and page.text.count(sentence) >= 1
    assert any(given.get("role") == "alert" for _, given in page.tags)


def test_a_day_that_is_over_is_refused(hall: Hall) -> None:
    tom = hall.phone()
    tom.opens("/post/need")
    tom.answers(category="food")
    tom.answers(when="date")
    page = tom.answers(later="2025-12-24")
    assert tom.status == 422 and "That day is over." in page.text and page.answer.fields["later"] == "2025-12-24"


def test_nothing_typed_is_lost_with_an_error(hall: Hall) -> None:
    tom = hall.phone()
    tom.opens("/post/need")
    for answers in ({"category": "food"}, {"when": "today"}, {"for_": "2"}, {"area": "East"}):
        tom.answers(**answers)
    page = tom.answers(words="long " * 300)
    assert page.answer.fields["words"].strip() == ("long " * 300).strip()


def test_another_language_in_the_middle_keeps_what_was_typed(hall: Hall) -> None:
    amina = hall.neighbour()
    amina.opens("/kiosk/post/need")
    for answers in ({"category": "food"}, {"when": "today"}, {"for_": "2"}, {"area": "East"}):
        amina.answers(**answers)
    page = amina.answers(words="half a sent", lang="ar")
    assert ("html", {"lang": "ar", "dir": "rtl"}) in page.tags
    assert amina.path == "/kiosk/post/need/words" and page.answer.fields["words"] == "half a sent"


def test_a_double_tap_posts_once(hall: Hall) -> None:
    tom = hall.phone()
    tom.opens("/post/need")
    for answers in ({"category": "food"}, {"when": "today"}, {"for_": "2"}, {"area": "East"}, {"words": "Rice"}):
        tom.answers(**answers)
    check = tom.page.answer
    first = tom.sends("/post/need/check", **check.fields)
    second = tom.sends("/post/need/check", **check.fields)
    assert len(all_posts(hall)) == 1
    assert "Your need is on the board" in first.text and "Your need is on the board" in second.text


def test_two_needs_one_after_the_other_are_two_posts(hall: Hall) -> None:
    tom = hall.phone()
    tom.posts(words="Rice")
    tom.keeps_it()
    tom.posts(words="Oil")
    assert sorted(card.words for card in all_posts(hall)) == ["Oil", "Rice"]


def test_no_words_are_put_into_addresses_or_cookies(hall: Hall) -> None:
    tom = hall.phone()
    tom.posts(words="Unmistakable")
    assert "Unmistakable" not in tom.path
    assert all("Unmistakable" not in cookie.value for cookie in tom.client._cookies.values())
    assert {key[2] for key in tom.client._cookies} <= {"visit", "lang"}


def test_the_code_is_gone_from_the_screen_after_leaving(hall: Hall) -> None:
    amina = hall.neighbour()
    amina.posts("need", "/kiosk")
    amina.keeps_it()
    posted = amina.path
    amina.sends("/kiosk/leave")
    amina.opens(posted)
    assert amina.path == "/kiosk/"


def test_every_posting_page_has_a_way_out(hall: Hall) -> None:
    for person, start in ((hall.neighbour(), "/kiosk"), (hall.phone(), "")):
        page = person.opens(f"{start}/post/need/what")
        assert any(form.action == f"{start}/leave" and form.method == "post" for form in page.forms)


def up_to_the_check(person: Person) -> None:
    person.opens("/post/need")
    for answers in ({"category": "food"}, {"when": "today"}, {"for_": "2"}, {"area": "East"}, {"words": "Rice"}):
        person.answers(**answers)


def test_back_keeps_words_that_were_not_sent_yet(hall: Hall) -> None:
    tom = hall.phone()
    tom.opens("/post/need")
    for answers in ({"category": "food"}, {"when": "today"}, {"for_": "2"}, {"area": "East"}):
        tom.answers(**answers)
    assert 'name="to" value="where" formnovalidate' in tom.page.html
    tom.answers(words="A long story about rice", to="where")
    assert tom.path == "/post/need/where"
    page = tom.answers(area="West")
    assert tom.path == "/post/need/check" and "A long story about rice" in page.text
    tom.answers()
    assert [(post.words, post.lang) for post in all_posts(hall)] == [("A long story about rice", "en")]


def test_changing_an_answer_does_not_widen_who_will_see_it(hall: Hall) -> None:
    tom = hall.phone()
    up_to_the_check(tom)
    tom.answers(scope="here", to="words")
    page = tom.answers(words="Rice, quietly")
    assert tom.path == "/post/need/check" and page.answer.fields["scope"] == "here"
    tom.answers()
    assert [post.scope for post in all_posts(hall)] == ["here"]


def test_an_answer_that_will_not_do_is_asked_again_before_the_check(hall: Hall) -> None:
    tom = hall.phone()
    up_to_the_check(tom)
    tom.opens("/post/need/many")
    tom.answers(more="none")
    assert tom.status == 422
    tom.opens("/post/need/check")
    assert (tom.status, tom.path) == (200, "/post/need/many")


def test_answers_that_came_with_a_switch_of_language_are_judged_as_well(hall: Hall) -> None:
    tom = hall.phone()
    up_to_the_check(tom)
    tom.opens("/post/need/many")
    tom.sends("/post/need/many", **tom.page.answer.fields | {"for": "plenty", "lang": "fr"})
    tom.opens("/post/need/check")
    assert (tom.status, tom.path) == (200, "/post/need/many")


def test_the_check_is_not_shown_to_somebody_who_answered_nothing(hall: Hall) -> None:
    tom = hall.phone()
    tom.opens("/post/need")
    tom.sends("/post/need/check", **tom.page.answer.fields | {"scope": "everybody"})
    assert (tom.status, tom.path) == (200, "/post/need/what")


def test_a_touched_number_counts_more_than_one_that_was_typed_before(hall: Hall) -> None:
    tom = hall.phone()
    tom.opens("/post/need")
    for answers in ({"category": "food"}, {"when": "today"}, {"more": "7"}):
        tom.answers(**answers)
    page = tom.opens("/post/need/many")
    assert page.answer.fields["more"] == "7"
    for answers in ({"for_": "3"}, {"area": "East"}, {"words": "Rice"}):
        page = tom.answers(**answers)
    assert "For 3 people" in page.text
