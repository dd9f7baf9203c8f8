"""What is looked for among the newest in memory is found as the index finds it."""

import random

import pytest

from node import demo
from node.domain import text
from node.domain.wishes import Edit, Hide, Renew, Withdraw
from node.storage import board, having, looked_up, newest, projection
from node.storage.bits import many
from node.storage.cards import Viewer
from node.storage.having import Having
from node.storage.newest import Newest
from node.storage.searching import Asked, Prepared
from tests.storage.nodes import HOUR, need

TYPED = (
    "bread",
    "br",
    "rice north",
    "l'eau",
    "eau",
    "su'aal",
    "خبز",
    "الخبز",
    "پانی",
    "পানি",
    "Ekmeği",
    "12",
    "nowhere",
    "s",
)
SAID = (
    "Bread 12",
    "Brown rice",
    "De l'eau",
    "Su’aal",
    "نحتاج الخبز",
    "پانی چاہیے",
    "বিশুদ্ধ পানী",
    "EKMEĞİ",
    "a-b/rice;s\nbread",
)


def found(node, kept=None, after=None, limit=3, **chosen):
    """(words, more) of a page, by the index, or by what is kept."""
    view = board.View(now_ms=node.clock.ms, space=node.space, **chosen)
    viewer, mark = Viewer(node.db, view.now_ms, view.space), projection.version(node.db, view.now_ms)
    quick = Asked(kept, node.db, mark, view) if kept else None
    page = board.listed(node.db, view, viewer, after, limit, quick)
    return [card.words for card in viewer.cards(page.rows)], page.next


def assert_same(node, kept):
    for typed in TYPED:
        for chosen in ({}, {"kind": "offer"}, {"area": "North", "category": "food"}):
            words, more = found(node, kept, find=typed, **chosen)
            assert (words, more) == found(node, find=typed, **chosen), typed
            if more:
                assert found(node, kept, more, find=typed) == found(node, after=more, find=typed)


@pytest.mark.parametrize(
    ("most", "first", "deep", "settled"), [(2_500, 500, 10_000, 30), (10, 3, 20, 9), (4, 0, 12, 0), (4, 0, 12, 99)]
)
def test_the_newest_are_found_as_the_index_finds_them(hall, monkeypatch, most, first, deep, settled):
    monkeypatch.setattr(newest, "FIRST_FEW", first)
    monkeypatch.setattr(having, "MANY", first)
    monkeypatch.setattr(looked_up, "MOST", 8)
    monkeypatch.setattr(having, "ORDER", having.ORDER.replace(str(having.DEEP), str(deep)))
    monkeypatch.setattr(having, "COMMON", 5)
    monkeypatch.setattr(having, "SETTLED", settled)
    monkeypatch.setattr(newest, "NEWEST", newest.NEWEST.replace(str(newest.MOST + 1), str(most + 1)))
    monkeypatch.setattr(newest, "MOST", most)
    monkeypatch.setattr(newest, "AT_ONCE", 7)
    dice, kept, posts = random.Random(4), Prepared(), []
    for number in range(30):
        words = " ".join(dice.sample(SAID, 2))
        kind, area = dice.choice(("need", "offer")), dice.choice(("North", ""))
        posts.append(hall.posts(words, kind=kind, area=area, when=dice.choice(("now", "any"))).post)
        if number % 10 == 9:
            assert_same(hall, kept)
    hall.does(Hide(posts[28], "why"))
    hall.does(Withdraw(posts[27]))
    hall.does(Edit(posts[26], need("Bread and rice")))
    hall.clock.ms += 13 * HOUR
    hall.does(Renew(posts[3]))
    assert_same(hall, kept)


def test_the_newest_alone_answer_for_words_that_many_have_and_say_so_where_they_cannot(hall, monkeypatch):
    monkeypatch.setattr(newest, "AT_ONCE", 4)
    for number in range(8):
        hall.posts(f"Bread {number}")
    kept, first = Newest(), (2**62, 2**62)
    view = board.View(now_ms=hall.clock.ms, space=hall.space, find="bread")
    assert kept.found(hall.db, "mark", view, first, 9) is None  # the words of four of eight are read
    assert len(kept.found(hall.db, "mark", view, first, 3)) == 3
    assert len(kept.found(hall.db, "other mark", view, first, 9)) == 8


def test_a_word_that_many_have_is_asked_of_the_index_once_for_each_state_of_the_board(hall, monkeypatch):
    monkeypatch.setattr(having, "COMMON", 3)
    monkeypatch.setattr(having, "CALM", 1)
    monkeypatch.setattr(having, "SETTLED", 3)
    for number in range(3):
        hall.posts(f"Bread {number}")
    bits, wanted, rare = Having(), text.search_words("bread"), text.search_words("bread 2")
    assert bits.asked(hall.db, "mark", wanted) is None  # to the first who ask: there may be news all the time
    assert [many(bits.asked(hall.db, "mark", wanted)) for _ in range(2)] == [3, 3]
    assert bits.known("mark", wanted) is None  # not kept before the board was the same for some searches
    assert many(bits.asked(hall.db, "mark", rare)) == 1
    assert many(bits.known("mark", wanted)) == 3
    assert bits.known("mark", rare) is None  # a word that few have is not kept
    assert bits.known("other mark", wanted) is None
    assert bits.known("mark", text.search_words("")) is None


def test_words_that_are_kept_find_their_room(hall, monkeypatch):
    monkeypatch.setattr(having, "COMMON", 1)
    monkeypatch.setattr(having, "CALM", 0)
    monkeypatch.setattr(having, "SETTLED", 0)
    monkeypatch.setattr(having, "ROOM", 250)  # two such words
    hall.posts("Bread rice tea")
    bits, typed = Having(), [text.search_words(word) for word in ("tea", "bread", "rice", "tea")]
    for wanted in typed:
        bits.asked(hall.db, "mark", wanted)
    assert [bits.known("mark", wanted) is not None for wanted in typed[1:]] == [False, True, True]


def test_every_language_finds_its_words_in_memory_as_in_the_index(hall):
    invented = demo.invented()
    for one in invented[::3]:
        hall.posts(one.words, lang=one.lang)
    kept = Prepared()
    for one in invented[::3]:
        for word in one.words.split()[:2]:
            for typed in (word, word[:4]):
                assert found(hall, kept, find=typed, limit=9) == found(hall, find=typed, limit=9), typed
