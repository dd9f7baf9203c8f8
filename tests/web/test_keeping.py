"""After posting: the ticket, shown until somebody says how they keep it, and then never again."""

from collections.abc import Callable

import pytest

from node import intake
from node.domain import codes
from node.domain import tickets as domain
from node.domain.wishes import OpenPost, Withdraw
from node.storage import board, tickets
from node.ticket_office import Issued
from node.web import visits
from sync import circle
from tests.web.conftest import Hall, Person
from tests.web.test_posting import all_posts, up_to_the_check

HALVES = {"0": "٠", "1": "١", "2": "٢", "3": "٣", "4": "٤", "5": "٥", "6": "٦", "7": "٧", "8": "٨", "9": "٩"}


def visit_of(hall: Hall, person: Person) -> visits.Visit | None:
    cookie = person.client.get_cookie("visit", domain="localhost" if "localhost" in person.base else "corkboard.local")
    held: visits.Visits = hall.app.extensions["visits"]
    return held.look(cookie.value) if cookie else None


def test_a_post_opens_with_a_ticket_that_finds_it_again(hall: Hall) -> None:
    amina = hall.neighbour()
    page = amina.posts("need", "/kiosk")
    [card] = all_posts(hall)
    assert amina.path == "/kiosk/keep" and codes.rings_true(amina.ticket)
    for told in ("This is your ticket. Keep it.", "Your need is on the board", codes.shown(card.code), "any space"):
        assert told in page.text
    found = hall.app.config["OFFICE"].find(hall.run.db(), amina.ticket, "", True)
    assert found and (found.belonging.post, found.belonging.side) == (card.id, "poster")


def test_until_it_is_kept_a_reload_and_every_other_page_show_it_again(hall: Hall) -> None:
    tom = hall.phone()
    tom.posts()
    digits = tom.ticket
    for path in ("/keep", "/", "/code", "/post/need", "/p/123456789"):
        tom.opens(path)
        assert (tom.path, tom.ticket) == ("/keep", digits)


@pytest.mark.parametrize("start", ["", "/kiosk"])
@pytest.mark.parametrize("how", ["photo", "paper", "written"])
def test_after_it_is_kept_no_page_shows_it(hall: Hall, how: str, start: str) -> None:
    amina = hall.neighbour() if start else hall.phone()
    amina.posts("need", start)
    digits = amina.ticket
    page = amina.answers(kept=how, last4=digits[-4:] if how == "written" else "")
    assert amina.path.startswith(f"{start}/posted/") and "This is its code" in page.text
    assert "could not be shown" not in page.text
    visit = visit_of(hall, amina)
    assert visit and visit.fresh is None
    for path in (amina.path, f"{start}/keep", f"{start}/keep/paper", f"{start}/keep/leaving"):
        html = amina.opens(path).html
        assert all(shown not in html for shown in (digits, digits[:4] + "</span>"))
        assert amina.path != f"{start}/keep"


def test_the_last_four_digits_are_taken_in_any_script(hall: Hall) -> None:
    amina = hall.neighbour("ar")
    amina.posts("need", "/kiosk")
    amina.answers(last4=" ".join(HALVES[digit] for digit in amina.ticket[-4:]), kept="written")
    assert amina.path.startswith("/kiosk/posted/")


def test_all_sixteen_will_do_as_well_and_so_does_the_enter_key(hall: Hall) -> None:
    amina = hall.neighbour()
    amina.posts("need", "/kiosk")
    amina.answers(last4=amina.ticket)
    assert amina.path.startswith("/kiosk/posted/")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("0000", "These are not its last 4 digits. Look at the last group again."), ("", "Type the last 4 digits")],
)
def test_wrong_digits_come_back_kindly_beside_the_ticket(hall: Hall, typed: str, sentence: str) -> None:
    hall.app.config["OFFICE"].issue = _always(hall, "4821093677153042")
    amina = hall.neighbour()
    amina.posts("need", "/kiosk")
    page = amina.answers(last4=typed, kept="written")
    assert amina.status == 422 and sentence in page.text and amina.ticket == "4821093677153042"
    assert page.answer.fields["last4"] == typed
    assert amina.opens("/kiosk/board") and amina.path == "/kiosk/keep"


def _always(hall: Hall, digits: str) -> Callable[[], Issued]:
    key = circle.issuing_key(hall.run.settings.data).key
    return lambda at_kiosk=False: Issued(digits, domain.ticket(digits.encode().ljust(32, b"\0"), key))


def test_another_language_keeps_what_was_typed_and_the_ticket(hall: Hall) -> None:
    amina = hall.neighbour()
    amina.posts("need", "/kiosk")
    digits = amina.ticket
    page = amina.answers(last4="30", lang="ar")
    assert ("html", {"lang": "ar", "dir": "rtl"}) in page.tags
    assert amina.ticket == digits and page.answer.fields["last4"] == "30"
    assert 'lang="ar"' in amina.opens("/kiosk/keep").html


def test_leaving_without_it_asks_once_and_shows_nothing_of_it(hall: Hall) -> None:
    for person, start in ((hall.neighbour(), "/kiosk"), (hall.phone(), "")):
        person.posts("need", start)
        digits = person.ticket
        page = person.sends(f"{start}/leave")
        assert "Leave without your ticket?" in page.text and digits[:4] not in page.text
        person.opens(f"{start}/keep")
        assert person.ticket == digits
        person.sends(f"{start}/leave", sure="yes")
        person.opens(f"{start}/keep")
        assert person.ticket == "" and person.path != f"{start}/keep"


