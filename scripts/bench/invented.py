"""Any number of invented posts, and things said about old ones, the same ones for the same seed. Pure.

Words of the demo's ten languages in new orders, some with a number, so that the search index has many of them to keep.
"""

from __future__ import annotations

import random

from node import demo
from node.domain import kinds, wire
from node.domain.values import Event
from sync.writer import Draft

PAYLOAD_BYTES = 280
MIX = 5  # every fifth entry of a mix is about a post that is there already
AREAS = ("North", "South", "East", "West", "Centre")


class Invention:
    """Says things, batch after batch. mixed: a fifth is about random posts of the batches before."""

    def __init__(self, seed: int, mixed: bool) -> None:
        self._dice, self._mixed = random.Random(seed), mixed
        self._words = {one.lang: one.words.split() for one in demo.invented()}
        for one in demo.invented():
            self._words[one.lang] += one.words.split()
        self._posts: list[bytes] = []
        self._last: dict[bytes, bytes] = {}

    def batch(self, size: int) -> list[Draft]:
        """So many things to say; heard() is told what became of them before the next batch."""
        about = size // MIX if self._mixed else 0
        old = self._dice.sample(self._posts, about) if about <= len(self._posts) else []
        drafts = [self._opening() for _ in range(size - len(old))] + [self._answer(post) for post in old]
        self._dice.shuffle(drafts)
        return drafts

    def heard(self, drafts: list[Draft], ids: list[bytes]) -> None:
        """The ids that these got."""
        for draft, id_ in zip(drafts, ids, strict=True):
            self._last[draft.post or id_] = id_
            if not draft.post:
                self._posts.append(id_)

    def _opening(self) -> Draft:
        dice = self._dice
        lang = dice.choice(("en", dice.choice(tuple(self._words))))
        said: dict[str, object] = {
            "kind": dice.choice(kinds.POST_KINDS),
            "category": dice.choice(kinds.CATEGORIES),
            "lang": lang,
            "when": dice.choice(("now", "today", "week")),
            "area": dice.choice(AREAS),
            "for": dice.randint(2, 9),
            "hours": 240,
        }
        return Draft(self._filled("post.opened", said, lang))

    def _answer(self, post: bytes) -> Draft:
        """A promise, or that some of it was met."""
        refs = (self._last[post],)
        if self._dice.random() < 0.5:
            return Draft(self._filled("help.promised", {}, "en"), post, refs=refs)
        return Draft(wire.payload(Event("post.met", {})), post, refs=refs)

    def _filled(self, kind: str, said: dict[str, object], lang: str) -> bytes:
        room = PAYLOAD_BYTES - len(wire.payload(Event(kind, {**said, "words": ""})))
        return wire.payload(Event(kind, {**said, "words": self._sentence(lang, room)}))

    def _sentence(self, lang: str, room: int) -> str:
        words: list[str] = []
        while room > 0:
            word = self._dice.choice(self._words[lang])
            if self._dice.random() < 0.1:
                word = f"{word}{self._dice.randrange(100)}"
            words.append(word)
            room -= len(word.encode()) + 1
        return " ".join(words)
