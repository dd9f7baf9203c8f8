"""Tickets: digits that can be said, keys that follow from them alone, words that only two sides open."""

import itertools
import os

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.domain import codes, sealed, threads, tickets
from node.domain.decide import Facts, decide
from node.domain.refusals import Refusals
from node.domain.sealed import Letter
from node.domain.values import Event
from node.domain.wishes import (
    ConfirmPromise,
    Edit,
    GiveThanks,
    MarkMet,
    OpenPost,
    PromiseHelp,
    ReleasePromise,
    ReplaceTicket,
    StopWords,
    Withdraw,
    WriteBack,
)
from tests.domain.stories import HALL, LIBRARY, MOSQUE, NOON, Story, Ticket, bread

SALTED = b"k" * 32


def ticket(seed: int) -> tickets.Ticket:
    return tickets.ticket(bytes([seed]) * 32, SALTED)


def test_a_ticket_is_fifteen_random_digits_and_their_check_digit():
    drawn = {tickets.new_digits(os.urandom) for _ in range(50)}
    assert len(drawn) == 50
    assert all(len(digits) == 16 and digits.isdecimal() and codes.rings_true(digits) for digits in drawn)
    assert tickets.shown("4821093677153042") == "4821 0936 7715 3042"


def test_no_number_is_likelier_than_another():
    given = iter([b"\xff" * 8, (41).to_bytes(8, "big")])
    assert tickets.new_digits(lambda size: next(given)).startswith("000000000000041")


def test_keys_follow_from_digits_and_circle_alone():
    k0 = tickets.stretched("4821093677153042")
    assert k0.hex() == "181d3b2418d53dbba598c2edd044618a2daca6d8ed5aa6c21b2c72e9f34f3a29"
    first, again, elsewhere = tickets.ticket(k0, SALTED), tickets.ticket(k0, SALTED), tickets.ticket(k0, b"z" * 32)
    assert (first.owner, first.seal_to) == (again.owner, again.seal_to)
    assert first.owner.hex() == "ed15cd7dc6890daf253ff04c7217ce97e9da02d544ae519f5e56a63dd4d6da6a"
    assert first.seal_to.hex() == "d7879daf8938db3584ccbfa22ebd3e0a1d629670462d85a0c4f32dd3d21e0979"
    assert len({first.owner, first.seal_to, elsewhere.owner, elsewhere.seal_to}) == 4
    assert "Ticket(…)" in repr(first)


@given(st.text(max_size=300), st.text(max_size=100))
def test_a_box_opens_to_its_key_in_its_place_alone(words, reach):
    letter, me, other = Letter(words, reach, "so"), ticket(1), ticket(2)
    box = sealed.seal(letter, me.seal_to, b"p" * 32, b"o" * 32)
    assert sealed.unseal(box, me.opening, b"p" * 32, b"o" * 32) == letter
    assert sealed.unseal(box, other.opening, b"p" * 32, b"o" * 32) is None
    assert sealed.unseal(box, me.opening, b"q" * 32, b"o" * 32) is None
    assert sealed.unseal(box, me.opening, b"p" * 32, b"q" * 32) is None
    assert sealed.unseal(box[:-2] + "AA", me.opening, b"p" * 32, b"o" * 32) in (None, letter)


def test_the_length_of_a_box_tells_little():
    lengths = {len(sealed.seal(Letter("x" * size), ticket(1).seal_to, b"", b"")) for size in range(0, 400, 7)}
    assert len(lengths) == 1
    widest = Letter("\U0001f600" * 1000, "\U0001f600" * 200, "ar")
    assert len(sealed.seal(widest, ticket(1).seal_to, b"", b"")) <= sealed.BOX_LIMIT


@pytest.mark.parametrize("box", ["", "A", "AAAA", "!!", "é" * 50, "A" * 5000])
def test_what_is_no_box_opens_to_nothing(box):
    assert sealed.unseal(box, ticket(1).opening, b"", b"") is None


