"""What is remembered of a visit, and how it is forgotten."""

from node.domain.tickets import ticket
from node.ticket_office import PHONES
from node.web.visits import MOST, PHONE_MS, Fresh, Opened, Visits
from tests.web.conftest import Clock, Hall


def visits(clock: Clock, most: int = 3) -> Visits:
    counter = iter(range(1000))
    return Visits(clock, lambda size: next(counter).to_bytes(size, "big"), most)


def test_a_visit_is_the_same_until_it_is_over() -> None:
    clock = Clock()
    held = visits(clock)
    held.get("a", 60_000).begun = True
    clock.passes(minutes=0.9)
    assert held.get("a", 60_000).begun
    clock.passes(minutes=1.1)
    assert not held.known("a") and not held.get("a", 60_000).begun


def test_strangers_cannot_fill_the_memory() -> None:
    held = visits(Clock(), most=3)
    for name in "abcd":
        held.get(name, 60_000).begun = True
    assert not held.known("a") and held.known("d")


def test_what_is_forgotten_is_gone() -> None:
    held = visits(Clock())
    held.get("a", 60_000).begun = True
    held.forget("a")
    assert not held.known("a")


def test_whoever_stands_at_the_touchscreen_is_not_pushed_out_by_phones() -> None:
    held = visits(Clock(), most=3)
    held.get("at the screen", 60_000).begun = True
    for name in "abcd":
        held.get(name, 60_000)
    assert held.known("at the screen") and held.known("d") and not held.known("a")


def test_whoever_has_a_ticket_open_is_pushed_out_by_no_forms_and_no_posts() -> None:
    held = visits(Clock(), most=4)
    held.get("her ticket", 60_000).opened = Opened(ticket(b"k" * 32, b"c" * 32), b"p" * 32)
    for name in "abcd":
        held.get(name, 60_000).fresh = Fresh("4821093677153042", "link", helping=False)
    for name in "efgh":
        held.get(name, 60_000)
    assert held.known("her ticket") and held.known("d") and not held.known("e")


def test_more_phones_are_remembered_than_can_open_a_ticket_while_one_is_open() -> None:
    assert PHONES.tries * PHONE_MS / 1000 / PHONES.seconds < MOST


def test_a_visit_goes_on_under_a_new_id_and_the_old_one_is_empty() -> None:
    held = visits(Clock())
    held.get("a", 60_000).begun = True
    new = held.rename("a")
    assert held.get(new, 60_000).begun and not held.known("a")


def test_a_phone_that_only_looks_at_forms_takes_no_place_in_memory(hall: Hall) -> None:
    tom = hall.phone()
    tom.opens("/post/need")
    tom.answers(category="food")
    stranger = hall.app.test_client(use_cookies=False)
    for _ in range(MOST + 1):
        stranger.get("/post/need/what", base_url=tom.base, environ_base={"REMOTE_ADDR": "10.0.0.99"})
    tom.answers(when="today")
    assert tom.path == "/post/need/many"
