"""One circle for all the ways in which journeys are told; who walks through it is new each time."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import sync_playwright

from tests.two_nodes.conftest import NAMESPACES, make_node
from tests.two_nodes.journeys.browsers import CHROMIUM, Browsers
from tests.two_nodes.journeys.circle import Circle
from tests.two_nodes.journeys.neighbour import Manner, Neighbour
from tests.two_nodes.network import network

USUAL = (Manner("en", True), Manner("ar", False))
OTHERS = (Manner("ar", True), Manner("en", False))


def named(manner: Manner) -> str:
    return f"{manner.language} {'with' if manner.script else 'without'} scripts"


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Circle]:
    if not CHROMIUM or not shutil.which("zbarimg"):
        pytest.skip("chromium or zbarimg is not installed")
    folder = tmp_path_factory.mktemp("circle")
    if not NAMESPACES:
        yield from lives(Circle(*(make_node(name, None, folder) for name in ("hall", "mosque", "library")), None))
        return
    with network() as town:
        yield from lives(Circle(*(make_node(name, town, folder) for name in ("hall", "mosque", "library")), town))


def lives(circle: Circle) -> Iterator[Circle]:
    try:
        circle.meets()
        yield circle
    finally:
        circle.ends()


@pytest.fixture
def circle(three: Circle) -> Circle:
    three.is_whole()
    return three


@pytest.fixture(
    params=[
        *(pytest.param(manner, id=named(manner), marks=pytest.mark.long) for manner in USUAL),
        *(pytest.param(manner, id=named(manner), marks=pytest.mark.longer) for manner in OTHERS),
    ]
)
def manner(request: pytest.FixtureRequest) -> Manner:
    found: Manner = request.param
    return found


@pytest.fixture(scope="module")
def browsers(three: Circle, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browsers]:
    with sync_playwright() as playwright:
        held = Browsers(playwright, tmp_path_factory.mktemp("browsers"))
        yield held
        held.close()


@pytest.fixture
def somebody(circle: Circle, browsers: Browsers, manner: Manner) -> Iterator[Callable[[], Neighbour]]:
    """Makes neighbours who read in that manner. At the end no page may have complained."""
    met: list[Neighbour] = []

    def arrives() -> Neighbour:
        met.append(Neighbour(browsers, manner, circle.phone()))
        return met[-1]

    yield arrives
    for neighbour in met:
        neighbour.goes()
    assert [said for neighbour in met for said in neighbour.complaints] == []
