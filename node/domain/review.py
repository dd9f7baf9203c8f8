"""What everybody would read, and so is read first while a space reviews what phones send; why it was not put up. Pure.

Free words that stand on the board: those of an opening or an edit wait for a steward; other events with such words
are refused meanwhile (node/README, Read first). What is sealed, and what is chosen from a list, says nothing that could
hurt.
"""

from collections.abc import Mapping

from node.domain.kinds import KINDS
from node.domain.registry import HELPER, TICKET
from node.domain.values import Event, Post

WAITS = ("post.opened", "post.edited")
FROM_A_LIST = ("area", "source")  # free in the registry, since lists differ; the forms offer one, an import fills one
FREE: Mapping[str, tuple[str, ...]] = {
    name: tuple(
        field
        for field, one in kind.fields.items()
        if one.type is str and not one.pattern and not one.choices and field not in FROM_A_LIST
    )
    for name, kind in KINDS.items()
    if kind.who & (TICKET | HELPER)
}
"""kind -> its fields of free words that everybody reads, for whatever a ticket may say."""

REASONS = ("person", "unkind", "selling", "unclear", "twice", "other")
"""Why it was not put up: it leads to a person, may hurt somebody, sells, nobody understood it, is there already."""

DAYS = 7  # that it waits at most; less where its own time is over first
KEPT_DAYS = 14  # that its ticket tells why it was not put up
UNDO_MINUTES = 10
SAID_LIMIT = 300  # characters of a steward's own words
MOST = 200  # that wait at once
MOST_EACH = 20  # of them from one address: it may be that of a whole room


def aloud(event: Event, post: Post | None) -> str:
    """The first field with words that everybody would read and that do not stand there yet; "" where there is none."""
    for field in FREE.get(event.kind, ()):
        before = getattr(post, field, "") if event.kind == "post.edited" else ""
        if event.fields.get(field, "") not in ("", before):
            return field
    return ""
