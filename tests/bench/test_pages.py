"""The measuring command measures: pages of real nodes, beside a bare one."""

import asyncio
from pathlib import Path

import pytest

from scripts.bench import askers, bare, pages
from scripts.bench.pages import Measured

ANSWER = b"HTTP/1.1 304 NOT MODIFIED\r\nConnection: close\r\n\r\n"


def test_the_bare_page_is_as_large_as_the_one_that_is_measured_against_it() -> None:
    page = bare.make(20_000, 20).test_client().get("/page").data
    assert 19_800 < len(page) <= 20_000 and page.count(b"<li") == 20


def test_who_asks_comes_again_where_the_server_closes() -> None:
    async def asked() -> dict[str, object]:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(ANSWER)
            writer.close()

        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            return await askers.asked(port, ["/"], '"mark"', connections=2, seconds=0.1)

    told = asyncio.run(asked())
    assert told["wrong"] == {} and len(told["took"]) >= 2


def test_each_round_is_held_against_the_bare_page_of_the_same_round() -> None:
    bare_page = Measured([100.0, 10.0], [0.001, 0.01], [0.002, 0.02], [0.001, 0.01])
    search = Measured([50.0, 5.0], [0.002, 0.02], [0.004, 0.04], [0.002, 0.02])
    found = {("bare page", "", 1): bare_page, ("search", "1,000", 1): search}
    assert (
        pages.ratio(found, ("search", "1,000", 1), "rate") == pages.ratio(found, ("search", "1,000", 1), "p50") == 0.5
    )
    assert "| 1 | search | 1,000 | 28 | 11.0 ms | 22.0 ms | 11,000 µs | **0.50** (0.33) | 0.50 |" in pages.table(found)


@pytest.mark.longer
def test_pages_of_real_nodes_are_measured_and_none_is_answered_wrong(tmp_path: Path) -> None:
    found = pages.looked(tmp_path, {"few": (0, 30), "old": (200, 30)}, [1, 4], rounds=1, seconds=0.3)
    assert {what for what, _board, _count in found} == {"hello", "bare page", *pages.GOALS}
    assert all(one.rate[0] > 0 for one in found.values()) and len(found) == 2 * (2 + 2 * len(pages.GOALS))
