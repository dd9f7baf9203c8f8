"""A neighbour's post goes before the bulk of an exchange."""

import threading
import time
from types import SimpleNamespace

import pytest

from node.storage import turn


def test_bulk_work_waits_while_somebody_waits_and_goes_on_after(tmp_path):
    waits, done = threading.Event(), threading.Event()

    def neighbour():
        with turn.first(tmp_path):
            waits.set()
            time.sleep(0.3)
            done.set()

    thread = threading.Thread(target=neighbour)
    thread.start()
    assert waits.wait(60)
    turn.give_way(tmp_path, at_most=60)
    assert done.is_set()
    thread.join()


@pytest.fixture
def slept(monkeypatch):
    """How long it slept, by a clock that only sleeping moves."""
    naps = []
    monkeypatch.setattr(turn, "time", SimpleNamespace(monotonic=lambda: sum(naps), sleep=naps.append))
    return naps


def test_bulk_work_is_not_stopped_for_ever(tmp_path, slept):
    with turn.first(tmp_path):
        turn.give_way(tmp_path, at_most=0.2)
    assert sum(slept) == pytest.approx(0.2, abs=turn.LOOK_SECONDS)


def test_with_nobody_waiting_it_does_not_wait(tmp_path, slept):
    turn.give_way(tmp_path)
    assert slept == []
