"""A neighbour with a phone: real requests over a real connection, one page after the other."""

import itertools
import re
import time
from functools import partial
from http.client import HTTPConnection, HTTPResponse
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPHandler, ProxyHandler, Request, build_opener

from tests.web.holders import button
from tests.web.page import Page

WAITS, WAIT_S = 4, 120  # a look-up waits for its turn, on a busy machine for long
CODE = re.compile(r"\d{3}-\d{3}-\d{3}")


PHONES = itertools.count()


class OwnAddress(HTTPHandler):
    """Look-ups are counted by address, so each telephone has its own."""

    def __init__(self) -> None:
        super().__init__()
        self._source = (f"127.0.0.{2 + next(PHONES) % 250}", 0)

    def http_open(self, request: Request) -> HTTPResponse:
        return self.do_open(partial(HTTPConnection, source_address=self._source), request)


class Neighbour:
    """address: of the board. Whoever calls this is at the right place already (Place.do)."""

    def __init__(self, address: str) -> None:
        self._browser = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()), OwnAddress())
        self._at, self._page = address, Page("")

    def posts_a_need(self, words: str) -> str:
        """Answers every question and returns the code that is shown: from then on it must not get lost.
        Raises an OSError where the node falls silent."""
        self._posts(words=words)
        code = CODE.search(self._page.text)
        assert code, self._page.text
        return code.group()

    def posts_with_a_ticket(self, words: str, reach: str, category: str = "food") -> str:
        """Says under seal how to be reached, and keeps the ticket: its sixteen digits."""
        self._posts(category, words=words, reach=reach)
        return self._keeps()

    def helps(self, link: str, words: str, reach: str) -> str:
        """Promises, and keeps the ticket."""
        self._opens(f"/p/{link}/help")
        self._answers(words=words, reach=reach, count="1")
        return self._keeps()

    def comes_back(self, digits: str) -> None:
        self._opens("/code")
        self._answers(code=digits)
        assert "/ticket" in self._at, self._page.text

    def does(self, do: str, **typed: str) -> None:
        """Presses one of the buttons of "my ticket"; what is typed goes into the fields of its thread."""
        value = button(self._page, do)
        self._answers(do=value, **{f"{name}-{value.partition(' ')[2]}": words for name, words in typed.items()})

    def reads(self) -> str:
        return self._page.text

    def erases(self) -> None:
        self._opens("/ticket/erase")
        self._opens("/ticket/erase", urlencode(self._page.answer.fields).encode())

    def _posts(self, category: str = "food", **words: str) -> None:
        self._opens("/post/need")
        for answer in ({"category": category}, {"when": "week"}, {"for": "3"}, {"area": ""}, words, {}):
            self._answers(**answer)

    def _keeps(self) -> str:
        digits = "".join(re.findall(r"<span>(\d{4})</span>", self._page.html)[:4])
        assert len(digits) == 16, self._page.text
        self._answers(kept="photo")
        return digits

    def _opens(self, path: str, data: bytes | None = None) -> None:
        at = urlsplit(self._at)
        request = Request(urljoin(self._at, path), data, {"Origin": f"{at.scheme}://{at.netloc}"})
        with self._asks(request) as answer:
            self._at, self._page = answer.url, Page(answer.read().decode())

    def _asks(self, request: Request) -> Any:
        """Whoever is told to wait waits: on a slow machine more than once."""
        for _ in range(WAITS):
            try:
                return self._browser.open(request, timeout=WAIT_S)
            except HTTPError as told:
                if told.code not in (429, 503):
                    raise
                time.sleep(int(told.headers["Retry-After"]))
        return self._browser.open(request, timeout=WAIT_S)

    def _answers(self, **given: str) -> None:
        form = self._page.answer
        self._opens(form.action or self._at, urlencode({**form.fields, **given}).encode())
