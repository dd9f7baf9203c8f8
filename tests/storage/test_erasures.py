"""Which spaces have said that a ticket's words are forgotten: once each, for themselves; what is for here stays."""

import msgspec
import pytest

from node import burying, intake
from node.domain.values import Event
from node.storage import erasures, projection
from sync import confirming, log, proofs
from sync.entry import CONFIRMED, b64
from sync.writer import Draft
from tests.storage.nodes import Node, Ticket, opened


def said_by(node: Node, listener: Node | None = None) -> list[tuple[str, tuple[bytes, ...]]]:
    """(scope of the feed, whose words) of each confirmation by this node that is held here, or there."""
    held = log.read_all((listener or node).db)
    spoken = [(one, log.feed_by_key((listener or node).db, one.entry.header.feed)) for one in held]
    return [
        (feed.scope, confirming.read(one.entry.payload))
        for one, feed in spoken
        if one.entry.header.sys == CONFIRMED and feed.node == node.run.identity.node_fingerprint
    ]


def told(node: Node, ticket: Ticket) -> list[tuple[str, bool, bool]]:
    """(space, ours, whether it has confirmed) in the order of the list."""
    return [(one.name, one.ours, one.ms is not None) for one in erasures.confirmations(node.db, ticket.owner)]


def test_the_right_ticket_learns_which_spaces_have_forgotten(hall, library, mosque):
    ticket = Ticket()
    hall.carries(ticket, opened("Medicine for my mother"))
    library.hears_from(hall)
    assert not erasures.is_erased(hall.db, ticket.owner)
    assert intake.erase(hall.run, ticket.key).erased == 1
    assert erasures.is_erased(hall.db, ticket.owner)
    assert told(hall, ticket) == [("Hall", True, True), ("Library", False, False), ("Mosque", False, False)]
    library.hears_from(hall)
    hall.hears_from(library)
    assert told(hall, ticket) == [("Hall", True, True), ("Library", False, True), ("Mosque", False, False)]
    assert told(library, ticket) == [("Library", True, True), ("Hall", False, True), ("Mosque", False, False)]
    when = [one.ms for one in erasures.confirmations(hall.db, ticket.owner)]
    assert when[0] is not None and when[1] is not None and hall.clock.ms - 1000 < when[0] <= hall.clock.ms
    before = hall.rows()
    projection.rebuild(hall.db)
    assert hall.rows() == before


def test_who_erases_twice_changes_nothing_the_second_time(hall):
    ticket = Ticket()
    hall.carries(ticket, opened("Medicine"))
    intake.erase(hall.run, ticket.key)
    before = hall.db.execute("SELECT n, mark FROM arrival").fetchall()
    assert intake.erase(hall.run, ticket.key) == intake.Taken()
    assert hall.db.execute("SELECT n, mark FROM arrival").fetchall() == before
    assert said_by(hall) == [("circle", (ticket.owner,))]


def test_a_ticket_that_is_not_known_yet_is_confirmed_too(hall):
    ticket = Ticket()
    hall.hears([], [ticket.tombstone()])
    assert said_by(hall) == [("circle", (ticket.owner,))]


def test_many_erasures_at_once_are_said_in_few_entries(hall):
    tickets = [Ticket(number % 256).key for number in range(3)]
    lines = [proofs.make_tombstone(key) for key in tickets]
    hall.hears([], lines)
    assert [len(owners) for _, owners in said_by(hall)] == [3]
    assert len(confirming.payload([bytes([1]) * 32] * confirming.OWNERS_LIMIT)) < 32_768


def test_an_old_copy_of_the_database_says_nothing_twice(hall, library):
    """The tombstone comes from the file beside it; that this was said already comes back from a peer."""
    ticket = Ticket()
    hall.carries(ticket, opened("Medicine"))
    library.hears_from(hall)
    old = {name: (hall.folder / name).read_bytes() for name in ("corkboard.db", "corkboard.db-wal")}
    intake.erase(hall.run, ticket.key)
    library.hears_from(hall)
    hall.run.close()
    for name, data in old.items():
        (hall.folder / name).write_bytes(data)
    (hall.folder / "corkboard.db-shm").unlink(missing_ok=True)
    hall.new_run()
    assert hall.board() == [] and erasures.is_erased(hall.db, ticket.owner)
    knows(hall, library)
    assert not burying.confirm(hall.run, hall.clock.ms), "a peer may still hold what was said"
    hall.hears_from(library)
    heard(hall, library)
    assert burying.confirm(hall.run, hall.clock.ms - 100)
    assert said_by(hall) == [("circle", (ticket.owner,))]
    assert told(hall, ticket)[0] == ("Hall", True, True)


def test_where_nobody_can_bring_it_back_it_is_said_anew(hall):
    ticket = Ticket()
    (hall.folder / proofs.TOMBSTONES_FILE).write_bytes(ticket.tombstone() + b"\n")
    hall.run.close()
    hall.new_run()
    assert said_by(hall) == []
    assert burying.confirm(hall.run, hall.clock.ms) and burying.confirm(hall.run, hall.clock.ms)
    assert said_by(hall) == [("circle", (ticket.owner,))]


def knows(node: Node, other: Node) -> None:
    peer = "INSERT INTO peer (node, space, cert) SELECT ?, no, ? FROM space WHERE id = ?"
    node.db.execute(peer, (other.run.identity.node_fingerprint, other.run.identity.node_cert, other.space))


def heard(node: Node, other: Node) -> None:
    seen = "UPDATE peer SET seen_ms = ? WHERE node = ?"
    node.db.execute(seen, (node.clock.ms, other.run.identity.node_fingerprint))


