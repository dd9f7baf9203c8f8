"""A link as a QR code: one SVG path, level M, four modules of quiet zone. Needs no drawing library."""

from __future__ import annotations

from itertools import groupby

import qrcode
from markupsafe import Markup
from qrcode.constants import ERROR_CORRECT_M

QUIET = 4
DRAWING = Markup(
    '<svg viewBox="0 0 {size} {size}" role="img" aria-label="{label}" shape-rendering="crispEdges">'
    '<rect width="{size}" height="{size}" fill="#fff"/><path d="{path}"/></svg>'
)


def drawn(text: str, label: str) -> Markup:
    """Black on white whatever the theme. label: what a screen reader says."""
    code: qrcode.QRCode[object] = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    return DRAWING.format(size=len(rows), label=label, path="".join(map(_row, range(len(rows)), rows)))


def _row(y: int, row: list[bool]) -> str:
    path, x = "", 0
    for dark, run in groupby(row):
        width = len(list(run))
        path += f"M{x} {y}h{width}v1h-{width}z" if dark else ""
        x += width
    return path
