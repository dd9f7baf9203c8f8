"""How things stand for who holds a ticket, in words: the post, each promise, what comes next. Words only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.domain.decide import decide
from node.domain.status import HOUR_MS
from node.domain.wishes import Renew
from node.web import labels, over
from node.web.languages import N_, _, ngettext

if TYPE_CHECKING:
    from node.domain.facts import Facts
    from node.domain.threads import Thread
    from node.storage.board import Card
    from node.web.holder import Holder

# (kind, how it stands) -> what its poster may want to know or do
NEXT = {
    ("need", "nobody"): N_("When somebody can help, you read it here. Come back with your ticket."),
    ("offer", "nobody"): N_("When somebody would like it, you read it here. Come back with your ticket."),
    ("need", "answered"): N_("Read what they say, and choose."),
    ("offer", "answered"): N_("Read what they say, and choose."),
    ("need", "met"): N_("If you like, say thanks. Then you can erase everything, or leave it to us."),
    ("offer", "met"): N_("All of it has found its people. You can erase everything, or leave it to us."),
    ("need", "withdrawn"): N_("It is off the board now. Nothing is lost."),
    ("offer", "withdrawn"): N_("It is off the board now. Nothing is lost."),
    ("need", "expired"): N_("It is off the board now. Nothing is lost."),
    ("offer", "expired"): N_("It is off the board now. Nothing is lost."),
    ("need", "hidden"): N_("The stewards here took it off the board. Ask at the desk."),
    ("offer", "hidden"): N_("The stewards here took it off the board. Ask at the desk."),
}
# (kind, state of a promise) -> what its poster reads
OF_HELPER = {
    ("need", "promised"): N_("Waiting for your answer"),
    ("offer", "promised"): N_("Waiting for your answer"),
    ("need", "confirmed"): N_("You said yes. You count on each other"),
    ("offer", "confirmed"): N_("You said yes"),
    ("need", "spared"): N_("You said: not needed, thank you"),
    ("offer", "spared"): N_("You said: not this time"),
    ("need", "back"): N_("They cannot help after all"),
    ("offer", "back"): N_("They do not need it any more"),
    ("need", "lapsed"): N_("It was a while ago. Do not count on it"),
    ("offer", "lapsed"): N_("It was a while ago. They may not need it any more"),
}
# (kind, state of a promise) -> what who made it reads first
OF_MINE = {
    ("need", "promised"): N_("Waiting for their answer"),
    ("offer", "promised"): N_("Waiting for their answer"),
    ("need", "confirmed"): N_("They count on you"),
    ("offer", "confirmed"): N_("They said yes"),
    ("need", "spared"): N_("Not needed any more. Thank you"),
    ("offer", "spared"): N_("They could not give it to you"),
    ("need", "back"): N_("You cannot help after all"),
    ("offer", "back"): N_("You do not need it any more"),
    ("need", "lapsed"): N_("Nobody answered in time"),
    ("offer", "lapsed"): N_("Nobody answered in time"),
}
# what it means for who made it
MEANS = {
    ("need", "promised"): N_("When they answer, you read it here. Come back with your ticket."),
    ("offer", "promised"): N_("When they answer, you read it here. Come back with your ticket."),
    ("need", "confirmed"): N_("If something comes up, tell them here as early as you can."),
    ("offer", "confirmed"): N_("If you do not need it any more, tell them here."),
    ("need", "spared"): N_("Somebody else may need what you can give."),
    ("offer", "spared"): N_("Somebody else may have it for you."),
    ("need", "back"): N_("They see it. Nobody is angry: it is good that you said so."),
    ("offer", "back"): N_("They see it, and can give it to somebody else."),
    ("need", "lapsed"): N_("So nobody counts on you. If it is still needed, you can promise again."),
    ("offer", "lapsed"): N_("If it still stands, you can ask again."),
}
ICONS = {"confirmed": "check", "spared": "check", "back": "back"}


def kind_of(card: Card) -> str:
    return "offer" if card.kind == "offer" else "need"


def next_step(card: Card) -> str:
    """For who posted it."""
    state: str = card.status
    if state in ("open", "partly"):
        state = "answered" if card.promised else "nobody"
    said = NEXT.get((kind_of(card), state))
    return _(said) if said else ""


def state_of(thread: Thread) -> str:
    """promised, confirmed, lapsed; spared: the poster needs it no more; back: given back."""
    if thread.promise.state == "released":
        return "spared" if thread.promise.spared else "back"
    return thread.promise.state if thread.holds else "lapsed"


def icon_of(thread: Thread) -> str:
    return ICONS.get(state_of(thread), "clock")


def of_helper(card: Card, thread: Thread) -> str:
    return _(OF_HELPER[(kind_of(card), state_of(thread))])


def heading(held: Holder) -> str:
    """What matters first."""
    card = held.card
    if held.poster or card.status in ("met", "withdrawn", "expired", "hidden") or not held.mine.threads:
        return labels.state(card)
    return _(OF_MINE[(kind_of(card), state_of(held.mine.threads[-1]))])


def of_mine(card: Card, thread: Thread) -> str:
    return _(OF_MINE[(kind_of(card), state_of(thread))])


def means(held: Holder) -> str:
    """Under the heading: what it means, and what may come next."""
    card = held.card
    if held.poster:
        return next_step(card)
    if card.status not in ("open", "partly") or not held.mine.threads:
        return over.more(card)
    return _(MEANS[(kind_of(card), state_of(held.mine.threads[-1]))])


def may_look_on(held: Holder) -> bool:
    """True where who promised is free to help somebody else."""
    over_now = held.card.status not in ("open", "partly")
    return over_now or all(state_of(thread) != "confirmed" for thread in held.mine.threads)


def other_side(card: Card, number: int) -> str:
    """What a poster calls who answered: nobody has a name here."""
    shown = {"number": labels.number(number)}
    return _("Neighbour %(number)s") % shown if card.kind == "offer" else _("Helper %(number)s") % shown


def who_reads(held: Holder) -> str:
    """Whom the words in the threads are sealed to."""
    if held.mine.post.stewards:
        return _("Sealed: you two can read it. The stewards can open it, too, and then it says so here.")
    return _("Sealed: only the two of you can read it.")


def both_stand(held: Holder) -> str:
    """Two promised the same, perhaps at two spaces that could not hear each other; "" where one did."""
    others = held.card.promised - 1
    if others < 1 or held.card.status not in ("open", "partly"):
        return ""
    if held.poster:
        return _both_stand_for_poster(held.card)
    if not any(thread.holds for thread in held.mine.threads):
        return ""
    return ngettext(
        "%(num)s other neighbour has promised as well. All promises stand; whoever posted it chooses.",
        "%(num)s other neighbours have promised as well. All promises stand; whoever posted it chooses.",
        others,
    ) % {"num": labels.number(others)}


def _both_stand_for_poster(card: Card) -> str:
    if card.kind == "offer":
        return _("Several neighbours would like it. You choose; who does not get it is shown something similar.")
    return _("Several neighbours promised, and each of them means it. You choose; the others are shown similar needs.")


def renewed_until(held: Holder, facts: Facts) -> str:
    """Until when it would be up if it were renewed now, by the rule itself."""
    event = decide(Renew(held.card.id), held.mine.post, facts)
    hours = event.fields["hours"]
    assert isinstance(hours, int)
    return labels.moment(facts.now_ms + hours * HOUR_MS, facts.now_ms)


def runs_out(card: Card, now_ms: int) -> bool:
    """True on its last day, and in its last hours where they begin the next one."""
    if card.status not in ("open", "partly"):
        return False
    over_ms = card.expires_ms
    return labels.local(over_ms).date() == labels.local(now_ms).date() or over_ms - now_ms < LAST_HOURS * HOUR_MS


LAST_HOURS = 9


def taken_down(card: Card, space: bytes) -> str:
    """Why this space took it off its board, as everyone can read; "" where it did not."""
    return next((reason for one, reason in card.hidden_by if one == space), "")


def left(card: Card) -> list[int]:
    """For how many it may be said to be met, fewest first; the last is all of them."""
    most = max(card.wanted - card.met, 1)
    return [count for count in COUNTS if count < most] + [most]


COUNTS = (1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50)


# --- buttons, fit for a need or an offer ---


def _fit(card: Card, need: str, offer: str) -> str:
    return _(offer if card.kind == "offer" else need)


def yes(card: Card) -> str:
    return _fit(card, N_("Yes please"), N_("Yes, it is yours"))


def no(card: Card) -> str:
    return _fit(card, N_("Not needed, thank you"), N_("Not this time"))


def give_back(card: Card) -> str:
    return _fit(card, N_("I cannot help after all"), N_("I do not need it any more"))


def again(card: Card) -> str:
    return _fit(card, N_("I can help after all"), N_("I would still like it"))


def own(card: Card) -> str:
    return _fit(card, N_("What you promised"), N_("What you asked for"))


def instead(card: Card) -> str:
    return _fit(card, N_("These are needed, too"), N_("These are offered, too"))


def still(card: Card) -> str:
    return _fit(card, N_("Is it still needed?"), N_("Does it still stand?"))


def renew(card: Card) -> str:
    if card.status in ("open", "partly"):
        return _("Renew it")
    return _("Put it back on the board")


def was_it(card: Card) -> str:
    return _fit(card, N_("Was it met?"), N_("Was it taken up?"))


def it_was(card: Card) -> str:
    return _fit(card, N_("It was met"), N_("It was taken up"))


def it_was_not(card: Card) -> str:
    return _fit(card, N_("It was not met after all"), N_("It was not taken up after all"))
