"""Who may ask, and from which page."""

import pytest

from node.web import guard
from node.web.pace import PHONE
from tests.web.conftest import Hall


@pytest.mark.parametrize(
    "host",
    [
        "corkboard.local:8080",
        "CORKBOARD.local:8080",
        "corkboard-2.local:8080",
        "corkboard.local",
        "localhost:8080",
        "10.0.0.5:8080",
        "[fe80::1]:8080",
        "[::1]:8080",
        "the-hall:8080",
        "the-hall.local:8080",
    ],
)
def test_our_names_and_any_address_are_answered(host: str) -> None:
    assert guard.good_host(host, 8080, "the-hall")


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:8080",
        "corkboard.local.evil.example:8080",
        "corkboard.local:9999",
        "corkboard-x.local:8080",
        "10.0.0.5:99999",
        "evil.example@10.0.0.5:8080x",
        "",
        "[::1",
        "the-hall:8080",
    ],
)
def test_names_that_others_control_are_refused(host: str) -> None:
    assert not guard.good_host(host, 8080, "another")


def test_a_page_elsewhere_gets_nothing(hall: Hall) -> None:
    hall.has("A ladder for Saturday")
    answer = hall.app.test_client().get("/", base_url="http://evil.example:8080")
    assert answer.status_code == 403 and "A ladder" not in answer.text and "Set-Cookie" not in answer.headers


def test_a_switch_is_refused_under_a_strange_name_too(hall: Hall) -> None:
    answer = hall.app.test_client().get("/?lang=ar", base_url="http://evil.example:8080")
    assert answer.status_code == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://corkboard.local:8080", ""])
def test_a_form_from_another_page_is_refused(hall: Hall, origin: str) -> None:
    tom = hall.phone()
    fields = tom.opens("/code").answer.fields
    answer = tom.client.post(
        "/code", data={**fields, "code": "481207393"}, base_url=tom.base, headers={"Origin": origin}
    )
    assert answer.status_code == 403


def test_a_form_without_its_token_is_refused(hall: Hall) -> None:
    tom = hall.phone()
    tom.opens("/code")
    for token in ("", "0" * 32, "ü"):
        page = tom.sends("/code", token=token, code="481207393")
        assert tom.status == 403 and "This page was open for too long." in page.text


def test_a_token_serves_one_visit_only(hall: Hall) -> None:
    theirs = hall.phone().opens("/code").answer.fields["token"]
    tom = hall.phone()
    tom.opens("/code")
    tom.sends("/code", token=theirs, code="481207393")
    assert tom.status == 403


def test_every_answer_carries_the_same_protection(hall: Hall) -> None:
    tom = hall.phone()
    for path in ("/", "/nowhere", "/health", "/api/posts.json", "/p/123456789"):
        tom.opens(path)
        policy = tom.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert tom.headers["X-Content-Type-Options"] == "nosniff"
        assert tom.headers["Referrer-Policy"] == "same-origin"


def test_cookies_are_ours_alone(hall: Hall) -> None:
    answer = hall.app.test_client().get("/code?lang=ar", base_url="http://corkboard.local:8080")
    assert answer.headers["Set-Cookie"].startswith("lang=ar")
    answer = hall.app.test_client().get("/code", base_url="http://corkboard.local:8080")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie


def test_reading_the_board_sets_no_cookie(hall: Hall) -> None:
    answer = hall.app.test_client().get("/", base_url="http://corkboard.local:8080")
    assert "Set-Cookie" not in answer.headers


def test_a_form_that_weighs_too_much_is_refused(hall: Hall) -> None:
    tom = hall.phone()
    fields = tom.opens("/code").answer.fields
    page = tom.sends("/code", **{**fields, "code": "1" * 70_000})
    assert tom.status == 413 and "That is too much at once." in page.text


def test_a_hostile_phone_is_slowed_down_and_the_kiosk_is_not(hall: Hall) -> None:
    mallory = hall.phone()
    fields = mallory.opens("/code").answer.fields
    for _ in range(PHONE.burst):
        mallory.sends("/code", **{**fields, "code": "1"})
        assert mallory.status != 429
    page = mallory.sends("/code", **{**fields, "code": "1"})
    assert mallory.status == 429 and "That was very quick." in page.text
    amina = hall.neighbour()
    amina.opens("/kiosk/code")
    amina.answers(code="1")
    assert amina.status == 422
    hall.clock.passes(minutes=2)
    mallory.sends("/code", **{**fields, "code": "1"})
    assert mallory.status != 429


def test_forms_lead_on_with_303(hall: Hall) -> None:
    tom = hall.phone()
    fields = tom.opens("/post/need/what").answer.fields
    answer = tom.client.post(
        "/post/need/what",
        data={**fields, "category": "food"},
        base_url=tom.base,
        headers={"Origin": tom.base},
        environ_base={"REMOTE_ADDR": tom.address},
    )
    assert answer.status_code == 303


def test_leaving_works_however_much_was_sent_before(hall: Hall) -> None:
    tom = hall.phone()
    for _ in range(PHONE.burst + 2):
        tom.opens("/code")
        tom.answers(code="481207393")
    assert tom.status == 429
    tom.sends("/leave")
    assert tom.status == 200