class Sides:
    """Amina posts, Yusuf and Tom promise; each says what decide allows them, and the fold hears it."""

    def __init__(self, **opening: object) -> None:
        self.amina, self.yusuf, self.tom = Ticket(1), Ticket(2), Ticket(3)
        self.keys = {id(one): ticket(seed) for seed, one in enumerate((self.amina, self.yusuf, self.tom), 1)}
        self.story = Story(self.amina)
        seal_to = codes.write_id(self.key(self.amina).seal_to)
        self.story.carries(HALL, self.amina, bread(seal_to=seal_to, **{"for": 3}, **opening))

    def key(self, who: Ticket) -> tickets.Ticket:
        """Its keys for sealed words; what it signs with is the story's."""
        return tickets.Ticket(who.key, self.keys[id(who)].opening, who.owner, self.keys[id(who)].seal_to)

    @property
    def post(self):
        return self.story.fold()

    def wishes(self, who: Ticket, wish, at: bytes = HALL, ms: int = 0):
        facts = Facts(ms or next(self.story._ms), at, owner=who.owner, seal_to=self.key(who).seal_to)
        event = decide(wish, self.post, facts)
        boxes = {one.field: sealed.seal(one.letter, one.to, self.story.post, who.owner) for one in event.seals}
        self.story.carries(at, who, Event(event.kind, {**event.fields, **boxes}), home=at)
        return self.post

    def promises(self, who: Ticket, words: str = "I bring rice at 17:00", **letter: str) -> bytes:
        self.wishes(who, PromiseHelp(self.story.post, letter=Letter(words, **letter)))
        return next(one.id for one in self.post.promises if one.owner == who.owner)

    def reads(self, who: Ticket) -> list[list[str]]:
        found = threads.of(self.post, self.key(who), NOON, 7)
        return [[one.letter.words if one.letter else "closed" for one in thread.read] for thread in found]


def test_both_sides_read_a_thread_and_nobody_else_does():
    sides = Sides()
    promise = sides.promises(sides.yusuf, reach="0171 234 56 78")
    sides.wishes(sides.amina, WriteBack(sides.story.post, promise, Letter("Yes, from 16:30.")))
    sides.wishes(sides.yusuf, WriteBack(sides.story.post, promise, Letter("Good.")), at=LIBRARY)
    sides.promises(sides.tom, "I could as well")
    assert sides.reads(sides.amina) == [["I bring rice at 17:00", "Yes, from 16:30.", "Good."], ["I could as well"]]
    assert sides.reads(sides.yusuf) == [["I bring rice at 17:00", "Yes, from 16:30.", "Good."]]
    thread = threads.of(sides.post, sides.key(sides.amina), NOON, 7)[0]
    assert thread.read[0].letter.reach == "0171 234 56 78" and [one.mine for one in thread.read] == [False, True, False]
    assert all(b"rice" not in (said.payload or b"") for said in sides.story.said)


def test_every_order_of_a_thread_gives_the_same_post():
    sides = Sides()
    promise = sides.promises(sides.yusuf)
    sides.wishes(sides.amina, WriteBack(sides.story.post, promise, Letter("Yes")))
    sides.wishes(sides.amina, ConfirmPromise(sides.story.post, promise))
    sides.wishes(sides.yusuf, StopWords(sides.story.post, promise, reported=True))
    sides.wishes(sides.amina, GiveThanks(sides.story.post, promise))
    assert len(sides.story.folds()) == 1
    assert sides.post.promises[0].thanked and sides.post.promises[0].state == "confirmed"


def test_a_stranger_writes_in_nobodys_thread():
    sides = Sides()
    promise = sides.promises(sides.yusuf)
    tom = codes.write_id(promise)
    sides.story.carries(MOSQUE, sides.tom, Event("words.sealed", {"promise": tom, "to_poster": "AAAA"}))
    sides.story.carries(MOSQUE, sides.tom, Event("words.stopped", {"promise": tom}))
    sides.story.says(MOSQUE, "words.sealed", promise=tom, to_poster="AAAA")
    assert len(sides.post.letters) == 1 and sides.post.stops == ()
    with pytest.raises(Refusals, match="Only who made this promise"):
        sides.wishes(sides.tom, WriteBack(sides.story.post, promise, Letter("Me too")))


def test_either_side_stops_and_no_more_words_come():
    sides = Sides()
    promise = sides.promises(sides.yusuf)
    late = sides.story.carries(
        LIBRARY,
        sides.yusuf,
        Event("words.sealed", {"promise": codes.write_id(promise), "to_poster": "AAAA", "at": NOON + 99_000_000}),
    )
    sides.wishes(sides.amina, StopWords(sides.story.post, promise))
    assert late.payload and sides.reads(sides.amina) == [["I bring rice at 17:00"]]
    for who in (sides.amina, sides.yusuf):
        with pytest.raises(Refusals, match="one of you has stopped"):
            sides.wishes(who, WriteBack(sides.story.post, promise, Letter("More")))
    thread = threads.of(sides.post, sides.key(sides.amina), NOON, 7)[0]
    assert thread.stopped and thread.stopped_by_me


def test_an_answer_keeps_a_promise_from_lapsing():
    sides, day = Sides(), 24 * 3_600_000
    promise = sides.promises(sides.yusuf)
    held = threads.of(sides.post, sides.key(sides.amina), NOON + 8 * day, 7)
    sides.wishes(sides.amina, WriteBack(sides.story.post, promise, Letter("Still?")), ms=NOON + 6 * day)
    again = threads.of(sides.post, sides.key(sides.amina), NOON + 8 * day, 7)
    assert (held[0].holds, again[0].holds) == (False, True)


