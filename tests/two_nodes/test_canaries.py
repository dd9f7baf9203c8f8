"""Two hundred sealed words and numbers on three real nodes: none is in clear anywhere. And once they are erased, of the
public words nothing is left either, in any file, whatever comes back.
"""

import contextlib
import hashlib
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from node import intake, stewards
from node.domain import codes, tickets
from node.domain.sealed import Letter
from node.domain.tickets import Ticket
from node.domain.wishes import OpenPost, PromiseHelp, StopWords, WriteBack
from node.run import Run
from node.settings import Settings
from node.start import open_run
from node.storage import board
from tests.canaries import MARKS, PUBLIC, PUBLIC_MARKS, Cage, files_with, seen_in, tickets_in
from tests.two_nodes.conftest import NAMESPACES
from tests.two_nodes.neighbour import Neighbour
from tests.two_nodes.network import WHY_NOT, Network
from tests.two_nodes.node import Node, children, wait_until
from tests.two_nodes.recorder import recording

BY_PAGES, BY_WISHES = 3, 23
SOON_S, IN_FILES_S = 180.0, 300.0

pytestmark = [pytest.mark.long, pytest.mark.skipif(not NAMESPACES, reason=WHY_NOT)]


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the nodes, which start after this, put temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


class Planted:
    """What was planted: the tickets' digits, and keys that erase what was posted."""

    def __init__(self) -> None:
        self.secret, self.public = Cage(1), Cage(2, PUBLIC)
        self.digits: list[str] = []
        self.posters: list[tuple[bytes, Ticket]] = []
        self.posters_by_page: list[str] = []

    def letter(self) -> Letter:
        words = self.secret.arabic() if self.secret.made % 3 else self.secret.word()
        return Letter(words, self.secret.number(), "ar")

    def ticket(self) -> Ticket:
        """Without the slow step: nobody comes back with these."""
        digits = tickets.new_digits(os.urandom)
        self.digits.append(digits)
        return tickets.ticket(hashlib.sha256(digits.encode()).digest(), b"k" * 32)

    def words(self) -> str:
        return f"Rice and {self.public.word()} for {self.public.arabic()}"


class Watch:
    """Looks at the files that the nodes' processes hold open, those that have no name any more too."""

    def __init__(self, nodes: list[Node], temporary: Path) -> None:
        self.seen: set[str] = set()
        self._nodes, self._temporary, self._over = nodes, str(temporary), threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.1):
            for path in self._open_files():
                with contextlib.suppress(OSError):
                    target = str(path.readlink())
                    if (target.endswith(" (deleted)") or target.startswith(self._temporary)) and path.is_file():
                        self.seen |= {target for _ in seen_in(path.read_bytes(), [*MARKS, *PUBLIC_MARKS])}

    def _open_files(self) -> Iterator[Path]:
        for pid in (pid for node in self._nodes if node._process for pid in family(node._process.pid)):
            with contextlib.suppress(OSError):
                yield from Path(f"/proc/{pid}/fd").iterdir()


