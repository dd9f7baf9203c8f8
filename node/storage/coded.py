"""Which posts have a code: two tables, since codes come in no order, and each touches another page of a large one.

New ones go into `new_code`, which is a few pages; once it has many they go on into `code`, in the order of that. A
reader asks both.
"""

import operator
import sqlite3
from collections.abc import Sequence

from node.domain import codes
from sync.bulk import Bulk

NEW = Bulk("new_code (code, n)", "(?1, ?2)", width=2)
OF = "SELECT n FROM code WHERE code = :code UNION ALL SELECT n FROM new_code WHERE code = :code"
OF_ALL = """
SELECT code.n FROM json_each(:codes) AS asked CROSS JOIN code ON code.code = asked.value
UNION ALL SELECT new_code.n FROM json_each(:codes) AS asked CROSS JOIN new_code ON new_code.code = asked.value
"""
MANY = 16_384  # in 30 pages
AT_ONCE = 500
BY_CODE = operator.itemgetter(0)  # pairs take twice as long to compare
COUNT = "SELECT COUNT(*) FROM new_code"
MOVE = "INSERT OR FAIL INTO code (code, n) SELECT code, n FROM new_code ORDER BY code, n"
CLEAR = "DELETE FROM new_code"


def put(db: sqlite3.Connection, ids: Sequence[bytes], ns: Sequence[int]) -> None:
    """Within the caller's transaction. Only with many new posts somebody looks whether there are too many."""
    if ids:
        NEW.put(db, list(zip(*sorted(zip(codes.numbers_of(ids), ns, strict=True), key=BY_CODE), strict=True)))
    if len(ids) >= AT_ONCE and db.execute(COUNT).fetchone()[0] > MANY:
        db.execute(MOVE)
        db.execute(CLEAR)


REMOVE = ("DELETE FROM code WHERE code = ? AND n = ?", "DELETE FROM new_code WHERE code = ? AND n = ?")


def remove(db: sqlite3.Connection, id_: bytes, n: int) -> None:
    for statement in REMOVE:
        db.execute(statement, (codes.number_of(id_), n))
