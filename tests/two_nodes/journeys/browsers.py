"""Chromium where a neighbour stands: at the touchscreen of a space, or on its Wi-Fi with a phone."""

import shutil
from pathlib import Path

from playwright.sync_api import Browser, Playwright, expect

from node.addresses import HOST
from tests.two_nodes.network import Place
from tests.two_nodes.node import Node

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PATIENCE_MS = 120_000  # for a machine ten times slower: never a measure
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-proxy-server", "--disable-background-networking")

expect.set_options(timeout=PATIENCE_MS)  # else it is five seconds, whatever a page may take


class Browsers:
    """One browser for each place and Wi-Fi, begun when somebody first needs it."""

    def __init__(self, playwright: Playwright, folder: Path) -> None:
        self._playwright, self._folder = playwright, folder
        self._open: dict[tuple[Place, str], Browser] = {}

    def at_the_screen_of(self, space: Node) -> Browser:
        """The browser of the space's own machine."""
        return self._at(space.place, "127.0.0.1")

    def on_the_wifi_of(self, space: Node, phone: Place) -> Browser:
        """A phone that finds the board by its name, which leads to another machine on the Wi-Fi of each space."""
        return self._at(phone, space.place.address)

    def _at(self, place: Place, name_leads_to: str) -> Browser:
        """name_leads_to: "" where names are found as they are by what else runs at that place."""
        if (place, name_leads_to) not in self._open:
            rules = [f"--host-resolver-rules=MAP {HOST} {name_leads_to}"] if name_leads_to else []
            self._open[(place, name_leads_to)] = self._playwright.chromium.launch(
                executable_path=self._starter(place), args=[*FLAGS, *rules], timeout=PATIENCE_MS
            )
        return self._open[(place, name_leads_to)]

    def _starter(self, place: Place) -> Path:
        """A command that begins Chromium in the network of that place."""
        start = self._folder / f"chromium-{place.namespace or 'here'}"
        start.write_text(f'#!/bin/sh\nexec {" ".join(place.command(str(CHROMIUM)))} "$@"\n')
        start.chmod(0o755)
        return start

    def close(self) -> None:
        for browser in self._open.values():
            browser.close()
        self._open.clear()
