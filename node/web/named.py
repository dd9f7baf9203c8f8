"""The categories that somebody means who searches for a name of theirs: found in any language, drawn as links.

Knows names and how many are open, never a post: what posts say is searched for elsewhere.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from flask import g

from node.domain import text
from node.storage import board
from node.storage.board import View
from node.web import labels, languages
from node.web.assets import Drawn, drawn
from node.web.pages import show, to
from node.web.reading import changed, kept, looks, open_now

MOST = 3  # beside what was found; more of them would be in its way
SHORTEST = 3  # letters of a beginning; a whole name may be shorter: su, آب
WORDS = 5  # no name has more
NONE = Drawn(b"", ())


class Name(NamedTuple):
    """whole: not only its beginning; place: of the category among all."""

    whole: bool
    tag: str
    place: int


def links(marked: str, query: Mapping[str, str], view: View) -> Drawn:
    """Ways to what is open of the categories that were meant; NONE where there is none. Kind and place stay as they
    were chosen. marked: of the board that the page shows; drawn once for it."""
    meant_ones = meant(view.find, g.language.tag) if view.find else []
    if not meant_ones:
        return NONE
    key = ("named", *meant_ones, view.kind, view.category, view.area, *looks())
    return kept().made(marked, key, lambda: _drawn(_open_ones(marked, meant_ones, view), query))


def _open_ones(marked: str, meant_ones: list[str], view: View) -> list[tuple[str, int]]:
    found = board.categories(open_now(marked), view)
    return [(key, found[key]) for key in meant_ones if key != view.category and key in found][:MOST]


def _drawn(ways: list[tuple[str, int]], query: Mapping[str, str]) -> Drawn:
    rest = {key: value for key, value in query.items() if key in ("kind", "area")}
    all_of = [(key, count, to("board", **changed(rest, "category", key))) for key, count in ways]
    return drawn(lambda: show("named.html", ways=all_of)[0]) if ways else NONE


def meant(find: str, tag: str) -> list[str]:
    """Categories whose name this is or begins, likeliest first: whole names, then those in the reader's language."""
    found = {name for spelt in _spelt(find) for name in _names().get(spelt, ())}
    likeliest = sorted(found, key=lambda name: (not name.whole, name.tag != tag, name.place))
    keys = list(labels.CATEGORIES)
    return list(dict.fromkeys(keys[name.place] for name in likeliest))


@cache
def _names() -> Mapping[str, set[Name]]:
    """Each name in each language there is, also in those that this space does not offer, by all that it may be typed
    as. Worked out once in a process."""
    names: dict[str, set[Name]] = defaultdict(set)
    for tag, language in languages.read_languages(tuple(text.LANGUAGES)).items():
        for place, name in enumerate(labels.CATEGORIES.values()):
            for whole, spelt in _ways_to_type(language.words.gettext(name), tag):
                names[spelt].add(Name(whole, tag, place))
    return dict(names)


def _ways_to_type(name: str, tag: str) -> Iterator[tuple[bool, str]]:
    """(whole, folded)"""
    first, _, rest = name.partition(" ")
    for spelt in _spelt(name) | (_spelt(rest) if len(first) < SHORTEST else set()):  # Un toit
        yield True, spelt
        if tag == "ar":  # folding leaves the article where two letters remain: الماء
            yield True, f"ال{spelt}"
        yield from ((False, spelt[:length]) for length in range(SHORTEST, len(spelt)))


def _spelt(words: str) -> set[str]:
    """Folded as posts are, in each reading, and without gaps: رفت‌وآمد and رفت و آمد are one name."""
    wanted = text.search_words(words)
    if len(wanted) > WORDS:
        return set()
    readings = [["".join(parts) for parts in readings] for readings in wanted]
    return {"".join(chosen) for chosen in itertools.product(*readings)} - {""}
