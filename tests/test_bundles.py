"""Two spaces without a network, and a stick between them."""

from __future__ import annotations

import io
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from node import bundles, intake
from node.bundles import THE_CIRCLE, Came
from node.domain.wishes import MarkMet
from node.gate import BoardGate
from node.intake import Taken
from sync import bundle, carry, circle, log
from sync.bundle import END, ENTRIES, HEADS, PROOFS, NotABundle, NotForUs, Reader, Writer
from sync.carry import Carried
from sync.entry import b64
from sync.exchange import Caller
from tests.storage.nodes import Node, Ticket, opened


def silent(done: int, total: int) -> None:
    pass


def stick(node: Node, to: bytes = THE_CIRCLE) -> bytes:
    into = io.BytesIO()
    bundles.write(node.run, into, to, silent)
    return into.getvalue()


def brings(data: bytes, node: Node) -> Came:
    return bundles.take(node.run, io.BytesIO(data), silent)


def came(found: Came) -> tuple[int, int, int, int]:
    return tuple(found.report[word] for word in ("needs", "offers", "met", "erased"))  # type: ignore[return-value]


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Node]:
    node = Node(tmp_path / "hall", "Hall")
    yield node
    node.run.close()


@pytest.fixture
def library(tmp_path: Path, hall: Node) -> Iterator[Node]:
    node = Node(tmp_path / "library", "Library")
    meet(hall, node)
    yield node
    node.run.close()


def meet(one: Node, other: Node) -> None:
    for here, there in ((one, other), (other, one)):
        here.accepts(there)
        circle.add_keys(here.folder, circle.keys(there.folder))


def test_a_stick_brings_what_an_exchange_would(hall: Node, library: Node) -> None:
    rice = hall.posts("Rice for five")
    hall.posts("A ladder", kind="offer", category="tools")
    ticket = Ticket(7)
    hall.carries(ticket, opened("Formula"))
    found = brings(stick(hall), library)
    assert came(found) == (2, 1, 0, 0) and found.made_by == "Hall" and found.report["error"] == ""
    assert hall.digest() == library.digest() and log.digest(hall.db) == log.digest(library.db)
    hall.does(MarkMet(rice.post))
    intake.bury(hall.run, [ticket.tombstone()])
    assert came(brings(stick(hall), library)) == (0, 0, 1, 1)
    assert sorted(hall.board()) == sorted(library.board()) and "Formula" not in str(library.board())
    brings(stick(library), hall)
    assert hall.digest() == library.digest()


def test_the_same_stick_again_changes_nothing(hall: Node, library: Node) -> None:
    hall.posts()
    data = stick(hall)
    brings(data, library)
    before = library.rows(), log.last_arrival(library.db)
    assert came(brings(data, library)) == (0, 0, 0, 0)
    assert (library.rows(), log.last_arrival(library.db)) == before


def test_a_stick_that_was_interrupted_is_completed_by_the_same_stick(
    hall: Node, library: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carry, "PAGE_BYTES", 1_500)  # so that it takes many transactions
    for number in range(60):
        hall.posts(f"Need {number}")
    data = stick(hall)
    for transactions in (1, 2, 3):
        with pytest.raises(PowerCut):
            bundles.take(library.run, io.BytesIO(data), silent, CutOff(library, transactions))
    assert 0 < log.last_arrival(library.db)[0] < log.last_arrival(hall.db)[0]
    brings(data, library)
    assert library.digest() == hall.digest() and log.digest(library.db) == log.digest(hall.db)


class PowerCut(Exception):
    """In the middle of it."""


class CutOff(BoardGate):
    """Takes so many transactions and then no more."""

    def __init__(self, node: Node, transactions: int) -> None:
        super().__init__(node.run)
        self._left = transactions

    def accept(self, *args: Any, **more: Any) -> Taken:
        if not self._left:
            raise PowerCut
        self._left -= 1
        return super().accept(*args, **more)


def test_an_old_stick_does_not_revive_what_was_erased(hall: Node, library: Node) -> None:
    ticket = Ticket(7)
    hall.carries(ticket, opened("Formula"))
    old = stick(hall)
    intake.bury(hall.run, [ticket.tombstone()])
    brings(stick(hall), library)
    brings(old, library)
    assert library.board() == [] and b"Formula" not in b"".join(
        payload for (payload,) in library.db.execute("SELECT payload FROM entry WHERE payload IS NOT NULL")
    )


def test_a_stick_for_one_space_leaves_out_what_came_from_there(hall: Node, library: Node) -> None:
    for number in range(40):
        hall.posts(f"Need {number}")
    brings(stick(hall, library.space), library)
    brings(stick(library), hall)
    hall.posts("The newest")
    whole, short = stick(hall), stick(hall, library.space)
    assert len(short) < len(whole)
    assert came(brings(short, library)) == (1, 0, 0, 0) and hall.digest() == library.digest()


