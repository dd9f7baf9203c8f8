"""The fold: any order, any repetition, any forgery."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.domain import post
from node.domain.order import heads
from node.domain.values import Event
from tests.domain.stories import HALL, LIBRARY, MOSQUE, NOON, Story, Ticket, bread, edited, id_text, opened


def promise(words: str = "I bring it at five", count: int = 1) -> Event:
    return Event("help.promised", {"words": words, "count": count})


# --- order ---


def test_every_order_of_what_spaces_said_gives_the_same_post():
    story = opened(**{"for": 5})
    first = story.says(LIBRARY, promise())
    story.says(MOSQUE, promise("Me too", 2))
    met = story.says(HALL, "post.met", refs=(first.id,), count=2)
    story.says(HALL, "post.renewed", refs=(met.id,), met=1)
    story.says(LIBRARY, "post.hidden", reason="Twice")
    assert len(story.folds()) == 1
    folded = story.fold()
    assert (folded.met, len(folded.promises), folded.hidden_by) == (1, 2, ((LIBRARY, "Twice"),))


def test_every_order_of_what_tickets_said_gives_the_same_post():
    poster, helper = Ticket(1), Ticket(2)
    story = Story(poster)
    story.carries(HALL, poster, bread())
    story.carries(LIBRARY, poster, edited("Bread and oil"))
    story.carries(LIBRARY, helper, promise())
    story.carries(HALL, poster, Event("post.withdrawn", {}))
    story.says(MOSQUE, promise("Too late"))
    assert len(story.folds()) == 1
    assert (story.fold().words, story.fold().withdrawn, len(story.fold().promises)) == ("Bread and oil", True, 2)


@settings(max_examples=60)
@given(st.data())
def test_arrival_and_repetition_do_not_matter(data):
    story = opened(**{"for": 9})
    kinds = st.sampled_from(
        ["post.met", "post.withdrawn", "post.renewed", "post.hidden", "post.shown", "help.promised"]
    )
    for _ in range(data.draw(st.integers(1, 7))):
        seen = data.draw(st.lists(st.sampled_from(story.said), max_size=3))
        space = data.draw(st.sampled_from([HALL, LIBRARY]))
        ms = NOON + data.draw(st.integers(0, 3))
        story.says(space, data.draw(kinds), refs=tuple(one.id for one in seen), ms=ms)
    arrived = data.draw(st.permutations(story.said + story.said[:2]))
    assert post.fold(story.post, arrived) == story.fold()


def test_what_was_seen_counts_before_what_the_clock_said():
    story = opened(**{"for": 2})
    late = story.says(HALL, "post.met", ms=NOON + 5000, count=2)
    story.says(HALL, "post.renewed", refs=(late.id,), ms=NOON + 10)
    assert story.fold().met == 0
    assert len(story.folds()) == 1


def test_a_missing_ref_is_not_waited_for():
    story = opened()
    story.says(HALL, "post.met", refs=(b"x" * 32,))
    assert story.fold().met == 1


def test_without_its_opening_there_is_no_post():
    story = opened()
    story.says(HALL, "post.met")
    assert post.fold(story.post, story.said[1:]) is None


# --- meaning before time ---


def test_two_promises_made_apart_are_both_kept():
    story = opened()
    story.says(LIBRARY, promise())
    story.says(MOSQUE, promise())
    assert [one.space for one in story.fold().promises] == [LIBRARY, MOSQUE]


def test_a_withdrawal_by_its_owner_beats_a_late_promise_and_a_renewal_by_the_space():
    poster = Ticket()
    story = Story(poster)
    story.carries(HALL, poster, bread())
    story.carries(HALL, poster, Event("post.withdrawn", {}))
    story.says(LIBRARY, promise())
    story.says(HALL, "post.renewed")
    assert story.fold().withdrawn


def test_an_answer_that_comes_before_its_promise_still_counts():
    poster, helper = Ticket(1), Ticket(2)
    story = Story(poster)
    story.carries(HALL, poster, bread())
    story.carries(LIBRARY, helper, promise(), home=LIBRARY)
    promised = story.fold().promises[0]
    story.carries(HALL, poster, Event("help.confirmed", {"promise": promised.id}))
    assert story.fold().promises[0].state == "confirmed"
    assert len(story.folds()) == 1


def test_met_counts_up_to_how_many_are_wanted():
    story = opened(**{"for": 3})
    story.says(HALL, "post.met", count=2)
    story.says(HALL, "post.met", count=2)
    assert story.fold().met == 3


def test_renewing_opens_again_what_was_met():
    story = opened()
    met = story.says(HALL, "post.met")
    story.says(HALL, "post.renewed", refs=(met.id,), hours=12)
    folded = story.fold()
    assert (folded.met, folded.hours, folded.since_from) == (0, 12, story.said[-1].id)


# --- who may ---


@pytest.mark.parametrize(
    "forged",
    [
        Event("post.met", {}),
        Event("post.erased", {}),
        Event("post.withdrawn", {}),
        Event("post.renewed", {"hours": 1}),
        Event("post.widened", {}),
        edited("Send money"),
        bread("Send money"),
        Event("ticket.replaced", {"old": Ticket(1).owner, "new": Ticket(3).owner, "counter": 9}),
        Event("thanks.given", {}),
    ],
    ids=lambda event: event.kind,
)
@pytest.mark.parametrize("with_ticket", [True, False], ids=["ticket", "no ticket"])
def test_a_strange_space_changes_nothing(forged, with_ticket):
    story = _post(with_ticket)
    before = story.fold()
    story.says(LIBRARY, forged)
    assert story.fold() == before


@pytest.mark.parametrize("kind", ["post.met", "post.withdrawn", "post.erased", "post.renewed", "post.hidden"])
@pytest.mark.parametrize("with_ticket", [True, False], ids=["ticket", "no ticket"])
def test_a_strange_ticket_changes_nothing(kind, with_ticket):
    story = _post(with_ticket)
    before = story.fold()
    story.carries(HALL, Ticket(7), Event(kind, {}))
    assert story.fold() == before


def _post(with_ticket: bool) -> Story:
    if not with_ticket:
        return opened()
    poster = Ticket(1)
    story = Story(poster)
    story.carries(HALL, poster, bread())
    return story


def test_a_body_signed_for_another_post_changes_nothing():
    poster = Ticket(1)
    story = _post(with_ticket=True)
    before = story.fold()
    story.entry(HALL, poster.body(b"y" * 32, HALL, Event("post.withdrawn", {}), 5), poster.owner)
    assert story.fold() == before


def test_a_body_altered_by_a_letter_changes_nothing():
    poster, story = Ticket(1), _post(with_ticket=True)
    before = story.fold()
    payload = poster.body(story.post, HALL, edited("Bread and oil"), 5)
    story.entry(HALL, payload.replace(b"oil", b"gin"), poster.owner)
    assert story.fold() == before


def test_a_body_carried_again_is_the_same_body():
    poster, helper = Ticket(1), Ticket(2)
    story = Story(poster)
    story.carries(HALL, poster, bread(**{"for": 5}))
    payload = helper.body(story.post, LIBRARY, promise(), 0)
    for space in (LIBRARY, MOSQUE, HALL):
        story.entry(space, payload, helper.owner)
    assert len(story.fold().promises) == 1
    assert story.fold().promises[0].space == LIBRARY
    assert len(story.folds()) == 1


def test_a_space_shows_again_only_what_it_hid_itself():
    story = opened()
    story.says(LIBRARY, "post.hidden", reason="Twice")
    story.says(MOSQUE, "post.shown")
    assert story.fold().hidden_by == ((LIBRARY, "Twice"),)


def test_a_stranger_cannot_give_back_anothers_promise():
    story = opened()
    promised = story.says(LIBRARY, promise())
    story.says(MOSQUE, "help.released", promise=id_text(promised.id))
    assert story.fold().promises[0].state == "promised"
    story.says(LIBRARY, "help.released", promise=id_text(promised.id))
    assert story.fold().promises[0].state == "released"


# --- tickets that were replaced ---


def test_of_a_replaced_ticket_counts_what_it_said_until_then():
    poster, later = Ticket(1), Ticket(2)
    story = Story(poster)
    story.carries(HALL, poster, bread())
    story.says(HALL, "ticket.replaced", old=poster.owner, new=later.owner, counter=0)
    story.carries(HALL, poster, edited("From a photo of the ticket"))
    story.carries(HALL, later, Event("post.met", {}))
    folded = story.fold()
    assert (folded.words, folded.met) == ("Bread for tonight", 1)
    assert len(story.folds()) == 1


def test_a_thief_of_a_ticket_cannot_move_its_home_to_keep_it():
    poster, later = Ticket(1), Ticket(2)
    story = Story(poster)
    story.carries(HALL, poster, bread())
    story.carries(LIBRARY, poster, edited("Mine now"), home=LIBRARY)
    story.says(HALL, "ticket.replaced", old=poster.owner, new=later.owner, counter=0)
    assert (story.fold().words, story.fold().home) == ("Bread for tonight", HALL)


# --- erasing, and payloads that are gone ---


def test_an_erased_post_is_the_same_whether_its_words_are_held_or_not():
    poster, helper = Ticket(1), Ticket(2)
    story = Story(poster)
    story.carries(HALL, poster, bread())
    story.carries(LIBRARY, helper, promise())
    erased = frozenset({poster.owner})
    bare = [_bare(one) for one in story.said]
    held, gone = (post.fold(story.post, said, erased) for said in (story.said, bare))
    assert held == gone and held is not None and held.erased and not held.words


def test_a_helper_takes_back_their_own_words():
    poster, helper = Ticket(1), Ticket(2)
    story = Story(poster)
    story.carries(HALL, poster, bread())
    story.carries(LIBRARY, helper, promise())
    assert len(story.fold().promises) == 1
    assert story.fold(frozenset({helper.owner})).promises == ()


def test_a_post_without_ticket_is_erased_by_its_home():
    story = opened()
    story.says(HALL, "post.erased", reason="Past its time")
    gone = [_bare(story.said[0]), story.said[1]]
    assert story.fold().erased
    assert post.fold(story.post, gone) == story.fold()


def test_a_post_with_ticket_that_its_home_erased_stays_erased_when_its_words_are_dropped():
    story = _post(with_ticket=True)
    story.says(HALL, "post.erased")
    gone = [_bare(story.said[0]), story.said[1]]
    assert story.fold().erased
    assert post.fold(story.post, gone) == story.fold()


@pytest.mark.parametrize("with_ticket", [True, False], ids=["ticket", "no ticket"])
def test_words_that_an_edit_replaced_are_not_needed(with_ticket):
    story = _post(with_ticket)
    story.says(LIBRARY, promise())
    if with_ticket:
        story.carries(HALL, Ticket(1), edited("Bread and oil"), counter=3)
    else:
        story.says(HALL, edited("Bread and oil"))
    gone = [_bare(story.said[0]), *story.said[1:]]
    assert story.fold().words == "Bread and oil"
    assert post.fold(story.post, gone) == story.fold()


def _bare(one):
    return post.Said(one.id, one.space, one.ms, one.post, one.owner, one.refs, None)


# --- odd payloads ---

ODD = [
    b'{"event":"post.met","count":0}',
    b'{"event":"post.met","count":1.5}',
    b'{"event":"post.met","count":true}',
    b'{"event":"post.met","count":1e3}',
    b'{"event":"post.met","count":99999999999999999999}',
    b'{"event":"post.met"',
    b'{"event":"post.met"}}',
    b'{"event":"post.met","x":NaN}',
    b'{"event":"post.met","event":"post.withdrawn","\xff":1}',
    b'{"event":"post.withdrawn","x":' + b"[" * 5000 + b"]" * 5000 + b"}",
    b'{"event":"post.withdrawn","x":' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}",
    b'{"event":"post.hidden","reason":"\\ud800"}',
    b'{"event":"post.hidden","reason":"\xed\xa0\x80"}',
    b'{"event":"something.new","count":1}',
    b'{"event":["post.met"]}',
    b'["post.met"]',
    b"null",
    b" ",
    b"\xff\xfe",
    b'{"sig":"' + b"A" * 86 + b'","body":["cbt1"]}',
]


@pytest.mark.parametrize("payload", ODD, ids=range(len(ODD)))
def test_an_odd_payload_changes_nothing(payload):
    story = opened()
    before = story.fold()
    story.entry(HALL, payload)
    story.entry(HALL, payload, owner=Ticket(3).owner)
    assert story.fold() == before


@pytest.mark.parametrize("payload", ODD, ids=range(len(ODD)))
def test_an_odd_opening_opens_nothing(payload):
    story = Story()
    story.entry(HALL, payload)
    assert post.fold(story.post, story.said) is None


@settings(max_examples=200)
@given(st.binary(min_size=1, max_size=80), st.booleans())
def test_no_payload_stops_the_fold(payload, owned):
    story = opened()
    before = story.fold()
    story.entry(HALL, payload, owner=Ticket(3).owner if owned else b"")
    assert story.fold() == before


def test_words_beyond_the_limit_are_no_opening():
    story = Story()
    story.says(HALL, bread("x" * 1001))
    assert post.fold(story.post, story.said) is None


def test_a_category_from_a_newer_node_is_shown_as_other():
    story = opened(category="pets", when="after-rain", date="2026-02-31")
    assert (story.fold().category, story.fold().when, story.fold().date) == ("other", "any", "")


def test_the_next_event_refers_to_the_heads_that_were_seen():
    story = opened()
    first = story.says(LIBRARY, promise(), refs=(story.post,))
    second = story.says(MOSQUE, promise(), refs=(story.post,))
    for order in itertools.permutations(story.said):
        assert heads(order) == (first.id, second.id)
