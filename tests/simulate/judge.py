"""How a simulated history ends: all heals, everyone exchanges with everyone, and then the promises are looked at.

Raises Broken, with one sentence, at the first promise that does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from node import intake
from node.run import DATABASE_FILE
from node.storage import gather, projection, rows
from node.storage.gather import Feeds, short
from sync import log, proofs
from sync.entry import Header, post_id
from sync.log import Held
from sync.schema import FEED_SHIFT
from tests.simulate.actions import DAY, pair
from tests.simulate.machine import Machine
from tests.simulate.wire import Faults
from tests.simulate.world import World, blocked, buries, tells

ROUNDS = 10
CENTURY = 36_525 * DAY


class Broken(AssertionError):
    """A promise that does not hold."""


def judge(world: World) -> None:
    """After healing, nodes that accept the same have the same, nothing acknowledged is lost, nothing erased is left."""
    heal(world)
    settle(world)
    void_no_feed_with_one_history(world)
    agree(world)
    keep_what_was_acknowledged(world)
    carry_on_what_was_said_on_void_feeds(world)
    pass_a_century(world)
    settle(world)
    agree(world)
    for machine in world.machines:
        stand_up_to_a_look(machine)
        forget_what_was_erased(world, machine)


# --- healing ---


def heal(world: World) -> None:
    """Links and disks are whole again; most who blocked somebody pair again. A hostile node may be gone by then."""
    world.network.groups = ()
    if world.dice.random() < 0.5:
        for machine in [one for one in world.machines if one.name in world.hostile]:
            world.loses(machine)
    for machine in world.machines:
        machine.full = False
        for space in blocked(machine):
            others = [one for one in world.machines if one.space == space]
            if others and world.dice.random() < 0.7:
                pair(machine, others[0])
    world.forgives()


def settle(world: World) -> None:
    """Everyone visits everyone until nothing changes any more."""
    for _ in range(ROUNDS):
        before = [state(machine) for machine in world.machines]
        asked = _everyone_visits_everyone(world)
        for machine in world.machines:
            machine.minute_passes()
        if [state(machine) for machine in world.machines] == before:
            if most := [one for one in asked if one[0] > 2]:
                raise Broken(f"nothing is new, and yet a visit takes {most[0][0]} requests: {most[0][1]}")
            return
    raise Broken(f"after {ROUNDS} rounds there is still something new")


def _everyone_visits_everyone(world: World) -> list[tuple[int, str]]:
    """How many requests each visit took."""
    asked = []
    for asker, teller in world.pairs():
        asker.shunned.clear()  # ten minutes have passed
        visit = world.network.visit(asker, teller, Faults(world.dice))
        if visit.error and not (world.apart(asker, teller) and visit.error == "unaccepted"):
            raise Broken(f"{asker.name} cannot visit {teller.name}: {visit.error}")
        asked.append((visit.report.asked, f"{asker.name} asks {teller.name}"))
    return asked


def state(machine: Machine) -> tuple[object, ...]:
    return (*log.last_arrival(machine.db), log.digest(machine.db))


def void_no_feed_with_one_history(world: World) -> None:
    if unknown := void_feeds(world.machines) - world.forked:
        raise Broken(f"{len(unknown)} feeds are void that have one history only")


def void_feeds(machines: Iterable[Machine]) -> set[bytes]:
    return {feed.key for machine in machines for feed in log.feeds(machine.db) if feed.state == "void"}


def pass_a_century(world: World) -> None:
    """Whatever was to be dropped some time is dropped now; no board says anything else for it."""
    for machine in world.machines:
        machine.offset = CENTURY + max(0, machine.offset)
        before = projection.digest(machine.db)
        intake.tidy(machine.run)
        if projection.digest(machine.db) != before:
            raise Broken(f"the board of {machine.name} changes when words are dropped that it does not need")


# --- the promises ---


def agree(world: World) -> None:
    """Who accepts the same has the same log and the same board; nodes of one space also what is for here."""
    open_to_all = [one for one in world.machines if not blocked(one)]
    together = [one for one in open_to_all if not any(world.apart(one, other) for other in world.machines)]
    if len({one.node for one in together}) > 1:
        _same({one.name: log.digest(one.db) for one in together}, "logs")
        _same({one.name: projection.digest(one.db) for one in together}, "boards")
    hall = [one for one in together if one.place.startswith("hall")]
    if len({one.node for one in hall}) == 2:
        _same({one.name: str(_here(one)) for one in hall}, "feeds for here")
    _who_holds_the_same_shows_the_same(world)
    for machine in world.machines:
        _lack_nothing_that_others_have(world, machine)


def _same(found: dict[str, str], what: str) -> None:
    if len(set(found.values())) > 1:
        raise Broken(f"{what} differ: {', '.join(f'{name} {value[:8]}' for name, value in found.items())}")


def _here(machine: Machine) -> list[tuple[bytes, int, bytes]]:
    ours = [one for one in log.feeds(machine.db) if one.scope == "here" and one.space == machine.space]
    return sorted((one.key, one.next, one.head) for one in ours if one.state == "open")


def _who_holds_the_same_shows_the_same(world: World) -> None:
    """Also where some block others: whatever the reasons, equal logs make equal boards."""
    alike: dict[object, dict[str, str]] = {}
    for machine in world.machines:
        alike.setdefault(_held(machine), {})[machine.name] = projection.digest(machine.db)
    for boards in alike.values():
        _same(boards, "boards of equal logs")


TOMBSTONES = "SELECT about FROM proof WHERE kind = 'tombstone' ORDER BY about"
WORDLESS = "SELECT k & ((1 << 40) - 1) FROM entry WHERE k >> 40 = ? AND payload IS NULL ORDER BY k"


def _held(machine: Machine) -> object:
    """Which entries of the circle count here, of which of them the words are gone, and what was erased."""
    feeds = [feed for feed in log.feeds(machine.db) if feed.state == "open" and feed.scope == "circle"]
    counts = sorted((feed.key, feed.next if feed.counts is None else min(feed.next, feed.counts)) for feed in feeds)
    gone = sorted((feed.key, *(seq for (seq,) in machine.db.execute(WORDLESS, (feed.no,)))) for feed in feeds)
    return tuple(counts), tuple(gone), tuple(machine.db.execute(TOMBSTONES).fetchall())


MISSING = "SELECT k FROM missing"


def _lack_nothing_that_others_have(world: World, machine: Machine) -> None:
    for (k,) in machine.db.execute(MISSING).fetchall():
        lacking = log.one(machine.db, k)
        assert lacking is not None
        for other in _askable(world, machine):
            if _has_words(other, machine, lacking.entry.header):
                raise Broken(f"{machine.name} still lacks words that {other.name} has")


def _askable(world: World, machine: Machine) -> list[Machine]:
    return [one for one in world.machines if world.network.reaches(machine, one) and not world.apart(machine, one)]


def _has_words(other: Machine, asker: Machine, header: Header) -> bool:
    """So that it would answer with them."""
    feed = log.feed_by_key(other.db, header.feed)
    if feed is None or feed.state != "open" or feed.space in {*blocked(other), *blocked(asker)}:
        return False
    return any(held.entry.payload is not None for held in log.read(other.db, feed.no, header.seq, header.seq + 1))


def keep_what_was_acknowledged(world: World) -> None:
    """Whoever may ask a machine that has it, has it too."""
    void = void_feeds(world.machines)
    asked_for = [one for one in world.acknowledged if one.feed not in void]
    for machine in world.machines:
        tellers = _askable(world, machine)
        mine = [one for one in asked_for if one.space not in blocked(machine)]
        for one in (each for each in mine if not each.here or each.space == machine.space):
            if not world.holds(machine, one) and any(world.holds(teller, one) for teller in tellers):
                raise Broken(f"{machine.name} lacks an entry that was acknowledged")
        for line in world.buried.values():
            if not buries(machine, line) and any(tells(teller, machine, line) for teller in tellers):
                raise Broken(f"{machine.name} lacks an erasure that was acknowledged")
    if lost := [one for one in asked_for if not any(world.keeps(machine, one) for machine in world.machines)]:
        raise Broken(f"{len(lost)} entries that were acknowledged are nowhere any more")
    if any(not any(buries(machine, line) for machine in world.machines) for line in world.buried.values()):
        raise Broken("an erasure that was acknowledged is nowhere any more")


WORD = re.compile(rb"zq\d{4}x")


def carry_on_what_was_said_on_void_feeds(world: World) -> None:
    """What people said there and were told is written down is on a feed that counts, at every machine that holds it."""
    for machine in world.honest():
        counting = {word for held in _counting(machine) for word in WORD.findall(held.entry.payload or b"")}
        for one in world.acknowledged:
            feed = log.feed_by_key(machine.db, one.feed)
            held = feed and feed.state == "void" and log.one(machine.db, feed.no << FEED_SHIFT | one.seq)
            if not held or held.entry.id != one.id or not (held.entry.header.owner or one.space == machine.space):
                continue
            lost = set(WORD.findall(held.entry.payload or b"")) - counting
            if any(not _may_be_gone(machine, *world.words[word.decode()]) for word in lost):
                raise Broken(f"{machine.name} has not carried on what was said on a void feed")


def _counting(machine: Machine) -> Iterator[Held]:
    for feed in log.feeds(machine.db):
        if feed.state == "open":
            yield from log.read(machine.db, feed.no)


def _may_be_gone(machine: Machine, owner: bytes, post: bytes) -> bool:
    row = gather.row(machine.db, post)
    return proofs.is_erased(machine.db, owner, post) or bool(row and row.state & rows.ERASED)


def stand_up_to_a_look(machine: Machine) -> None:
    """The log verifies, and the board is what the log says."""
    log.verify(machine.db)
    before = _board(machine)
    projection.rebuild(machine.db)
    if _board(machine) != before:
        raise Broken(f"a rebuild changes the board of {machine.name}")


POSTS, CODES = (
    "SELECT * FROM post ORDER BY n",
    "SELECT code, n FROM code UNION ALL SELECT code, n FROM new_code ORDER BY code, n",
)
LEADS = "SELECT p, k FROM about"
OPENINGS = "SELECT id, n FROM post"
TERMS = "CREATE VIRTUAL TABLE IF NOT EXISTS temp.terms USING fts5vocab(main, search, row)"


def _board(machine: Machine) -> list[object]:
    """All its rows, every word of the index with how many posts have it, and which entries that count posts lead to: an
    opening may be named twice, by `about` too, where it came without its words first."""
    feeds = Feeds(machine.db)
    posts, codes = (machine.db.execute(sql).fetchall() for sql in (POSTS, CODES))
    openings = {(short(post), n) for post, n in machine.db.execute(OPENINGS)}
    leads = {(p, k) for p, k in machine.db.execute(LEADS).fetchall() if feeds.counts(k)}
    return [posts, codes, sorted(openings | leads), list(_indexed(machine))]


def _indexed(machine: Machine) -> Iterator[tuple[str, int]]:
    machine.db.execute(TERMS)
    yield from machine.db.execute("SELECT term, doc FROM temp.terms ORDER BY term")


ERASED_POSTS = "SELECT id FROM post WHERE state & ? <> 0"


def forget_what_was_erased(world: World, machine: Machine) -> None:
    """Not in a payload, not in the index, not anywhere in the database's file."""
    intake.tidy(machine.run)
    posts = {post for (post,) in machine.db.execute(ERASED_POSTS, (rows.ERASED,))}
    posters = {post_id(owner): owner for owner in world.buried}
    data, indexed = (machine.folder / DATABASE_FILE).read_bytes(), dict(_indexed(machine))
    for word, (owner, post) in world.words.items():
        buried = [each for each in (owner, posters.get(post, b"")) if each in world.buried]
        if post in posts or any(buries(machine, world.buried[each]) for each in buried):
            if word in indexed:
                raise Broken(f"{machine.name} still finds erased words")
            if word.encode() in data:
                raise Broken(f"{machine.name} still has erased words in its file")
