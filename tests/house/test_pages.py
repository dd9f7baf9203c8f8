"""Pages work without the internet, in both directions, under a strict content policy."""

import re
from pathlib import Path

import pytest

from tests.house import rooms

COMMENT = re.compile(r"/\*.*?\*/|\{#.*?#\}|<!--.*?-->", re.DOTALL)
OUTSIDE = re.compile(r"(?:\bhttps?:)?//(?!www\.w3\.org/)[a-z0-9-]+\.[a-z]{2,}", re.IGNORECASE)
PHYSICAL = re.compile(
    r"\b(?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:left|right|top|bottom)\b"
    r"|(?<![\w-])(?:left|right|top|bottom)\s*:"
    r"|\b(?:text-align|float|clear)\s*:\s*(?:left|right)\b"
)
INLINE = re.compile(
    r"<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|<script(?![^>]*\ssrc=)[^>]*>", re.IGNORECASE
)
TEXTS = [*rooms.pages(), *rooms.styles(), *(f for f in rooms.scripts() if not rooms.vendored(f))]


def found(pattern: re.Pattern[str], files: list[Path]) -> list[str]:
    """Where a pattern occurs outside comments, as path:line and what was found."""
    texts = {file: COMMENT.sub(blank_lines, file.read_text(encoding="utf-8")) for file in files}
    return [
        f"{rooms.where(file, text[: match.start()].count(chr(10)) + 1)} {match[0].strip()}"
        for file, text in texts.items()
        for match in pattern.finditer(text)
    ]


def blank_lines(comment: re.Match[str]) -> str:
    return "\n" * comment[0].count("\n")


def test_no_page_asks_anything_of_the_internet() -> None:
    assert found(OUTSIDE, TEXTS) == []


def test_no_style_names_a_side_that_would_be_wrong_in_the_other_direction() -> None:
    assert found(PHYSICAL, rooms.styles()) == []


def test_no_page_has_a_style_script_or_handler_of_its_own() -> None:
    assert found(INLINE, rooms.pages()) == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (OUTSIDE, '<script src="https://cdn.example.org/x.js">'),
        (OUTSIDE, "@import url(//fonts.example.org/css)"),
        (PHYSICAL, "a { margin-left: 1rem }"),
        (PHYSICAL, "a { position: absolute; right: 0 }"),
        (PHYSICAL, "a { text-align: left }"),
        (INLINE, '<p style="color: red">'),
        (INLINE, '<button onclick="go()">'),
        (INLINE, "<script>go()</script>"),
    ],
)
def test_these_looks_find_what_they_are_for(pattern: re.Pattern[str], text: str) -> None:
    assert pattern.search(text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (OUTSIDE, '<svg xmlns="http://www.w3.org/2000/svg">'),
        (OUTSIDE, "a = b // c"),
        (PHYSICAL, "a { margin-inline-start: 1rem; vertical-align: top }"),
        (INLINE, '<script src="/static/one.js" defer></script>'),
    ],
)
def test_and_leave_alone_what_is_well(pattern: re.Pattern[str], text: str) -> None:
    assert not pattern.search(text)
