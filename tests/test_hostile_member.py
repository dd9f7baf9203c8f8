"""A member of the circle with a valid key that signs, replays and reorders what is not its own: no honest node changes.

It writes whatever it likes into its own feed and answers as it likes; honest nodes visit it over real sockets.
"""

import contextlib
import random
import re

import msgspec
import pytest

from node.domain import codes
from node.domain.wishes import Renew, Withdraw
from sync import log, proofs
from sync.entry import b64
from sync.exchange import Answers
from sync.messages import Malformed
from sync.refusals import BadEntry
from tests.hostile import DEEDS, Deed, Town, new_tickets, own_word, replays
from tests.meeting import acquaint, all_meet, visits
from tests.storage.nodes import HOUR, NOON, Node, Ticket, opened


@pytest.fixture
def town(tmp_path):
    town = Town(tmp_path)
    yield town
    for node in (*town.honest, town.liar):
        node.run.close()


@pytest.mark.parametrize(
    "deed",
    [pytest.param(each, marks=() if each in (replays, new_tickets) else pytest.mark.long) for each in DEEDS],
    ids=lambda deed: deed.__name__,
)
def test_what_a_member_says_of_what_is_not_its_own_changes_nothing(town: Town, deed: Deed):
    drafts = deed(town)
    for ms in (1, 4_102_444_800_000) if deed is replays else (NOON,):
        town.liar.clock.ms = ms
        town.liar.says(*drafts)
    town.hears_the_liar()
    for node in town.honest:
        assert drafts[-1].payload in [one.entry.payload for one in log.read_all(node.db)], "it did come in"
    assert town.is_unmoved()


def test_all_of_it_at_once_and_in_another_order(town: Town):
    drafts = [draft for deed in DEEDS for draft in deed(town)]
    random.Random(7).shuffle(drafts)
    town.liar.says(*drafts)
    town.hears_the_liar()
    assert town.is_unmoved()


def test_a_tombstone_is_nobodys_but_its_tickets(town: Town):
    """Forged, for another owner, and true ones of the liar's own tickets, which it gave out for others' posts."""
    forged = [
        proofs.make_tombstone(town.mine[0].key).replace(b64(town.mine[0].owner).encode(), b64(each.owner).encode())
        for each in (town.amina, town.yusuf, town.olga)
    ]
    town.liar.says(*new_tickets(town))
    with log.writing(town.liar.db):
        proofs.take(town.liar.db, [each.tombstone() for each in town.mine], NOON)

    class Forger(Answers):
        def news(self, who, body):
            told = msgspec.json.decode(super().news(who, body))
            told = {"n": 9, "mark": "A" * 22, "heads": [], "proofs": [], **told, "same": False}
            told["proofs"] += [b64(proofs.proof_id(line)) for line in forged]
            return msgspec.json.encode(told)

        def proofs(self, who, body):
            return b"".join(line + b"\n" for line in forged) + super().proofs(who, body)

    town.hears_the_liar(Forger)
    own = [each.tombstone() for each in town.mine]
    assert all(sorted(node.proofs()) == sorted(own) for node in town.honest), "its own are taken, and nobody else's"
    for node in town.honest:
        with log.writing(node.db):
            node.db.execute("DELETE FROM proof WHERE kind = 'tombstone'")
    assert town.is_unmoved()


def test_what_others_wrote_is_not_changed_on_the_way(town: Town, tmp_path):
    """The library has yet to hear from the hall, and asks the liar, who turns its feed about."""
    newcomer = Node(tmp_path / "newcomer", "Newcomer")
    acquaint(newcomer, *town.honest, town.liar)
    for change in (reversed_lines, without_the_second, other_words, older):

        class Liar(Answers):
            def entries(self, who, body, change=change):
                return change(super().entries(who, body))

        with contextlib.suppress(BadEntry, Malformed):
            visits(newcomer, town.liar, Liar)
        honest = [one.entry.raw for one in log.read_all(town.hall.db)]
        assert all(one.entry.raw in honest for one in log.read_all(newcomer.db)), change.__name__
    with log.writing(newcomer.db):
        proofs.from_the_start(newcomer.db)
    all_meet(newcomer, town.hall)
    assert newcomer.digest() == town.hall.digest() and town.is_unmoved()
    newcomer.run.close()


def reversed_lines(page: bytes) -> bytes:
    return b"".join(reversed(page.splitlines(keepends=True)))


def without_the_second(page: bytes) -> bytes:
    lines = page.splitlines(keepends=True)
    return b"".join([*lines[:1], *lines[2:]])


def other_words(page: bytes) -> bytes:
    return page.replace(b"Rice", b"Dice").replace(b"ladder", b"bladder")


def older(page: bytes) -> bytes:
    return re.sub(rb",1790000000[0-9]{3},", b",1780000000000,", page)


# --- where a space's clock is wrong, which helps nobody else ---


def test_who_carries_words_again_makes_no_post_younger(town: Town):
    """Its poster's clock said 1970, so its time runs from when it arrived here, and from then on."""
    amina, since = Ticket(9), "SELECT since FROM post WHERE id = ?"
    town.hall.carries(amina, opened("Tea", at=1, hours=2))
    town.hears_the_liar()
    runs_from = [node.db.execute(since, (amina.post,)).fetchone() for node in town.honest]
    for node in town.honest:
        node.clock.ms += HOUR
    town.liar.clock.ms = 1
    town.liar.says(*town.bodies_of(amina) * 3)
    town.hears_the_liar()
    assert [node.db.execute(since, (amina.post,)).fetchone() for node in town.honest] == runs_from


def test_a_crowd_of_words_does_not_come_between_what_a_space_says_first_and_next(town: Town):
    """A member says twenty things about a post between two words of its home, whose clock steps back; then its feed
    turns out to have two histories, and nothing that referred to it holds any more."""
    hall = town.hall
    hall.does(Withdraw(town.own))
    town.liar.clock.ms = 4_102_444_800_000
    for number in range(20):
        town.liar.says(own_word("post.reported", town.own, reason=f"Because {number}"))
    town.hears_the_liar()
    hall.clock.ms -= HOUR
    hall.does(Renew(town.own))
    hall.clock.ms += HOUR
    all_meet(*town.honest)
    for node in town.honest:
        node.hears([], [town.liar.evidence()])
        assert node.one(codes.code_of(town.own)).status == "open"
