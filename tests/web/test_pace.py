"""Who sends too much is slowed down; a room behind one address is not, and the kiosk never."""

from __future__ import annotations

import random
from dataclasses import replace
from ipaddress import IPv6Address

import pytest

from node.app import create_app
from node.web.pace import ADDRESS, MOST, PHONE, SAID, Pace, Paces, Rate
from tests.web.conftest import COMPILED, Clock, Hall, Person, quick_office
from tests.web.test_posting import all_posts

SECRET = b"s" * 32
LOOPBACKS = ("127.0.0.1", "127.0.0.9", "::1")


def sent(paces: Paces, clock: Clock, addresses: list[str], seconds: int, visit: str = "one") -> int:
    """How many forms get through where each of these sends as fast as it can."""
    through = 0
    for _ in range(seconds):
        for address in addresses:
            through += sum(paces.form(address, visit) for _ in range(20))
        clock.ms += 1_000
    return through


def test_one_phone_gets_its_burst_and_then_one_every_two_seconds() -> None:
    clock = Clock()
    assert sent(Paces(clock, SECRET), clock, ["10.0.0.7"], 60) == PHONE.burst + 30


def test_a_phone_that_changes_its_cookie_gets_what_its_address_does() -> None:
    clock = Clock()
    paces = Paces(clock, SECRET)
    through = sum(paces.form("10.0.0.7", str(n)) for n in range(1_000))
    assert through == ADDRESS.burst
    clock.ms += 10_000
    assert sum(paces.form("10.0.0.7", f"new {n}") for n in range(1_000)) == 10_000 // ADDRESS.every_ms


def test_two_thousand_addresses_are_counted_each_and_more_take_no_more_memory() -> None:
    clock = Clock()
    counts = Pace(clock, SECRET, Rate(2, 60_000))
    addresses = [f"10.0.{n // 250}.{n % 250}" for n in range(MOST)]
    assert [sum(counts.allows(one) for one in addresses) for _ in range(3)] == [MOST, MOST, 0]
    for n in range(3 * MOST):
        counts.allows(f"10.9.{n // 250}.{n % 250}")
    assert len(counts) == MOST


def test_a_phone_that_takes_a_new_ipv6_address_each_time_is_one_phone() -> None:
    clock, chance = Clock(), random.Random(6)
    paces = Paces(clock, SECRET)
    own = (str(IPv6Address(chance.getrandbits(64) + (0x20010DB800000007 << 64))) for _ in range(1_000))
    assert sum(paces.form(one, one) for one in own) == ADDRESS.burst
    assert not paces.form("2001:db8:0:7::1", "x") and paces.form("2001:db8:0:8::1", "x")
    assert sum(paces.form(one, "") for one in ("10.0.0.7", "::ffff:10.0.0.7") * 20) == PHONE.burst


def test_a_room_of_a_hundred_phones_behind_one_address_can_post() -> None:
    """Eight forms each, spread over five minutes, as neighbours fill them in."""
    clock, chance = Clock(), random.Random(7)
    paces = Paces(clock, SECRET)
    moments = sorted((chance.randrange(300_000), phone) for phone in range(100) for _ in range(8))
    began, refused = clock.ms, 0
    for ms, phone in moments:
        clock.ms = began + ms
        refused += not paces.form("192.168.1.2", f"visit {phone}")
    assert refused == 0
    clock.ms = began + 300_000
    assert all(paces.saying("192.168.1.2") for _ in range(SAID.burst)) and not paces.saying("192.168.1.2")


def test_what_stays_for_ever_is_counted_apart_and_what_was_typed_is_kept(hall: Hall) -> None:
    hall.app.extensions["paces"]._said = Pace(hall.clock, SECRET, Rate(1, 60_000))
    tom = hall.phone()
    tom.posts(words="Rice")
    tom.keeps_it()
    page = tom.posts(words="Oil")
    assert tom.status == 422 and "Many posts came from this address" in page.text and "Oil" in page.text
    hall.clock.passes(minutes=1.1)
    tom.answers()
    assert tom.ticket and len(all_posts(hall)) == 2
    for n in range(3):
        hall.neighbour().posts("need", "/kiosk", words=f"Bread {n}")
    assert len(all_posts(hall)) == 5


@pytest.mark.long
def test_no_ticket_is_used_up_by_what_is_refused(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    hall.app.extensions["paces"]._said = Pace(hall.clock, SECRET, Rate(0, 60_000))
    monkeypatch.setattr(hall.app.config["OFFICE"], "issue", lambda **more: pytest.fail("a ticket was given out"))
    tom = hall.phone()
    tom.posts()
    assert tom.status == 422


@pytest.mark.parametrize(
    "address", ["::ffff:127.0.0.1", "192.168.1.20", *(pytest.param(one, marks=pytest.mark.long) for one in LOOPBACKS)]
)
def test_the_kiosk_is_never_locked_out(hall: Hall, address: str) -> None:
    hall.run.settings = replace(hall.run.settings, kiosks=("192.168.1.20",))
    app = create_app(hall.run, quick_office(hall.run))
    app.jinja_env.bytecode_cache = COMPILED
    full = app.extensions["paces"]
    full._phone = full._address = full._said = Pace(hall.clock, SECRET, Rate(0, 60_000))
    phone = Person(app.test_client(), "10.0.0.7")
    phone.opens("/code")
    phone.answers(code="1")
    assert phone.status == 429
    neighbour = Person(app.test_client(), address)
    neighbour.opens("/kiosk/begin?lang=en")
    neighbour.posts("need", "/kiosk")
    assert neighbour.ticket and len(all_posts(hall)) == 1
