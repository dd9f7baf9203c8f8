"""The head of a page says where it ends, so that the next one is asked for meanwhile. It is a claim like any other."""

import asyncio

import pytest

from sync import log
from sync.messages import reach_in_words, read_reach
from sync.peers.client import Unreachable
from sync.refusals import BadEntry
from tests.sync.exchange.nodes import Spoken


class Slow(Spoken):
    """Nothing of a page comes before the head of the next one could be asked for."""

    most = 0
    _open = 0

    async def post(self, path, body, reach=None):
        self._open += 1
        self.most = max(self.most, self._open)
        try:
            return await super().post(path, body, reach)
        finally:
            for _ in range(20):
                await asyncio.sleep(0)
            self._open -= 1


def of_many_pages(hall):
    for n in range(12):
        hall.says(*[f"{n} {each} " + "x" * 2_000 for each in range(60)])


def test_the_next_page_is_on_its_way_before_one_is_here(hall, library):
    of_many_pages(hall)
    told, silent = Slow(hall, library, head=lambda word: word), Slow(hall, library)
    asyncio.run(library.pulls(hall, told))
    assert library.words() == hall.words() and log.digest(library.db) == log.digest(hall.db)
    assert told.paths.count("entries") > 3 and told.most == 2, "never more than a peer answers to one node"
    hall.says("more")
    asyncio.run(library.pulls(hall, silent))
    assert library.words() == hall.words() and silent.most == 1


def test_over_a_real_line_too(hall, library):
    of_many_pages(hall)
    heard = []

    async def story():
        async with hall.answering() as address, library.line_to(address) as line:
            post = line.post

            async def noted(path, body, reach=lambda word: None):
                return await post(path, body, lambda word: (heard.append(word), reach(word)))

            line.post = noted
            await library.pulls(hall, line)

    asyncio.run(story())
    assert library.words() == hall.words()
    assert heard == sorted(heard, key=int) and int(heard[-1]) == log.feeds(hall.db)[0].next - 1


@pytest.mark.parametrize("head", ["x", "-1", "9" * 17, "1.0", "\u0661", ",,,,", ""])
def test_a_head_that_cannot_be_understood_says_nothing(hall, library, head):
    hall.says("words")
    asyncio.run(library.pulls(hall, Spoken(hall, library, head=lambda word: head)))
    assert library.words() == hall.words()


@pytest.mark.parametrize("far", [-3, 5, 10**15])
def test_a_head_that_lies_wins_nothing(hall, library, far):
    of_many_pages(hall)
    lying = Spoken(hall, library, head=lambda word: str(max(0, int(word) + far)))
    with pytest.raises(BadEntry):
        asyncio.run(library.pulls(hall, lying))
    words = library.words()
    assert words == hall.words()[: len(words)], "what came is a prefix as ever"
    asyncio.run(library.pulls(hall, Spoken(hall, library)))
    assert library.words() == hall.words()


class Broken(Spoken):
    """Every page is announced, and the second never ends well."""

    async def post(self, path, body, reach=None):
        answer = await super().post(path, body, reach)
        if path.endswith("entries") and self.paths.count("entries") == 2:
            for _ in range(50):
                await asyncio.sleep(0)
            raise Unreachable("cut-short")
        return answer


def test_a_page_that_breaks_off_ends_the_visit_whatever_comes_after_it(hall, library):
    of_many_pages(hall)

    async def story():
        async with asyncio.timeout(60):
            await library.pulls(hall, Broken(hall, library, head=lambda word: word))

    with pytest.raises(Unreachable):
        asyncio.run(story())
    assert 0 < len(library.words()) < len(hall.words())
    asyncio.run(library.pulls(hall, Spoken(hall, library)))
    assert library.words() == hall.words()


def test_how_far_a_page_reaches_is_told_by_feed():
    asked = [b"a" * 32, b"b" * 32, b"c" * 32]
    for reach in ({asked[0]: 0}, {asked[0]: 7, asked[2]: 41}, {asked[1]: 3}):
        assert read_reach(reach_in_words(asked, reach), asked) == reach
    assert read_reach("1,2,3,4,5", asked[:2]) == {asked[0]: 1, asked[1]: 2}, "of others was nothing asked"
