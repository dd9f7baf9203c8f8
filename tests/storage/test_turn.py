"""A neighbour's post goes before the bulk of an exchange."""

import threading
import time

from node.storage import turn


def test_bulk_work_waits_while_somebody_waits_and_goes_on_after(tmp_path):
    done = threading.Event()

    def neighbour():
        with turn.first(tmp_path):
            time.sleep(0.3)
            done.set()

    thread = threading.Thread(target=neighbour)
    thread.start()
    time.sleep(0.1)
    turn.give_way(tmp_path)
    assert done.is_set()
    thread.join()


def test_bulk_work_is_not_stopped_for_ever(tmp_path):
    began = time.monotonic()
    with turn.first(tmp_path):
        turn.give_way(tmp_path, at_most=0.2)
    assert time.monotonic() - began < 2


def test_with_nobody_waiting_it_costs_nothing_much(tmp_path):
    began = time.monotonic()
    for _ in range(100):
        turn.give_way(tmp_path)
    assert time.monotonic() - began < 1
