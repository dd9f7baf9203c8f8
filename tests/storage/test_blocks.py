"""The library blocks the hall: what it said until then stays, nothing comes after, and what is purged is gone."""

import os
import shutil

import pytest

from node import blocking, cutting, forking, health, intake
from node.blocking import NotBlocked
from node.domain.wishes import PromiseHelp
from node.storage import forgetting, refolding
from sync import circle, identity, log
from sync.entry import b64
from sync.exchange import Caller, caller, news, payloads
from sync.pull import compare
from sync.refusals import Unaccepted
from sync.sqlite_log import SqliteLog
from sync.succession import successor
from tests.storage.nodes import NOON, Node, Ticket, opened


def block(node: Node, other: Node, **how) -> None:
    blocking.block(node.run, blocking.named(node.run, other.name), **how)


def unblock(node: Node, other: Node) -> None:
    blocking.unblock(node.run, blocking.named(node.run, other.name))


def purge(node: Node, other: Node) -> None:
    blocking.purge(node.run, blocking.named(node.run, other.name))


def test_what_it_said_until_now_stays_and_nothing_comes_after(hall, library, mosque):
    hall.posts("Before")
    library.hears_from(hall)
    block(library, hall)
    hall.posts("After")
    mosque.hears_from(hall)
    for teller in (hall, mosque):
        with pytest.raises(Unaccepted):
            library.hears(teller.pages())
    assert library.board() == ["Before"]
    with pytest.raises(Unaccepted):
        caller(library.db, hall.run.identity.node_cert)
    assert circle.peers(library.db) == [] and compare(library.db, _heads(mosque, library), set()) == {}


def _heads(teller: Node, asker: Node):
    who = Caller(asker.run.identity.node_fingerprint, asker.space, False)
    return [head for head in news(teller.db, who, 0, b"").heads if head[0] != _own(asker)]


def _own(node: Node) -> str:
    return b64(node.space)


def test_others_are_told_nothing_more_of_it_and_decide_for_themselves(hall, library, mosque):
    hall.posts("Bread")
    library.hears_from(hall)
    block(library, hall)
    assert [head[0] for head in _heads(library, mosque)] == [_own(library)]
    mosque.hears(library.pages(own=True))
    mosque.hears_from(hall)
    assert mosque.board() == ["Bread"]
    assert "Library has blocked Hall, which this space accepts." in health.notes(mosque.run)
    assert "Hall is blocked here." in health.notes(library.run)
    hall.hears(library.pages(own=True))
    assert "Library has blocked this space." in health.notes(hall.run)


def test_a_block_may_take_what_was_said_off_the_board_too_and_gives_it_back(hall, library):
    post = hall.posts("Bread")
    library.hears_from(hall)
    library.does(PromiseHelp(post.post, "At five"))
    block(library, hall, hide=True)
    assert library.board() == [] and log.verify(library.db)
    unblock(library, hall)
    assert library.board() == ["Bread"] and library.one(post.code).promised == 1
    hall.posts("After")
    library.hears_from(hall)
    assert sorted(library.board()) == ["After", "Bread"]


def test_words_of_a_space_with_much_to_say_are_purged_in_steps(hall, library, monkeypatch):
    posts = [hall.posts(f"Pot {number}") for number in range(5)]
    library.hears_from(hall)
    library.does(PromiseHelp(posts[4].post, "At five"))
    monkeypatch.setattr(refolding, "STEP", 2)
    block(library, hall)
    with monkeypatch.context() as off:
        off.setattr(cutting, "follow", lambda run: None)
        purge(library, hall)
    assert library.board(), "switched off after the first step"
    library.new_run()
    forking.say_again(library.run)
    assert library.board() == [] and library.indexed() == []
    assert [words for words in words_of(library, hall) if b"Pot" in words] == []


def test_who_is_accepted_again_before_the_purge_is_done_loses_nothing_more(hall, library, monkeypatch):
    for number in range(5):
        hall.posts(f"Pot {number}")
    library.hears_from(hall)
    monkeypatch.setattr(refolding, "STEP", 2)
    block(library, hall)
    with monkeypatch.context() as off:
        off.setattr(cutting, "follow", lambda run: None)
        purge(library, hall)
        unblock(library, hall)
    library.new_run()
    forking.say_again(library.run)
    held = len(words_of(library, hall))
    missing = library.db.execute("SELECT COUNT(*) FROM missing").fetchone()[0]
    assert held + missing == len(hall.pages()[0]), "what is gone is asked for"


def words_of(node: Node, other: Node) -> list[bytes]:
    """Payloads of the other space that are held here."""
    feeds = [feed for feed in log.feeds(node.db) if feed.space == other.space]
    return [one.entry.payload for feed in feeds for one in log.read(node.db, feed.no) if one.entry.payload]


def test_blocks_are_lifted_in_their_order_whatever_number_came_last(hall, library):
    block(library, hall)
    unblock(library, hall)
    block(library, hall)
    with pytest.raises(NotBlocked):
        purge(library, library)
    unblock(library, hall)
    with pytest.raises(NotBlocked):
        unblock(library, hall)
    with pytest.raises(NotBlocked):
        purge(library, hall)
    assert [one.state for one in blocking.others(library.db)] == ["accepted"]


