"""What the pages ask of the board."""

import pytest

from node import intake
from node.domain import codes
from node.domain.wishes import Hide, MarkMet, PromiseHelp, Show, Withdraw
from node.storage import board, projection, search
from tests.storage.nodes import HOUR, NOON, need
from tests.tickets import tickets_of_one_code


def test_the_newest_post_comes_first(hall):
    for words in ("Bread", "A cot", "Blankets"):
        hall.posts(words)
    assert hall.board() == ["Blankets", "A cot", "Bread"]


def test_pages_follow_one_another_without_gap_or_repeat_even_at_one_moment(hall):
    hall.clock.__class__ = type("Stopped", (hall.clock.__class__,), {"__call__": lambda self: self.ms})
    words = [f"Need {number}" for number in range(25)]
    for one in words:
        hall.posts(one)
    seen, after = [], None
    while True:
        page = hall.page(after, limit=7)
        seen += [card.words for card in page.cards]
        if (after := page.next) is None:
            break
    assert sorted(seen) == sorted(words) and len({card.since_ms for card in hall.page().cards}) == 1


def test_a_post_that_comes_while_somebody_pages_moves_nothing(hall):
    for number in range(6):
        hall.posts(f"Need {number}")
    first = hall.page(limit=3)
    hall.posts("Just now")
    assert [card.words for card in hall.page(first.next, limit=3).cards] == ["Need 2", "Need 1", "Need 0"]


def test_the_last_page_says_so_and_a_foreign_key_gives_the_first(hall):
    for number in range(3):
        hall.posts(f"Need {number}")
    assert hall.page(limit=3).next is None and hall.page(limit=2).next is not None
    for odd in ("", "x", "-", "9" * 99 + "-1", "é-1"):
        assert len(hall.page(odd).cards) == 3


def test_a_view_chooses_kind_category_and_area(hall):
    hall.posts("Bread", area="North")
    hall.posts("A ladder", kind="offer", category="tools", area="South")
    hall.posts("A drill", kind="offer", category="tools", area="North")
    assert hall.board(kind="offer") == ["A drill", "A ladder"]
    assert hall.board(category="tools", area="South") == ["A ladder"]
    view = board.View(now_ms=hall.clock.ms, space=hall.space, kind="offer")
    assert board.categories(board.open_now(hall.db, hall.clock.ms, hall.space), view) == {"tools": 2}
    assert board.areas(hall.db, hall.clock.ms) == ["North", "South"]


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("احتاج", "أحتاج إلى خبز"),
        ("alisveris", "Alışveriş için yardım"),
        ("alış", "ALIŞVERİŞ"),
        ("পানি", "বিশুদ্ধ পানী"),
        ("kre", "Pale kreyòl"),
        ("bread tonight", "Tonight, some bread!"),
        ("12", "١٢ بطانية"),
        ("o'brien", "Ask O’Brien"),
        ("obrien", "Ask O'Brien"),
        ("su'aal suaal", "Su’aal"),
        ("سرير", "نحتاج السرير"),
    ],
)
def test_search_finds_the_word_as_people_type_it(hall, typed, written):
    hall.posts(written)
    hall.posts("Something else")
    assert hall.board(find=typed) == [written]


@pytest.mark.parametrize(("many", "few"), [(1, 0), (1, 10_000), (10_000, 0)])
def test_words_that_many_posts_have_are_found_as_those_that_few_have(hall, many, few, monkeypatch):
    monkeypatch.setattr(search, "MANY", many)
    monkeypatch.setattr(board, "FEW", few)  # current ones: fewer are read first, more are walked through
    hall.posts("Bread that ran out", when="now")
    hall.clock.ms += 13 * HOUR
    for number in range(9):
        hall.posts(f"Bread {number}" if number % 2 else f"Rice {number}", area="North" if number < 6 else "South")
    assert hall.board(find="bread") == ["Bread 7", "Bread 5", "Bread 3", "Bread 1"]
    assert hall.board(find="rice", area="North") == ["Rice 4", "Rice 2", "Rice 0"]
    first = hall.page(limit=2, find="bread")
    assert [card.words for card in hall.page(first.next, limit=9, find="bread").cards] == ["Bread 3", "Bread 1"]


