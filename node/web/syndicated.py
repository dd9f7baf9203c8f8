"""A feed as Atom (RFC 4287) and as JSON Feed 1.1. Pure: knows feeds, not posts."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree as Xml

ATOM = "http://www.w3.org/2005/Atom"
JSON_FEED = "https://jsonfeed.org/version/1.1"
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # which no XML may hold, however written
LAST_MS = 253_402_300_799_000  # the year 9999 ends; a time is a claim


@dataclass(frozen=True)
class Item:
    """`author`: the space that put it up, never a person. Times in Unix milliseconds."""

    id: str
    title: str
    words: str
    language: str
    address: str
    published_ms: int
    updated_ms: int
    category: str
    key: str
    author: str


@dataclass(frozen=True)
class Feed:
    """Addresses are absolute. `updated_ms`: of its newest item; 0 if there is none."""

    id: str
    title: str
    address: str
    home: str
    author: str
    language: str
    updated_ms: int
    items: tuple[Item, ...]


def atom(feed: Feed) -> str:
    Xml.register_namespace("", ATOM)
    root = Xml.Element(f"{{{ATOM}}}feed", {"xml:lang": feed.language})
    _texts(root, id=feed.id, title=feed.title, updated=moment(feed.updated_ms))
    _author(root, feed.author)
    _link(root, "self", feed.address, "application/atom+xml")
    _link(root, "alternate", feed.home, "text/html")
    for item in feed.items:
        _entry(root, item)
    written: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return written.decode()


def _entry(root: Xml.Element, item: Item) -> None:
    entry = Xml.SubElement(root, f"{{{ATOM}}}entry")
    _texts(entry, id=item.id, title=item.title, published=moment(item.published_ms), updated=moment(item.updated_ms))
    _author(entry, item.author)
    _link(entry, "alternate", item.address, "text/html")
    Xml.SubElement(entry, f"{{{ATOM}}}category", {"term": item.key, "label": item.category})
    content = Xml.SubElement(entry, f"{{{ATOM}}}content", {"type": "text", "xml:lang": item.language})
    content.text = NO_XML.sub("", item.words)


def _texts(parent: Xml.Element, **texts: str) -> None:
    for name, text in texts.items():
        Xml.SubElement(parent, f"{{{ATOM}}}{name}").text = NO_XML.sub("", text)


def _author(parent: Xml.Element, name: str) -> None:
    _texts(Xml.SubElement(parent, f"{{{ATOM}}}author"), name=name or "Corkboard")


def _link(parent: Xml.Element, rel: str, address: str, kind: str) -> None:
    Xml.SubElement(parent, f"{{{ATOM}}}link", {"rel": rel, "type": kind, "href": address})


def json_feed(feed: Feed) -> str:
    told = {
        "version": JSON_FEED,
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.address,
        "language": feed.language,
        "authors": [{"name": feed.author}],
        "items": [_item(item) for item in feed.items],
    }
    return json.dumps(told, ensure_ascii=False)


def _item(item: Item) -> dict[str, object]:
    return {
        "id": item.id,
        "url": item.address,
        "title": item.title,
        "content_text": item.words,
        "date_published": moment(item.published_ms),
        "date_modified": moment(item.updated_ms),
        "authors": [{"name": item.author or "Corkboard"}],
        "tags": [item.key],
        "language": item.language,
    }


def moment(ms: int) -> str:
    """RFC 3339, in UTC."""
    return datetime.fromtimestamp(min(max(ms, 0), LAST_MS) / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
