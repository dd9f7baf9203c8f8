"""What people do in a simulated circle: they post, answer, carry words from place to place, and erase."""

from __future__ import annotations

from collections.abc import Callable

from node import intake
from node.domain import wishes
from node.domain.refusals import Refusals
from node.domain.wishes import OpenPost
from node.intake import Recorded
from node.storage import board
from sync.writer import Draft
from tests.simulate.actions import MOST_LOOKS, action
from tests.simulate.machine import Machine
from tests.simulate.world import World

CATEGORIES = ("food", "water", "tools")
ODD = (b'{"event":"from.the.future","x":1}', b"{", b'{"event":"post.met","count":1e999}', b"[" * 150 + b"]" * 150)


# --- spaces ---


@action(16)
def post(world: World) -> str:
    machine, wish = world.pick(), _opening(world)
    recorded = intake.record(machine.run, wish)
    _posted(world, machine, wish, recorded)
    return f"{machine.name} {recorded.code}"


@action(3)
def many_rows_are_imported(world: World) -> str:
    machine = world.pick()
    rows = [_opening(world) for _ in range(world.dice.randrange(2, 12))]
    for row, recorded in zip(rows, intake.record_all(machine.run, rows), strict=True):
        _posted(world, machine, row, recorded)
    return f"{machine.name}, {len(rows)}"


@action(3)
def killed_while_posting(world: World) -> str:
    machine, wish = world.pick(), _opening(world)
    with machine.killed_after(world.dice.randrange(1, MOST_LOOKS)):
        intake.record(machine.run, wish)
    return ""


def _opening(world: World) -> OpenPost:
    dice = world.dice
    offer = dice.random() < 0.4
    return OpenPost(
        kind="offer" if offer else "need",
        category=dice.choice(CATEGORIES),
        words=f"Bread {world.word()}",
        when=dice.choice(["now", "today", "week", "any"]),
        wanted=dice.choice([1, 1, 3]),
        scope="here" if dice.random() < 0.15 else "circle",
        standing=offer and dice.random() < 0.3,
        outside=dice.randbytes(1) * 16 if dice.random() < 0.15 else b"",
    )


def _posted(world: World, machine: Machine, wish: OpenPost, recorded: Recorded) -> None:
    world.acknowledges(machine, recorded.entry)
    if recorded.new:
        world.words[wish.words.split()[1]] = (b"", recorded.post)
        world.posts.append(recorded.post)


@action(24)
def follow_up(world: World) -> str:
    """A space says something about a post, its own or another's, new or old."""
    if not world.posts:
        return ""
    machine = world.pick()
    return _says(world, machine, world.dice.choice(world.known(machine)))


@action(8)
def two_say_something_at_once(world: World) -> str:
    """About one post, before either hears of the other; rather two nodes of its space."""
    if not world.posts:
        return ""
    first = world.pick()
    family = [one for one in world.machines if one.space == first.space and one is not first]
    others = family or [one for one in world.machines if one is not first]
    post_id = world.dice.choice(world.known(first))
    return ", ".join(_says(world, machine, post_id) for machine in (first, world.dice.choice(others)))


def _says(world: World, machine: Machine, post_id: bytes) -> str:
    wish = _wish(world, machine, post_id)
    if wish is None:
        return f"{machine.name} has no answer"
    try:
        recorded = intake.record(machine.run, wish)
    except Refusals as refused:
        return f"{machine.name} may not {type(wish).__name__}: {refused.problems[0].key}"
    world.acknowledges(machine, recorded.entry)
    return f"{machine.name} {type(wish).__name__} {recorded.code}"


Ask = Callable[[World, Machine, bytes], wishes.AboutPost | None]


def _wish(world: World, machine: Machine, post_id: bytes) -> wishes.AboutPost | None:
    return world.dice.choice(_WISHES)(world, machine, post_id)


def _edit(world: World, machine: Machine, post_id: bytes) -> wishes.Edit:
    words = f"Rice {world.word(post=post_id)}"
    return wishes.Edit(post_id, OpenPost(kind="need", category="food", words=words, when="today", wanted=2))


def _promise(world: World, machine: Machine, post_id: bytes) -> wishes.PromiseHelp:
    return wishes.PromiseHelp(post_id, f"One {world.word(post=post_id)}")


def _answer(world: World, machine: Machine, post_id: bytes) -> wishes.AboutPost | None:
    known = board.held(machine.db, post_id).post
    if known is None or not known.promises:
        return None
    which = world.dice.choice(known.promises).id
    answers: list[wishes.AboutPost] = [
        wishes.ConfirmPromise(post_id, which),
        wishes.ReleasePromise(post_id, which),
        wishes.SuggestOther(post_id, which, world.dice.choice(world.posts)),
    ]
    return world.dice.choice(answers)


def _reason(world: World, post_id: bytes) -> str:
    return f"Twice {world.word(post=post_id)}"


_WISHES: tuple[Ask, ...] = (
    _promise,
    _promise,
    _edit,
    _edit,
    _answer,
    _answer,
    lambda world, machine, post_id: wishes.MarkMet(post_id, world.dice.choice([0, 1])),
    lambda world, machine, post_id: wishes.Renew(post_id),
    lambda world, machine, post_id: wishes.Withdraw(post_id),
    lambda world, machine, post_id: wishes.Erase(post_id, "Asked for"),
    lambda world, machine, post_id: wishes.Hide(post_id, _reason(world, post_id)),
    lambda world, machine, post_id: wishes.Show(post_id),
    lambda world, machine, post_id: wishes.Report(post_id, _reason(world, post_id)),
    lambda world, machine, post_id: wishes.Translate(post_id, "so", f"Rooti {world.word(post=post_id)}"),
    lambda world, machine, post_id: wishes.GiveThanks(post_id),
    lambda world, machine, post_id: wishes.Widen(post_id),
)


@action(2)
def odd_words(world: World) -> str:
    """Kinds from newer nodes, and nonsense: kept, relayed, not folded."""
    machine = world.pick()
    about = world.dice.choice(world.posts) if world.posts and world.dice.random() < 0.7 else b""
    owner = world.dice.choice(world.holders).owner if world.holders and world.dice.random() < 0.3 else b""
    machine.says([Draft(world.dice.choice(ODD), about, owner)])
    return machine.name
