"""Whether pages are asked for deflated: over a line that is quicker than that they are not. Measures, sends nothing.

Deflating takes half of what a page costs who answers, and saves three fifths of its bytes. Which of it is dear, the
processors or the line, nobody can know who has not tried.
"""

from __future__ import annotations

MEASURED_BYTES = 128 << 10  # of lines; what is shorter says nothing
WORTH_TRYING = 16 << 20  # bytes of lines a second: a line that brings less, deflated, is spared
FADES = 0.8  # what was once measured counts so much at the next page of its kind: one that was held up decides nothing
AGAIN = 8  # pages until the way that was slower is tried again: something else may have been in its way
SELDOM = 128  # so many at last: each time that it was slower still, it is tried again after twice as many


class Deflating:
    """What one line has shown so far, in bytes of lines a second."""

    def __init__(self) -> None:
        self._deflated = self._as_they_are = 0.0
        self._better = True
        self._wait = self._left = AGAIN

    def next(self) -> bool:
        """Whether the next page is asked for deflated."""
        if self._deflated < WORTH_TRYING:
            return True
        better = self._deflated >= self._as_they_are > 0
        if better != self._better:
            self._better, self._wait, self._left = better, AGAIN, AGAIN
        self._left -= 1
        if self._left:
            return better
        self._wait = self._left = min(2 * self._wait, SELDOM)
        return not better

    def came(self, deflated: bool, size: int, seconds: float) -> None:
        """A page of so many bytes of lines took so long from its head to its end."""
        if size < MEASURED_BYTES or seconds <= 0:
            return
        if deflated:
            self._deflated = max(size / seconds, FADES * self._deflated)
        else:
            self._as_they_are = max(size / seconds, FADES * self._as_they_are)
