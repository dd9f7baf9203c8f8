"""Erasing with several nodes that meet over real sockets: what is told to whom, that it wins in every order, and that
nothing is left in any file of any node.
"""

import itertools
import shutil
from pathlib import Path

import pytest

from node import blocking, intake
from node.domain.values import Event
from node.storage import erasures
from sync import log, proofs
from sync.exchange import Answers
from sync.identity import paper_on_disk
from sync.writer import Draft
from tests.canaries import Cage, files_with
from tests.meeting import acquaint, all_meet, visits
from tests.storage.nodes import HOUR, NOON, Node, Ticket, opened

YEAR = 365 * 24 * HOUR
CAGE = Cage(4)
WORDS, AREA, PROMISE, EDITED = CAGE.word(), CAGE.arabic(), CAGE.word(), CAGE.arabic()


@pytest.fixture
def make(tmp_path):
    """Spaces of one circle, which all know each other."""
    made: list[Node] = []

    def make(name: str, years: int = 0) -> Node:
        node = Node(tmp_path / name.lower(), name)
        node.clock.ms += years * YEAR
        made.append(node)
        acquaint(*made)
        return node

    yield make
    for node in made:
        node.run.close()


@pytest.fixture
def hall(make):
    return make("Hall")


@pytest.fixture
def library(make, hall):
    return make("Library")


@pytest.fixture
def mosque(make, library):
    return make("Mosque")


class Story:
    """Amina posts at one space and changes her words; Yusuf promises at another."""

    def __init__(self, here: Node, there: Node) -> None:
        self.amina, self.yusuf = Ticket(1), Ticket(2)
        here.carries(self.amina, opened(WORDS, area=AREA))
        edited = {**opened(f"{WORDS} {EDITED}", area=AREA).fields, "at": NOON}
        here.carries(self.amina, Event("post.edited", edited), home=here.space)
        visits(there, here)
        there.carries(self.yusuf, Event("help.promised", {"words": PROMISE}), self.amina.post)


def forgot(node: Node) -> bool:
    """No word is on its board nor in any file of it, once it has tidied up."""
    node.clock.ms += 1
    assert intake.tidy(node.run)
    assert files_with(node.folder) == []
    return node.board(status="all") == []


def still_has(node: Node) -> bool:
    return bool(files_with(node.folder)) and node.board(status="all") == [f"{WORDS} {EDITED}"]


# --- in every order ---


ORDERS = list(itertools.permutations(("tombstone", "post", "promise")))


@pytest.mark.parametrize(
    "order", [ORDERS[0], *(pytest.param(each, marks=pytest.mark.long) for each in ORDERS[1:])], ids="-".join
)
def test_erasure_wins_whatever_comes_first(hall, library, mosque, order):
    story = Story(hall, library)
    parcels = {
        "post": (hall.pages(own=True), []),
        "promise": (library.pages(own=True), []),
        "tombstone": ([], [story.amina.tombstone()]),
    }
    for what in order:
        mosque.hears(*parcels[what])
    assert forgot(mosque)
    assert erasures.is_erased(mosque.db, story.amina.owner)
    all_meet(hall, library, mosque)
    assert forgot(hall) and forgot(library) and forgot(mosque)
    assert hall.digest() == library.digest() == mosque.digest()


def test_who_erases_where_the_post_has_not_arrived_erases_it_everywhere(hall, library, mosque):
    story = Story(hall, library)
    intake.erase(mosque.run, story.amina.key)
    all_meet(hall, library, mosque)
    assert forgot(hall) and forgot(library) and forgot(mosque)
    for node in (hall, mosque):
        assert all(one.ms for one in erasures.confirmations(node.db, story.amina.owner))


def blocks(node: Node, other: Node) -> None:
    blocking.block(node.run, blocking.named(node.run, other.name))


def accepts_again(node: Node, other: Node) -> None:
    blocking.unblock(node.run, blocking.named(node.run, other.name))


def test_an_erasure_that_a_space_brought_stays_when_that_space_is_blocked(hall, library, mosque):
    story = Story(hall, library)
    intake.erase(mosque.run, story.amina.key)
    visits(library, mosque)
    blocks(library, mosque)
    visits(library, hall)
    assert forgot(library)
    visits(hall, library)
    assert forgot(hall)


def test_an_erasure_at_a_blocked_space_comes_by_way_of_another(hall, library, mosque):
    story = Story(hall, library)
    visits(mosque, hall)
    blocks(library, mosque)
    intake.erase(mosque.run, story.amina.key)
    visits(hall, mosque)
    visits(library, hall)
    assert forgot(hall) and forgot(library) and forgot(mosque)


def test_what_is_held_of_a_blocked_space_is_erased_too_and_comes_back_with_it_no_more(hall, library, mosque):
    """Posted at the mosque, which is blocked and later accepted again, and knows of no erasure until then."""
    story = Story(mosque, hall)
    visits(library, mosque)
    blocks(library, mosque)
    assert still_has(library) and still_has(mosque)
    intake.erase(library.run, story.amina.key)
    assert forgot(library)
    accepts_again(library, mosque)
    visits(library, mosque)
    assert forgot(library)
    visits(mosque, library)
    assert forgot(mosque)