@pytest.mark.parametrize("typed", ['"', "*", "NEAR(", "a AND", "-", "words:x", "' OR 1=1 --"])
def test_no_search_breaks_the_query(hall, typed):
    hall.posts("Bread")
    assert hall.board(find=typed) == []


def test_a_blank_search_shows_everything(hall):
    hall.posts("Bread")
    assert hall.board(find="  ") == ["Bread"]


def test_what_ran_out_leaves_the_board_by_itself(hall):
    hall.posts("Right now", when="now")
    hall.posts("Some day", when="any")
    hall.clock.ms = NOON + 13 * HOUR
    assert hall.board() == ["Some day"]
    assert hall.board(status="all") == ["Some day", "Right now"]
    assert hall.page(status="all").cards[1].status == "expired"


def test_hiding_is_for_this_space_alone(hall, library):
    post = hall.posts("Bread").post
    library.hears_from(hall)
    library.does(Hide(post, "We know this one"))
    hall.hears_from(library)
    assert (library.board(), hall.board()) == ([], ["Bread"])
    assert (library.counts().needs, hall.counts().needs) == (0, 1)
    assert library.one(codes.code_of(post)).status == "hidden"
    library.does(Show(post))
    assert library.board() == ["Bread"]


def test_hidden_posts_do_not_shorten_a_page(hall):
    posts = [hall.posts(f"Need {number}").post for number in range(8)]
    for post in posts[3:7]:
        hall.does(Hide(post, "why"))
    page = hall.page(limit=3)
    assert [card.words for card in page.cards] == ["Need 7", "Need 2", "Need 1"]
    assert [card.words for card in hall.page(page.next, limit=3).cards] == ["Need 0"]


def test_counts_tell_what_is_on_the_board_and_what_was_met_this_week(hall):
    posts = [hall.posts(f"Need {number}", when="any").post for number in range(3)]
    hall.posts("A ladder", kind="offer")
    hall.does(MarkMet(posts[0]))
    hall.does(Withdraw(posts[1]))
    assert (hall.counts(), board.met_week(hall.db, hall.clock.ms)) == (board.Counts(needs=1, offers=1), 1)
    hall.clock.ms += 8 * 24 * HOUR
    assert (hall.counts(), board.met_week(hall.db, hall.clock.ms)) == (board.Counts(needs=1, offers=0), 0)


def test_a_card_tells_how_it_stands(hall):
    post = hall.posts("Cots", wanted=3).post
    code = codes.code_of(post)
    hall.does(PromiseHelp(post, "One from me", 1))
    assert (hall.one(code).status, hall.one(code).promised, hall.one(code).places) == ("open", 1, 1)
    assert hall.one(code).promises[0].words == "One from me"
    hall.does(MarkMet(post, 1))
    assert (hall.one(code).status, hall.one(code).met) == ("partly", 1)
    hall.does(MarkMet(post))
    assert hall.one(code).status == "met"
    assert hall.board() == []


def test_a_promise_that_nothing_follows_lapses_by_itself(hall):
    post = hall.posts("Cots", when="any").post
    hall.does(PromiseHelp(post, "Tomorrow"))
    hall.clock.ms += 8 * 24 * HOUR
    card = hall.one(codes.code_of(post))
    assert (card.promised, len(card.promises)) == (0, 1)
    assert hall.page().cards[0].promised == 0


def test_an_offer_that_is_always_available_is_not_used_up(hall):
    post = hall.posts("Free haircuts", kind="offer", standing=True).post
    hall.does(MarkMet(post))
    assert hall.one(codes.code_of(post)).status == "open" and hall.board() == ["Free haircuts"]


def test_a_post_is_found_by_code_in_any_script_by_link_and_by_id(hall):
    recorded = hall.posts("Bread")
    card = hall.one(recorded.code)
    arabic = codes.shown(recorded.code).translate({ord(str(d)): chr(0x660 + d) for d in range(10)})
    for address in (arabic, recorded.link, recorded.link.lower(), card.id_text, f" {recorded.code} "):
        assert hall.one(address).words == "Bread"


