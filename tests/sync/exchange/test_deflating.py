"""Pages come deflated, but for a line that is quicker than deflating."""

import asyncio
import itertools

from sync import log
from sync.messages import EntriesAsked, text, write
from sync.peers import deflating
from sync.peers.deflating import AGAIN, MEASURED_BYTES, SELDOM, WORTH_TRYING, Deflating

PAGE = 4 * MEASURED_BYTES


def asked(line: Deflating, deflated_takes: float, plain_takes: float, pages: int) -> list[bool]:
    """How so many pages were asked for; seconds that one takes either way."""
    ways = []
    for _ in range(pages):
        ways.append(line.next())
        line.came(ways[-1], PAGE, deflated_takes if ways[-1] else plain_takes)
    return ways


def test_a_slow_line_is_never_asked_for_more_bytes():
    assert all(asked(Deflating(), 2 * PAGE / WORTH_TRYING, 0.0001, 100))


def test_a_line_quicker_than_deflating_has_lines_as_they_are():
    ways = asked(Deflating(), 0.02, 0.01, 1 + 7 * AGAIN)
    assert ways[:2] == [True, False]
    tried = [page for page, deflated in enumerate(ways) if deflated]
    assert tried == [0, AGAIN, 3 * AGAIN, 7 * AGAIN], "more and more seldom, to see whether that holds"


def test_the_slower_way_is_never_given_up():
    ways = asked(Deflating(), 0.02, 0.01, 6 * SELDOM)
    tried = [page for page, deflated in enumerate(ways) if deflated]
    assert tried[-1] - tried[-2] == SELDOM


def test_what_has_changed_is_noticed_and_looked_at_often_again():
    line = Deflating()
    asked(line, 0.02, 0.01, 7 * AGAIN)
    ways = asked(line, 0.01, 0.1, 4 * SELDOM)
    turned = next(at for at, way in enumerate(itertools.pairwise(ways)) if way == (True, True))
    assert turned < 2 * AGAIN and ways[turned : turned + 4 * AGAIN].count(False) == 2


def test_where_deflating_is_quicker_it_stays_so():
    ways = asked(Deflating(), 0.01, 0.02, 4 * AGAIN)
    assert ways[:3] == [True, False, True] and ways.count(False) <= 5


def test_short_answers_say_nothing():
    line = Deflating()
    for _ in range(20):
        line.came(True, MEASURED_BYTES - 1, 0.000001)
        assert line.next()


def test_both_ways_bring_the_same_over_a_real_line(hall, library, monkeypatch):
    monkeypatch.setattr(deflating, "WORTH_TRYING", 0)
    monkeypatch.setattr(deflating, "MEASURED_BYTES", 0)
    for name in ("FIRST_BYTES", "LEAST_BYTES", "TRANSACTION_BYTES"):
        monkeypatch.setattr(f"sync.pull.{name}", 30_000)
    for n in range(12):
        hall.says(*[f"{n} {each} " + "x" * 500 for each in range(30)])
    ways = []
    came = Deflating.came

    def noted(self, way, size, seconds):
        ways.append(way)
        came(self, way, size, seconds)

    monkeypatch.setattr(Deflating, "came", noted)

    async def story():
        async with hall.answering() as address:
            await library.hears_from(hall, address)

    asyncio.run(story())
    assert set(ways) == {True, False}
    assert library.words() == hall.words() and log.digest(library.db) == log.digest(hall.db)


def test_who_asks_for_lines_as_they_are_gets_them(hall, library):
    hall.says("A ladder")
    body = write(EntriesAsked([(text(log.feeds(hall.db)[0].key), 0)]))

    async def story(encoding):
        async with hall.answering() as address, library.line_to(address) as line:
            await line.post("/peer/v1/news", b'{"n":0,"mark":""}')
            url, headers = f"{address}/peer/v1/entries", {"Accept-Encoding": encoding}
            async with line._session.post(url, data=body, headers=headers) as answer:
                return answer.headers.get("Content-Encoding"), await answer.read()

    encoding, lines = asyncio.run(story("identity"))
    assert encoding is None and lines.count(b"\n") == 2 and b"A ladder" in lines
    encoding, lines = asyncio.run(story("deflate"))
    assert encoding == "deflate" and b"A ladder" not in lines


def test_one_page_that_was_held_up_decides_nothing():
    line = Deflating()
    asked(line, 0.02, 0.01, 4)
    line.came(False, PAGE, 3.0)
    assert not line.next()
    for _ in range(5):
        line.came(False, PAGE, 3.0)
    assert line.next(), "but five do"
