"""What is remembered of a visit, and how it is forgotten."""

from node.web.visits import MOST, Visits
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


def test_a_phone_that_only_looks_at_forms_takes_no_place_in_memory(hall: Hall) -> None:
    tom = hall.phone()
    tom.opens("/post/need")
    tom.answers(category="food")
    stranger = hall.app.test_client(use_cookies=False)
    for _ in range(MOST + 1):
        stranger.get("/post/need/what", base_url=tom.base, environ_base={"REMOTE_ADDR": "10.0.0.99"})
    tom.answers(when="today")
    assert tom.path == "/post/need/many"
