"""How many open posts there are of each kind, category and area: kept with every change, so nobody counts the board.

The fold has no clock, so the tally counts what runs out after `until`, a moment that follows the clock minute by minute
(move). Whoever reads sets right what ran out since then; where the clock was put back, what has not run out yet.
"""

import itertools
import sqlite3
from collections import Counter
from collections.abc import Sequence

from node.storage import memory
from node.storage.openings import Openings
from node.storage.rows import OVER, Row

UNTIL = "tallied until"
Open = tuple[str, str, str]
"""kind, category, area"""

ADD = """
INSERT INTO tally (kind, category, area, open) VALUES (?, ?, ?, ?)
ON CONFLICT (kind, category, area) DO UPDATE SET open = open + excluded.open
"""


class Tally:
    """What one refresh of the board changes of it."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._until = until(db)
        self._more: Counter[Open] = Counter()

    def put(self, new: Row) -> None:
        self._more[new.kind, new.category, new.area] += self._counts(new)

    def take(self, old: Row) -> None:
        self._more[old.kind, old.category, old.area] -= self._counts(old)

    def _counts(self, row: Row) -> bool:
        return not row.state & OVER and row.expires > self._until

    def write(self, plain: Openings, new: Sequence[Row]) -> None:
        """These are new on the board."""
        current = [expires > self._until for expires in plain.expires()]
        self._more.update(itertools.compress(zip(plain.kinds, plain.categories, plain.areas, strict=True), current))
        for row in new:
            self.put(row)
        self._db.executemany(ADD, [(*key, count) for key, count in sorted(self._more.items()) if count])
        if any(count < 0 for count in self._more.values()):
            self._db.execute(DROP_EMPTY)  # an area is somebody's words: it goes with the last post that names it
        self._more.clear()


def until(db: sqlite3.Connection) -> int:
    return int(memory.get(db, UNTIL) or 0)


RAN_OUT = f"""
SELECT kind, category, area, COUNT(*) FROM post WHERE expires > ? AND expires <= ? AND state & {OVER} = 0
GROUP BY kind, category, area
"""
DROP_EMPTY = "DELETE FROM tally WHERE open = 0"


def move(db: sqlite3.Connection, now_ms: int) -> None:
    """Within the caller's transaction. Writes only where something has run out."""
    if changes := _between(db, now_ms):
        db.executemany(ADD, [(*key, count) for key, count in changes.items()])
        db.execute(DROP_EMPTY)
        memory.set(db, UNTIL, str(now_ms))


def _between(db: sqlite3.Connection, now_ms: int) -> dict[Open, int]:
    """What makes a count of the tally one of this moment."""
    then = until(db)
    sign = -1 if now_ms > then else 1
    found = db.execute(RAN_OUT, (min(then, now_ms), max(then, now_ms))).fetchall()
    return {(kind, category, area): sign * count for kind, category, area, count in found}


TALLY = "SELECT kind, category, area, open FROM tally"


def standing(db: sqlite3.Connection, now_ms: int) -> dict[Open, int]:
    """Posts that are not over and have not run out, those hidden here too. Costs what there is of kinds, categories and
    areas, however many posts there are."""
    counts = Counter({(kind, category, area): count for kind, category, area, count in db.execute(TALLY)})
    counts.update(_between(db, now_ms))
    return {key: count for key, count in counts.items() if count}
