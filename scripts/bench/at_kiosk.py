"""Somebody at the touchscreen, by real requests from this machine itself, who notes how long each took."""

from __future__ import annotations

import re
import time
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, ProxyHandler, Request, build_opener

HIDDEN = re.compile(r'name="(token|key)" value="(\w+)"')
DIGITS = re.compile(r"<span>(\d{4})</span>")
STEPS = {
    "what": {"category": "food"},
    "when": {"when": "week"},
    "many": {"for": "3"},
    "where": {"area": ""},
    "words": {"words": "Rice and oil for three"},
}
PATIENCE = 120.0


class AtKiosk:
    """`took`: what was done -> seconds of each time, the page that follows included. `ticket`: of the first post."""

    def __init__(self, port: int) -> None:
        self._base = f"http://127.0.0.1:{port}"
        self._browser = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()))
        self._page = ""
        self.took: dict[str, list[float]] = {}
        self.ticket = ""

    def begins(self) -> None:
        self._opens("/kiosk/begin?lang=en")

    def reads(self) -> None:
        self._opens("/kiosk/board", what="board")

    def reads_anew(self) -> None:
        """As reads(), by an address that nobody asked for before, so that no kept page is the answer."""
        self._opens(f"/kiosk/board?look={len(self.took.get('board', ()))}-{time.monotonic_ns()}", what="board")

    def posts(self) -> None:
        """Every question, then the ticket that has to be kept. The last step is what has to be on the disk."""
        self._opens("/kiosk/post/need")
        for step, answer in STEPS.items():
            self._opens(f"/kiosk/post/need/{step}", answer, "question")
        self._opens("/kiosk/post/need/check", {}, "post")
        digits = "".join(DIGITS.findall(self._page)[:4])
        assert len(digits) == 16, "no ticket was given out"
        self._opens("/kiosk/keep", {"kept": "photo"})
        self.ticket = self.ticket or digits

    def looks_up(self) -> None:
        """Raises HTTPError where it is refused, which nobody at the kiosk may be."""
        self._opens("/kiosk/code")
        self._opens("/kiosk/code", {"code": self.ticket}, "look-up")
        assert "Rice and oil for three" in self._page, "the ticket did not open"
        self.begins()

    def _opens(self, path: str, form: dict[str, str] | None = None, what: str = "") -> None:
        data = None if form is None else urlencode({**dict(HIDDEN.findall(self._page)), **form}).encode()
        began = time.monotonic()
        with self._browser.open(Request(self._base + path, data), timeout=PATIENCE) as answer:
            self._page = answer.read().decode()
        if what:
            self.took.setdefault(what, []).append(time.monotonic() - began)
