"""The door of the desk: who gets in, for how long, and what stays when they leave."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from node import stewards
from node.app import create_app
from node.sign_in import SignIn
from node.ticket_office import Turns
from node.web.desk_sessions import IDLE, IDLE_AT_NODE, LONGEST, MOST, Sessions
from tests.web.conftest import Hall, Person, quick_office

GOOD = "three warm loaves on a cold sill"
DOOR = "/desk/sign-in"


@dataclass
class Seconds:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Desk:
    """The hall's desk, its passphrase known without the slow step, and the time by which sessions end."""

    hall: Hall
    seconds: Seconds

    def browser(self, address: str = "10.0.0.7", language: str = "en") -> Person:
        base = "http://localhost:8080" if address.startswith("127.") else "http://corkboard.local:8080"
        person = Person(self.hall.app.test_client(), address, base=base)
        person.client.set_cookie("lang", language, domain=base.split("/")[2].split(":")[0])
        return person

    def steward(self, address: str = "10.0.0.7", language: str = "en") -> Person:
        """Somebody who has signed in."""
        person = self.browser(address, language)
        person.opens("/desk/")
        person.answers(passphrase=GOOD)
        assert person.path == "/desk/", person.page.text
        return person


@pytest.fixture
def desk(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> Desk:
    def knows(_: Path, typed: str, turn: Any) -> bool:
        held: AbstractContextManager[None] = turn()
        with held:
            return typed == GOOD

    monkeypatch.setattr(stewards, "stewards_of", lambda folder: 1)
    hall.app.config["SIGN_IN"] = SignIn(hall.run.settings.data, Turns(), knows=knows, beat=0.001)
    seconds = Seconds()
    hall.app.extensions["desk_sessions"] = Sessions(lambda size: b"%032d" % next(hall.people), seconds)
    return Desk(hall, seconds)


def pages(desk: Desk) -> list[str]:
    return [rule.rule for rule in desk.hall.app.url_map.iter_rules() if rule.endpoint.startswith("desk.")]


def test_a_steward_signs_in_and_leaves_and_back_opens_nothing(desk: Desk) -> None:
    maryam = desk.steward()
    cookie = maryam.client.get_cookie("desk", domain="corkboard.local", path="/desk")
    assert cookie and cookie.http_only and cookie.same_site == "Strict" and len(cookie.value) == 64
    assert "Riverside Hall: the desk" in maryam.page.text and maryam.headers["Cache-Control"] == "no-store"
    leaving = next(form for form in maryam.page.forms if form.action == "/desk/leave")
    page = maryam.sends(leaving.action)
    assert maryam.path == DOOR and "You have left the desk" in page.text
    assert maryam.client.get_cookie("desk", domain="corkboard.local", path="/desk") is None
    maryam.client.set_cookie("desk", cookie.value, domain="corkboard.local", path="/desk")  # somebody kept it
    assert "waits for you" not in maryam.opens("/desk/").text and maryam.path == DOOR


def test_every_page_of_the_desk_but_the_door_asks_who_comes(desk: Desk) -> None:
    stranger, shut = desk.browser(), []
    for path in pages(desk):
        stranger.opens(path.replace("<code>", "123456789").replace("<int:n>", "1"))
        if stranger.path == DOOR:
            shut.append(path)
    assert len(shut) > 5 and set(pages(desk)) - set(shut) == {"/desk/leave"}  # which is only ever sent
    stranger.sends("/desk/flyers/hanging", n="1")
    assert stranger.status == 403  # no token
    stranger.opens(DOOR)
    stranger.sends("/desk/flyers/hanging", n="1", token=stranger.page.answer.fields["token"])
    assert stranger.path == DOOR


def test_a_wrong_passphrase_is_answered_the_same_whatever_is_wrong_and_never_shown_again(desk: Desk) -> None:
    maryam, answers = desk.browser(), set()
    for typed in ("", "nearly " + GOOD, GOOD.upper(), "x" * 5_000):
        maryam.opens("/desk/")
        page = maryam.answers(passphrase=typed)
        assert maryam.status == 422 and "No steward of this space has this passphrase" in page.text
        assert page.answer.fields["passphrase"] == "" and (not typed or typed not in page.html)
        answers.add(page.text)
    assert len(answers) == 1 and maryam.client.get_cookie("desk", domain="corkboard.local", path="/desk") is None


def test_many_tries_are_asked_to_wait_and_the_machine_itself_is_not(desk: Desk) -> None:
    for _ in range(6):
        stranger = desk.browser("10.0.0.66")
        stranger.opens("/desk/")
        stranger.answers(passphrase="guess")
    assert stranger.status == 429 and "Wait" in stranger.page.text and int(stranger.headers["Retry-After"]) > 60
    assert desk.steward("127.0.0.1").status == 200


@pytest.mark.parametrize(
    ("address", "idle"), [("10.0.0.7", IDLE), ("127.0.0.1", IDLE_AT_NODE)], ids=["a desk", "the touchscreen"]
)
def test_a_desk_that_nobody_uses_closes_and_one_that_is_used_stays_open(desk: Desk, address: str, idle: int) -> None:
    maryam = desk.steward(address)
    for _ in range(5):
        desk.seconds.now += idle - 1
        maryam.opens("/desk/")
        assert maryam.path == "/desk/"
    desk.seconds.now += idle + 1
    page = maryam.opens("/desk/flyers")
    assert maryam.path == DOOR and "Nobody used the desk for a while" in page.text


def test_after_eight_hours_it_closes_however_busy_it_was(desk: Desk) -> None:
    maryam = desk.steward()
    while desk.seconds.now < LONGEST - IDLE / 2:
        desk.seconds.now += IDLE / 2
        maryam.opens("/desk/")
        assert maryam.path == "/desk/" or desk.seconds.now >= LONGEST
    desk.seconds.now = LONGEST
    maryam.opens("/desk/")
    assert maryam.path == DOOR


def test_a_page_that_leaves_by_itself_does_not_keep_the_desk_open(desk: Desk) -> None:
    maryam = desk.steward()
    desk.seconds.now += IDLE - 1
    assert "Nobody has touched this page" in maryam.opens("/desk/over").text
    desk.seconds.now += 2
    assert "Nobody used the desk for a while" in maryam.opens("/desk/over").text
    amina = desk.steward("127.0.0.1")
    desk.seconds.now += IDLE_AT_NODE + 1
    amina.opens("/desk/over")
    assert amina.path == "/kiosk/"


def test_whoever_knew_an_earlier_cookie_has_nothing_after_the_sign_in(desk: Desk) -> None:
    maryam = desk.steward()
    before = maryam.client.get_cookie("desk", domain="corkboard.local", path="/desk")
    maryam.client.set_cookie("desk", "f" * 64, domain="corkboard.local", path="/desk")
    maryam.opens(DOOR)
    maryam.answers(passphrase=GOOD)
    after = maryam.client.get_cookie("desk", domain="corkboard.local", path="/desk")
    assert before and after and after.value not in (before.value, "f" * 64)


def test_a_new_start_of_the_pages_signs_everybody_out(desk: Desk) -> None:
    maryam = desk.steward()
    again = create_app(desk.hall.run, quick_office(desk.hall.run))
    desk.hall.app = again
    other = desk.browser()
    for each in ("desk", "visit"):
        path = "/desk" if each == "desk" else "/"
        held = maryam.client.get_cookie(each, domain="corkboard.local", path=path)
        other.client.set_cookie(each, held.value if held else "", domain="corkboard.local", path=path)
    other.opens("/desk/")
    assert other.path == DOOR


def test_more_desks_than_there_are_stewards_end_the_oldest() -> None:
    ids = iter(range(1_000))
    held = Sessions(lambda size: b"%032d" % next(ids), Seconds())
    first, *others = [held.begin(False) for _ in range(MOST + 1)]
    assert not held.look(first) and all(held.look(one) for one in others)


def test_a_space_without_a_stewards_key_says_how_to_make_one(hall: Hall) -> None:
    maryam = Desk(hall, Seconds()).browser()
    page = maryam.opens("/desk/")
    assert "steward --make" in page.text and not any(form.id == "answer" for form in page.forms)
    (hall.run.settings.data / stewards.FILE).write_bytes(b"{}")
    assert "is damaged" in maryam.opens("/desk/").text


def test_who_types_over_the_network_is_told_what_that_means(desk: Desk) -> None:
    assert "Wi-Fi without a password" in desk.browser().opens(DOOR).text
    assert "Wi-Fi without a password" not in desk.browser("127.0.0.1").opens(DOOR).text


def test_pages_that_the_desk_shares_with_the_touchscreen_stay_at_the_desk(desk: Desk) -> None:
    link = desk.hall.has("Rice")
    maryam = desk.steward(language="ar")
    for path in ("/desk/flyers", f"/desk/p/{link}/flyer", "/desk/flyer", f"/desk/flyer/hang?p={link}", "/desk/nowhere"):
        page = maryam.opens(path)
        assert 'dir="rtl"' in page.html and maryam.path == path.partition("?")[0], path
        assert not any(each.startswith(("/kiosk", "/flyer")) for each in page.links), path