def test_a_space_that_lost_what_it_had_is_told_so_and_its_next_stick_sets_it_right(
    tmp_path: Path, hall: Node, library: Node
) -> None:
    for number in range(3):
        hall.posts(f"Need {number}")
    copy = tmp_path / "copy"
    library.run.close()
    shutil.copytree(library.folder, copy)
    library.new_run()
    brings(stick(hall, library.space), library)
    brings(stick(library), hall)
    hall.posts("The newest")
    old = Node(copy, "Library")
    found = brings(stick(hall, library.space), old)
    assert old.board() == [] and found.report["error"] == "absent"
    brings(stick(old), hall)
    assert came(brings(stick(hall, library.space), old)) == (4, 0, 0, 0)
    old.run.close()


def test_who_only_claims_to_be_a_node_leaves_nothing_out(hall: Node, library: Node) -> None:
    hall.posts("Rice")
    [feed] = log.feeds(hall.db)
    into = io.BytesIO()
    writer = Writer(into, [bundle.key_of_circle(circle.issuing_key(hall.folder).key).public_key()])
    head = [[b64(hall.space), b64(feed.key), feed.next - 1, b64(feed.head)]]
    writer.add(HEADS, msgspec.json.encode(head))
    writer.end(hall.run.identity.node_key, library.run.identity.node_cert)
    brings(into.getvalue(), hall)
    assert came(brings(stick(hall, library.space), library))[0] == 1


def test_what_is_for_here_stays_here(hall: Node, library: Node) -> None:
    hall.posts("For us alone", scope="here")
    hall.posts("For all")
    for to in (THE_CIRCLE, library.space):
        brings(stick(hall, to), library)
    assert library.board() == ["For all"]


def test_who_carries_it_reads_nothing_in_it(hall: Node, library: Node) -> None:
    hall.posts("Formula for three months")
    for data in (stick(hall), stick(hall, library.space)):
        for word in (b"Formula", b"Hall", hall.space, hall.space.hex().encode(), b'cb1"', b"corkboard.local"):
            assert word not in data.removeprefix(bundle.MAGIC)


def test_only_the_one_that_it_is_for_opens_it(tmp_path: Path, hall: Node, library: Node) -> None:
    hall.posts()
    mosque, stranger = Node(tmp_path / "mosque", "Mosque"), Node(tmp_path / "stranger", "Stranger")
    meet(hall, mosque)
    with pytest.raises(NotForUs):
        brings(stick(hall, library.space), mosque)
    assert came(brings(stick(hall), mosque))[0] == 1
    for to in (THE_CIRCLE, library.space):
        with pytest.raises(NotForUs):
            brings(stick(hall, to), stranger)
    assert came(brings(stick(hall, library.space), library))[0] == 1


def test_keys_from_before_a_block_open_nothing_new(hall: Node, library: Node) -> None:
    hall.posts()
    circle.renew_keys(hall.folder, random.Random(3).randbytes)
    with pytest.raises(NotForUs):
        brings(stick(hall), library)
    assert came(brings(stick(hall, library.space), library))[0] == 1


def test_a_space_that_is_not_accepted_is_passed_over(tmp_path: Path, hall: Node, library: Node) -> None:
    mosque = Node(tmp_path / "mosque", "Mosque")
    meet(hall, mosque)
    mosque.posts("From the mosque")
    hall.hears_from(mosque)
    hall.posts("From the hall")
    found = brings(stick(hall), library)
    assert library.board() == ["From the hall"] and found.strange == 1 and found.report["error"] == ""


# --- what was changed on the way ---


def small(hall: Node) -> bytes:
    hall.posts("Rice")
    intake.bury(hall.run, [Ticket(9).tombstone()])
    return stick(hall)


def state(node: Node) -> tuple[object, ...]:
    return node.rows(), log.last_arrival(node.db), log.digest(node.db)


def flipped(data: bytes, at: int, by: int = 1) -> bytes:
    return data[:at] + bytes([data[at] ^ by]) + data[at + 1 :]


def test_a_changed_byte_or_a_file_cut_short_changes_nothing_at_all(hall: Node, library: Node) -> None:
    """Every 211th place; the long suite tries each."""
    data, before = small(hall), state(library)
    for at in range(0, len(data), 211):
        for bad in (data[:at], flipped(data, at), data[:at] + data[at + 1 :]):
            with pytest.raises(NotABundle):
                brings(bad, library)
    with pytest.raises(NotABundle):
        brings(data + b"\0", library)
    assert state(library) == before and came(brings(data, library))[0] == 1


