"""A flyer and a phone: the name in the QR code leads to the board because the node itself answers to it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from node.addresses import HOST
from tests import printed
from tests.two_nodes.conftest import NAMESPACES
from tests.two_nodes.journeys.browsers import CHROMIUM, Browsers
from tests.two_nodes.journeys.neighbour import Manner, Neighbour
from tests.two_nodes.neighbour import Neighbour as WithoutBrowser
from tests.two_nodes.network import WHY_NOT, Network, Place
from tests.two_nodes.node import Node, wait_until
from tests.two_nodes.phone import asks, finding_names

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not NAMESPACES, reason=WHY_NOT),
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed"),
    pytest.mark.skipif(bool(printed.MISSING), reason=printed.WHY_NOT),
]

PATIENCE_S = 120.0
NEED, HELP = "A ladder for Saturday", "Mine is four metres, I bring it"


class FindingNames(Browsers):
    _wifi: Node | None = None

    def on_the_wifi_of(self, space: Node, phone: Place) -> Browser:
        """A phone that joins another Wi-Fi forgets where names led on the last one."""
        if self._wifi is not space:
            self.close()
            self._wifi = space
        return self._at(phone, "")


@pytest.fixture
def phone(town: Network) -> Place:
    return town.place()


@pytest.fixture
def asked_for(phone: Place) -> Iterator[list[str]]:
    with finding_names(phone) as names:
        yield names


@pytest.fixture
def passer_by(phone: Place, asked_for: list[str], tmp_path: Path) -> Iterator[Callable[[Manner], Neighbour]]:
    """Somebody with a phone of 360 by 740. At the end no page may have complained."""
    met: list[Neighbour] = []
    with sync_playwright() as playwright:
        browsers = FindingNames(playwright, tmp_path)

        def comes(manner: Manner) -> Neighbour:
            met.append(Neighbour(browsers, manner, phone))
            return met[-1]

        yield comes
        browsers.close()
    assert [said for neighbour in met for said in neighbour.complaints] == []


def scanned(flyer: Page, folder: Path) -> str:
    """The link that an independent reader finds on a flyer as it is printed."""
    return next(code for code in printed.codes(flyer, folder) if "/P/" in code)


def test_a_scan_leads_through_the_nodes_own_name_to_the_post_to_i_can_help_and_to_a_ticket(
    hall: Node, phone: Place, asked_for: list[str], passer_by: Callable[[Manner], Neighbour], tmp_path: Path
) -> None:
    code = hall.place.do(lambda: WithoutBrowser(hall.address).posts_a_need(NEED))
    wait_until(lambda: asks(phone, HOST, tries=1), PATIENCE_S)
    for manner in (Manner("en", True), Manner("ar", False)):
        tom = passer_by(manner)
        tom.takes_the_phone_at(hall)
        tom.page.goto(f"http://{HOST}:{hall.port}/p/{code.replace('-', '')}/flyer")
        link = scanned(tom.page, tmp_path)
        assert link.startswith(f"HTTP://CORKBOARD.LOCAL:{hall.port}/P/{code.replace('-', '')}-")

        tom.page.goto(link)
        expect(tom.page.locator("main")).to_contain_text(NEED)
        ticket = tom.promises(f"{HELP} {manner.language}")
        assert ticket.address.startswith(f"http://{HOST}:{hall.port}/t#")
        tom.scans(ticket)
        tom.stands(f"{HELP} {manner.language}", "promised")
        assert tom.page.viewport_size == {"width": 360, "height": 740}
        tom.goes()
    assert HOST in asked_for
    short = f"http://{hall.place.address}/"  # at port 80, which root may have
    at_port_80 = phone.do(lambda: urlopen(short, timeout=PATIENCE_S).read())
    assert NEED.encode() in at_port_80


def test_a_flyer_from_one_space_leads_to_the_same_post_on_the_wifi_of_another(
    hall: Node, library: Node, phone: Place, passer_by: Callable[[Manner], Neighbour], tmp_path: Path
) -> None:
    library.pairs_with(hall)
    code = hall.place.do(lambda: WithoutBrowser(hall.address).posts_a_need(NEED)).replace("-", "")
    wait_until(lambda: library.board() == [NEED], PATIENCE_S)
    for node in (hall, library):  # each alone on its own Wi-Fi, where it has the name to itself
        node.stops()
    hall.starts()
    wait_until(lambda: leads_to(phone, hall), PATIENCE_S)
    tom = passer_by(Manner("en", True))
    tom.takes_the_phone_at(hall)
    tom.page.goto(f"http://{hall.place.address}:{hall.port}/p/{code}/flyer?many=yes")
    link = scanned(tom.page, tmp_path)
    assert link.startswith(f"HTTP://CORKBOARD.LOCAL:{hall.port}/P/{code}-")
    tom.goes()
    hall.stops()
    library.starts()
    wait_until(lambda: leads_to(phone, library), PATIENCE_S)
    tom.takes_the_phone_at(library)
    tom.page.goto(link)
    expect(tom.page.locator("main")).to_contain_text(NEED)
    expect(tom.page.locator("header")).to_contain_text("Library")


def leads_to(phone: Place, node: Node) -> bool:
    answer = asks(phone, HOST, tries=1)
    return answer is not None and answer.addresses == [node.place.address]
