"""What is open is counted as it changes, and is what a look at every post would find."""

import contextlib
import random
from collections import Counter

from node import intake
from node.domain.refusals import Refusals
from node.domain.wishes import Edit, Erase, Hide, MarkMet, Renew, Show, Withdraw
from node.storage import projection, tally
from node.storage.rows import OVER
from sync import log
from tests.storage.nodes import HOUR, NOON, need

EVERY = f"SELECT kind, category, area FROM post WHERE expires > ? AND state & {OVER} = 0"
DAY = 24 * HOUR


def assert_it_is_what_there_is(node):
    for now in (NOON - DAY, node.clock.ms, node.clock.ms + 10 * HOUR, node.clock.ms + 40 * DAY):
        assert tally.standing(node.db, now) == Counter(node.db.execute(EVERY, (now,)).fetchall())


def test_whatever_happens_to_posts_they_are_counted_as_they_stand(hall, library):
    dice, posts = random.Random(6), []
    acts = (MarkMet, Withdraw, Erase, Renew, Hide, Show, lambda post: Edit(post, need("New", area=dice.choice("NS"))))
    for step in range(60):
        if step % 3 == 0:
            posts.append(hall.posts("Bread", area=dice.choice("NS"), when=dice.choice(("now", "any")), wanted=2).post)
        else:
            with contextlib.suppress(Refusals):
                hall.does(dice.choice(acts)(dice.choice(posts)))
        hall.clock.ms += dice.choice((HOUR, 5 * HOUR, -HOUR))
        if step % 7 == 0:
            intake.tidy(hall.run)
        if step % 10 == 0:
            assert_it_is_what_there_is(hall)
    library.hears_from(hall)
    for node in (hall, library):
        assert_it_is_what_there_is(node)
        projection.rebuild(node.db)
        assert_it_is_what_there_is(node)
    assert len(tally.standing(hall.db, NOON)) > 1


def test_what_has_run_out_is_looked_at_once(hall):
    hall.posts("Bread", when="now")
    hall.clock.ms += 13 * HOUR
    intake.tidy(hall.run)
    until = tally.until(hall.db)
    assert until > NOON + 13 * HOUR and tally.standing(hall.db, hall.clock.ms) == {}
    hall.clock.ms += HOUR
    intake.tidy(hall.run)  # nothing ran out meanwhile, so nothing is written
    assert tally.until(hall.db) == until


def test_a_clock_that_was_put_back_finds_again_what_had_run_out(hall):
    hall.posts("Bread", when="now")
    with log.writing(hall.db):
        tally.move(hall.db, NOON + 400 * DAY)
    hall.posts("Rice", when="now")
    assert_it_is_what_there_is(hall)
    intake.tidy(hall.run)
    assert tally.until(hall.db) < NOON + DAY and sum(tally.standing(hall.db, hall.clock.ms).values()) == 2
