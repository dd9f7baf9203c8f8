"""From wish to event: every problem at once, each with its sentence; and who may."""

import datetime

import msgspec
import pytest

from node.domain import bodies
from node.domain.decide import Facts, decide
from node.domain.refusals import SENTENCES, Refusal, Refusals
from node.domain.values import Post, Promise
from node.domain.wishes import (
    ConfirmPromise,
    Edit,
    GiveThanks,
    Hide,
    MarkMet,
    OpenPost,
    PromiseHelp,
    ReleasePromise,
    Renew,
    Report,
    Show,
    Translate,
    Withdraw,
)
from tests.domain.stories import HALL, LIBRARY, NOON

FACTS = Facts(NOON, HALL)
BREAD = OpenPost(kind="need", category="food", words="Bread for tonight", when="today")
POST = Post(b"p" * 32, HALL, kind="need", category="food", words="Bread", wanted=3, hours=36, ms=NOON, when="today")


def problems(wish, post=None, facts=FACTS):
    with pytest.raises(Refusals) as refused:
        decide(wish, post, facts)
    return {problem.field: problem.key for problem in refused.value.problems}


def test_a_good_wish_becomes_an_event():
    event = decide(BREAD, None, FACTS)
    assert (event.kind, event.fields["words"], event.fields["hours"]) == ("post.opened", "Bread for tonight", 36)


def test_a_form_that_is_all_wrong_comes_back_once():
    wish = OpenPost("", "", " ", "xx", "date", "", "N" * 61, 0, "moon", True, ("red",), -1)
    assert problems(msgspec.structs.replace(wish, kind="need")) == {
        "category": "category.choose",
        "words": "words.missing",
        "lang": "lang.choose",
        "date": "date.missing",
        "area": "area.long",
        "for": "for.range",
        "scope": "scope.choose",
        "marks": "marks.choose",
        "hours": "hours.range",
        "standing": "standing.need",
    }
    assert problems(wish)["kind"] == "kind.choose"


def test_a_refusal_says_its_sentence_with_its_values():
    with pytest.raises(Refusals) as refused:
        decide(msgspec.structs.replace(BREAD, words="x" * 1001), None, FACTS)
    found = refused.value.by_field()["words"]
    assert (found.key, found.values, found.sentence) == (
        "words.long",
        {"has": 1001, "most": 1000},
        "That is 1001 letters. 1000 is the most.",
    )


@pytest.mark.parametrize(
    ("when", "standing", "hours"),
    [("now", False, 12), ("today", False, 36), ("week", False, 168), ("any", False, 720), ("any", True, 2160)],
)
def test_how_long_it_stays_up_follows_from_when(when, standing, hours):
    wish = msgspec.structs.replace(BREAD, kind="offer", when=when, standing=standing)
    assert decide(wish, None, FACTS).fields["hours"] == hours


def test_a_date_stays_up_to_the_end_of_the_day_after_it_here():
    zone = datetime.timezone(datetime.timedelta(hours=3))
    facts = Facts(NOON, HALL, zone)
    wish = msgspec.structs.replace(BREAD, when="date", date=facts.today.isoformat())
    hours = decide(wish, None, facts).fields["hours"]
    end = datetime.datetime.fromtimestamp(NOON / 1000, zone) + datetime.timedelta(hours=hours)
    assert (end.date() - facts.today).days == 2 and end.hour == 0


@pytest.mark.parametrize(
    ("date", "key"),
    [("2020-01-01", "date.past"), ("soon", "date.wrong"), ("2099-01-01", "date.far"), ("2026-13-01", "date.wrong")],
)
def test_a_day_that_cannot_be_is_refused(date, key):
    assert problems(msgspec.structs.replace(BREAD, when="date", date=date)) == {"date": key}


@pytest.mark.parametrize("zone", [-12, 0, 14])
@pytest.mark.parametrize(("date", "hours"), [("9999-12-31", 9600), ("0001-01-01", 1)])
def test_the_last_day_of_every_calendar_stumbles_nobody(date, hours, zone):
    facts = Facts(NOON, HALL, datetime.timezone(datetime.timedelta(hours=zone)))
    assert problems(OpenPost(kind="need", category="food", words="Bread", when="date", date=date), facts=facts)
    imported = OpenPost(kind="need", category="food", words="Bread", when="date", date=date, outside=bytes(32))
    assert decide(imported, None, facts).fields["hours"] == hours


