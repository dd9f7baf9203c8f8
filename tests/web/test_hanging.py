"""Where flyers hang: said at the touchscreen after printing, and what there is to do about each."""

import pytest

from node import addresses, intake, posters
from node.domain.wishes import Erase, Hide, MarkMet, Withdraw
from node.storage import board
from tests.web.conftest import Hall
from tests.web.page import Page


@pytest.fixture(autouse=True)
def one_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "here", lambda: ["10.0.0.5"])


def hangs(hall: Hall, link: str, place: str = "Mill Lane bus stop") -> Page:
    """Somebody prints a flyer and says where it goes."""
    amina = hall.neighbour()
    amina.opens(f"/kiosk/p/{link}/flyer" if link else "/kiosk/flyer")
    amina.opens(next(page for page in amina.page.links if "/flyer/hang" in page))
    amina.answers(place=place)
    assert amina.path == "/kiosk/flyers/hanging"
    return amina.page


def what(hall: Hall) -> list[str]:
    return [each.what for each in posters.hanging(hall.run)]


def test_a_flyer_is_remembered_by_its_place_and_addresses_and_by_nobody(hall: Hall) -> None:
    link = hall.has("Rice")
    page = hangs(hall, link, "  Mill \u202e Lane bus stop ")
    assert "These are well" in page.text and "Mill Lane bus stop" in page.text and "Hangs since 5 January" in page.text
    row = hall.run.db().execute("SELECT * FROM poster").fetchall()
    assert row == [(1, link, "Mill Lane bus stop", "corkboard.local:8080", "10.0.0.5:8080", hall.clock())]


def test_what_is_over_is_to_be_taken_down(hall: Hall) -> None:
    wishes = (MarkMet, Withdraw, Erase, lambda post: Hide(post, "twice"))
    links = [hall.has("Rice", when="today") for _ in (*wishes, "left alone")]
    for link in links:
        hangs(hall, link)
    assert what(hall) == ["up"] * 5
    for link, wish in zip(links, wishes, strict=False):
        intake.record(hall.run, wish(board.one(hall.run.db(), link, hall.clock(), hall.run.space_id)[0].id))
    hall.clock.passes(days=3)
    amina = hall.neighbour()
    page = amina.opens("/kiosk/flyers/hanging")
    assert what(hall) == ["down"] * 5 and "Take these down" in page.text and "Rice" not in page.text
    for said in ("Met. Thank you", "Taken back", "Erased", "Taken down here", "Its time is over"):
        assert said in page.text
    down = next(form for form in page.forms if form.action == "/kiosk/flyers/hanging")
    for number in range(1, 6):
        amina.sends(down.action, n=str(number), token=down.fields["token"])
    assert what(hall) == [] and "None hangs yet" in amina.page.text


def test_a_flyer_whose_addresses_are_lost_is_to_be_printed_again(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    link = hall.has("Rice")
    hangs(hall, link)
    hangs(hall, "", "the door")
    monkeypatch.setattr(addresses, "here", lambda: ["10.9.0.7"])
    assert what(hall) == ["number", "number"]
    addresses.keep_name(hall.run.settings.data, "corkboard-2.local")
    assert what(hall) == ["again", "again"]
    page = hall.neighbour().opens("/kiosk/flyers/hanging")
    assert "Print these again" in page.text and "The flyer of our space" in page.text
    assert f"/kiosk/flyer?p={link}" in page.links
    hall.clock.passes(minutes=1)
    hangs(hall, link)
    assert what(hall) == ["up", "again"]  # the new one hangs where the old one did


def test_without_a_network_nobody_is_told_to_print(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    hangs(hall, hall.has("Rice"))
    monkeypatch.setattr(addresses, "here", lambda: [])
    assert what(hall) == ["up"]


def test_a_place_is_touched_or_typed_and_without_one_nothing_is_kept(hall: Hall) -> None:
    link = hall.has("Rice")
    amina = hall.neighbour()
    amina.opens(f"/kiosk/flyer/hang?p={link}")
    page = amina.answers(place="  ")
    assert amina.status == 422 and "Write or touch where it hangs." in page.text and what(hall) == []
    page = amina.answers(place="the bakery", lang="fr")
    assert page.answer.fields["place"] == "the bakery" and 'lang="fr"' in page.html
    amina.answers(at="Library window", place="")
    assert [each.poster.place for each in posters.hanging(hall.run)] == ["Library window"]


def test_phones_are_not_asked(hall: Hall) -> None:
    tom = hall.phone()
    for page in ("/flyers/hanging", "/flyer/hang"):
        tom.opens(page)
        assert tom.status == 404
    assert not any("hang" in link for link in tom.opens(f"/p/{hall.has('Rice')}/flyer").links)
