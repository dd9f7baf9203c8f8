"""Whoever asks for the board as somebody did before has that answer, and no page is asked for it."""

from collections.abc import Iterator

import pytest
from flask import Flask, request_started

from node.web.ready import Answer, Ready
from tests.web.conftest import Hall, Person


@pytest.fixture
def asked(hall: Hall) -> Iterator[list[Flask]]:
    """Each time that a page was asked."""
    times: list[Flask] = []
    with request_started.connected_to(lambda app: times.append(app), hall.app):
        yield times


def test_two_phones_of_one_language_and_look_cost_one_page(hall: Hall, asked: list[Flask]) -> None:
    hall.has("A ladder for Saturday")
    phones = [hall.phone() for _ in range(3)]
    pages = [phone.opens("/").html for phone in phones]
    assert len(asked) == 1 and len(set(pages)) == 1 and "A ladder for Saturday" in pages[0]
    assert [list(phone.headers) for phone in phones[1:]] == [list(phones[0].headers)] * 2
    assert 'lang="ar"' in hall.phone("ar").opens("/").html and len(asked) == 2
    assert "A ladder" not in phones[0].opens("/?find=bread").text and len(asked) == 3


def test_news_and_the_next_hours_are_on_the_page_at_once(hall: Hall, asked: list[Flask]) -> None:
    hall.has("A ladder for Saturday", hours=24)
    phone = hall.phone()
    for words in ("A drill", "A saw"):
        hall.has(words, hours=72)
        assert words in phone.opens("/").text
    hall.clock.passes(hours=30)
    assert "A ladder" not in phone.opens("/").text and "A saw" in phone.page.text and len(asked) == 3


def test_the_pages_themselves_answer_a_visit_a_strange_host_and_whatever_is_no_plain_look(
    hall: Hall, asked: list[Flask]
) -> None:
    phone = hall.phone()
    phone.opens("/")
    phone.client.set_cookie("visit", "0" * 32, domain="corkboard.local")
    phone.opens("/")
    assert len(asked) == 2
    answer = hall.app.test_client().get("/", base_url="http://bad.example:8080", headers={"Cookie": "lang=en"})
    assert answer.status_code == 403 and len(asked) == 3
    assert hall.phone().opens("/?lang=ar") and hall.phone().opens("/?lang=ar") and len(asked) == 6


def looks(phone: Person, takes: str, path: str = "/") -> tuple[str, str, int]:
    """The page that it sees, in what it came, and how many bytes of it were sent."""
    page = phone.opens(path, headers={"Accept-Encoding": takes})
    assert int(phone.headers["Content-Length"]) == phone.weight
    return page.html, phone.headers.get("Content-Encoding", "plain"), phone.weight


def test_it_goes_out_packed_to_whoever_takes_that_and_all_have_the_same_page(hall: Hall, asked: list[Flask]) -> None:
    hall.has("سلم ليوم السبت")
    phone, other = hall.phone(), hall.phone()
    seen = [looks(one, takes) for takes in ("gzip, deflate", "", "gzip;q=0") for one in (phone, other)]
    assert {html for html, _, _ in seen} == {seen[0][0]} and "سلم" in seen[0][0] and len(asked) == 2
    assert [coding for _, coding, _ in seen] == ["gzip", "gzip", "plain", "plain", "plain", "plain"]
    assert seen[0][2] == seen[1][2] < seen[2][2] / 2
    assert phone.headers["Vary"] == other.headers["Vary"] == "Accept-Encoding"


def test_a_page_that_is_somebodys_own_is_never_packed(hall: Hall) -> None:
    phone = hall.phone()
    phone.opens("/post/need")
    assert [looks(phone, "gzip", path)[1] for path in ("/", "/post/need/what", "/code")] == ["plain"] * 3


def test_what_a_state_of_the_board_had_ready_goes_with_it_and_the_oldest_for_want_of_room() -> None:
    ready, page = Ready(most=2), Answer([], b"page")
    for name in ("a", "b", "c"):
        ready.put("one", (name,), page)
    assert ready.get("one", ("a",)) is None and ready.get("one", ("b",)) is page
    assert ready.get("two", ("b",)) is None
    ready.put("two", ("a",), page)
    assert ready.get("one", ("b",)) is None and ready.get("two", ("a",)) is page
