"""The desk: who gets in, for how long, what stays when they leave; and its flyers."""

from __future__ import annotations

import pytest

from node import addresses, intake, posters, stewards
from node.app import create_app
from node.domain.wishes import MarkMet, Report
from node.storage import board
from node.web import lately
from node.web.desk_sessions import IDLE, IDLE_AT_NODE, LONGEST, MOST, Sessions
from tests.web.conftest import Desk, Hall, Person, Seconds, quick_office

DOOR = "/desk/sign-in"


def pages(desk: Desk, method: str) -> list[str]:
    """All of the desk's but its door."""
    rules = [rule for rule in desk.hall.app.url_map.iter_rules() if rule.endpoint.startswith("desk.")]
    behind = [
        rule
        for rule in rules
        if rule.endpoint not in ("desk.sign_in", "desk.enter", "desk.leave", "desk.idle", "desk.over")
    ]
    return [
        rule.rule.replace("<code>", "123456789").replace("<int:n>", "1")
        for rule in behind
        if method in (rule.methods or ())
    ]


def test_a_steward_signs_in_and_leaves_and_back_opens_nothing(desk: Desk) -> None:
    maryam = desk.steward()
    cookie = maryam.client.get_cookie("desk", domain="corkboard.local", path="/desk")
    assert cookie and cookie.http_only and cookie.same_site == "Strict" and len(cookie.value) == 64
    assert "Today Waiting" in maryam.page.text and maryam.headers["Cache-Control"] == "no-store"
    leaving = next(form for form in maryam.page.forms if form.action == "/desk/leave")
    page = maryam.sends(leaving.action)
    assert maryam.path == DOOR and "You have left the desk" in page.text
    assert maryam.client.get_cookie("desk", domain="corkboard.local", path="/desk") is None
    maryam.client.set_cookie("desk", cookie.value, domain="corkboard.local", path="/desk")  # somebody kept it
    assert "waits for you" not in maryam.opens("/desk/").text and maryam.path == DOOR


def test_every_page_of_the_desk_but_the_door_asks_who_comes(desk: Desk) -> None:
    stranger = desk.browser()
    assert len(pages(desk, "GET")) >= 5 and len(pages(desk, "POST")) >= 4
    for path in pages(desk, "GET"):
        stranger.opens(path)
        assert stranger.path == DOOR, path
    token = stranger.opens(DOOR).answer.fields["token"]
    for path in pages(desk, "POST"):
        stranger.sends(path, n="1")
        assert stranger.status == 403, path
        stranger.sends(path, n="1", token=token)
        assert stranger.path == DOOR, path


def test_a_wrong_passphrase_is_answered_the_same_whatever_is_wrong_and_never_shown_again(desk: Desk) -> None:
    maryam, answers = desk.browser(), set()
    for typed in ("", "nearly " + desk.passphrase, desk.passphrase.upper(), "x" * 5_000):
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


@pytest.mark.long
def test_after_eight_hours_it_closes_however_busy_it_was(desk: Desk) -> None:
    maryam = desk.steward()
    while desk.seconds.now < LONGEST - IDLE / 2:
        desk.seconds.now += IDLE / 2
        maryam.opens("/desk/")
        assert maryam.path == "/desk/" or desk.seconds.now >= LONGEST
    desk.seconds.now = LONGEST
    maryam.opens("/desk/")
    assert maryam.path == DOOR


@pytest.mark.long
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


@pytest.mark.long
def test_whoever_knew_an_earlier_cookie_has_nothing_after_the_sign_in(desk: Desk) -> None:
    maryam = desk.steward()
    before = maryam.client.get_cookie("desk", domain="corkboard.local", path="/desk")
    maryam.client.set_cookie("desk", "f" * 64, domain="corkboard.local", path="/desk")
    maryam.opens(DOOR)
    maryam.answers(passphrase=desk.passphrase)
    after = maryam.client.get_cookie("desk", domain="corkboard.local", path="/desk")
    assert before and after and after.value not in (before.value, "f" * 64)


