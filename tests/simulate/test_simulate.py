"""Simulated circles keep every promise, and a history can be played again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from scripts import simulate
from tests.simulate import actions, story
from tests.simulate.judge import Broken
from tests.simulate.story import play

HOME = Path(__file__).resolve().parents[2]
QUICK, ALL = 300, 2_000


def simulated(first: int, seeds: int, *more: str, hash_seed: str = "0") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "scripts/simulate.py", "--first-seed", str(first), "--seeds", str(seeds), *more]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    return subprocess.run(command, cwd=HOME, env=environment, capture_output=True, text=True, timeout=900, check=False)


def test_three_hundred_histories_keep_every_promise() -> None:
    ended = simulated(0, QUICK, "--processes", "2")
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.long
def test_two_thousand_histories_keep_every_promise() -> None:
    ended = simulated(QUICK, ALL - QUICK, "--processes", "2")
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_a_seed_gives_the_same_history_in_any_process() -> None:
    """Nothing hangs on the order of a set, on a clock or on what was played before."""
    once = simulated(20, 4, "--show", "--processes", "1", hash_seed="1").stdout.splitlines()[:-1]
    again = simulated(22, 2, "--show", "--processes", "2", hash_seed="2").stdout.splitlines()[:-1]
    assert again and once[-len(again) :] == again


def test_a_seed_that_fails_is_told_with_the_line_that_plays_it_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def never(world: object) -> None:
        raise Broken("the moon is no cheese")

    monkeypatch.setattr(story, "judge", never)
    assert simulate.main(["--first-seed", "5", "--seeds", "2", "--processes", "1"]) == 1
    said = capsys.readouterr().out
    assert "FAILED: seed 5: the moon is no cheese" in said
    assert "python3 scripts/simulate.py --first-seed 6 --seeds 1 --show" in said


@pytest.mark.longer
def test_every_action_happens_often() -> None:
    done = Counter(line.partition(":")[0] for seed in range(200) for line in play(seed).told)
    rare = {each.name: done[each.name] for each in actions.TABLE if done[each.name] < 5}
    assert rare == {}
