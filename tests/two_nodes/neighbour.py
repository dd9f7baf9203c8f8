"""A neighbour with a phone: real requests over a real connection, one page after the other."""

import re
from http.cookiejar import CookieJar
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, ProxyHandler, Request, build_opener

from tests.web.page import Page

WAIT_S = 10
CODE = re.compile(r"\d{3}-\d{3}-\d{3}")


class Neighbour:
    """address: of the board. Whoever calls this is at the right place already (Place.do)."""

    def __init__(self, address: str) -> None:
        self._browser = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()))
        self._at, self._page = address, Page("")

    def posts_a_need(self, words: str) -> str:
        """Answers every question and returns the code that is shown: from then on it must not get lost.
        Raises an OSError where the node falls silent."""
        self._opens("/post/need")
        for answer in ({"category": "food"}, {"when": "week"}, {"for": "3"}, {"area": ""}, {"words": words}, {}):
            self._answers(**answer)
        code = CODE.search(self._page.text)
        assert code, self._page.text
        return code.group()

    def _opens(self, path: str, data: bytes | None = None) -> None:
        at = urlsplit(self._at)
        request = Request(urljoin(self._at, path), data, {"Origin": f"{at.scheme}://{at.netloc}"})
        with self._browser.open(request, timeout=WAIT_S) as answer:
            self._at, self._page = answer.url, Page(answer.read().decode())

    def _answers(self, **given: str) -> None:
        form = self._page.answer
        self._opens(form.action or self._at, urlencode({**form.fields, **given}).encode())