def test_a_code_that_two_posts_share_gives_both_and_a_link_one(hall):
    first, second = (
        intake.record(hall.run, need(words), ticket=ticket)
        for ticket, words in zip(tickets_of_one_code(), ("Bread", "A cot"), strict=True)
    )
    both = board.one(hall.db, first.code, hall.clock.ms, hall.space)
    assert {card.words for card in both} == {"Bread", "A cot"}
    assert (hall.one(first.link).words, hall.one(second.link).words) == ("Bread", "A cot")


@pytest.mark.parametrize(
    "address", ["", "bread", "481207393", "481207394", "1", "A" * 43, "481207393-" + "A" * 16, "é" * 43]
)
def test_what_is_not_on_the_board_is_not_found(hall, address):
    hall.posts("Bread")
    assert board.one(hall.db, address, hall.clock.ms, hall.space) == []


def test_a_mistyped_code_is_found_again(hall):
    code = hall.posts("Bread").code
    wrong = code[:3] + str((int(code[3]) + 1) % 10) + code[4:]
    assert board.one(hall.db, wrong, hall.clock.ms, hall.space) == []
    assert board.near(hall.db, wrong) == [code]
    assert board.near(hall.db, code[:-1]) == [code]


def test_a_post_of_which_only_an_answer_came_is_waited_for(hall, library):
    recorded = hall.posts("Bread")
    library.hears_from(hall)
    library.does(PromiseHelp(recorded.post, "I can"))
    library.db.execute("DELETE FROM post")
    library.db.execute("DELETE FROM code")
    assert library.one(recorded.link).status == "waiting"


def test_similar_posts_are_of_the_same_kind_and_category_those_nearby_first(hall):
    met = hall.posts("Bread", area="North")
    hall.posts("Rice", area="North")
    hall.posts("Dates", area="South")
    hall.posts("Oil", area="South")
    hall.posts("A cot", category="shelter", area="North")
    hall.posts("Soup", kind="offer", area="North")
    found = board.similar(hall.db, hall.one(met.code), hall.clock.ms, hall.space)
    assert [card.words for card in found] == ["Rice", "Oil"]


def test_similar_posts_share_words_or_category_and_those_that_share_more_come_first(hall):
    asked = hall.posts("Formula for a baby", category="food", area="North")
    hall.posts("Bread and dates", category="food", area="North")
    hall.posts("Formula milk for our baby", category="childcare")
    hall.posts("A pram", category="childcare", area="North")
    hall.posts("Baby formula", category="food", area="North")
    found = board.similar(hall.db, hall.one(asked.code), hall.clock.ms, hall.space, limit=9)
    assert [card.words for card in found] == ["Baby formula", "Formula milk for our baby", "Bread and dates"]


def test_what_is_over_hidden_or_its_own_is_not_similar(hall):
    asked = hall.posts("Formula for a baby")
    hall.does(Withdraw(hall.posts("Formula, taken back").post))
    hall.does(Hide(hall.posts("Formula, hidden").post, "an advertisement"))
    assert board.similar(hall.db, hall.one(asked.code), hall.clock.ms, hall.space) == []


def test_the_version_changes_with_news_and_with_time_but_not_by_itself(hall):
    recorded = hall.posts("Bread", when="now")
    before = projection.version(hall.db, NOON + 60_000)
    assert projection.version(hall.db, NOON + 61_000) == before
    hall.does(PromiseHelp(recorded.post, "I can"))
    after = projection.version(hall.db, NOON + 61_000)
    assert after != before
    assert projection.version(hall.db, NOON + 13 * HOUR) != after


def test_a_list_card_has_all_that_a_list_shows(hall):
    recorded = hall.posts(
        "Bread\nand oil", lang="en", marks=("step-free",), area="North", wanted=2, original="Pan", original_lang="es"
    )
    (card,) = hall.page().cards
    assert (card.code, card.link, card.ours, card.home_name) == (recorded.code, recorded.link, True, "Hall")
    assert (card.words, card.lang, card.marks, card.wanted) == ("Bread\nand oil", "en", ("step-free",), 2)
    assert (card.original, card.original_lang, card.expires_ms - card.since_ms) == ("Pan", "es", 36 * HOUR)
