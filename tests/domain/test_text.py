"""People's words: cleaned so that they can be shown, folded so that they are found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.domain import text


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("احتاج", "أحتاج"),
        ("alisveris", "Alışveriş"),
        ("ALIŞVERİŞ", "alışveriş"),
        ("istanbul", "İstanbul"),
        ("قهوه", "قهوة"),
        ("مستشفي", "مستشفى"),
        ("كتاب", "کتاب"),
        ("سلام", "سَلَامٌ"),
        ("می خواهم".replace(" ", ""), "می\u200cخواهم"),
        ("پاني", "پانی"),
        ("পানি", "পানী"),
        ("শিশু", "সিসু"),
        ("বাড়ি", "বাড়ি"),
        ("kreyol", "Kreyòl"),
        ("nino", "niño"),
        ("creme", "crème"),
        ("strasse", "Straße"),
        ("5", "٥"),
        ("৫", "5"),
    ],
)
def test_plain_letters_find_the_word_as_it_is_written(typed, written):
    assert text.search_words(typed) == text.search_words(written) != []


def test_words_that_differ_in_their_vowel_signs_stay_apart():
    assert text.search_words("কাল") != text.search_words("কুল")


def test_signs_of_a_script_without_spaces_are_words_of_their_own():
    assert text.search_words("需要水") == ["需", "要", "水"]


def test_apostrophes_part_words():
    assert text.search_words("l'eau") == text.search_words("l’eau") == ["l", "eau"]


def test_nothing_to_look_for_is_no_words():
    assert text.search_words(' "*-() ') == [] and len(text.search_words("a " * 50)) == 8


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(words):
    assert text.search_words(" ".join(text.search_words(words))) == text.search_words(words)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("  bread   and oil ", "bread and oil"),
        ("free\u202eerf\u202c\u200f", "freeerf"),
        ("\ufefda\x00b\x07".replace("\ufefd", "ﻻ"), "لاab"),
        ("ﺧﺒﺰ", "خبز"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\n\n\n\n b", "a\n\nb"),
        ("e\u0301", "é"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩‍👧", "👩‍👧"),
        ("\ud800x", "x"),
        ("a" + "\u0301\u0302\u0303\u0304\u0305\u0306" * 9, None),
    ],
)
def test_words_are_cleaned_of_what_misleads_the_eye(said, kept):
    cleaned = text.clean(said)
    assert cleaned == kept if kept is not None else len(cleaned) <= 5


@given(st.text(max_size=80))
def test_clean_words_stay_as_they_are(words):
    once = text.clean(words)
    assert text.clean(once) == once
    assert not set(once) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\x00")


def test_a_line_is_one_line():
    assert text.clean_line(" North\n\nGate ") == "North Gate"


def test_languages_have_their_own_names_and_a_direction():
    assert list(text.LANGUAGES)[:10] == ["en", "ar", "ur", "fa", "so", "bn", "tr", "es", "fr", "ht"]
    assert {tag for tag in text.LANGUAGES if text.direction(tag) == "rtl"} == {"ar", "ur", "fa", "ps", "ckb"}
    assert text.direction("ar-EG") == "rtl"
