"""From one screen to a phone: how to join, and a post's QR as large as the screen."""

import pytest

from node import addresses, intake, wifi
from node.domain.wifi import Network, qr_text
from node.domain.wishes import Hide
from node.storage import board
from node.web.qr import drawn
from tests.web.conftest import Hall, Person


def codes_on(page_of: Person) -> list[str]:
    """The drawings of the QR codes on the page."""
    return [
        given["d"] for tag, given in page_of.page.tags if tag == "path" and given.get("d", "").startswith("M4 4h7v1")
    ]


def drawing(text: str) -> str:
    return str(drawn(text, "")).partition('<path d="')[2].partition('"')[0]


@pytest.fixture(autouse=True)
def connected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "here", lambda: ["10.0.0.5"])


def test_a_phone_joins_by_name_or_by_number(hall: Hall) -> None:
    tom = hall.phone()
    page = tom.opens("/join")
    for said in ("Riverside", "corkboard.local:8080", "10.0.0.5:8080", "Stay connected", "Android", "iPhone"):
        assert said in page.text
    assert codes_on(tom) == [drawing("HTTP://CORKBOARD.LOCAL:8080/"), drawing("HTTP://10.0.0.5:8080/")]


def test_a_phone_is_shown_the_feeds_and_the_touchscreen_is_not(hall: Hall) -> None:
    page = hall.phone().opens("/join?category=food")
    assert "For a news reader" in page.text
    assert {"/feed.atom?category=food", "/feed.json?category=food"} <= set(page.links)
    assert "news reader" not in hall.neighbour().opens("/kiosk/join").text


def test_the_number_follows_the_machine_to_another_network(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    tom = hall.phone()
    monkeypatch.setattr(addresses, "here", lambda: ["192.168.7.9"])
    page = tom.opens("/join")
    assert "192.168.7.9:8080" in page.text and "10.0.0.5" not in page.text
    monkeypatch.setattr(addresses, "here", lambda: [])
    tom.opens("/join")
    assert tom.status == 200 and codes_on(tom) == [drawing("HTTP://CORKBOARD.LOCAL:8080/")]


def test_the_wi_fi_joins_by_a_scan_only_where_a_steward_allowed_it(hall: Hall) -> None:
    network = Network(name="Riverside", passphrase="come as you are")
    tom = hall.phone()
    tom.opens("/join")
    assert drawing(qr_text(network)) not in codes_on(tom)
    wifi.write(hall.run.settings.data, network)
    tom.opens("/join")
    assert drawing(qr_text(network)) in codes_on(tom)


def test_the_touchscreen_leads_to_the_phone_from_the_board_a_post_and_after_posting(hall: Hall) -> None:
    link = hall.has("A ladder")
    amina = hall.neighbour()
    for path in ("/kiosk/board", f"/kiosk/p/{link}"):
        assert "/kiosk/join" in amina.opens(path).links
    assert "corkboard.local:8080" in amina.opens("/kiosk/join").text


def test_the_phone_goes_on_with_what_was_chosen_at_the_touchscreen(hall: Hall) -> None:
    hall.has("Rice", category="food")
    amina = hall.neighbour()
    [way] = [link for link in amina.opens("/kiosk/board?category=food&find=rice").links if "/join" in link]
    amina.opens(way)
    chosen = "/?category=food&find=rice"
    assert codes_on(amina) == [drawing(f"http://{host}{chosen}") for host in ("corkboard.local:8080", "10.0.0.5:8080")]
    assert "Rice" in hall.phone().opens(chosen).text


def test_no_code_that_leads_to_a_phone_holds_a_ticket(hall: Hall) -> None:
    amina = hall.neighbour()
    amina.posts(start="/kiosk")
    digits = amina.keeps_it()
    assert "/kiosk/join" in amina.page.links  # the page after posting
    ticket = drawing(f"http://corkboard.local:8080/t#{digits}")
    [card] = board.page(hall.run.db(), board.View(now_ms=hall.clock(), space=hall.run.space_id)).cards
    for path in ("/kiosk/board", "/kiosk/join", f"/kiosk/p/{card.link}", f"/kiosk/p/{card.link}/show"):
        page = amina.opens(path)
        assert digits not in page.html.replace(" ", "") and ticket not in codes_on(amina)


def test_a_post_is_shown_to_another_phone(hall: Hall) -> None:
    link = hall.has("A ladder")
    tom = hall.phone()
    assert f"/p/{link}/show" in tom.opens(f"/p/{link}").links
    tom.opens(f"/p/{link}/show")
    assert codes_on(tom) == [drawing(f"HTTP://CORKBOARD.LOCAL:8080/P/{link}")] and "A ladder" in tom.page.text


def test_what_is_not_there_any_more_is_not_shown_round(hall: Hall) -> None:
    link = hall.has("Buy pills")
    card = board.one(hall.run.db(), link, hall.clock(), hall.run.space_id)[0]
    intake.record(hall.run, Hide(card.id, "an advertisement"))
    tom = hall.phone()
    tom.opens(f"/p/{link}/show")
    assert tom.path == f"/p/{link}" and "Buy pills" not in tom.page.text
    tom.opens("/p/123456789/show")
    assert tom.status == 404
