"""A process ended in the middle of anything loses nothing that it told, and doubles nothing when asked again."""

from pathlib import Path

import pytest

from tests.blackout import victims


@pytest.mark.parametrize("kills", [6, pytest.param(50, marks=pytest.mark.long)])
def test_nothing_acknowledged_is_lost_however_often_a_process_is_ended(tmp_path: Path, kills: int) -> None:
    town = victims.town(tmp_path)
    acknowledged = list(victims.ended(town, kills, seed=kills))
    assert len(acknowledged) == kills and acknowledged[-1] > kills / 4
    victims.lost_nothing(town, acknowledged[-1])
