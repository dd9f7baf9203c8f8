"""Phones as people hold them: most read the board, which asks every ten seconds whether there is news; some post, with
a pause for thought on each page. Each has an address of its own where it may.

Usage: python -m scripts.bench.crowd FILE HOST PORT SECONDS READERS POSTERS OWN_ADDRESSES(0|1); writes JSON to FILE.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from scripts.bench.at_kiosk import HIDDEN, STEPS

FILES = re.compile(r'(?:href|src)="(/static/[^"]+)"')
MARK = re.compile(r'data-live="([^"]+)" data-mark="([^"]+)"')
POST = re.compile(r'href="(/p/[^"/]+)"')
TYPED = ("ri", "rice", "rice an")
POLL_EVERY, TYPE_EVERY = 10.0, 0.3
THINK = (1.0, 3.0)
PATIENCE = 60.0


@dataclass
class Told:
    """`took`: kind -> seconds of each answer; `wrong`: what else was answered, or that nothing was -> how often."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: Counter[str] = field(default_factory=Counter)
    posted: int = 0


class Phone:
    """One browser: its own address, its own connections, its own cookies."""

    def __init__(self, session: aiohttp.ClientSession, told: Told, dice: random.Random, until: float) -> None:
        self._session, self._told, self._dice, self._until = session, told, dice, until

    @property
    def goes_on(self) -> bool:
        return time.monotonic() < self._until

    async def reads(self) -> None:
        await asyncio.sleep(self._dice.uniform(0, POLL_EVERY))
        page = await self._asks("first page", "/")
        # at once, as browsers do: each phone then holds several connections
        await asyncio.gather(*(self._asks("file", path) for path in dict.fromkeys(FILES.findall(page))))
        while self.goes_on:
            await asyncio.sleep(POLL_EVERY)
            page = await self._follows(page)
            if self._dice.random() < 0.3 and (links := POST.findall(page)):
                await self._asks("one post", self._dice.choice(links))
            if self._dice.random() < 0.2:
                await self._types()

    async def _follows(self, page: str) -> str:
        """As live.js does: the small question, and the page only where there is news."""
        if not (found := MARK.search(page)):
            return page
        path, mark = (text.replace("&amp;", "&").replace("&#34;", '"') for text in found.groups())
        news = await self._asks("poll", path, {"If-None-Match": mark})
        return await self._asks("board", "/") if news else page

    async def _types(self) -> None:
        for typed in TYPED:
            await asyncio.sleep(TYPE_EVERY)
            await self._asks("search", f"/?find={typed}")

    async def posts(self) -> None:
        await asyncio.sleep(self._dice.uniform(0, 5))
        while self.goes_on:
            page = await self._asks("question", "/post/need")
            for step, answer in STEPS.items():
                page = await self._sends("question", f"/post/need/{step}", page, answer)
            page = await self._sends("post", "/post/need/check", page, {})
            if "digits" in page:
                self._told.posted += 1
                await self._sends("keeping a ticket", "/keep", page, {"kept": "photo"})

    async def _sends(self, what: str, path: str, page: str, fields: dict[str, str]) -> str:
        """As keep.js does: after a pause, and once the node answers."""
        await asyncio.sleep(self._dice.uniform(*THINK))
        await self._asks("is it there", "/health")
        return await self._asks(what, path, form={**dict(HIDDEN.findall(page)), **fields})

    async def _asks(
        self, what: str, path: str, headers: dict[str, str] | None = None, form: dict[str, str] | None = None
    ) -> str:
        """The page, redirects followed; "" for a 304, and where something else was answered."""
        began = time.monotonic()
        method = "GET" if form is None else "POST"
        try:
            async with self._session.request(method, path, headers=headers, data=form) as answer:
                text, status = await answer.text(), answer.status
        except (aiohttp.ClientError, TimeoutError) as error:
            self._told.wrong[f"{what}: {type(error).__name__}"] += 1
            return ""
        self._told.took[what + (", nothing new" if status == 304 else "")].append(time.monotonic() - began)
        if status not in (200, 304):
            self._told.wrong[f"{what}: {status}"] += 1
        return text if status == 200 else ""


async def crowd(base: str, seconds: float, readers: int, posters: int, own: bool) -> Told:
    told, until = Told(), time.monotonic() + seconds
    async with asyncio.TaskGroup() as group:
        for number in range(readers + posters):
            group.create_task(_phone(base, number, number < posters, own, told, until))
    return told


async def _phone(base: str, number: int, posts: bool, own: bool, told: Told, until: float) -> None:
    local = (f"10.77.{1 + number // 250}.{2 + number % 250}", 0) if own else None
    line = aiohttp.TCPConnector(local_addr=local, limit=6)
    jar, patience = aiohttp.CookieJar(unsafe=True), aiohttp.ClientTimeout(total=PATIENCE)
    async with aiohttp.ClientSession(base, connector=line, cookie_jar=jar, timeout=patience) as session:
        phone = Phone(session, told, random.Random(number), until)
        await (phone.posts() if posts else phone.reads())


def main(file: str, host: str, port: str, seconds: str, readers: str, posters: str, own: str) -> None:
    told = asyncio.run(crowd(f"http://{host}:{port}", float(seconds), int(readers), int(posters), own == "1"))
    Path(file).write_text(json.dumps({"took": told.took, "wrong": told.wrong, "posted": told.posted}))


if __name__ == "__main__":
    main(*sys.argv[1:])