def test_walking_away_wipes_it_without_asking(hall: Hall) -> None:
    amina = hall.neighbour()
    amina.posts("need", "/kiosk")
    amina.opens("/kiosk/idle")
    amina.opens("/kiosk/keep")
    assert amina.path == "/kiosk/"


def test_it_leaves_the_memory_when_the_visit_is_over_though_she_never_comes_back(hall: Hall) -> None:
    hall.neighbour().posts("need", "/kiosk")
    held: visits.Visits = hall.app.extensions["visits"]
    assert any(visit.fresh for visit in held._held.values())
    hall.clock.passes(minutes=6)
    hall.passer_by().opens("/kiosk/")  # as the first screen does each minute by itself
    assert not held._held


def test_a_second_tap_leads_to_the_same_ticket_and_takes_no_other(hall: Hall) -> None:
    tom = hall.phone()
    up_to_the_check(tom)
    check, issued = tom.page.answer, []
    office = hall.app.config["OFFICE"]
    issue = office.issue
    office.issue = lambda at_kiosk=False: issued.append(1) or issue(at_kiosk=at_kiosk)
    tom.sends("/post/need/check", **check.fields)
    digits = tom.ticket
    tom.sends("/post/need/check", **check.fields)
    assert (tom.ticket, len(issued), len(all_posts(hall))) == (digits, 1, 1)
    tom.keeps_it()
    page = tom.sends("/post/need/check", **check.fields)
    assert tom.ticket == "" and "This is its code" in page.text and len(issued) == 1


def test_where_the_answer_never_came_the_page_says_so_and_what_to_do(hall: Hall) -> None:
    tom = hall.phone()
    up_to_the_check(tom)
    key = tom.page.answer.fields["key"]
    check = tom.page.answer
    ticket = hall.app.config["OFFICE"].issue().ticket  # recorded with it, and then the node stopped
    intake.record(
        hall.run, OpenPost(kind="need", category="food", words="Rice"), key, ticket
    )  # recorded, and then the node stopped
    page = tom.sends("/post/need/check", **check.fields)
    assert tom.path == f"/posted/{key}" and len(all_posts(hall)) == 1
    assert "Its ticket could not be shown" in page.text and "A steward can give you a new one" in page.text


def test_a_post_that_is_over_meanwhile_still_hands_over_its_ticket(hall: Hall) -> None:
    tom = hall.phone()
    tom.posts()
    [card] = all_posts(hall)
    found = hall.app.config["OFFICE"].find(hall.run.db(), tom.ticket, "", True)
    intake.record(hall.run, Withdraw(card.id), ticket=found.ticket)
    assert len(tom.opens("/keep").text) and tom.ticket
    assert tickets.find(hall.run.db(), found.ticket.owner)


def test_a_second_window_posts_nothing_while_a_ticket_waits(hall: Hall) -> None:
    tom = hall.phone()
    up_to_the_check(tom)
    waiting = tom.page.answer
    tom.opens("/post/offer")
    for answers in ({"category": "food"}, {"when": "today"}, {"for_": "2"}, {"area": "East"}, {"words": "Soup"}):
        tom.answers(**answers)
    tom.answers()
    digits = tom.ticket
    tom.sends("/post/need/check", **waiting.fields)
    assert tom.ticket == digits and [card.kind for card in all_posts(hall)] == ["offer"]


@pytest.mark.parametrize("size", ["a6", "receipt"])
def test_the_paper_says_nothing_of_what_was_posted(hall: Hall, size: str) -> None:
    amina = hall.neighbour()
    amina.posts("need", "/kiosk", words="Unmistakable words")
    digits = amina.ticket
    [card] = all_posts(hall)
    page = amina.opens(f"/kiosk/keep/paper?size={size}")
    assert amina.ticket == digits
    for told in ("Riverside Hall", "by the door", "Every day 9:00 to 20:00", "Show it to nobody."):
        assert told in page.text
    for outs in ("Unmistakable", "Food", "East", codes.shown(card.code), "need", "Need"):
        assert outs not in page.text


def test_a_helpers_ticket_is_handed_over_in_its_own_words(hall: Hall) -> None:
    link = hall.has("A ladder")
    tom = hall.phone()
    tom.opens(f"/p/{link}")
    tom.answers(words="I have one")
    visit = visit_of(hall, tom)
    assert visit
    visit.fresh = visits.Fresh("4821093677153042", link, helping=True)
    page = tom.opens("/keep")
    assert "write back, or take your words back" in page.text and "Its code is" not in page.text
    tom.keeps_it()
    assert tom.path == f"/p/{link}/thanks"


def test_digits_are_in_no_cookie_address_file_or_log(hall: Hall, caplog: pytest.LogCaptureFixture) -> None:
    tom = hall.phone()
    tom.posts()
    digits = tom.keeps_it()
    tom.comes_back(digits)
    assert tom.path == "/ticket" and digits not in str(tom.client._cookies) + caplog.text
    files = [file for file in hall.run.settings.data.rglob("*") if file.is_file()]
    assert files and not any(digits.encode() in file.read_bytes() for file in files)


def test_the_board_knows_the_new_post(hall: Hall) -> None:
    hall.phone().posts(words="Rice")
    assert board.counts(hall.run.db(), hall.clock(), hall.run.space_id).needs == 1
