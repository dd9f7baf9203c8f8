"""The desk by command: the stewards' key, what they are asked to look at, what they open, a ticket for a lost one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from node import intake, stewards
from node.domain import tickets
from node.domain.sealed import Letter
from node.domain.tickets import Ticket
from node.domain.wishes import Erase, OpenPost, PromiseHelp, Report, StopWords, WriteBack
from node.run import Run
from node.settings import Settings
from node.start import open_run
from node.storage import board
from node.storage import tickets as belongings
from sync import circle
from tests.cli.nodes import Node
from tests.storage.nodes import Node as Space

FATIMA, JONAS = "four quiet green ladders", "nobody knows this one"
SECRET = "Meet me behind the bakery, 0171 234 56 78"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The slow step with little memory, where a test is not about it."""
    monkeypatch.setattr("node.domain.stewards.MEMORY_KIB", 64)
    monkeypatch.setattr("node.domain.tickets.MEMORY_KIB", 64)


@pytest.fixture
def phrase(tmp_path: Path) -> Callable[[str], Path]:
    def written(words: str) -> Path:
        path = tmp_path / f"{abs(hash(words))}.txt"
        path.write_text(words + "\n", encoding="utf-8")
        return path

    return written


@contextmanager
def running(node: Node) -> Iterator[Run]:
    run = open_run(Settings(data=node.folder, name="Hall"))
    try:
        yield run
    finally:
        run.close()


def someone(seed: int) -> Ticket:
    return tickets.ticket(bytes([seed]) * 32, b"k" * 32)


AMINA, YUSUF = someone(1), someone(2)


def posted(run: Run, stewards_too: bool = True, **more: object) -> str:
    """A need by Amina that Yusuf answered with sealed words; its code."""
    key = stewards.sealing_key(run.settings.data) if stewards_too else b""
    wish = OpenPost("need", "food", "Rice for five", stewards=key, reach="ask for Amina", **more)
    recorded = intake.record(run, wish, ticket=AMINA)
    intake.record(run, PromiseHelp(recorded.post, letter=Letter(SECRET, "yusuf@example.org")), ticket=YUSUF)
    return recorded.code


@pytest.fixture
def desk(hall: Node, phrase: Callable[[str], Path]) -> Node:
    """A hall with one steward, Fatima."""
    with running(hall):
        pass
    hall.does("steward", "--make", "--passphrase-file", phrase(FATIMA))
    return hall


# --- the key ---


def test_the_key_is_made_once_and_says_how_many_can_open_it(hall: Node, phrase: Callable[[str], Path]) -> None:
    assert "There is no node" in hall.run("steward", "--make").err
    with running(hall):
        pass
    assert "no key yet: make one with `steward --make`" in hall.run("steward").err
    assert "have a key" in hall.does("steward", "--make", "--passphrase-file", phrase(FATIMA))
    assert "have a key already" in hall.run("steward", "--make", "--passphrase-file", phrase(JONAS)).err
    assert hall.does("steward") == "1 steward can open what is sealed to the desk.\n"


def test_a_short_passphrase_is_refused_and_the_reason_said(hall: Node, phrase: Callable[[str], Path]) -> None:
    with running(hall):
        pass
    ran = hall.run("steward", "--make", "--passphrase-file", phrase("ladder"))
    assert ran.status == 1 and "Too short: whoever takes the machine can try" in ran.err
    assert stewards.sealing_key(hall.folder) == b""


def test_one_comes_and_one_leaves(desk: Node, phrase: Callable[[str], Path]) -> None:
    wrong = desk.run("steward", "--add", "--passphrase-file", phrase(JONAS), "--new-passphrase-file", phrase(JONAS))
    assert wrong.status == 1 and "No steward of this space has this passphrase" in wrong.err
    said = desk.does("steward", "--add", "--passphrase-file", phrase(FATIMA), "--new-passphrase-file", phrase(JONAS))
    assert said.startswith("2 stewards can open")
    before = stewards.sealing_key(desk.folder)
    assert "1 steward can open it" in desk.does("steward", "--rotate", "--passphrase-file", phrase(JONAS))
    assert stewards.sealing_key(desk.folder) != before
    with pytest.raises(stewards.WrongPassphrase):
        stewards.open_keys(desk.folder, FATIMA)


