"""What came in columns, and what came entry by entry, is parted alike and gives the same board."""

import pytest

from node.domain import wire
from node.domain.values import Event
from sync import log, plain
from sync.entry import CONFIRMED, parse_page
from sync.log import HeldRun
from sync.parted import part
from sync.take import take
from sync.writer import Draft
from tests.storage.nodes import Ticket, opened

OPENED = Draft(wire.payload(opened("Rice, قهوة and l'eau")))


@pytest.fixture
def told(hall):
    """A page in which hall says whatever there is to say, and the page before it."""
    first = hall.posts("Bread").post
    [at] = [feed.next for feed in log.feeds(hall.db) if feed.scope == "circle"]
    ticket = Ticket()
    promised = Draft(wire.payload(Event("help.promised", {})), first, refs=(first,))
    hall.says(OPENED, OPENED, promised)
    hall.says(Draft(b"odd"), Draft(wire.payload(opened("Later", outside="A" * 43))), Draft(b"[]", sys=CONFIRMED))
    hall.carries(ticket, opened("A cot"))
    hall.says(Draft(wire.payload(Event("post.met", {})), first, refs=(first,)), OPENED)
    lines = [log.page(hall.db, 1, *limits, 1 << 20) for limits in ((0, at), (at, 500))]
    return [b"".join(line + b"\n" for line in page) for page in lines]


def test_a_page_in_columns_gives_the_same_board(told, library, mosque):
    mosque.clock.ms = library.clock.ms
    for node in (library, mosque):
        node.hears([parse_page(told[0])])
    news = [node.hears([read(told[1])]) for node, read in ((library, plain.read), (mosque, parse_page))]
    assert news[0] == news[1] and news[0].new_entries == 9 and news[0].new_posts == 5
    assert (library.rows(), library.indexed()) == (mosque.rows(), mosque.indexed())


def test_columns_and_entries_are_parted_alike(told, library):
    library.hears([parse_page(told[0])])
    with log.writing(library.db):
        held = take(library.db, plain.read(told[1]), library.clock.ms)
    assert isinstance(held, HeldRun)
    in_columns, one_by_one = part([held]), part([list(held)])
    assert in_columns == one_by_one and len(in_columns.bare) == 5 and sum(in_columns.counts.values()) == 9
    assert part([held, [], list(held)]).bare == 2 * in_columns.bare
