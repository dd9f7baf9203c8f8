"""The board for feed readers: Atom and JSON Feed, by category and language, with nothing that the pages do not show."""

import json
import re
from xml.etree import ElementTree as Xml

import pytest

from node import intake
from node.domain.wishes import Edit, Erase, Hide, MarkMet, OpenPost, Renew, Withdraw
from node.storage import board
from tests.web.conftest import Hall
from tests.web.holders import posted, says

NAMES = {"a": "http://www.w3.org/2005/Atom"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
BY_NAME, BY_NUMBER = "http://corkboard.local:8080", "http://10.0.0.5:8080"


def atom(hall: Hall, query: str = "", host: str = BY_NAME) -> Xml.Element:
    answer = hall.app.test_client().get(f"/feed.atom{query}", base_url=host)
    assert answer.status_code == 200 and answer.content_type == "application/atom+xml"
    return Xml.fromstring(answer.text)


def told(hall: Hall, query: str = "", host: str = BY_NAME) -> dict:
    answer = hall.app.test_client().get(f"/feed.json{query}", base_url=host)
    assert answer.status_code == 200 and answer.content_type == "application/feed+json"
    return json.loads(answer.text)


def words(hall: Hall, query: str = "") -> list[str]:
    """As both feeds have them, which must be the same."""
    in_atom = [content.text for content in atom(hall, query).findall("a:entry/a:content", NAMES)]
    assert in_atom == [item["content_text"] for item in told(hall, query)["items"]]
    return in_atom


def test_an_atom_feed_has_all_that_the_standard_asks(hall: Hall) -> None:
    link = hall.has("Soup & bread <b>now</b>", category="food", lang="en")
    feed = atom(hall)
    for one in (feed, *feed.findall("a:entry", NAMES)):
        for name in ("id", "title", "updated"):
            [found] = one.findall(f"a:{name}", NAMES)
            assert found.text
        assert one.find("a:author/a:name", NAMES).text == "Riverside Hall"
        assert MOMENT.fullmatch(one.find("a:updated", NAMES).text)
    [entry] = feed.findall("a:entry", NAMES)
    assert entry.find("a:content", NAMES).text == "Soup & bread <b>now</b>"
    assert entry.find("a:link", NAMES).get("href") == f"{BY_NAME}/p/{link}"
    assert entry.find("a:category", NAMES).attrib == {"term": "food", "label": "Food"}
    rels = {link.get("rel"): link.get("href") for link in feed.findall("a:link", NAMES)}
    assert rels == {"self": f"{BY_NAME}/feed.atom", "alternate": f"{BY_NAME}/"}


def test_a_json_feed_has_all_that_the_standard_asks(hall: Hall) -> None:
    link = hall.has("Soup and bread", category="food", lang="en")
    feed = told(hall)
    assert feed["version"] == "https://jsonfeed.org/version/1.1" and feed["title"] and feed["authors"]
    assert feed["home_page_url"] == f"{BY_NAME}/" and feed["feed_url"] == f"{BY_NAME}/feed.json"
    [item] = feed["items"]
    assert item["url"] == f"{BY_NAME}/p/{link}" and item["tags"] == ["food"] and item["language"] == "en"
    assert MOMENT.fullmatch(item["date_published"]) and MOMENT.fullmatch(item["date_modified"])


def test_a_post_keeps_its_id_by_whatever_address_and_however_long(hall: Hall) -> None:
    link = hall.has("Soup and bread")
    before = told(hall)["items"][0]
    hall.clock.passes(hours=5)
    intake.record(hall.run, Renew(board.one(hall.run.db(), link, hall.clock(), hall.run.space_id)[0].id))
    after = told(hall, host=BY_NUMBER)["items"][0]
    assert after["id"] == before["id"] and after["date_modified"] > before["date_modified"]
    assert after["url"] == f"{BY_NUMBER}/p/{link}" and "corkboard.local:" not in json.dumps(told(hall, host=BY_NUMBER))
    ids = {atom(hall, host=host).find("a:id", NAMES).text for host in (BY_NAME, BY_NUMBER)}
    assert len(ids) == 1


def test_an_edited_post_is_told_as_changed_and_not_as_new(hall: Hall) -> None:
    ticket, post = posted(hall, "Soup and bread")
    before = told(hall)["items"][0]
    hall.clock.passes(hours=5)
    says(hall, ticket, Edit(post, OpenPost("need", "food", "Soup alone", "en", when="week")))
    after = told(hall)["items"][0]
    assert after["content_text"] == "Soup alone" and after["date_published"] == before["date_published"]
    assert after["date_modified"] > before["date_modified"]
    assert atom(hall).find("a:updated", NAMES).text == after["date_modified"]


def test_feeds_are_by_kind_category_and_language(hall: Hall) -> None:
    hall.has("Soup", kind="offer", category="food", lang="en")
    hall.has("A ladder", category="tools", lang="en")
    hall.has("خبز", category="food", lang="ar")
    assert words(hall) == ["خبز", "A ladder", "Soup"]
    assert words(hall, "?category=food") == ["خبز", "Soup"]
    assert words(hall, "?category=food&language=ar") == ["خبز"]
    assert words(hall, "?kind=offer") == ["Soup"] and words(hall, "?language=tr") == []
    assert words(hall, "?language=nonsense&kind=nonsense") == words(hall)
    feed = told(hall, "?category=food&language=ar")
    assert feed["language"] == "ar" and feed["home_page_url"] == f"{BY_NAME}/?category=food"
    assert "طعام" in feed["title"] or "غذاء" in feed["title"] or "أكل" in feed["title"]


def test_what_is_over_hidden_erased_or_for_here_is_in_none(hall: Hall) -> None:
    links = {name: hall.has(name, when="now") for name in ("taken", "hidden", "erased", "met", "stays")}
    hall.has("only here", scope="here")
    ids = {name: board.one(hall.run.db(), link, hall.clock(), hall.run.space_id)[0].id for name, link in links.items()}
    for wish in (Withdraw(ids["taken"]), Hide(ids["hidden"], "no"), Erase(ids["erased"]), MarkMet(ids["met"])):
        intake.record(hall.run, wish)
    assert words(hall) == ["stays"]
    hall.clock.passes(days=2)
    assert words(hall) == []


def test_no_feed_says_who(hall: Hall) -> None:
    amina = hall.phone()
    amina.posts(words="Rice and oil", reach="0170 1234567")
    amina.keeps_it()
    [card] = board.page(hall.run.db(), board.View(now_ms=hall.clock(), space=hall.run.space_id)).cards
    hall.hears_promise(card.id, "I am Yusuf and I can")
    for feed in (json.dumps(told(hall)), Xml.tostring(atom(hall), encoding="unicode")):
        assert "Rice and oil" in feed
        assert not any(secret in feed for secret in ("0170", "Yusuf", card.owner.hex(), card.id_text))


@pytest.mark.parametrize("path", ["/feed.atom", "/feed.json"])
def test_an_unchanged_feed_costs_a_304(hall: Hall, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hall.has("Soup")
    client = hall.app.test_client()
    first = client.get(path, base_url=BY_NAME)
    monkeypatch.setattr(board, "page", None)
    again = client.get(path, base_url=BY_NAME, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304 and again.data == b""


def test_the_board_says_where_its_feed_is(hall: Hall) -> None:
    page = hall.phone().opens("/?category=food")
    feeds = [given["href"] for tag, given in page.tags if tag == "link" and given.get("rel") == "alternate"]
    assert feeds == ["/feed.atom?category=food", "/feed.json?category=food"]


def test_words_that_no_xml_may_hold_break_no_feed(hall: Hall) -> None:
    hall.has("a]]>b & \ud7ff \U0001f957 <!-- ")
    assert words(hall) == ["a]]>b & \ud7ff \U0001f957 <!--"]