@pytest.mark.long
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
    maryam = Desk(hall).browser()
    page = maryam.opens("/desk/")
    assert "steward --make" in page.text and not any(form.id == "answer" for form in page.forms)
    assert "<span>--make</span>" in page.html  # no line ends within it
    (hall.run.settings.data / stewards.FILE).write_bytes(b"{}")
    assert "is damaged" in maryam.opens("/desk/").text


def test_who_types_over_the_network_is_told_what_that_means(desk: Desk) -> None:
    assert "Wi-Fi without a password" in desk.browser().opens(DOOR).text
    assert "Wi-Fi without a password" not in desk.browser("127.0.0.1").opens(DOOR).text


@pytest.mark.long
def test_pages_that_the_desk_shares_with_the_touchscreen_stay_at_the_desk(desk: Desk) -> None:
    link = desk.hall.has("Rice")
    maryam = desk.steward(language="ar")
    for path in ("/desk/flyers", f"/desk/p/{link}/flyer", "/desk/flyer", f"/desk/flyer/hang?p={link}", "/desk/nowhere"):
        page = maryam.opens(path)
        assert 'dir="rtl"' in page.html and maryam.path == path.partition("?")[0], path
        assert not any(each.startswith(("/kiosk", "/flyer")) for each in page.links), path


def met(hall: Hall, link: str) -> None:
    intake.record(hall.run, MarkMet(board.one(hall.run.db(), link, hall.clock(), hall.run.space_id)[0].id))


def presses(person: Person, action: str, **fields: str) -> None:
    token = next(form.fields["token"] for form in person.page.forms if form.action == action)
    person.sends(action, token=token, **fields)


def test_the_desk_says_which_flyers_to_take_down_and_a_mistake_is_undone(desk: Desk) -> None:
    hall, link = desk.hall, desk.hall.has("Rice")
    posters.hang(hall.run, [link, ""], "Mill Lane bus stop")
    maryam = desk.steward()
    assert "Nothing waits for you" in maryam.page.text
    met(hall, link)
    page = maryam.opens("/desk/")
    assert "1 thing waits for you" in page.text and "1 flyer to take down" in page.text
    page = maryam.opens("/desk/flyers/hanging")
    assert "Take these down" in page.text and "Met. Thank you" in page.text and "Rice" not in page.text
    before = posters.hanging(hall.run)
    down = next(each.poster for each in before if each.what == "down")
    assert [given["value"] for given in page.about(f"place-{down.n}")] == [str(down.n)]
    presses(maryam, "/desk/flyers/hanging", n=str(down.n))
    assert "Taken down: " in maryam.page.text and [each.what for each in posters.hanging(hall.run)] == ["up"]
    key = next(value for form in maryam.page.forms for name, value in form.buttons if name == "key")
    assert [given["value"] for given in maryam.page.about("done-1")] == [key]
    presses(maryam, "/desk/undo", key=key, page="hanging")
    assert maryam.path == "/desk/flyers/hanging" and "Taken down: " not in maryam.page.text
    known = {(each.poster.link, each.poster.place, each.poster.ms) for each in posters.hanging(hall.run)}
    assert known == {(each.poster.link, each.poster.place, each.poster.ms) for each in before}
    maryam.opens("/desk/flyers/hanging")
    presses(maryam, "/desk/flyers/hanging", n=str(next(e.poster.n for e in posters.hanging(hall.run) if e.poster.link)))
    hall.clock.passes(minutes=lately.MINUTES)
    assert "Taken down: " not in maryam.opens("/desk/").text


