"""Public JSON: no more than the pages show, and cheap to ask again."""

import pytest

from node import intake
from node.domain.wishes import Hide
from node.storage import board, memory
from sync import log
from tests.web.conftest import Hall


def test_the_node_says_that_it_is_there(hall: Hall) -> None:
    answer = hall.app.test_client().get("/health", base_url="http://localhost:8080")
    assert answer.json == {"ok": True, "name": "Riverside Hall"}


def test_posts_are_given_with_public_fields_only(hall: Hall) -> None:
    link = hall.has("A ladder", area="East", wanted=2)
    answer = hall.app.test_client().get("/api/posts.json", base_url="http://localhost:8080")
    [post] = answer.json["posts"]
    assert post["words"] == "A ladder" and post["for"] == 2 and post["path"] == f"/p/{link}"
    assert not {"owner", "promises", "hidden_by", "reports", "id"} & set(post)


def test_the_same_filters_hold_as_on_the_board(hall: Hall) -> None:
    hall.has("A ladder", category="tools")
    hall.has("Soup", kind="offer", category="food")
    client = hall.app.test_client()
    for query, words in (("kind=offer", "Soup"), ("category=tools", "A ladder"), ("find=ladder", "A ladder")):
        answer = client.get(f"/api/posts.json?{query}", base_url="http://localhost:8080")
        assert [post["words"] for post in answer.json["posts"]] == [words]


def test_an_unchanged_board_answers_304(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    hall.has("A ladder")
    client = hall.app.test_client()
    first = client.get("/api/posts.json", base_url="http://localhost:8080")
    again = {"If-None-Match": first.headers["ETag"]}
    monkeypatch.setattr(board, "page", None)  # which costs no list
    same = client.get("/api/posts.json", base_url="http://localhost:8080", headers=again)
    assert same.status_code == 304 and same.data == b""
    monkeypatch.undo()
    hall.has("A drill")
    changed = client.get("/api/posts.json", base_url="http://localhost:8080", headers=again)
    assert changed.status_code == 200 and len(changed.json["posts"]) == 2


def test_nothing_new_is_said_with_the_headers_that_every_answer_has_and_to_no_strange_host(hall: Hall) -> None:
    """The small question is answered in front of the pages: they answer the same, where several marks are brought."""
    client = hall.app.test_client()
    mark = client.get("/api/posts.json", base_url="http://localhost:8080").headers["ETag"]
    quick, by_pages = (
        client.get("/api/posts.json", base_url="http://localhost:8080", headers={"If-None-Match": brought})
        for brought in (mark, f'"another", {mark}')
    )
    assert quick.status_code == by_pages.status_code == 304
    assert dict(quick.headers) == dict(by_pages.headers)
    strange = client.get("/api/posts.json", base_url="http://evil.example:8080", headers={"If-None-Match": mark})
    assert strange.status_code == 403


def test_the_page_says_which_mark_its_first_question_brings(hall: Hall) -> None:
    hall.has("A ladder")
    page = hall.phone().opens("/?kind=need")
    [zone] = [given for _, given in page.tags if "data-mark" in given]
    asked = {"base_url": "http://localhost:8080", "headers": {"If-None-Match": zone["data-mark"]}}
    assert hall.app.test_client().get(zone["data-live"], **asked).status_code == 304
    hall.has("A drill")
    assert hall.app.test_client().get(zone["data-live"], **asked).status_code == 200


def test_the_mark_changes_when_a_post_runs_out_or_a_setting_changes(hall: Hall) -> None:
    hall.has("A ladder", when="now")
    client, seen = hall.app.test_client(), set()
    for happens in (lambda: None, lambda: hall.clock.passes(hours=13), lambda: remember(hall, "promise_days", "3")):
        happens()
        seen.add(client.get("/api/posts.json", base_url="http://localhost:8080").headers["ETag"])
    assert len(seen) == 3


def remember(hall: Hall, name: str, value: str) -> None:
    with log.writing(hall.run.db()):
        memory.set(hall.run.db(), name, value)


def test_a_long_list_is_given_page_by_page(hall: Hall) -> None:
    for number in range(7):
        hall.has(f"Post {number}")
        hall.clock.passes(minutes=1)
    client, seen, after = hall.app.test_client(), [], ""
    while after is not None:
        answer = client.get(f"/api/posts.json?limit=3&after={after}", base_url="http://localhost:8080").json
        seen += [post["words"] for post in answer["posts"]]
        after = answer["next"]
    assert seen == [f"Post {number}" for number in reversed(range(7))]


def test_what_a_steward_took_down_is_not_given_out(hall: Hall) -> None:
    card = board.one(hall.run.db(), hall.has("Buy pills"), hall.clock(), hall.run.space_id)[0]
    intake.record(hall.run, Hide(card.id, "an advertisement"))
    answer = hall.app.test_client().get("/api/posts.json", base_url="http://localhost:8080")
    assert answer.json["posts"] == []


def test_posts_for_here_are_read_in_the_building_and_not_by_programs(hall: Hall) -> None:
    hall.has("A ladder")
    hall.has("Only for those who are here", scope="here")
    answer = hall.app.test_client().get("/api/posts.json", base_url="http://localhost:8080")
    assert [post["words"] for post in answer.json["posts"]] == ["A ladder"]
    assert "Only for those who are here" in hall.phone().opens("/").text


def test_a_key_of_a_page_that_nobody_gave_out_shows_the_first_page(hall: Hall) -> None:
    hall.has("A ladder")
    client = hall.app.test_client()
    for after in ("5--ffffffffffffffffffff", "-1-1", "x", "5-", "9" * 80):
        answer = client.get(f"/api/posts.json?after={after}", base_url="http://localhost:8080")
        assert answer.status_code == 200, after