def test_what_counts_no_more_is_erased_too(hall, library, mosque):
    """The feed of the post turns out to have two histories; its words are still in the log until they are erased."""
    story = Story(hall, library)
    mosque.hears_from(hall)
    mosque.hears([], [hall.evidence()])
    assert files_with(mosque.folder)
    mosque.hears([], [story.amina.tombstone()])
    assert forgot(mosque)


def test_a_node_that_joins_a_year_later_never_sees_the_words(make, hall, library):
    story = Story(hall, library)
    visits(hall, library)
    intake.erase(hall.run, story.amina.key)
    newcomer = make("Newcomer", years=1)
    visits(newcomer, library)  # which has not heard of it yet
    assert still_has(newcomer)
    visits(newcomer, hall)
    assert forgot(newcomer)
    visits(newcomer, library)
    assert forgot(newcomer)
    later = make("Later", years=1)
    visits(later, hall)
    visits(later, library)  # the words are still there
    assert forgot(later) and still_has(library)
    visits(library, later)
    assert forgot(library)


# --- nothing comes back ---


def test_a_peer_that_was_away_for_a_year_revives_nothing(hall, library, mosque):
    story = Story(hall, library)
    all_meet(hall, library, mosque)
    intake.erase(hall.run, story.amina.key)
    all_meet(hall, library)
    for node in (hall, library):
        node.clock.ms += YEAR
    assert still_has(mosque)
    visits(hall, mosque)
    visits(library, mosque)
    assert forgot(hall) and forgot(library)
    visits(mosque, library)
    assert forgot(mosque)
    assert hall.digest() == library.digest() == mosque.digest()


def test_an_old_copy_of_the_folder_forgets_once_a_peer_has_answered(hall, library, tmp_path):
    story = Story(hall, library)
    visits(hall, library)
    hall.run.close()
    shutil.copytree(hall.folder, tmp_path / "copy")
    hall.new_run()
    intake.erase(hall.run, story.amina.key)
    visits(library, hall)
    hall.run.close()
    shutil.rmtree(hall.folder)
    shutil.copytree(tmp_path / "copy", hall.folder)
    hall.new_run()
    assert still_has(hall), "said openly: until a peer answers"
    visits(library, hall)
    assert forgot(library)
    visits(hall, library)
    assert forgot(hall) and hall.digest() == library.digest()
    assert all(one.ms for one in erasures.confirmations(hall.db, story.amina.owner)), "its own word came back too"


# --- what is for here ---


def another_machine(hall: Node, folder: Path, *others: Node) -> Node:
    """One more node of the hall's own space, which all of them have in their roster."""
    folder.mkdir(mode=0o700)
    for name in ("paper.key", "circle.keys"):
        shutil.copy(hall.folder / name, folder / name)
    machines = (hall, *others, Node(folder, "Hall"))
    paper = paper_on_disk(hall.folder)
    assert paper is not None
    nodes = [each.run.identity.public_key for each in machines]
    roster = proofs.make_roster(paper.authority(), NOON * len(machines), nodes, [])
    for each in machines:
        intake.bury(each.run, [roster])
    acquaint(*machines)
    return machines[-1]


def test_another_machine_of_the_space_hears_of_what_is_for_here_and_nobody_else(hall, library, tmp_path):
    second = another_machine(hall, tmp_path / "second")
    ticket, unknown = Ticket(1), Ticket(2)
    hall.carries(ticket, opened("Only here", scope="here"), scope="here")
    visits(second, hall)
    assert second.board() == ["Only here"]
    intake.erase(hall.run, ticket.key)
    visits(second, hall)
    visits(library, hall)
    assert second.board() == [] and proofs.owners_for_here(second.db) == {ticket.owner}
    assert library.proofs() == []
    third = another_machine(hall, tmp_path / "third", second)
    intake.bury(hall.run, [proofs.for_here(unknown.tombstone())])
    visits(third, hall)
    assert proofs.owners_for_here(third.db) == {ticket.owner, unknown.owner}, "also before it has the entries"
    assert [one.ms is not None for one in erasures.confirmations(second.db, ticket.owner)] == [True]
    for node in (second, third):
        node.run.close()


def test_another_space_cannot_keep_a_tombstone_from_being_passed_on(hall, library):
    ticket = Ticket()
    library.hears([], [ticket.tombstone()])

    class SaysForHere(Answers):
        def proofs(self, who, body):
            return proofs.for_here(ticket.tombstone()) + b"\n"

    visits(hall, library, SaysForHere)
    assert hall.proofs() == [ticket.tombstone()] and proofs.owners_for_here(hall.db) == set()


def test_the_same_words_said_again_by_another_space_are_refused(hall, library, mosque):
    """What a ticket signed can be carried again by anybody, also by who never heard that it was erased."""
    story = Story(hall, library)
    held = log.read_all(hall.db)
    bodies = [one.entry for one in held if one.entry.header.owner == story.amina.owner]
    intake.erase(hall.run, story.amina.key)
    mosque.says(*(Draft(one.payload, one.header.post, one.header.owner) for one in bodies))
    all_meet(hall, mosque)
    assert forgot(hall) and forgot(mosque)
