"""Where a steward signs in: tries are counted before anything is derived, wrong ones all take the same way, and nobody
locks out whoever stands at the machine itself."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest

from node import stewards
from node.domain.stewards import opened
from node.sign_in import LIMITS, NotMade, SignIn, TooMany, Unreadable
from node.ticket_office import Turns

GOOD = "three warm loaves on a cold sill"


@dataclass
class Time:
    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


def door(folder: Path, clock: Time, tried: list[str]) -> SignIn:
    def knows(_: Path, typed: str, turn: Callable[[], AbstractContextManager[None]]) -> bool:
        with turn():
            tried.append(typed)
        return typed == GOOD

    return SignIn(folder, Turns(), monotonic=clock, knows=knows, beat=0.001)


def test_the_passphrase_of_every_steward_opens_and_no_other_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("node.domain.stewards.MEMORY_KIB", 64)
    stewards.make(tmp_path, GOOD)
    stewards.add_passphrase(tmp_path, GOOD, "a second steward came along")
    found = SignIn(tmp_path, Turns())
    assert found.opens(GOOD, "10.0.0.5", False) and found.opens(
        "  three warm loaves on a cold  sill", "10.0.0.5", False
    )
    assert found.opens("a second steward came along", "10.0.0.5", True)
    for wrong in ("", GOOD.upper(), "x" * 1000, "\0", "三"):
        assert not SignIn(tmp_path, Turns()).opens(wrong, "10.0.0.5", False)


def test_whatever_is_wrong_as_much_is_derived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("node.domain.stewards.MEMORY_KIB", 64)
    stewards.make(tmp_path, GOOD)
    stewards.add_passphrase(tmp_path, GOOD, "a second steward came along")
    tried: list[str] = []
    monkeypatch.setattr(
        "node.domain.stewards.opened", lambda ring, typed: (tried.append(typed), opened(ring, typed))[1]
    )
    for wrong in ("", "nearly " + GOOD, "x" * 1000):
        assert not SignIn(tmp_path, Turns()).opens(wrong, "10.0.0.5", False)
        assert tried == [wrong] * 2
        tried.clear()


def test_without_a_key_or_with_a_damaged_one_it_says_so(tmp_path: Path) -> None:
    found = SignIn(tmp_path, Turns())
    with pytest.raises(NotMade):
        found.ready()
    with pytest.raises(NotMade):
        found.opens(GOOD, "10.0.0.5", False)
    (tmp_path / stewards.FILE).write_bytes(b"{}")
    with pytest.raises(Unreadable):
        found.ready()


def test_a_browser_that_guesses_is_stopped_before_anything_is_derived(tmp_path: Path) -> None:
    clock, tried = Time(), []
    found = door(tmp_path, clock, tried)
    for _ in range(LIMITS.address.tries):
        assert not found.opens("guess", "10.0.0.5", False)
    with pytest.raises(TooMany) as wait:
        found.opens(GOOD, "10.0.0.5", False)
    assert len(tried) == LIMITS.address.tries and 1 <= wait.value.seconds <= 301 and not wait.value.busy
    assert found.opens(GOOD, "10.0.0.6", False)
    clock.seconds += LIMITS.address.seconds + 1
    assert all(found.opens(GOOD, "10.0.0.5", False) for _ in range(20)), "who is let in has used up nothing"


def test_a_thousand_addresses_are_stopped_together_and_the_machine_itself_is_not(tmp_path: Path) -> None:
    clock, tried = Time(), []
    found, refused = door(tmp_path, clock, tried), 0
    for number in range(1_000):
        try:
            found.opens("guess", f"10.0.{number % 250}.{number // 250}", False)
        except TooMany:
            refused += 1
    assert len(tried) == LIMITS.phones.tries and refused == 1_000 - LIMITS.phones.tries
    assert found.opens(GOOD, "127.0.0.1", True)
