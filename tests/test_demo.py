"""The invented posts: all languages, all categories, nothing that could be a real person."""

import datetime
import re
from collections import Counter
from pathlib import Path

import pytest

from node.demo import DAYS, Clock, Invented, _next, fill, invented
from node.domain import kinds, text
from node.settings import LANGUAGES, Settings
from node.start import open_run
from node.storage import tickets
from node.ticket_office import office_of

POSTS = invented()
AREAS = Settings.__dataclass_fields__["areas"].default


def test_there_are_sixty_and_every_language_has_its_share() -> None:
    assert len(POSTS) == 60
    assert Counter(post.lang for post in POSTS) == dict.fromkeys(LANGUAGES, 6)


def test_every_category_has_needs_and_offers() -> None:
    assert {(post.kind, post.category) for post in POSTS} == {
        (kind, category) for kind in kinds.POST_KINDS for category in kinds.CATEGORIES
    }


def test_some_are_promised_some_partly_met_and_some_met() -> None:
    assert sum(bool(post.promises) for post in POSTS) >= 8
    assert any(post.met == post.wanted for post in POSTS)
    assert any(0 < post.met < post.wanted for post in POSTS)


@pytest.mark.parametrize("post", POSTS, ids=lambda post: f"{post.lang}-{post.category}")
def test_a_post_keeps_to_what_the_board_knows(post: Invented) -> None:
    assert post.when in kinds.WHENS
    assert (post.when == "date") == bool(post.weekday)
    assert set(post.marks) <= set(kinds.MARKS)
    assert post.area in AREAS
    assert text.clean(post.words) == post.words
    assert len(post.words) <= 200
    assert not re.search(r"\d{5}", post.words), "nothing that looks like a phone number"
    assert not post.standing or post.kind == "offer"
    assert post.met <= post.wanted


@pytest.mark.parametrize("post", POSTS, ids=lambda post: f"{post.lang}-{post.category}")
def test_a_post_is_still_current_when_the_demo_begins(post: Invented) -> None:
    lasts = {"now": 12, "today": 36, "week": 7 * 24, "date": 24, "any": 30 * 24}
    assert post.age_hours < lasts[post.when] or post.when == "date"


@pytest.mark.parametrize("day", DAYS)
def test_the_date_of_a_post_is_the_next_such_day_and_never_today(day: str) -> None:
    today = datetime.date(2026, 11, 21)
    found = datetime.date.fromisoformat(_next(day, today))
    assert DAYS[found.weekday()] == day
    assert 1 <= (found - today).days <= 7


def test_whoever_starts_the_demo_comes_back_with_its_ticket_and_reads_an_answer(tmp_path: Path) -> None:
    clock = Clock()
    run = open_run(Settings(data=tmp_path), clock_ms=clock)
    digits = fill(run, clock, False, lambda done, of: None).digits
    found = office_of(tmp_path).find(run.db(), digits, "127.0.0.1", at_kiosk=True)
    assert found and found.belonging.side == "poster"
    mine = tickets.mine(run.db(), found.ticket, found.belonging.post, clock())
    assert mine and "tea table" in mine.reach
    [thread] = mine.threads
    assert thread.holds and thread.read[0].letter and "lentils" in thread.read[0].letter.words
    run.close()