def family(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [pid, *(each for child in children(pid) for each in family(child))]
    return []


@contextlib.contextmanager
def inside(node: Node) -> Iterator[Run]:
    """As a command beside the running node."""
    run = open_run(Settings(data=node.folder, name=node.name))
    try:
        yield run
    finally:
        run.close()


def has(node: Node, count: int, promises: int = 0) -> bool:
    with inside(node) as run:
        view = board.View(now_ms=run.clock_ms(), space=run.space_id)
        cards = board.page(run.db(), view, None, 100).cards
        return len(cards) >= count and sum(len(card.promises) for card in cards) >= promises


def plant_by_wishes(planted: Planted, hall: Node, library: Node) -> None:
    """Through the door that the pages use: reach, answer, two letters back and forth, and why it was stopped."""
    helpers = []
    with inside(hall) as run:
        key = stewards.sealing_key(run.settings.data)
        for _ in range(BY_WISHES):
            ticket = planted.ticket()
            wish = OpenPost("need", "food", planted.words(), when="week", reach=planted.secret.number(), stewards=key)
            planted.posters.append((intake.record(run, wish, ticket=ticket).post, ticket))
    wait_until(lambda: has(library, BY_WISHES), SOON_S, every=1.0)
    with inside(library) as run:
        for post, _ in planted.posters:
            helper = planted.ticket()
            intake.record(run, PromiseHelp(post, letter=planted.letter()), ticket=helper)
            [promise] = board.one(run.db(), codes.write_id(post), run.clock_ms(), run.space_id)[0].promises
            intake.record(run, WriteBack(post, promise.id, planted.letter()), ticket=helper)
            helpers.append(promise.id)
    wait_until(lambda: has(hall, BY_WISHES, BY_WISHES), SOON_S, every=1.0)
    with inside(hall) as run:
        for (post, ticket), promise in zip(planted.posters, helpers, strict=True):
            intake.record(run, WriteBack(post, promise, planted.letter()), ticket=ticket)
            intake.record(run, StopWords(post, promise, True, planted.secret.word()), ticket=ticket)


def plant_by_pages(planted: Planted, hall: Node, library: Node) -> None:
    for _ in range(BY_PAGES):
        words, reach = planted.words(), planted.secret.number()
        amina = hall.place.do(lambda words=words, reach=reach: Neighbour(at(hall)).posts_with_a_ticket(words, reach))
        wait_until(lambda words=words: words in library.page("/"), SOON_S)
        link = link_of(library, words)
        answer, back, again = planted.letter(), planted.letter(), planted.letter()
        yusuf = library.place.do(lambda link=link, one=answer: Neighbour(at(library)).helps(link, one.words, one.reach))
        hall.place.do(lambda amina=amina, two=(answer, back): writes_back(hall, amina, *two))
        library.place.do(lambda yusuf=yusuf, two=(back, again): writes_back(library, yusuf, *two))
        planted.digits += [amina, yusuf]
        planted.posters_by_page.append(amina)


def at(node: Node) -> str:
    return f"http://127.0.0.1:{node.port}"


def writes_back(node: Node, digits: str, waited_for: Letter, letter: Letter) -> None:
    """Comes back until the other side's words are there, and answers."""

    def reads() -> Neighbour | None:
        neighbour = Neighbour(at(node))
        neighbour.comes_back(digits)
        return neighbour if waited_for.words in neighbour.reads() and waited_for.reach in neighbour.reads() else None

    neighbour = wait_until(reads, SOON_S, every=8.0)
    neighbour.does("write", words=letter.words, reach=letter.reach)


def link_of(node: Node, words: str) -> str:
    with inside(node) as run:
        view = board.View(now_ms=run.clock_ms(), space=run.space_id)
        return next(card.link for card in board.page(run.db(), view, None, 100).cards if card.words == words)


def has_public_words(node: Node) -> bool:
    """Quicker than all disguises, for waiting."""
    held = [path.read_bytes() for path in node.folder.glob("corkboard.db*")]
    return any(mark in data for data in held for mark in PUBLIC_MARKS)


def forgets(node: Node) -> None:
    """Within its next rounds, and thoroughly. The older copies in the same folder, its own of that night too, forget
    when the next one is made."""
    wait_until(lambda: not has_public_words(node), IN_FILES_S, every=2.0)
    node.runs("backup")
    assert files_with(node.folder, [*MARKS, *PUBLIC_MARKS]) == []
    assert not seen_in(node._log.read_bytes(), PUBLIC_MARKS) and "Rice and" not in node.page("/")


def test_sealed_words_are_nowhere_in_clear_and_erased_ones_nowhere_at_all(
    hall: Node, library: Node, mosque: Node, town: Network, temporary: Path, tmp_path: Path
) -> None:
    nodes, planted = [hall, library, mosque], Planted()
    phrase = tmp_path / "phrase"
    phrase.write_text(f"four words and {planted.secret.word()}\n")
    hall.runs("steward", "--make", "--passphrase-file", str(phrase))
    with Watch(nodes, temporary) as watch:
        with contextlib.ExitStack() as cables:
            wires = [cables.enter_context(recording(town, node.place)) for node in nodes]
            library.pairs_with(hall)
            mosque.pairs_with(hall)
            plant_by_wishes(planted, hall, library)
            plant_by_pages(planted, hall, library)
            for other in (library, mosque):
                wait_until(lambda other=other: other.holds_the_same_as(hall), SOON_S, every=1.0)
        assert planted.secret.made >= 200, planted.secret.made
        hall.runs("backup")
        heard = [wire.heard for wire in wires]
        nothing_sealed_is_in_clear(nodes, planted, heard)
        assert all(has_public_words(node) for node in nodes), "what is public is found, so looking works"
        erased_words_are_gone(hall, library, mosque, planted, tmp_path)
    assert watch.seen == set() and files_with(temporary, [*MARKS, *PUBLIC_MARKS], planted.digits) == []
    for node in nodes:
        assert not tickets_in(node._log.read_bytes(), planted.digits)
    print(f"{planted.secret.made} sealed and {planted.public.made} public, {sum(map(len, heard))} bytes heard")


def nothing_sealed_is_in_clear(nodes: list[Node], planted: Planted, heard: list[bytes]) -> None:
    for node in nodes:
        assert files_with(node.folder, MARKS, planted.digits) == [], node.name
        assert not seen_in(node._log.read_bytes())
    for cable in heard:
        assert len(cable) > 50_000
        assert not seen_in(cable, [*MARKS, *PUBLIC_MARKS]) and not tickets_in(cable, planted.digits)


def erased_words_are_gone(hall: Node, library: Node, mosque: Node, planted: Planted, tmp_path: Path) -> None:
    """The mosque is away, and of the hall's folder there is an old copy."""
    mosque.stops()
    hall.stops()
    shutil.copytree(hall.folder, tmp_path / "copy")
    hall.starts()
    for digits in planted.posters_by_page:
        library.place.do(lambda digits=digits: erases(library, digits))
    with inside(library) as run:
        for _, ticket in planted.posters:
            intake.erase(run, ticket.signing)
    forgets(library)
    forgets(hall)
    hall.stops()
    shutil.rmtree(hall.folder)
    shutil.copytree(tmp_path / "copy", hall.folder)
    assert has_public_words(hall)
    hall.starts()
    hall.runs("exchange", library.peer_address)
    forgets(hall)
    assert has_public_words(mosque)
    mosque.starts()
    forgets(mosque)
    for node in (hall, library):
        forgets(node)


def erases(node: Node, digits: str) -> None:
    neighbour = Neighbour(at(node))
    neighbour.comes_back(digits)
    neighbour.erases()
