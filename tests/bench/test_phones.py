"""The measuring command measures: a few phones at a real node."""

import re
from pathlib import Path

import pytest

from scripts.bench import crowd, phones


def test_a_phone_finds_what_its_page_names() -> None:
    page = '<link href="/static/phone-1.css"><a href="/p/123456789-ABC">x</a> <a href="/p/123456789-ABC/help">y</a>'
    assert crowd.FILES.findall(page) == ["/static/phone-1.css"] and crowd.POST.findall(page) == ["/p/123456789-ABC"]


@pytest.mark.longer
def test_a_room_has_answers_of_every_kind_and_none_that_is_wrong(tmp_path: Path) -> None:
    room = phones.full_room(tmp_path, readers=4, posters=2, seconds=15, posts=30, own=False)
    assert room.wrong == {} and room.posted >= 1
    assert {"first page", "file", "poll", "board", "question", "post"} <= {
        re.sub(", nothing new", "", what) for what in room.took
    }
    assert "touchscreen before: board" in phones.table(room)
