"""The measuring command measures: small, but the real processes over real TLS."""

import pytest

from scripts.bench import exchange, limit, table
from scripts.bench.invented import Invention


def test_invented_posts_are_the_same_for_the_same_seed_and_as_long_as_they_should_be():
    first, again = Invention(1, mixed=False).batch(20), Invention(1, mixed=False).batch(20)
    assert first == again and len({draft.payload for draft in first}) == 20
    assert all(260 <= len(draft.payload) <= 320 for draft in first)


def test_a_fifth_of_a_mix_is_about_old_posts_and_knows_what_was_said_last():
    invention = Invention(1, mixed=True)
    drafts = invention.batch(100)
    invention.heard(drafts, [bytes([at]) * 32 for at in range(100)])
    answers = [draft for draft in invention.batch(100) if draft.post]
    assert len(answers) == 20 and all(draft.refs == (draft.post,) for draft in answers)


def test_the_limit_puts_every_line_in(tmp_path):
    took = limit.run(tmp_path / "limit.db", [b'{"h":["cb1"]}'] * 10)
    assert took["seconds"] > 0 and took["cpu"] > 0


@pytest.mark.long
def test_a_run_has_a_ratio_for_each_kind_and_both_sides_of_a_little_news():
    results = exchange.measured((600,), 1)
    kinds = ["log", "posts", "mix", "stick"]
    assert [(one["posts"], one["kind"]) for one in results["full"]] == [(600, kind) for kind in kinds]
    assert all(one["ratio"] > 0 and one["ratio_cpu"] > 0 and one["wire"] > 100 for one in results["full"])
    assert [one["on"] for one in results["news"]] == [0, 600]
    assert all(one["none_requests"] == 1 and one["none_wire"] <= 600 for one in results["news"])
    assert "queryable" in table.of(results)