def test_a_day_may_be_typed_in_any_script():
    day = FACTS.today.isoformat()
    arabic = day.translate({ord(str(digit)): chr(0x660 + digit) for digit in range(10)})
    assert decide(msgspec.structs.replace(BREAD, when="date", date=arabic), None, FACTS).fields["date"] == day


@pytest.mark.parametrize(
    ("wish", "key"),
    [
        (MarkMet(POST.id), "post.elsewhere"),
        (Withdraw(POST.id), "post.elsewhere"),
        (Renew(POST.id), "post.elsewhere"),
        (Edit(POST.id, BREAD), "post.elsewhere"),
        (GiveThanks(POST.id), "post.elsewhere"),
    ],
)
def test_only_its_home_speaks_for_a_post(wish, key):
    assert problems(wish, POST, Facts(NOON, LIBRARY)) == {"": key}
    assert decide(wish, POST, FACTS)


def test_met_is_all_that_is_left_unless_said_otherwise():
    assert decide(MarkMet(POST.id), POST, FACTS).fields == {"count": 3}
    assert decide(MarkMet(POST.id, 1), POST, FACTS).fields == {"count": 1}
    assert problems(MarkMet(POST.id, 4), POST) == {"count": "count.range"}


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"met": 3}, "post.met"),
        ({"withdrawn": True}, "post.withdrawn"),
        ({"erased": True}, "post.erased"),
        ({"hidden_by": ((HALL, "why"),)}, "post.hidden"),
    ],
)
def test_nobody_promises_in_vain(change, key):
    assert problems(PromiseHelp(POST.id, "I can"), msgspec.structs.replace(POST, **change)) == {"": key}
    assert decide(PromiseHelp(POST.id, "I can"), POST, FACTS).kind == "help.promised"


def test_what_has_run_out_takes_no_promise_and_what_is_unknown_none_either():
    assert problems(PromiseHelp(POST.id), POST, Facts(NOON, HALL, expires_ms=NOON)) == {"": "post.expired"}
    assert problems(PromiseHelp(POST.id), None) == {"": "post.unknown"}


@pytest.mark.parametrize("words", ["call 0171 234 56 78", "٠١٧١٢٣٤٥٦٧٨", "+1 (555) 010-4477"])
def test_no_phone_number_enters_the_log_in_a_promise(words):
    assert problems(PromiseHelp(POST.id, words), POST) == {"words": "words.digits"}


def test_a_promise_may_name_hours_and_numbers():
    assert decide(PromiseHelp(POST.id, "17:00 at gate 12, 3 bags"), POST, FACTS)


def test_a_promise_is_given_back_by_who_made_it_or_let_go_where_it_was_posted():
    promise = Promise(b"q" * 32, LIBRARY, NOON, 1, "", "promised", b"")
    post = msgspec.structs.replace(POST, promises=(promise,))
    wish = ReleasePromise(post.id, promise.id)
    assert decide(wish, post, FACTS).kind == decide(wish, post, Facts(NOON, LIBRARY)).kind == "help.released"
    assert problems(wish, post, Facts(NOON, b"m" * 32)) == {"": "promise.elsewhere"}
    assert problems(ConfirmPromise(post.id, b"z" * 32), post) == {"": "promise.unknown"}


def test_hiding_needs_a_reason_and_showing_something_hidden():
    assert problems(Hide(POST.id), POST) == {"reason": "reason.missing"}
    assert problems(Report(POST.id, " "), POST) == {"reason": "reason.missing"}
    assert problems(Show(POST.id), POST) == {"": "post.shown"}
    assert problems(Translate(POST.id, "", ""), POST) == {"lang": "lang.choose", "words": "words.missing"}


def test_an_edit_keeps_when_it_was_opened_and_who_sees_it():
    wish = Edit(POST.id, msgspec.structs.replace(BREAD, scope="here", at=5))
    assert {"at": NOON, "scope": "circle"}.items() <= dict(decide(wish, POST, FACTS).fields).items()


def test_every_sentence_can_be_said():
    values = {"has": 1, "most": 2, "least": 1, "example": "2026-05-31"}
    assert all(Refusal(key, **values).sentence for key in SENTENCES)


def test_a_body_is_cut_by_position():
    assert bodies.literal(b'{"sig":"' + b"A" * 86 + b'","body":[1]}') == b"[1]"
    assert bodies.literal(b'{"sig":"' + b"A" * 85 + b'","body":[1]}') == b""
