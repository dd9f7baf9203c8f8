"""What a command asks of the running node, over a real socket."""

import asyncio
import os
import stat
import threading
from contextlib import contextmanager

import pytest

from node import control
from node.control import NotRunning


@contextmanager
def answering(folder, answer):
    started, loop = threading.Event(), asyncio.new_event_loop()

    async def serve():
        async with control.listening(folder, answer):
            started.set()
            while not stop.is_set():
                await asyncio.sleep(0.01)

    stop = threading.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert started.wait(60)
    try:
        yield
    finally:
        stop.set()
        thread.join(60)
        loop.close()


async def echo(request):
    if request.get("do") == "fail":
        raise RuntimeError("on purpose")
    return {"heard": request}


def test_a_command_is_answered(tmp_path):
    with answering(tmp_path, echo):
        assert control.ask(tmp_path, {"do": "health"}) == {"heard": {"do": "health"}}
        assert stat.S_IMODE((tmp_path / "control.sock").stat().st_mode) == 0o600


def test_a_folder_with_a_very_long_name_works_too(tmp_path):
    folder = tmp_path / ("a" * 90) / ("b" * 90)
    folder.mkdir(parents=True)
    with answering(folder, echo):
        assert control.ask(folder, {"do": "news"}) == {"heard": {"do": "news"}}


def test_a_command_that_fails_ends_nothing(tmp_path):
    with answering(tmp_path, echo):
        assert control.ask(tmp_path, {"do": "fail"})["error"] == "failed"
        assert control.ask(tmp_path, {"do": "health"})["heard"]


def test_nobody_there_is_said_so(tmp_path):
    with pytest.raises(NotRunning):
        control.ask(tmp_path, {"do": "health"})


def test_a_socket_left_by_a_killed_process_is_replaced(tmp_path):
    with answering(tmp_path, echo):
        os.link(tmp_path / "control.sock", tmp_path / "left")
    (tmp_path / "left").rename(tmp_path / "control.sock")
    with pytest.raises(NotRunning):
        control.ask(tmp_path, {"do": "health"})
    with answering(tmp_path, echo):
        assert control.ask(tmp_path, {"do": "health"})["heard"]
