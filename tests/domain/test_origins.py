"""Which addresses count as one asker."""

import pytest

from node.domain.origins import counted_as


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2001:db8:1:2::5", "2001:db8:1:2:ffff:eeee:dddd:cccc"),
        ("::ffff:10.0.0.7", "10.0.0.7"),
        ("fe80::1%wlan0", "fe80::2%wlan0"),
    ],
)
def test_these_are_one(one: str, other: str) -> None:
    assert counted_as(one) == counted_as(other)


@pytest.mark.parametrize(("one", "other"), [("10.0.0.7", "10.0.0.8"), ("2001:db8:1:2::5", "2001:db8:1:3::5")])
def test_these_are_two(one: str, other: str) -> None:
    assert counted_as(one) != counted_as(other)


def test_what_is_no_address_is_itself() -> None:
    assert counted_as("") == "" and counted_as("a:b") == "a:b"
