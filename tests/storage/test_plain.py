"""An opening that says nothing unusual goes onto the board with less ado: to the same row and words as by the fold."""

import re
import sqlite3

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from node.domain import plain, post, wire
from node.domain.kinds import CATEGORIES, STATE
from node.domain.values import Event
from node.storage import migrations, rows, search
from node.storage.openings import Openings
from node.storage.rows import Row
from sync.bulk import MANY

ID, SPACE, MS, N = b"i" * 32, b"s" * 32, 1_790_000_000_000, 7 << 40
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-1, 10_000), st.text(max_size=4), st.just("x" * 1001), st.just([])
)
WORDS = {
    "kind": st.sampled_from(("need", "offer", "Need", "")),
    "category": st.sampled_from((*CATEGORIES, "newer-than-us", "FOOD")),
    "words": st.text(min_size=1, max_size=20) | st.sampled_from(("[" * 101, "a\x00b", "  two  blanks ")),
    "lang": st.sampled_from(("en", "ar", "xx", "en-GB", "", "e")),
    "original": st.text(max_size=9),
    "original_lang": st.sampled_from(("en", "E!")),
    "when": st.sampled_from(("now", "date", "some-day", "")),
    "date": st.sampled_from(("2026-05-31", "2026-02-31", "soon")),
    "area": st.text(max_size=9) | st.just(" North\n Gate "),
    "for": st.integers(0, 1001),
    "scope": st.sampled_from(("circle", "here", "all")),
    "standing": st.booleans(),
    "marks": st.lists(st.sampled_from(("halal", "a-new-one", "!")), max_size=14),
    "hours": st.integers(0, 9700),
    "outside": st.sampled_from(("", "A" * 43, "A")),
    "at": st.integers(0, 2**53),
    "event": st.sampled_from(("post.opened", "post.edited")),
    "unknown": st.integers(),
}
MEMBER = st.sampled_from(sorted(WORDS)).flatmap(lambda name: st.tuples(st.just(name), WORDS[name] | ODD))
USUAL = {"event": "post.opened", "kind": "need", "category": "food", "words": "Rice, please", "for": 4, "area": "North"}


def written(members):
    """With what is said twice, as JSON allows."""
    return b"{" + b",".join(msgspec.json.encode(k) + b":" + msgspec.json.encode(v) for k, v in members) + b"}"


def of(event, many):
    """The same event, so many times."""
    said = Openings()
    said.add([(N + at, ID[at:] + bytes([at]) * at, MS + at, b"") for at in range(many)], [event] * many)
    return said


def on_a_board(event):
    db = sqlite3.connect(":memory:")
    db.executescript(migrations.BOARD)
    of(event, 1).put(db)
    return Row(*db.execute(f"SELECT {rows.COLUMNS} FROM post").fetchone())


def in_index(*said):
    return re.findall(r"[0-9A-Za-z\x80-\U0010ffff]+", search.words_of(*said))


@given(st.lists(MEMBER, max_size=5), st.booleans())
def test_the_quick_way_says_what_the_fold_says_or_nothing(members, usual_first):
    usual = list(USUAL.items())
    payload = written([*usual, *members] if usual_first else [*members, *usual])
    event = plain.read(payload)
    if event is not None:
        opened = post.opening(ID, SPACE, MS, payload)
        assert opened is not None
        assert on_a_board(event) == rows.row_of(opened, N, N, MS, SPACE)
        assert in_index(event.words, event.original, event.area) == in_index(opened.words, opened.original, opened.area)


def test_what_is_usual_goes_the_quick_way():
    assert plain.read(written(USUAL.items())) is not None
    state = {"kind": "offer", "category": "tools", "words": "Ladder", "lang": "en", "when": "date", "marks": ("free",)}
    assert plain.read(wire.payload(Event("post.opened", {**state, "date": "2026-05-31", "hours": 99}))) is not None


def test_what_a_row_says_besides_goes_by_the_fold():
    for unusual in ({"standing": True}, {"scope": "here"}, {"outside": "A" * 43}, {"at": MS}, {"hours": "5"}):
        assert plain.read(written({**USUAL, **unusual}.items())) is None
    assert set(WORDS) - {"event", "unknown"} <= set(STATE)


def test_many_rows_at_once_are_the_same_rows_as_one_by_one():
    db, other = sqlite3.connect(":memory:"), sqlite3.connect(":memory:")
    event, many = plain.read(written(USUAL.items())), MANY + 3
    for each in (db, other):
        each.executescript(migrations.BOARD)
    of(event, many).put(db)
    opened = post.opening(ID, SPACE, MS, written(USUAL.items()))
    for id_, n, ms in zip(of(event, many).ids, range(N, N + many), range(MS, MS + many), strict=True):
        row = rows.row_of(msgspec.structs.replace(opened, id=id_, ms=ms), n, n, ms, SPACE)
        other.execute(rows.PUT, msgspec.structs.astuple(row))
    every = f"SELECT {rows.COLUMNS} FROM post ORDER BY n"
    assert db.execute(every).fetchall() == other.execute(every).fetchall()
