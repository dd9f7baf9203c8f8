"""Whoever turns to the board while the node takes posts is measured: small, but a real node that serves."""

import pytest

from scripts.bench import kiosk_under_load
from scripts.bench.kiosk_under_load import Looked


def test_of_a_hundred_looks_the_slowest_but_one_counts():
    quick = [0.01] * 99 + [0.5]
    assert kiosk_under_load.late(quick) == 0.01 and kiosk_under_load.late([*quick, 0.5]) == 0.5
    assert Looked([0.01], [0.02], [0.01], 10, 1.0).times == 2


@pytest.mark.long
def test_the_board_is_looked_at_before_meanwhile_and_after(tmp_path):
    found = kiosk_under_load.looked(tmp_path, posts=600, idle_seconds=0.5)
    assert found.idle and found.meanwhile and found.after
    assert "600 posts" in kiosk_under_load.table(found)
