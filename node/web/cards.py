"""A post in a list, in words and as HTML: drawn once for each shape, then filled. Says nothing of lists."""

from __future__ import annotations

from collections.abc import Callable

from flask import current_app, g
from markupsafe import Markup
from msgspec import Struct, structs

from node.storage.cards import Card
from node.web import labels, over
from node.web.assets import Drawn, drawn
from node.web.frames import Frame, hole
from node.web.pages import audience, now
from node.web.reading import kept, mark

HOLES = ("link", "lang", "words", "when", "area", "people", "state", "said")


class Worded(Struct, frozen=True):
    """What a card in a list says, in the reader's language. `said`: the language of its words, where it is another."""

    kind: str
    category: str
    link: str
    lang: str
    words: str
    when: str
    area: str
    people: str
    state_icon: str
    state: str
    said: str


def worded(card: Card) -> Worded:
    return Worded(
        kind=card.kind,
        category=labels.picture(card.category),
        link=card.link,
        lang=card.lang or "und",
        words=card.words or over.title(card),
        when=labels.when(card, now()),
        area=card.area,
        people=labels.people(card),
        state_icon=labels.state_icon(card),
        state=labels.state(card),
        said=labels.language_name(card.lang) if card.lang != g.language.tag else "",
    )


def look() -> tuple[str, str]:
    """What cards of one post differ by."""
    return audience(), g.language.tag


def since() -> str:
    """From which minute on parts of pages are kept."""
    if "parts_since" not in g:
        g.parts_since = current_app.extensions["parts_since"].at(mark(), now() // labels.MINUTE)
    held: str = g.parts_since
    return held


def in_list(card: Card) -> Drawn:
    of = worded(card)
    frame = _frame(of)
    return Drawn(frame.filled({name: getattr(of, name) for name in HOLES}), frame.icons)


def _frame(of: Worded) -> Frame:
    """Nothing that this card says is in it, but its kind and pictures and which lines there are."""
    shape = structs.replace(of, **{name: hole(name) if getattr(of, name) else "" for name in HOLES})
    return kept("kept_parts").made(since(), (shape, look()), lambda: _drawn(shape))


def _drawn(shape: Worded) -> Frame:
    draw: Callable[[Worded], Markup] = current_app.jinja_env.get_template("cards.html").module.paper  # type: ignore[attr-defined]
    part = drawn(lambda: draw(shape))
    return Frame(part.html, part.icons)
