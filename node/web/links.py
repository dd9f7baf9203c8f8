"""Addresses: the public link of a post, and the part of a query that a page passes on."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import request, url_for

from node import addresses
from node.web.labels import CATEGORIES
from node.web.pages import run

FEEDS = {"atom": "Atom", "json_feed": "JSON Feed"}  # the same in every language
LONGEST = 80  # characters of a search


def post_address(link: str) -> str:
    """What a QR carries. By name, so that it works on the Wi-Fi of every space of the circle; in capitals, which a QR
    packs closer, so its squares are larger."""
    return f"http://{host_name()}/p/{link}".upper()


def ticket_address(digits: str) -> str:
    """What the QR of a ticket carries. Behind the #, which no browser sends: a script of ours there takes them."""
    return f"http://{host_name()}/t#{digits}"


def board_address(host: str, query: Mapping[str, str] | None = None) -> str:
    """The whole board in capitals, as post_address(); what was chosen of it only reads as it is written."""
    return f"http://{host}/?{urlencode(query)}" if query else f"http://{host}/".upper()


def feeds(query: Mapping[str, str]) -> dict[str, str]:
    """The same board for programs, by the page that writes it."""
    return {name: with_query(url_for(f"api.{name}"), query) for name in FEEDS}


def with_query(path: str, query: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(query)}" if query else path


def numbers() -> list[str]:
    """The same host by number, as it is connected at this moment: some phones do not know .local names."""
    return addresses.told(run().settings.data, run().settings.port)[1]


def host_name() -> str:
    return addresses.told(run().settings.data, run().settings.port)[0]


def query_of(given: Mapping[str, str]) -> dict[str, str]:
    """The filters in an address, those that mean something."""
    found = {key: given.get(key, "").strip()[:LONGEST] for key in ("kind", "category", "area", "find", "after")}
    if found["kind"] not in ("need", "offer"):
        del found["kind"]
    if found["category"] not in CATEGORIES:
        del found["category"]
    return {key: value for key, value in found.items() if value}


def rest_of_query(without: str = "") -> str:
    """The present query for a link that adds to it, begun with "&"; "" if there is none."""
    rest = [(key, value) for key, value in request.args.items(multi=True) if key != without]
    return f"&{urlencode(rest)}" if rest else ""
