"""A space that is blocked while its line is open: the next request is refused, both ways."""

import asyncio

import pytest

from sync.peers.client import Declined, Unreachable


def test_it_is_answered_no_more_on_a_line_that_is_open(hall, library):
    async def story():
        async with library.answering() as address, hall.line_to(address) as line:
            await hall.pulls(library, line)
            library.db.execute("UPDATE space SET state = 'blocked' WHERE state = 'accepted'")
            with pytest.raises(Declined) as declined:
                await hall.pulls(library, line)
            return declined.value.key

    library.says("words")
    assert asyncio.run(story()) == "unaccepted" and hall.words() == library.words()


def test_it_is_asked_no_more_on_a_line_that_is_open(hall, library):
    async def story():
        async with hall.answering() as address, library.line_to(address) as line:
            await library.pulls(hall, line)
            library.db.execute("UPDATE space SET state = 'blocked' WHERE state = 'accepted'")
            hall.says("after")
            with pytest.raises(Unreachable):
                await library.pulls(hall, line)

    hall.says("before")
    asyncio.run(story())
    assert library.words() == hall.words()[:1]
