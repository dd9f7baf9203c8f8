""" "I can help": a few words that everyone can read."""

from tests.web.conftest import Hall


def test_somebody_promises_help_at_the_kiosk_and_everyone_reads_it(hall: Hall) -> None:
    link = hall.has("Rice for five", wanted=5)
    yusuf = hall.neighbour()
    yusuf.opens(f"/kiosk/p/{link}/help")
    page = yusuf.answers(words="I bring rice at 17:00", count="3")
    assert "This is your ticket" in page.text
    page = yusuf.answers(kept="photo")
    assert "Thank you." in page.text and "I bring rice at 17:00" in page.text
    seen = hall.phone().opens(f"/p/{link}")
    assert "1 neighbour can help" in seen.text and "I bring rice at 17:00" in seen.text


def test_a_phone_answers_from_the_page_of_the_post(hall: Hall) -> None:
    link = hall.has("Rice")
    tom = hall.phone()
    page = tom.opens(f"/p/{link}")
    assert "Everyone can read this. Leave out names, phone numbers and addresses." in page.text
    assert "Your words are on their way." in tom.answers(words="On my way").text


def test_two_promises_are_both_kept(hall: Hall) -> None:
    link = hall.has("A cot")
    for words in ("I have one", "So do I"):
        tom = hall.phone()
        tom.opens(f"/p/{link}")
        tom.answers(words=words)
    page = hall.phone().opens(f"/p/{link}")
    assert "2 neighbours can help" in page.text and "I have one" in page.text and "So do I" in page.text


def test_an_offer_is_asked_for_in_its_own_words(hall: Hall) -> None:
    link = hall.has("Two places in a car", kind="offer", wanted=2)
    tom = hall.phone()
    assert "I would like this" in tom.opens(f"/p/{link}").text
    tom.answers(words="I come along", count="1")
    tom.keeps_it()
    assert "1 of 2 places free" in tom.opens("/").text


def test_a_promise_without_words_comes_back_with_what_was_typed(hall: Hall) -> None:
    link = hall.has("Rice for five", wanted=5)
    tom = hall.phone()
    tom.opens(f"/p/{link}")
    page = tom.answers(words="", count="4")
    assert tom.status == 422 and page.answer.fields["count"] == "4"
    assert any(given.get("role") == "alert" for _, given in page.tags)


def test_a_phone_number_is_kept_out_and_nothing_typed_is_lost(hall: Hall) -> None:
    link = hall.has("Rice")
    tom = hall.phone()
    tom.opens(f"/p/{link}")
    page = tom.answers(words="Call me on 0151 2345 6789")
    assert tom.status == 422 and "Leave out phone numbers" in page.text
    assert page.answer.fields["words"] == "Call me on 0151 2345 6789"


def test_a_double_tap_promises_once(hall: Hall) -> None:
    link = hall.has("Rice")
    tom = hall.phone()
    form = tom.opens(f"/p/{link}").answer
    for _ in range(2):
        tom.sends(f"/p/{link}/help", **{**form.fields, "words": "I can"})
    tom.keeps_it()
    assert "1 neighbour can help" in tom.opens("/").text


def test_another_language_keeps_the_words_of_a_promise(hall: Hall) -> None:
    link = hall.has("Rice")
    tom = hall.phone()
    tom.opens(f"/p/{link}")
    page = tom.answers(words="half a sent", lang="ar")
    assert page.answer.fields["words"] == "half a sent" and ("html", {"lang": "ar", "dir": "rtl"}) in page.tags


def test_help_for_something_that_is_over_shows_what_became_of_it(hall: Hall) -> None:
    link = hall.has("Rice", when="today")
    hall.clock.passes(days=3)
    tom = hall.phone()
    assert "The time of this need is over." in tom.opens(f"/p/{link}/help").text
