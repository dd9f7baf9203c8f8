"""Evidence of a fork goes round over real sockets: to who saw one history, and to who saw none."""

import asyncio

from sync import forks, log
from sync.entry import b64
from sync.messages import BODY_BYTES
from sync.writer import Draft, Writer
from tests.sync.exchange.nodes import visit

SEED = b"s"


def a_snapshot_says(hall, *words, scope="circle"):
    """A run of the hall that begins with the same memory each time."""
    writer = Writer(hall.identity, lambda: 1_790_000_000_000, lambda size: SEED * size, "Hall")
    with log.writing(hall.db):
        for word in words:
            writer.append(hall.db, [Draft(b'{"w":"%s"}' % word)], scope)


def forgets(hall):
    hall.db.executescript("DELETE FROM entry; DELETE FROM feed; DELETE FROM arrival;")


def evidence_in(node):
    return [line for (line,) in node.db.execute("SELECT line FROM proof WHERE kind = 'fork'")]


def states(node):
    return {feed.key: feed.state for feed in log.feeds(node.db, -1)}


def test_it_reaches_a_node_that_saw_one_history_and_one_that_saw_none(hall, library, mosque):
    a_snapshot_says(hall, b"one", b"two")
    visit(library, hall)
    visit(mosque, library)
    forgets(hall)
    a_snapshot_says(hall, b"one", b"another two")

    async def story():
        async with hall.answering() as at_hall, library.answering() as at_library, mosque.answering() as at_mosque:
            found = await library.hears_from(hall, at_hall)
            await mosque.hears_from(library, at_library)
            await hall.hears_from(mosque, at_mosque)
            return found

    assert len(asyncio.run(story()).void) == 1
    (line,) = evidence_in(library)
    assert evidence_in(mosque) == evidence_in(hall) == [line]
    for node in (library, mosque, hall):
        assert set(states(node).values()) == {"void"}
    assert visit(mosque, hall).refused == {} and mosque.words() != hall.words(), "nobody takes the other one now"


def test_a_false_accusation_on_the_way_is_refused_and_the_true_ones_are_taken(hall, library, mosque):
    a_snapshot_says(hall, b"one", b"two")
    mosque.says("words")
    visit(library, hall)
    visit(library, mosque)
    forgets(hall)
    a_snapshot_says(hall, b"one", b"another two")
    visit(library, hall)

    def lie(path, body):
        if path != "proofs":
            return body
        (true,) = evidence_in(library)
        return (
            body + true.replace(b64(hall.identity.node_cert).encode(), b64(mosque.identity.node_cert).encode()) + b"\n"
        )

    before = mosque.words()
    visit(mosque, library, lie)
    assert len(evidence_in(mosque)) == 1 and mosque.words() == before
    assert sorted(states(mosque).values()) == ["open", "void"]


def test_long_evidence_comes_in_several_answers(hall, library, monkeypatch):
    for number in range(4):
        forgets(hall)
        seed = b"%d" % number
        monkeypatch.setattr(f"{__name__}.SEED", seed)
        a_snapshot_says(hall, b"one")
        visit(library, hall)
        forgets(hall)
        a_snapshot_says(hall, b"another")
        visit(library, hall)
    monkeypatch.setattr("sync.exchange.BODY_BYTES", 2 * len(evidence_in(library)[0]))
    visit(hall, library)
    assert len(evidence_in(hall)) == 4 and set(evidence_in(hall)) == set(evidence_in(library))


def test_two_of_the_longest_fit_into_an_answer():
    assert 2 * forks.LINE_LIMIT <= BODY_BYTES