def test_nobody_confirms_for_another_space_and_a_void_feed_for_none(hall, library, mosque):
    ticket = Ticket()
    hall.hears([], [ticket.tombstone()])
    library.says(Draft(confirming.payload([ticket.owner]), sys=CONFIRMED))
    hall.hears_from(library)
    assert told(hall, ticket) == [("Hall", True, True), ("Library", False, True), ("Mosque", False, False)]
    hall.hears([], [library.evidence()])
    assert told(hall, ticket)[1] == ("Library", False, False)


def test_a_node_whose_own_feed_is_set_aside_says_it_again(hall):
    ticket = Ticket()
    hall.hears([], [ticket.tombstone()])
    hall.hears([], [hall.evidence()])
    assert told(hall, ticket) == [("Hall", True, False)]
    assert burying.confirm(hall.run, hall.clock.ms) and told(hall, ticket) == [("Hall", True, True)]


@pytest.mark.parametrize(
    "payload",
    [
        b'{"event":"erased","owners":[]}',
        b'{"event":"erased","owners":["short"]}',
        b'{"event":"erased","owners":["%s"],"more":1}',
        b'{"event":"other","owners":["%s"]}',
        b'[{"event":"erased"}]',
        b'{"event":"erased","owners":[' + b",".join([b'"%s"'] * 501) + b"]}",
        b"[" * 5000,
    ],
)
def test_an_odd_confirmation_says_nothing_and_stops_nothing(hall, library, payload):
    ticket = Ticket()
    owner = b64(ticket.owner).encode()
    library.says(Draft(payload.replace(b"%s", owner), sys=CONFIRMED))
    library.posts("Bread")
    hall.hears_from(library)
    assert hall.board() == ["Bread"]
    assert told(hall, ticket) == [("Hall", True, False), ("Library", False, False)]
    assert hall.db.execute("SELECT * FROM confirmed").fetchall() == []


def test_owners_that_begin_alike_are_told_apart(hall):
    ticket = Ticket()
    other = ticket.owner[:8] + bytes(24)
    hall.says(Draft(confirming.payload([other]), sys=CONFIRMED))
    assert told(hall, ticket) == [("Hall", True, False)]


# --- what is for here ---


def test_a_tombstone_of_what_is_for_here_is_told_to_no_other_space(hall, library):
    ticket, helper, elsewhere = Ticket(1), Ticket(2), Ticket(3)
    hall.carries(ticket, opened("Only here", scope="here"), scope="here")
    hall.carries(helper, Event("help.promised", {"words": "At five"}), ticket.post, scope="here")
    hall.carries(elsewhere, opened("Everywhere"))
    for each in (ticket, helper, elsewhere):
        intake.erase(hall.run, each.key)
    assert proofs.owners_for_here(hall.db) == {ticket.owner, helper.owner}
    assert sorted(said_by(hall)) == sorted([
        ("here", (ticket.owner,)), ("here", (helper.owner,)), ("circle", (elsewhere.owner,)),
    ])  # fmt: skip
    ids = [proofs.proof_id(each.tombstone()) for each in (ticket, helper, elsewhere)]
    assert [*proofs.lines(hall.db, ids)] == [elsewhere.tombstone()]
    assert next(proofs.lines(hall.db, ids, family=True)) == proofs.for_here(ticket.tombstone())


def test_a_tombstone_that_was_for_here_is_told_to_all_once_the_post_is_widened(hall, library):
    ticket = Ticket()
    body = ticket.body(ticket.post, hall.space, opened("Only here", scope="here"))
    hall.says(Draft(body, ticket.post, ticket.owner), scope="here")
    library.says(Draft(body, ticket.post, ticket.owner))
    intake.erase(hall.run, ticket.key)
    n = log.last_arrival(hall.db)[0]
    hall.hears_from(library)
    assert proofs.owners_for_here(hall.db) == set()
    assert proofs.changed_after(hall.db, n) == [proofs.proof_id(ticket.tombstone())]
    assert said_by(hall) == [("here", (ticket.owner,)), ("circle", (ticket.owner,))]
    library.hears_from(hall)
    assert library.board() == [] and said_by(hall, library) == [("circle", (ticket.owner,))]


def test_an_old_copy_still_knows_what_is_for_here(hall):
    ticket = Ticket()
    hall.hears([], [proofs.for_here(ticket.tombstone())])
    assert (hall.folder / proofs.TOMBSTONES_FILE).read_bytes() == proofs.for_here(ticket.tombstone()) + b"\n"
    with log.writing(hall.db):
        hall.db.execute("DELETE FROM proof WHERE kind = 'tombstone'")
    hall.run.close()
    hall.new_run()
    assert proofs.owners_for_here(hall.db) == {ticket.owner}


def test_one_tombstone_of_a_ticket_is_enough(hall):
    """Its holder can sign any number of different ones."""
    ticket = Ticket()
    line = ticket.tombstone()
    hall.hears([], [line, proofs.for_here(line)])
    assert hall.proofs() == [line]
    assert msgspec.json.decode(proofs.for_here(line)) == ["here", msgspec.json.decode(line)]


@pytest.mark.parametrize(
    "wrap", [b'["here",%s', b'["here", %s]', b'["here",["here",%s]]', b'["here",["cr1"]]', b'["here",]']
)
def test_a_tombstone_for_here_has_one_spelling(hall, wrap):
    with pytest.raises(proofs.BadProof):
        hall.hears([], [wrap.replace(b"%s", Ticket().tombstone())])
    assert hall.proofs() == []
