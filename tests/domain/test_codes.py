"""The public digits of a post: said aloud, typed in any script, mistyped."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.domain import bodies, codes
from sync import digits, entry

ID = hashlib.blake2b(b"a post", digest_size=32).digest()
CODE = codes.code_of(ID)


def test_a_code_has_nine_digits_of_which_the_last_checks_the_others():
    assert len(CODE) == 9 and CODE.isdecimal() and codes.rings_true(CODE)
    assert codes.shown("481207393") == "481-207-393"


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=4))
def test_the_numbers_of_many_posts_are_the_number_of_each(ids):
    assert codes.numbers_of(ids) == [codes.number_of(id_) for id_ in ids]


@given(st.text("0123456789", max_size=40))
def test_the_check_digit_is_the_one_of_paper_keys(number):
    assert number + codes.check_digit(number) == digits.with_check(number)


def test_posts_of_tickets_have_the_id_that_the_log_gives_them():
    assert bodies.post_id(b"k" * 32) == entry.post_id(b"k" * 32)


@given(st.binary(min_size=32, max_size=32), st.integers(0, 8), st.integers(1, 9))
def test_every_single_wrong_digit_is_noticed(id_, at, by):
    code = codes.code_of(id_)
    wrong = code[:at] + str((int(code[at]) + by) % 10) + code[at + 1 :]
    assert not codes.rings_true(wrong) and code in codes.near(wrong)


@given(st.binary(min_size=32, max_size=32), st.integers(0, 7))
def test_swapped_neighbours_are_noticed(id_, at):
    code = codes.code_of(id_)
    swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    assert swapped == code or (not codes.rings_true(swapped) and code in codes.near(swapped))


def test_a_digit_left_out_or_one_too_many_is_found_again():
    assert CODE in codes.near(CODE[:4] + CODE[5:]) and CODE in codes.near(CODE[:4] + "0" + CODE[4:])
    assert codes.near("12") == []


@pytest.mark.parametrize(
    "typed",
    [
        "481-207-393",
        " 481 207 393 ",
        "٤٨١-٢٠٧-٣٩٣",
        "۴۸۱ ۲۰۷ ۳۹۳",
        "৪৮১২০৭৩৯৩",
        "481‑207‑393",
        "४८१२०७३९३",
        "\u2066481207393\u2069",
    ],
)
def test_digits_of_any_script_with_spaces_and_hyphens_are_read(typed):
    assert codes.read_digits(typed) == "481207393"


@pytest.mark.parametrize("typed", ["", "bread", "481x207", "½", "²"])
def test_what_is_no_number_is_none(typed):
    assert codes.read_digits(typed) == ""


@given(st.binary(min_size=32, max_size=32))
def test_a_link_gives_code_and_beginning_of_the_id(id_):
    assert codes.read_link(codes.link_of(id_)) == (codes.code_of(id_), id_[:10])
    assert codes.read_id(codes.write_id(id_)) == id_


def test_a_code_alone_is_a_link_without_tail():
    assert codes.read_link("481-207-393") == ("481207393", b"")
    assert codes.read_link("481207393-" + "!" * 16) == ("", b"")


TICKET = "482109367715304"
TICKET += codes.check_digit(TICKET)


@pytest.mark.parametrize(
    "typed",
    [
        TICKET,
        f"my ticket: {TICKET[:4]} {TICKET[4:8]}-{TICKET[8:12]}.{TICKET[12:]}!",
        "٤٨٢١ ٠٩٣٦ ٧٧١٥ ٣٠٤٢",
        "४८२१०९३६७७१५३०४२",
        "\u2066" + "\u200f".join(TICKET),
        "4821 0936 7715 304",
        "4821 0936 7715 304 22",
        f"http://corkboard.local:8080/t#{TICKET}",
        f"3 {TICKET} 25 7",
    ],
)
def test_a_ticket_is_seen_wherever_it_stands_and_with_a_digit_wrong_missing_or_too_many(typed):
    assert codes.like_a_ticket(typed)


@pytest.mark.parametrize("typed", ["", "ladder", "481-207-393", "+49 151 2345 6789", "2026-05-31 2026-06-01"])
def test_words_codes_telephone_numbers_and_days_are_not_like_a_ticket(typed):
    assert not codes.like_a_ticket(typed)
