"""When Python looks for what refers to itself, and through what."""

import gc

import pytest

from node import collector


def test_it_is_off_inside_and_on_again_whatever_happens() -> None:
    with pytest.raises(ValueError), collector.off():
        assert not gc.isenabled()
        raise ValueError
    assert gc.isenabled()


def test_inside_where_it_was_off_it_stays_off() -> None:
    with collector.off():
        with collector.off():
            pass
        assert not gc.isenabled()


def test_what_is_here_is_spared_and_what_comes_is_not() -> None:
    before = gc.get_freeze_count()
    try:
        collector.spare_what_is_here()
        assert gc.get_freeze_count() > before
        ring: list[object] = []
        ring.append(ring)
        del ring
        assert gc.collect() >= 1
    finally:
        gc.unfreeze()