@pytest.mark.long
def test_each_single_byte_flipped_and_each_truncation_is_refused(hall: Node, library: Node) -> None:
    """By the look that comes before anything is taken."""
    data, keys, source = small(hall), bundles._keys(library.run), random.Random(5)
    for at in range(len(data)):
        for bad in (data[:at], flipped(data, at, source.randrange(1, 256))):
            with pytest.raises(NotABundle):
                Carried(Reader(io.BytesIO(bad), keys))


# --- who may open one may also have made it ---


def made(hall: Node, *records: tuple[bytes, bytes]) -> bytes:
    """A bundle that the hall's machine signs, whatever is in it."""
    into = io.BytesIO()
    key = bundle.key_of_circle(circle.issuing_key(hall.folder).key)
    writer = Writer(into, [key.public_key()])
    for record in records:
        writer.add(*record)
    writer.end(hall.run.identity.node_key, hall.run.identity.node_cert)
    return into.getvalue()


@pytest.mark.parametrize(
    "record",
    [
        (HEADS, b"[" * 100_000),
        (HEADS, b'[["a","b",1,"c"]]'),
        (HEADS, b'{"n":1e999}'),
        (ENTRIES, b"nothing\n"),
        (ENTRIES, b"\xff\n"),
        (ENTRIES, b"0" * (8 << 20)),
        (HEADS, b"\xff"),
        (END, b"{}"),
    ],
)
def test_what_is_no_record_is_refused(hall: Node, library: Node, record: tuple[bytes, bytes]) -> None:
    before = state(library)
    with pytest.raises(NotABundle):
        brings(made(hall, record), library)
    assert state(library) == before


def test_a_file_that_would_fill_the_memory_is_refused(
    hall: Node, library: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key of a node is no secret, so anybody may seal a small file that becomes a large one."""
    zeros, before = made(hall, *[(b"z", bytes(1 << 20))] * 5), state(library)
    monkeypatch.setattr(bundle, "INFLATED_LIMIT", 4 << 20)
    with pytest.raises(NotABundle):
        brings(zeros, library)
    monkeypatch.setattr(carry, "PARTS_AT_MOST", 9)
    with pytest.raises(NotABundle):
        brings(made(hall, (PROOFS, b"[]\n" * 10)), library)
    assert state(library) == before


def test_kinds_of_records_that_come_later_are_passed_over(hall: Node, library: Node) -> None:
    assert came(brings(made(hall, (b"z", b"later")), library)) == (0, 0, 0, 0)


def test_proofs_that_prove_nothing_are_not_taken_and_the_others_are(hall: Node, library: Node) -> None:
    ticket = Ticket(7)
    hall.carries(ticket, opened("Formula"))
    brings(stick(hall), library)
    false = ticket.tombstone().replace(b'"]', b'A"]')
    brings(made(hall, (PROOFS, false + b"\n[[[\n\n")), library)
    assert library.board() == ["Formula"]
    brings(made(hall, (PROOFS, b"rubbish\n" + ticket.tombstone() + b"\n")), library)
    assert library.board() == []


def test_heads_that_lie_bring_nothing_and_say_so(hall: Node, library: Node) -> None:
    hall.posts("Rice")
    [feed] = log.feeds(hall.db)
    lies = [[b64(hall.space), b64(key), 2**50, b64(b"i" * 32)] for key in (feed.key, b"k" * 32)]
    lines = b"".join(line + b"\n" for line in log.page(hall.db, feed.no, 0, 500, 1 << 20))
    found = brings(made(hall, (HEADS, msgspec.json.encode(lies)), (ENTRIES, lines)), library)
    assert library.board() == ["Rice"] and found.report["error"] == "absent"


def test_a_false_signature_of_its_maker_names_nobody_and_what_proves_itself_comes_in(hall: Node, library: Node) -> None:
    hall.posts("Rice")
    into = io.BytesIO()
    writer = Writer(into, [bundle.key_of_circle(circle.issuing_key(hall.folder).key).public_key()])
    carry.pack(hall.db, Caller(b"", b"", False), writer, silent)
    writer.end(library.run.identity.node_key, hall.run.identity.node_cert)
    found = brings(into.getvalue(), library)
    assert found.made_by == "" and library.board() == ["Rice"]


def test_a_made_up_opening_of_a_feed_comes_to_nothing(hall: Node, library: Node) -> None:
    """The mosque is not accepted at the library, so nothing that it says comes in by anybody's stick."""
    before = state(library)
    head = [[b64(b"m" * 32), b64(b"f" * 32), 0, b64(b"i" * 32)]]
    found = brings(made(hall, (HEADS, msgspec.json.encode(head))), library)
    assert found.strange == 1 and state(library) == before
