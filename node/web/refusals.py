"""Why the board refuses a wish, as sentences beside their fields."""

from __future__ import annotations

from node.domain.decide import Refusals
from node.web.languages import N_, _

SENTENCES: dict[str, str] = {}


def sentences(refused: Refusals) -> dict[str, str]:
    """field -> sentence."""
    return {one.field or "words": _(SENTENCES.get(one.key, OTHER)) for one in refused.all}


OTHER = N_("This cannot be put on the board like this. Please change it and try again.")
