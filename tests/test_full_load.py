"""The kiosk while the exchange works as hard as it can: pages and posts do not wait for it."""

import asyncio
import datetime
import threading
import time
from contextlib import contextmanager
from urllib.request import urlopen

import msgspec
import pytest

from node import control, intake
from node.domain import wire
from node.domain.decide import Facts, decide
from node.domain.wishes import OpenPost
from node.settings import Settings
from node.start import open_run
from sync import circle, log, proofs
from sync.exchange import Answers, trusted
from sync.handshake import Handover
from sync.peers import tls
from sync.peers.server import Door, PeerServer
from sync.writer import Draft
from tests.sync.exchange.nodes import Node, listen
from tests.test_serve import PATIENCE_S, serving, soon

POSTS = 15_000


@pytest.fixture
def hall(tmp_path):
    """A space with thousands of posts."""
    node = Node(tmp_path / "hall", "Hall")
    facts = Facts(next(node._ms), node.identity.space_id, datetime.UTC)
    wishes = [OpenPost(kind="need", category="food", words=f"Soup and bread {n}", area="North") for n in range(100)]
    drafts = [Draft(wire.payload(decide(wish, None, facts))) for wish in wishes]
    for _ in range(POSTS // 500):
        with log.writing(node.db):
            node.writer.append(node.db, drafts * 5)
    return node


@contextmanager
def answering(hall):
    """The hall answers from a thread, for as long as the block runs."""
    started, stop, port = threading.Event(), threading.Event(), []

    async def serve():
        server = PeerServer(Door(Answers(hall.gate.db), lambda who, address: None, circle=lambda who, body: b"[]"))
        listener = listen()
        await server.start(listener, tls.server_context(hall.identity, trusted(hall.gate.db())))
        port.append(listener.getsockname()[1])
        started.set()
        while not stop.is_set():
            await asyncio.sleep(0.05)
        await server.close()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert started.wait(PATIENCE_S)
    try:
        yield f"https://127.0.0.1:{port[0]}"
    finally:
        stop.set()
        thread.join(PATIENCE_S)


def each_in(seconds, do):
    """Calls `do` again and again. The returned function ends that and gives (began, ended) of each time."""
    times, done = [], threading.Event()

    def work():
        while not done.is_set():
            began = time.monotonic()
            do()
            times.append((began, time.monotonic()))
            time.sleep(seconds)

    thread = threading.Thread(target=work)
    thread.start()

    def end():
        done.set()
        thread.join(PATIENCE_S)
        return times

    return end


@pytest.mark.long
def test_pages_and_posts_do_not_wait_for_thousands_of_entries(tmp_path, hall):
    run = open_run(Settings(data=tmp_path / "library", name="Library"))
    given = Handover(hall.identity.space_cert, hall.identity.node_cert, hall.roster, "Hall", (), b"", 8081)
    library = run.db().execute("SELECT roster FROM space WHERE state = 'own'").fetchone()[0]
    mine = (run.space_id, run.identity.space_cert, "Library")
    with log.writing(hall.db):
        hall.db.execute("INSERT INTO space (id, cert, name, state) VALUES (?, ?, ?, 'accepted')", mine)
        proofs.take(hall.db, [library], 0)
    with serving(tmp_path / "library") as node, answering(hall) as address:
        soon(node.health)
        circle.join(run.db(), run.settings.data, msgspec.structs.replace(given, address=address), run.clock_ms())
        wish = OpenPost(kind="need", category="other", words="Chairs", area="North")
        pages = each_in(0.01, lambda: urlopen(f"http://127.0.0.1:{node.port}/kiosk", timeout=PATIENCE_S).read())
        posts = each_in(0.01, lambda: intake.record(run, wish))
        began = time.monotonic()
        reports = control.ask(run.settings.data, {"do": "pull"}, 600)["reports"]
        soon(lambda: run.db().execute("SELECT count(*) FROM entry").fetchone()[0] > POSTS)
        pulled = (began, time.monotonic())
        looked, posted = pages(), posts()
    assert [report["error"] for report in reports] == [""]
    for times in (looked, posted):
        inside = sum(pulled[0] < begun and ended < pulled[1] for begun, ended in times)
        assert inside > 2, "they waited until thousands of entries were in"
    run.close()