def test_what_is_purged_is_on_no_disk_and_comes_back_with_the_space(hall, library):
    ticket = Ticket()
    hall.posts("Olga wants bread")
    hall.carries(ticket, opened("Zorro wants a cot"))
    library.hears_from(hall)
    block(library, hall)
    purge(library, hall)
    intake.tidy(library.run)
    forgetting.write_anew(library.db, library.folder, NOON)
    intake.tidy(library.run)
    kept = b"".join(path.read_bytes() for path in library.folder.glob("corkboard.db*"))
    assert b"Olga" not in kept and b"Zorro" not in kept and library.indexed() == []
    assert library.board() == [] and SqliteLog(library.db).wanted(10, NOON) == [] and log.verify(library.db) == 6
    with pytest.raises(Unaccepted):
        _says_more(hall, library)
    words = [entry for page in hall.pages() for entry in page if entry.header.sys == 0]
    assert intake.accept(library.run, [], payloads=words).needs == 0 and library.board() == []
    unblock(library, hall)
    assert len(SqliteLog(library.db).wanted(10, NOON)) == 2
    intake.accept(library.run, [], payloads=words)
    library.hears_from(hall)
    assert sorted(library.board()) == ["More", "Olga wants bread", "Zorro wants a cot"]


def _says_more(hall: Node, library: Node) -> None:
    hall.posts("More")
    library.hears_from(hall)


def test_nothing_of_a_blocked_space_is_answered_after_a_purge(hall, library, mosque):
    hall.posts("Olga wants bread")
    library.hears_from(hall)
    block(library, hall)
    purge(library, hall)
    who = Caller(mosque.run.identity.node_fingerprint, mosque.space, False)
    (page,) = hall.pages()
    asked = [(entry.header.feed, entry.header.seq, entry.id) for entry in page]
    assert set(payloads(library.db, who, asked).splitlines()) == {b'{"gone":"absent"}'}


def test_erasing_goes_on_for_a_space_that_is_blocked(hall, library, mosque):
    ticket = Ticket()
    hall.carries(ticket, opened("Olga, flat 3"))
    library.hears_from(hall)
    block(library, hall)
    assert library.board() == ["Olga, flat 3"]
    library.hears([], [ticket.tombstone()])
    assert library.board() == [] and not any(
        "Olga" in str(row) for row in library.db.execute("SELECT payload FROM entry")
    )


def test_a_second_machine_of_the_space_follows_and_comes_to_the_same_board(tmp_path, hall, library):
    hall.posts("Before")
    second = _second_machine(tmp_path, library, hall)
    library.hears_from(hall)
    block(library, hall)
    hall.posts("After")
    with pytest.raises(Unaccepted):
        _hears_of_the_block_first(second, library, hall)
    second.hears(library.pages())
    assert second.board() == library.board() == ["Before"] and second.digest() == library.digest()
    unblock(second, hall)
    library.hears(second.pages(own=True))
    library.hears_from(hall)
    second.hears_from(hall)
    assert sorted(second.board()) == sorted(library.board()) == ["After", "Before"]


def _hears_of_the_block_first(second: Node, library: Node, hall: Node) -> None:
    second.hears(library.pages(own=True))
    second.hears_from(hall)


def _second_machine(tmp_path, first: Node, *accepted: Node) -> Node:
    paper = identity.paper_on_disk(first.folder)
    folder = tmp_path / "second"
    folder.mkdir()
    (folder / "paper.key").write_text(paper.digits())
    made = identity.make_node(folder, paper, os.urandom)
    old = (first.folder / "space.roster").read_bytes()
    line = successor(paper, [old], [first.run.identity.public_key, made.public_key], first.clock())
    (folder / "space.roster").write_bytes(line)
    shutil.copy(first.folder / "circle.keys", folder)
    node = Node(folder, first.name)
    first.hears([], [line])
    for other in accepted:
        node.accepts(other)
    return node


def test_a_block_outlives_a_fork_of_the_feed_that_said_it(hall, library):
    hall.posts("Before")
    library.hears_from(hall)
    block(library, hall)
    library.hears([], [library.evidence()])
    hall.posts("After")
    with pytest.raises(Unaccepted):
        library.hears_from(hall)
    assert forking.say_again(library.run) == 1
    with pytest.raises(Unaccepted):
        library.hears_from(hall)
    assert library.board() == ["Before"]


def test_a_space_is_named_by_its_name_or_the_beginning_of_its_id(hall, library, mosque):
    shown = identity.shown(hall.space)
    for words in ("Hall", "hall", shown, shown[:9].lower()):
        assert blocking.named(library.run, words).space == hall.space
    for words in ("", "School"):
        with pytest.raises(NotBlocked):
            blocking.named(library.run, words)


def test_new_tickets_derive_from_a_new_key_and_old_ones_are_still_found(hall):
    before = circle.issuing_key(hall.folder)
    blocking.change_keys(hall.run, os.urandom)
    after = circle.issuing_key(hall.folder)
    assert after != before and {key.key for key in circle.keys(hall.folder)} == {before.key, after.key}
    assert [key.key for key in circle.keys(hall.folder) if key.issuing] == [after.key]
