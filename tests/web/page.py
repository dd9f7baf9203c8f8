"""What somebody sees and can press on a page, for tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

EMPTY = {"meta", "link", "input", "br", "img", "path", "rect", "circle", "use"}


@dataclass
class Form:
    action: str
    method: str
    id: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Page(HTMLParser):
    """text: what can be read; links: addresses; forms: with their fields as they stand."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html, self.words = html, []
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self._form: Form | None = None
        self._area: str | None = None
        self._select: str | None = None
        self._silent = 0
        self.feed(html)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    @property
    def answer(self) -> Form:
        """The form that the page is about."""
        return next(form for form in self.forms if form.id == "answer")

    def about(self, part: str) -> list[dict[str, str]]:
        """The controls that say of themselves that they are about the part with this id, which is there."""
        assert any(given.get("id") == part for _, given in self.tags), part
        return [given for _, given in self.tags if part in given.get("aria-describedby", "").split()]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        self.tags.append((tag, given))
        if tag in ("style", "script", "symbol", "title"):
            self._silent += 1
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get"), given.get("id", ""))
            self.forms.append(self._form)
        self._take(tag, given)

    def _take(self, tag: str, given: dict[str, str]) -> None:
        if self._form is None or not given.get("name"):
            if tag == "option" and self._form and self._select and "selected" in given:
                self._form.fields[self._select] = given["value"]
            return
        if tag == "input" and (given.get("type") not in ("radio", "checkbox") or "checked" in given):
            self._form.fields[given["name"]] = given.get("value", "")
        elif tag == "button":
            self._form.buttons.append((given["name"], given.get("value", "")))
        elif tag == "textarea":
            self._area = given["name"]
            self._form.fields[given["name"]] = ""
        elif tag == "select":
            self._select = given["name"]

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "script", "symbol", "title"):
            self._silent -= 1
        if tag == "form":
            self._form = None
        if tag == "textarea":
            self._area = None
        if tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._area and self._form:
            self._form.fields[self._area] += data
        if not self._silent:
            self.words.append(data)
