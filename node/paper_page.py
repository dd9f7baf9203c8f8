"""The paper key as one page for the printer: ten groups, a QR code of the same digits, and what it is for. No file of
its own stays: whoever asked says where it goes, and takes it away again.
"""

from __future__ import annotations

from markupsafe import Markup, escape

from node.web import qr
from sync.identity import Paper, shown

PAGE = Markup("""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Paper key</title>
<style>
@page {{ size: A4; margin: 20mm }}
body {{ font: 13pt/1.5 sans-serif; color: #000; background: #fff; max-width: 170mm; margin: auto }}
ol {{ display: grid; grid-template-columns: repeat(5, 1fr); gap: 6mm; padding: 0; list-style: none }}
li {{ font: bold 22pt monospace; border-bottom: 1px solid; text-align: center }}
svg {{ width: 45mm }}
</style>
<h1 dir="auto">{name}</h1>
<p>This is the paper key of this space. Space {space}</p>
<ol>{groups}</ol>
{code}
<p>With it a lost, broken or stolen machine is replaced, and the space stays the same space:
<b>recover</b> or <b>restore</b>. Whoever has it can speak for the space.
Keep it in a safe, not beside the machine. Nobody can give it to you again.</p>
<p>Check: read the ten groups aloud against the screen. Printed on ____________ by ____________</p>
</html>
""")


def page(name: str, paper: Paper) -> str:
    """The whole page, with nothing fetched from elsewhere."""
    digits = paper.digits()
    groups = Markup("").join(Markup("<li>{}</li>").format(group) for group in digits.split())
    code = qr.drawn(digits.replace(" ", ""), "The same digits as a QR code")
    return str(PAGE.format(name=escape(name), space=shown(paper.space_id()), groups=groups, code=code))
