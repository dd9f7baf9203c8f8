"""Threads that wait for one another are on one processor while pages come in, and nowhere else for longer."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from sync.processors import OneProcessor


@pytest.fixture
def writer() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def where(pool: ThreadPoolExecutor) -> set[int]:
    return pool.submit(os.sched_getaffinity, 0).result(60)


def test_two_threads_are_on_one_processor_for_as_long_as_one_block_runs(writer: ThreadPoolExecutor) -> None:
    ids = threading.get_native_id(), writer.submit(threading.get_native_id).result(60)
    one, before = OneProcessor(), os.sched_getaffinity(0)
    with one.holding(*ids):
        with one.holding(*ids):
            assert len(where(writer)) == 1 and where(writer) == os.sched_getaffinity(0)
        assert len(where(writer)) == 1
        with ThreadPoolExecutor(1) as begun:
            assert where(begun) == where(writer)
            held = begun.submit(threading.get_native_id).result(60)
            with pytest.raises(ZeroDivisionError), OneProcessor().holding(held):
                raise ZeroDivisionError
    assert where(writer) == os.sched_getaffinity(0) == before


def test_a_thread_that_was_begun_meanwhile_goes_everywhere_again(writer: ThreadPoolExecutor) -> None:
    before = os.sched_getaffinity(0)
    with OneProcessor().holding(threading.get_native_id()):
        where(writer)
    assert where(writer) == before


def test_a_machine_that_cannot_be_asked_and_a_thread_that_has_ended_are_no_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = os.sched_getaffinity(0)
    with OneProcessor().holding(threading.get_native_id(), 1 << 22):
        pass
    assert os.sched_getaffinity(0) == before
    monkeypatch.delattr(os, "sched_getaffinity")
    with OneProcessor().holding(threading.get_native_id()):
        pass