def test_passphrases_are_typed_unseen_and_a_new_one_twice(hall: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(hall):
        pass
    asked: list[str] = []
    typed = iter([FATIMA, "not the same at all", FATIMA, FATIMA, FATIMA, JONAS, JONAS, FATIMA, JONAS, ""])
    monkeypatch.setattr("click.termui.hidden_prompt_func", lambda words: (asked.append(words), next(typed))[1])
    assert hall.run("steward", "--make").status == 0
    assert hall.run("steward", "--add").status == 0
    assert hall.run("steward", "--rotate").status == 0
    assert hall.does("steward").startswith("2 stewards") and next(typed, None) is None
    assert [words for words in asked if words.startswith("The same again")] != []


# --- what waits, and what is opened ---


def test_words_are_opened_with_a_reason_that_both_sides_see(desk: Node, phrase: Callable[[str], Path]) -> None:
    with running(desk) as run:
        code = posted(run)
    said = desk.does("words", code, "--reason", "Amina asked us to", "--passphrase-file", phrase(FATIMA))
    assert SECRET in said and "To reach them: yusuf@example.org" in said and "the helper" in said
    assert "can be reached: ask for Amina" in said
    with running(desk) as run:
        [card] = board.one(run.db(), code, run.clock_ms(), run.space_id)
        for side in (AMINA, YUSUF):
            mine = belongings.mine(run.db(), side, card.id, run.clock_ms())
            assert mine and [one.reason for one in mine.threads[0].unsealed] == ["Amina asked us to"]


def test_what_is_opened_stays_in_no_file(desk: Node, phrase: Callable[[str], Path]) -> None:
    with running(desk) as run:
        code = posted(run)
    ran = desk.run("words", code, "--reason", "Asked", "--passphrase-file", phrase(FATIMA))
    assert SECRET in ran.out and SECRET not in ran.err
    kept = b"".join(path.read_bytes() for path in desk.folder.rglob("*") if path.is_file())
    for secret in (SECRET, "yusuf@example.org", "ask for Amina", FATIMA):
        assert secret.encode() not in kept


def test_nothing_is_opened_without_a_reason_or_with_a_wrong_passphrase(
    desk: Node, phrase: Callable[[str], Path]
) -> None:
    with running(desk) as run:
        code = posted(run)
    for given, why in (
        (("--passphrase-file", phrase(FATIMA)), "Say why with --reason"),
        (("--reason", " \u200f ", "--passphrase-file", phrase(FATIMA)), "Say why with --reason"),
        (("--reason", "Asked", "--passphrase-file", phrase(JONAS)), "No steward of this space"),
        (("--reason", "Asked", "--thread", "2", "--passphrase-file", phrase(FATIMA)), "There is no thread 2"),
    ):
        ran = desk.run("words", code, *given)
        assert (ran.status, ran.out) == (1, "") and why in ran.err
    with running(desk) as run:
        [card] = board.one(run.db(), code, run.clock_ms(), run.space_id)
        post = board.held(run.db(), card.id).post
        assert post and post.unsealed == ()


def test_where_the_poster_said_only_me_the_desk_opens_nothing(desk: Node, phrase: Callable[[str], Path]) -> None:
    with running(desk) as run:
        code = posted(run, stewards_too=False)
    ran = desk.run("words", code, "--reason", "Curious", "--passphrase-file", phrase(FATIMA))
    assert ran.status == 1 and "lets nobody but the helpers read" in ran.err


def test_words_from_before_a_steward_left_stay_open_and_newer_ones_too(
    desk: Node, phrase: Callable[[str], Path]
) -> None:
    with running(desk) as run:
        code = posted(run)
        desk.does("steward", "--rotate", "--passphrase-file", phrase(FATIMA))
        newer = intake.record(
            run, OpenPost("need", "tools", "A saw", stewards=stewards.sealing_key(desk.folder)), ticket=someone(7)
        )
        intake.record(run, PromiseHelp(newer.post, letter=Letter("I have one")), ticket=someone(8))
    for one, words in ((code, SECRET), (newer.code, "I have one")):
        assert words in desk.does("words", one, "--reason", "Asked", "--passphrase-file", phrase(FATIMA))


def test_words_cannot_drive_the_terminal(desk: Node, phrase: Callable[[str], Path]) -> None:
    with running(desk) as run:
        code = posted(run)
        [card] = board.one(run.db(), code, run.clock_ms(), run.space_id)
        evil = "\x1b[2J\x1b]0;owned\x07 hello \u202e"
        [promise] = card.promises
        intake.record(run, WriteBack(card.id, promise.id, Letter(evil, evil)), ticket=YUSUF)
    said = desk.does("words", code, "--reason", "Asked", "--passphrase-file", phrase(FATIMA))
    assert "hello" in said and not set(said) & {"\x1b", "\x07", "\u202e"}


def test_the_desk_sees_what_it_was_asked_to_look_at(desk: Node, phrase: Callable[[str], Path]) -> None:
    assert desk.does("reports") == ""
    with running(desk) as run:
        code = posted(run)
        [card] = board.one(run.db(), code, run.clock_ms(), run.space_id)
        intake.record(run, Report(card.id, "This looks like a trap"))
        [promise] = card.promises
        intake.record(run, StopWords(card.id, promise.id, True, "He threatens me"), ticket=AMINA)
        intake.record(run, Report(intake.record(run, OpenPost("need", "food", "Tea")).post, "A joke"))
    lines = desk.does("reports").splitlines()
    assert len(lines) == 3 and re.search(
        r"\d{3}-\d{3}-\d{3}  \d{4}-\d\d-\d\d \d\d:\d\d  the post: This looks", lines[0]
    )
    assert "thread 1: who posted it stopped it. To read it: words" in lines[1] and "threatens" not in "".join(lines)
    opened = desk.does("words", code, "--thread", "1", "--reason", "A report", "--passphrase-file", phrase(FATIMA))
    assert "who posted it, to the stewards:\n    He threatens me" in opened
    assert "A report" in desk.does("reports").splitlines()[1]


def test_an_erased_post_waits_for_nobody(desk: Node) -> None:
    with running(desk) as run:
        made = intake.record(run, OpenPost("need", "food", "Tea"))
        intake.record(run, Report(made.post, "A joke"))
        intake.record(run, Erase(made.post))
    assert desk.does("reports") == ""


# --- a lost ticket ---


def test_a_lost_ticket_is_replaced_once_the_steward_is_satisfied(desk: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(desk) as run:
        code = posted(run)
    unsure = desk.run("reissue", code)
    assert unsure.status == 1 and "Nobody is here to answer" in unsure.err
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda words: "n")
    assert "Nothing was changed." in desk.run("reissue", code).err
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda words: "y")
    first = desk.run("reissue", code)
    digits = re.search(r": ((?:\d{4} ){3}\d{4})\n", first.out)
    assert digits and "can only erase" in first.err and "█" in first.err and "replaced already" not in first.err
    with running(desk) as run:
        k0 = tickets.stretched(digits[1].replace(" ", ""))
        found = belongings.find(run.db(), tickets.ticket(k0, circle.issuing_key(desk.folder).key).owner)
        assert found and found.side == "poster"
        old = belongings.find(run.db(), AMINA.owner)
        assert old and old.side == "replaced"
    again = desk.run("reissue", code, "--yes")
    assert again.status == 0 and "was replaced already, 1 time, last 2" in again.err
    kept = b"".join(path.read_bytes() for path in desk.folder.rglob("*") if path.is_file())
    assert digits[1].replace(" ", "").encode() not in kept


def test_no_ticket_is_given_out_where_it_would_open_nothing(desk: Node) -> None:
    with running(desk) as run:
        imported = intake.record(run, OpenPost("need", "food", "Tea"))
        code = posted(run)
        [card] = board.one(run.db(), code, run.clock_ms(), run.space_id)
    assert "it belongs to the stewards" in desk.run("reissue", imported.code, "--yes").err
    assert "Did you mean" in desk.run("reissue", code[:-1] + str((int(code[-1]) + 1) % 10), "--yes").err
    with running(desk) as run:
        intake.erase(run, AMINA.signing)
    assert "was erased" in desk.run("reissue", card.code, "--yes").err


def test_the_desk_of_another_space_says_where_to_go(desk: Node, tmp_path: Path) -> None:
    library = Space(tmp_path / "library", "Library")
    theirs = intake.record(library.run, OpenPost("need", "food", "Tea"), ticket=someone(5))
    hall = Space(desk.folder, "Hall")
    hall.accepts(library)
    hall.hears_from(library)
    hall.run.close()
    library.run.close()
    for given in (("reissue", theirs.code, "--yes"), ("words", theirs.code, "--reason", "Asked")):
        ran = desk.run(*given)
        assert ran.status == 1 and "This was posted at Library" in ran.err
