"""A paper key typed by somebody: any script, and help where a digit is wrong."""

import pytest

from sync import paper_typed
from sync.identity import Paper
from sync.paper_typed import Mistyped

PAPER = Paper(bytes(range(16)))
DIGITS = PAPER.digits().replace(" ", "")
SLIPS = {
    "one wrong": DIGITS[:17] + str((int(DIGITS[17]) + 3) % 10) + DIGITS[18:],
    "one missing": DIGITS[:30] + DIGITS[31:],
    "one too many": DIGITS[:5] + "7" + DIGITS[5:],
    "two swapped": DIGITS[:8] + DIGITS[9] + DIGITS[8] + DIGITS[10:],
}


@pytest.mark.parametrize("zero", ["0", "٠", "۰", "০"])
def test_the_digits_of_any_script_are_read(zero):
    typed = PAPER.digits().translate({ord(str(n)): chr(ord(zero) + n) for n in range(10)}).replace(" ", "-")
    assert paper_typed.read(typed) == PAPER


@pytest.mark.parametrize("slip", SLIPS)
def test_where_the_space_is_known_one_slip_is_found(slip):
    assert SLIPS[slip] != DIGITS
    with pytest.raises(Mistyped, match=f"Did you mean {PAPER.digits()}"):
        paper_typed.read(SLIPS[slip], PAPER.space_id())


@pytest.mark.parametrize(("typed", "says"), [("", "these are 0"), (SLIPS["one wrong"], "compare the ten groups")])
def test_else_it_is_said_where_to_look(typed, says):
    with pytest.raises(Mistyped, match=says):
        paper_typed.read(typed)


def test_the_key_of_another_space_is_not_taken():
    with pytest.raises(Mistyped, match="another space"):
        paper_typed.read(PAPER.digits(), Paper(bytes(16)).space_id())