@pytest.mark.long
def test_a_flyer_whose_address_is_lost_is_printed_again_and_that_is_undone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall, link = desk.hall, desk.hall.has("Rice")
    monkeypatch.setattr(addresses, "here", lambda: ["10.0.0.5"])
    posters.hang(hall.run, [link, hall.has("Oil")], "Mill Lane bus stop")
    monkeypatch.setattr(addresses, "here", lambda: ["10.9.0.7"])
    addresses.keep_name(hall.run.settings.data, "corkboard-2.local")
    maryam = desk.steward()
    assert "2 flyers to print again" in maryam.page.text
    page = maryam.opens("/desk/flyers/hanging")
    assert "Printed on it: corkboard.local:8080 · 10.0.0.5:8080" in page.text
    assert "These do now: corkboard-2.local:8080 · 10.9.0.7:8080" in page.text
    both = next(each for each in page.links if each.count("p=") == 2)
    assert maryam.opens(both).text.count("Mill Lane") == 0 and maryam.status == 200
    maryam.opens("/desk/flyers/hanging")
    presses(maryam, "/desk/flyers/renewed", n=str(posters.hanging(hall.run)[0].poster.n))
    assert sorted(each.what for each in posters.hanging(hall.run)) == ["again", "up"]
    key = next(value for form in maryam.page.forms for name, value in form.buttons if name == "key")
    presses(maryam, "/desk/undo", key=key, page="home")
    assert maryam.path == "/desk/" and [each.what for each in posters.hanging(hall.run)] == ["again"] * 2


@pytest.mark.long
def test_many_flyers_are_down_by_one_button_and_a_thing_is_undone_once(desk: Desk) -> None:
    hall, links = desk.hall, [desk.hall.has("Rice") for _ in range(3)]
    posters.hang(hall.run, links, "Mill Lane bus stop")
    for link in links:
        met(hall, link)
    maryam = desk.steward()
    token = maryam.opens("/desk/flyers/hanging").forms[-1].fields["token"]
    numbers = [str(each.poster.n) for each in posters.hanging(hall.run)]
    maryam.client.post(
        "/desk/flyers/hanging",
        data={"n": numbers, "token": token},
        base_url=maryam.base,
        environ_base={"REMOTE_ADDR": maryam.address},
    )
    assert posters.hanging(hall.run) == []
    page = maryam.opens("/desk/")
    keys = [value for form in page.forms for name, value in form.buttons if name == "key"]
    assert len(keys) == 3 and page.text.count("Taken down: ") == 3
    for _ in range(2):
        maryam.sends("/desk/undo", token=token, key=keys[0])
    posters.hang(hall.run, links, "Mill Lane bus stop")  # others hang there by now
    now = posters.hanging(hall.run)
    maryam.sends("/desk/undo", token=token, key=keys[1])
    assert posters.hanging(hall.run) == now and len(now) == 3


def test_a_touchscreen_asks_before_it_wipes_and_then_nothing_of_the_desk_stays(desk: Desk) -> None:
    passer_by = desk.hall.passer_by()
    passer_by.opens("/kiosk/")
    assert "/desk/" in passer_by.page.links
    maryam = desk.steward("127.0.0.1", "ar")
    assert "/desk/idle" in maryam.page.links and "/" not in maryam.page.links  # going to the board leaves the desk
    body = next(given for tag, given in maryam.page.tags if tag == "body")
    assert (body["data-idle"], body["data-wipe"], body["data-still"]) == ("90", "/desk/idle", "/desk/still")
    assert any(given.get("id") == "veil" for _, given in maryam.page.tags)
    for _ in range(3):
        desk.seconds.now += IDLE_AT_NODE - 1
        maryam.opens("/desk/still")
        assert maryam.status == 204
    maryam.opens("/desk/idle")
    assert maryam.path == "/kiosk/" and 'lang="ar"' not in maryam.page.html.partition(">")[0]
    maryam.opens(DOOR)
    assert any(form.id == "answer" for form in maryam.page.forms)


def test_what_neighbours_asked_to_look_at_is_counted_and_listed_with_its_reasons(desk: Desk) -> None:
    hall, link = desk.hall, desk.hall.has("A tent that is a trap", lang="en")
    maryam = desk.steward()
    assert "asked you to look" not in maryam.page.text
    assert "Nobody asked you to look at anything" in maryam.opens("/desk/reports").text
    id_ = board.one(hall.run.db(), link, hall.clock(), hall.run.space_id)[0].id
    for reason in ("Asks for money first", "It was never there"):
        intake.record(hall.run, Report(id_, reason))
    assert "Neighbours asked you to look at 1 post" in maryam.opens("/desk/").text
    page = maryam.opens("/desk/reports")
    for said in ("A tent that is a trap", "Asks for money first", "It was never there"):
        assert said in page.text
