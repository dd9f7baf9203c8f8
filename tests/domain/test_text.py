"""People's words: cleaned so that they can be shown, folded so that they are found."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.domain import text


def finds(typed, written):
    """As the index does: of every word some reading, each of its parts at the beginning of a word that is there."""
    there = "".join(sign if sign.isalnum() or not sign.isascii() else " " for sign in text.folded(written)).split()
    return all(
        any(all(any(word.startswith(part) for word in there) for part in parts) for parts in readings)
        for readings in text.search_words(typed)
    )


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        # Arabic
        ("احتاج", "أحتاج"),
        ("قهوه", "قهوة"),
        ("مستشفي", "مستشفى"),
        ("سلام", "سَلَامٌ"),
        ("مسوول", "مسؤول"),
        ("سلام", "ســـلام"),
        ("سرير", "السرير"),
        ("السرير", "سرير"),
        ("سرير", "والسرير"),
        ("اطفال", "للأطفال"),
        # Urdu, Farsi
        ("كتاب", "کتاب"),
        ("پاني", "پانی"),
        ("نهين", "نہیں"),
        ("پڑہنا", "پڑھنا"),
        ("ايك", "ایک"),
        ("ميخواهم", "می\u200cخواهم"),
        ("می خواهم", "می\u200cخواهم"),
        ("می\u200cخواهم", "می خواهم"),
        ("خواهم", "می\u200cخواهم"),
        ("خانه", "خانۀ"),
        # Bengali
        ("পানি", "পানী"),
        ("শিশু", "সিসু"),
        ("বাড়ি", "বাড়ি"),
        ("বাঙলা", "বাংলা"),
        ("চাদ", "চাঁদ"),
        # Turkish
        ("alisveris", "Alışveriş"),
        ("ALIŞVERİŞ", "alışveriş"),
        ("istanbul", "İstanbul"),
        ("ISTANBUL", "İstanbul"),
        ("ilik", "Ilık"),
        ("cocuk", "ÇOCUK"),
        # Somali
        ("suaal", "su'aal"),
        ("su'aal", "su’aal"),
        ("su'aal", "suaal"),
        ("baan", "ba’an"),
        ("CUNTO", "cunto"),
        # Haitian Creole
        ("kreyol", "Kreyòl"),
        ("manje", "Manjè"),
        ("map", "m’ap"),
        ("m'ap", "map"),
        # accented Latin
        ("eau", "l'eau"),
        ("leau", "l’eau"),
        ("l'eau", "l’eau"),
        ("nino", "niño"),
        ("creme", "crème"),
        ("strasse", "Straße"),
        ("lodz", "Łódź"),
        ("5", "٥"),
        ("৫", "5"),
        ("۵", "٥"),
    ],
)
def test_plain_letters_find_the_word_as_it_is_written(typed, written):
    assert finds(typed, written) and text.search_words(typed)
    assert finds(typed, f"(x) {written}, y")


@pytest.mark.parametrize(
    "word",
    ["السرير", "Alışveriş", "می\u200cخواهم", "পানী", "su'aal", "الان", "l’eau", "پڑھنا", "Kreyòl", "m’ap", "niño"],
)
def test_a_word_is_found_from_its_first_letter_to_its_last_while_it_is_typed(word):
    assert all(finds(word[:end], word) for end in range(1, len(word) + 1))


@pytest.mark.parametrize(("typed", "written"), [("কাল", "কুল"), ("bread", "broad"), ("سلام", "سلوم"), ("eau", "beau")])
def test_other_words_are_not_found(typed, written):
    assert not finds(typed, written)


def test_words_that_differ_in_their_vowel_signs_stay_apart():
    assert text.search_words("কাল") != text.search_words("কুল")


def test_signs_of_a_script_without_spaces_are_words_of_their_own():
    assert text.search_words("需要水") == [[["需", "要", "水"]]]


def test_apostrophes_part_words():
    assert text.search_words("l'eau") == text.search_words("l’eau") == [[["l", "eau"], ["leau"]]]


def test_nothing_to_look_for_is_no_words():
    assert text.search_words(' "*-() ') == [] and len(text.search_words("a " * 50)) == 8


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(words):
    once = " ".join(parts for readings in text.search_words(words) for parts in readings[0])
    assert set(text.folded(once).split()) == set(text.folded(text.folded(once)).split())


@given(st.text(max_size=60))
def test_whatever_is_typed_finds_itself(words):
    assert finds(words, words)


def test_a_post_is_like_another_by_its_longest_words():
    assert text.telling("We need the formula milk for 2 babies, formula!") == ["formula", "babies", "milk", "need"]
    assert text.telling("") == [] and text.telling("سرير 2024") == ["سرير"]


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


NASTY = st.text(
    st.sampled_from(
        "aB9 \t\n\r\x00\x1c\x85\xa0\u200b\u200c\u200f\u2028\u3000\u0301\u0323\u09be\u09bc\u09cd\u0a3c\ufefb\ufdfa"
        "الوé،。需İ'-"
    )
)


def in_index(words):
    """The words that the index makes of it: signs beyond ASCII are all letters to it."""
    return re.findall(r"[0-9A-Za-z\x80-\U0010ffff]+", text.folded(words))


@given(st.one_of(NASTY, st.text(max_size=60)))
def test_words_are_found_alike_whether_they_were_cleaned_or_not(words):
    """So the index is told to forget exactly what it was told."""
    assert in_index(words) == in_index(text.clean(words))


@given(st.one_of(NASTY, st.text(max_size=12), st.text(st.characters(max_codepoint=0xFFFF, categories=("L", "M")))))
def test_a_word_that_is_folded_char_by_char_is_the_same_as_when_it_is_cleaned_first(word):
    charwise = word.translate(text.PLAIN)
    assert text.ODD in charwise or " ".join(text.with_article(charwise)) == " ".join(text.of_many_parts(word))


def test_words_as_people_write_them_are_folded_char_by_char():
    words = ["Alışveriş", "déjà", "قهوة", "ফ্রিজ", "سرير", "می\u200cخواهم", "l'eau"]
    assert [text.ODD in word.translate(text.PLAIN) for word in words] == [False] * 5 + [True] * 2


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
