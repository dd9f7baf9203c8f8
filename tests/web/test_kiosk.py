"""The touchscreen: first screen, board, one post; and that it forgets."""

from tests.web.conftest import Hall


def test_the_first_screen_says_whose_board_it_is_and_begins_in_every_language(hall: Hall) -> None:
    hall.has("Rice")
    page = hall.passer_by().opens("/kiosk/")
    assert "Riverside Hall" in page.text and "1 need 0 offers" in page.text
    assert "Touch to begin" in page.text and "المس الشاشة للبدء" in page.text


def test_one_touch_opens_the_board_in_that_language(hall: Hall) -> None:
    hall.has("A ladder for Saturday")
    amina = hall.neighbour("ar")
    assert amina.path == "/kiosk/board"
    assert "اللوحة" in amina.page.text and "A ladder for Saturday" in amina.page.text
    assert ("html", {"lang": "ar", "dir": "rtl"}) in amina.page.tags


def test_every_page_goes_back_to_the_first_screen_until_somebody_begins(hall: Hall) -> None:
    link = hall.has()
    for path in ("/kiosk/board", f"/kiosk/p/{link}", "/kiosk/post/need/what", "/kiosk/code"):
        somebody = hall.passer_by()
        somebody.opens(path)
        assert somebody.path == "/kiosk/"


def test_leaving_wipes_the_visit_and_its_language(hall: Hall) -> None:
    amina = hall.neighbour("ar")
    before = amina.client.get_cookie("visit", domain="localhost").value
    page = amina.sends("/kiosk/leave")
    assert amina.path == "/kiosk/" and ("html", {"lang": "en", "dir": "ltr"}) in page.tags
    assert amina.client.get_cookie("visit", domain="localhost").value != before
    amina.opens("/kiosk/board")
    assert amina.path == "/kiosk/"


def test_after_the_wipe_back_shows_nothing_of_what_was_typed(hall: Hall) -> None:
    amina = hall.neighbour()
    amina.opens("/kiosk/post/need")
    amina.answers(category="food")
    amina.opens("/kiosk/idle")
    page = amina.opens("/kiosk/post/need/when")
    assert amina.path == "/kiosk/" and "Food" not in page.text
    again = amina.opens("/kiosk/begin?lang=en") and amina.opens("/kiosk/post/need/when")
    assert amina.path.endswith("/what") and "You need" not in again.text


def test_a_visit_is_over_after_five_quiet_minutes(hall: Hall) -> None:
    amina = hall.neighbour()
    hall.clock.passes(minutes=6)
    amina.opens("/kiosk/board")
    assert amina.path == "/kiosk/"


def test_somebody_who_is_still_typing_keeps_the_visit(hall: Hall) -> None:
    amina = hall.neighbour()
    for _ in range(4):
        hall.clock.passes(minutes=3)
        amina.opens("/kiosk/still")
    amina.opens("/kiosk/board")
    assert amina.path == "/kiosk/board"


def test_the_touchscreen_is_only_for_the_machine_itself_and_named_kiosks(hall: Hall) -> None:
    link = hall.has()
    tom = hall.phone()
    tom.opens("/kiosk/board")
    assert tom.path == "/"
    tom.opens(f"/kiosk/p/{link}")
    assert tom.path == f"/p/{link}"


def test_without_scripts_the_screen_goes_back_by_refresh(hall: Hall) -> None:
    page = hall.neighbour().page
    refresh = [given["content"] for tag, given in page.tags if tag == "meta" and "http-equiv" in given]
    assert refresh == ["90;url=/kiosk/idle"]


def test_a_link_to_a_post_opens_as_a_kiosk_page_at_the_kiosk(hall: Hall) -> None:
    link = hall.has()
    amina = hall.neighbour()
    amina.opens(f"/p/{link}")
    assert amina.path == f"/kiosk/p/{link}"


def test_no_kiosk_page_is_kept_by_the_browser(hall: Hall) -> None:
    amina = hall.neighbour()
    for path in ("/kiosk/", "/kiosk/board", "/kiosk/post/need/what"):
        amina.opens(path)
        assert amina.headers["Cache-Control"] == "no-store"