@pytest.mark.parametrize("wish", [MarkMet, Withdraw, lambda post: Edit(post, OpenPost("need", "food", "Rice"))])
def test_a_helper_or_a_stranger_cannot_speak_for_the_poster(wish):
    sides = Sides()
    sides.promises(sides.yusuf)
    for who in (sides.yusuf, sides.tom):
        with pytest.raises(Refusals, match="This ticket belongs to something else"):
            sides.wishes(who, wish(sides.story.post))


def test_the_home_space_does_not_rewrite_what_a_ticket_said():
    sides = Sides()
    with pytest.raises(Refusals, match="Only the ticket"):
        decide(Edit(sides.story.post, OpenPost("need", "food", "Rice")), sides.post, Facts(NOON, HALL))


def test_an_edit_keeps_the_keys_and_how_to_reach_the_poster():
    stewards = ticket(9)
    sides = Sides(reach="AAAA", reach_stewards="BBBB", stewards=codes.write_id(stewards.seal_to))
    before = sides.post
    sides.wishes(sides.amina, Edit(sides.story.post, OpenPost("need", "food", "Rice for two", wanted=2)))
    after = sides.post
    assert after.words == "Rice for two" and after.ms == before.ms
    assert (after.seal_to, after.stewards, after.reach, after.reach_stewards) == (
        before.seal_to,
        before.stewards,
        before.reach,
        before.reach_stewards,
    )


def test_the_stewards_read_where_the_poster_let_them():
    stewards = ticket(9)
    sides = Sides(stewards=codes.write_id(stewards.seal_to))
    sides.promises(sides.yusuf, "Ask for me")
    letter = sides.post.letters[0]
    assert sealed.unseal(letter.to_stewards, stewards.opening, sides.story.post, letter.owner) == Letter("Ask for me")
    assert Sides().post.stewards == b""


def test_a_helper_gives_back_what_they_promised_and_the_poster_declines():
    for who in ("yusuf", "amina"):
        sides = Sides()
        promise = sides.promises(sides.yusuf)
        post = sides.wishes(getattr(sides, who), ReleasePromise(sides.story.post, promise))
        assert post.promises[0].state == "released"


def test_a_replaced_ticket_can_only_erase_and_the_new_one_goes_on():
    sides = Sides()
    sides.promises(sides.yusuf)
    new = Ticket(7)
    sides.keys[id(new)] = ticket(7)
    wish = ReplaceTicket(sides.story.post, new.owner, sides.key(new).seal_to)
    event = decide(wish, sides.post, Facts(NOON, HALL))
    sides.story.says(HALL, Event(event.kind, {**event.fields, "counter": 5}))
    assert sides.post.tickets == (sides.amina.owner, new.owner)
    assert sides.post.replaced[0].space == HALL and sides.post.seal_to == sides.key(new).seal_to
    with pytest.raises(Refusals, match="was replaced"):
        sides.wishes(sides.amina, Withdraw(sides.story.post))
    assert sides.reads(new) == [["closed"]]
    sides.promises(sides.tom, "Rice")
    assert sides.reads(new) == [["closed"], ["Rice"]]
    assert sides.wishes(new, Withdraw(sides.story.post)).withdrawn


def test_a_replacement_by_a_space_that_is_not_the_home_changes_nothing():
    sides = Sides()
    new = ticket(7)
    with pytest.raises(Refusals):
        decide(ReplaceTicket(sides.story.post, new.owner, new.seal_to), sides.post, Facts(NOON, LIBRARY))
    old, other = codes.write_id(sides.amina.owner), codes.write_id(new.owner)
    sides.story.says(LIBRARY, "ticket.replaced", old=old, new=other, counter=99)
    assert sides.post.tickets == (sides.amina.owner,)


def test_an_old_edit_carried_again_does_not_come_back():
    sides = Sides()
    first = sides.wishes(sides.amina, Edit(sides.story.post, OpenPost("need", "food", "Rice")))
    old = sides.story.said[-1]
    second = sides.wishes(sides.amina, Edit(sides.story.post, OpenPost("need", "food", "Rice and oil")))
    sides.story.entry(MOSQUE, old.payload, old.owner)
    assert (first.words, second.words, sides.post.words) == ("Rice", "Rice and oil", "Rice and oil")
    assert msgspec.structs.replace(sides.post) == second


def test_two_promises_made_apart_are_known_to_both_sides():
    sides = Sides()
    for who, place in itertools.zip_longest((sides.yusuf, sides.tom), (LIBRARY, MOSQUE)):
        sides.wishes(who, PromiseHelp(sides.story.post, letter=Letter("The cot")), at=place)
    assert [one.space for one in sorted(sides.post.promises, key=lambda one: one.ms)] == [LIBRARY, MOSQUE]
    assert all(len(threads.of(sides.post, sides.key(who), NOON, 7)) == 1 for who in (sides.yusuf, sides.tom))
