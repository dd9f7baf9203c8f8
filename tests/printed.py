"""What an independent reader finds on a page as Chromium prints it: turned to PDF, drawn by poppler, read by zbar."""

import shutil
import subprocess
from pathlib import Path

from playwright.sync_api import Page

NEEDED = ("pdftoppm", "zbarimg")
MISSING = [each for each in NEEDED if shutil.which(each) is None]
WHY_NOT = f"{' and '.join(NEEDED)} read the codes of printed pages, and are not here"


def codes(page: Page, folder: Path) -> set[str]:
    """What the codes on its only sheet say."""
    sheet = folder / "sheet.pdf"
    page.pdf(path=sheet, prefer_css_page_size=True)
    assert sheet.read_bytes().count(b"/Type /Page\n") == 1
    subprocess.run(["pdftoppm", "-r", "150", "-gray", "-singlefile", sheet, folder / "sheet"], check=True)
    read = subprocess.run(["zbarimg", "--raw", "-q", folder / "sheet.pgm"], capture_output=True, text=True, check=True)
    return set(read.stdout.splitlines())
