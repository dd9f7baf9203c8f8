"""The pages that neighbours find at the touchscreen and on a phone alike. What only one of both has stands with it."""

from __future__ import annotations

from flask import Blueprint

from node.web import box, changing, erasing, flyers, helping, keeping, lists, mine, posting, reading, sharing

ROOMS = (keeping, lists, reading, sharing, box, posting, helping, mine, changing, erasing, flyers)


def add_to(pages: Blueprint) -> None:
    for room in ROOMS:
        room.add_to(pages)
