"""What leads to a person is seen in public words, the rest is left alone, and good words stay when it is taken out."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from node.domain.contacts import found, moved
from node.domain.level import levelled


def seen(words: str) -> list[tuple[str, str]]:
    return [(one.kind, words[one.start : one.end]) for one in found(words)]


PHONES = [
    "077 123 4567",
    "+252 61 234 5678",
    "00964-770-123-4567",
    "+44 (0) 7700 900123",
    "(555) 123-4567",
    "555-1234",
    "0171/1234567",
    "3612 3456",
    "36 12 34 56",
    "06.12.34.56.78",
    "612 345 678",
    "01927-720067",
    "٠٧٧٠١٢٣٤٥٦٧",
    "۰۹۱۲ ۳۴۵ ۶۷۸۹",
    "০১৭১২-৩৪৫৬৭৮",
    "０７７　１２３　４５６７",
    "077\u200e123\u200e4567",
]
MAILS = [
    "name@example.org",
    "n.a-me+x@mail.example.co.uk",
    "amina @ example . com",
    "name at example dot org",
    "name (at) example.org",
    "name [at] example [dot] org",
    "amina at gmail",
    "имя@пример.рф",
]
LINKS = [
    "https://example.org/x?y=1",
    "www.example.com",
    "example.org",
    "wa.me/252612345678",
    "t.me/amina_k",
    "@amina_k",
    "instagram: amina.k",
    "Telegram amina82",
    "WhatsApp: @amina",
]
ADDRESSES = [
    "12 Mill Lane",
    "12 mill lane",
    "Mill Lane 12",
    "221B Baker Street",
    "145 E 42nd Street, Apt 4B",
    "12 Park Drive",
    "Flat 3, 12 Mill Lane, 2nd floor",
    "house no. 12",
    "SW1A 1AA",
    "P.O. Box 123",
    "rue des Lilas 5",
    "12, rue de la Paix, 75002 Paris",
    "5 bis avenue Foch",
    "calle Mayor 3, 2º B",
    "Avenida de América 14",
    "Av. Libertador 1234",
    "12 ri Kapwa",
    "ri Kapwa 12",
    "riyèl Larose nimewo 13",
    "Delmas 33 #12",
    "Atatürk Cad. No: 5 D:3",
    "Gül Sokağı No 12, Kat 2",
    "Hauptstr. 5",
    "Berliner Straße 12a, 80331 München",
    "Rosa-Luxemburg-Platz 3",
    "Waddada Makka 12",
    "guriga lambar 12",
    "شارع الملك فيصل ١٢",
    "شارع الرشيد، بناية ٥، شقة ٣",
    "خیابان ولیعصر، کوچه ۵، پلاک ۱۲، واحد ۳",
    "مکان نمبر ۱۲، گلی نمبر ۵",
    "গলি ৫, বাড়ি ১২",
    "বাড়ি নং ১২, রোড ৫",
    "১২ নং বাড়ি, ৫ নং রোড",
    "18.5333, -72.3333",
]


@pytest.mark.parametrize("phone", PHONES)
def test_a_telephone_number_is_seen_in_any_script_and_spacing(phone: str) -> None:
    assert seen(f"Bread, please. {phone}, thanks") == [("phone", phone)]


@pytest.mark.parametrize("mail", MAILS)
def test_an_e_mail_address_is_seen_however_it_is_written(mail: str) -> None:
    assert seen(f"Bread: {mail}, thanks") == [("email", mail)]


@pytest.mark.parametrize("link", LINKS)
def test_links_and_names_at_messengers_are_seen(link: str) -> None:
    assert seen(f"Bread, {link}, thanks") == [("link", link)]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_street_with_a_number_is_seen_in_the_ways_of_each_language(address: str) -> None:
    assert seen(f"{address}.") == [("address", address)]
    assert seen(f"Bread, {address}, thanks") == [("address", address)]


@pytest.mark.parametrize(
    "words",
    [
        "2026-05-31, 31.05.2026 17:00, 31/5 17.30, 20260531",
        "open 9-11 13-17, 17:00-19:00, 24/24",
        "10 000 gourdes, 1.250.000, 1 250 000 people, $ 12345678, 12345678 gourdes",
        "2 x 1000 ml, rooms 1000-2000, pages 3986-3987",
        "post 481-207-393",
        "see http://corkboard.local:8080/p/481207393-ABCDEFGHIJKLMNOP",
        "ISBN 978-3-16-148410-0, 2010-2012 and 2024/2025, network 192.168.10.15",
        "ages 10 12 14 16, sizes 4 5 6 7 8 9 10",
        "near the station, Mill Lane park, 5 minutes from Mill Lane",
        "2 people on the street, 5 minute drive, 1 way street, at 5 PM street food",
        "on Mill Lane 2 bags are waiting, Mill Lane 17:00, floor 2 of the library",
        "Delmas 33 in Silo, Lamentin 54, rue Cocteau, PRs #2/#4/#6",
        "calle Mayor 3 personas, nou gen 4 ri ki bloke, rue Capois 12 personnes",
        "شارع الملك فيصل ٥ أشخاص",
        "Spielplatz 3 Kinder",
        "the package @babel/core",
        "5 mangos @ 2.50 each, meet @ noon. bring food",
        "Signal is bad here. whatsapp me. facebook group please",
        "running on Python 3, a place for 2, rules for 6.",
    ],
)
def test_dates_prices_codes_and_landmarks_are_left_alone(words: str) -> None:
    assert seen(words) == []


def test_what_stands_behind_a_word_for_calling_is_a_number_even_where_it_looks_like_a_code() -> None:
    assert seen("481-207-393") == []
    assert seen("call 481-207-393") == [("phone", "481-207-393")]


def test_a_count_beside_a_number_is_not_part_of_it() -> None:
    assert seen("I need 3 0771234567 2") == [("phone", "0771234567")]


@pytest.mark.parametrize(
    ("words", "left", "taken"),
    [
        ("A lift on Friday. Call me at: 077 123 4567. Thanks!", "A lift on Friday. Thanks!", "077 123 4567"),
        ("Milk (077 123 4567) today", "Milk today", "077 123 4567"),
        ("I need a phone. 0771234567", "I need a phone.", "0771234567"),
        ("Call me at 0771234567 or write to a@b.com", "", "0771234567\na@b.com"),
        ("Please bring bread to 12 Mill Lane, thanks", "Please bring bread, thanks", "12 Mill Lane"),
        ("Bread and oil.\nTel: 0771234567\nThanks", "Bread and oil.\n\nThanks", "0771234567"),
        ("أحتاج إلى خبز. اتصل بي على ٠٧٧٠١٢٣٤٥٦٧ شكرا", "أحتاج إلى خبز. شكرا", "٠٧٧٠١٢٣٤٥٦٧"),
        ("Ekmek lazım. 0532 123 45 67 numarasını arayın.", "Ekmek lazım.", "0532 123 45 67"),
        ("J’ai besoin d’eau, 12 rue des Lilas", "J’ai besoin d’eau", "12 rue des Lilas"),
        ("Well...  so :) 077 123 4567", "Well...  so :)", "077 123 4567"),
    ],
)
def test_taking_it_out_leaves_words_that_read_well(words: str, left: str, taken: str) -> None:
    assert moved(words, found(words)) == (left, taken)


def test_what_somebody_chooses_to_keep_stays() -> None:
    words = "Bring it to 12 Mill Lane, or call 0771234567."
    phone = [one for one in found(words) if one.kind == "phone"]
    assert moved(words, phone) == ("Bring it to 12 Mill Lane.", "0771234567")
    assert moved(words, []) == (words, "")


SCRAPS = ["1", "12", "Mill", "Lane", "rue", "@", ".", ",", "-", "+", "(", ")", "/", ":", "#", "at", "شارع", "ﷺ", "ﬁ"]
PIECES = [*PHONES, *MAILS, *LINKS, *ADDRESSES, *SCRAPS]
WORDS = st.one_of(
    st.text(max_size=4000), st.lists(st.sampled_from([*PIECES, " ", "\n", ", "]), max_size=80).map(" ".join)
)


@settings(max_examples=60)
@given(WORDS)
@example("x 077 a@b.com 123 4567 y")
@example("t.meﷺ/a@b.com")
def test_whatever_is_said_places_are_true_and_nothing_is_left_once_moved(words: str) -> None:
    contacts, last = found(words), 0
    for one in contacts:
        assert last <= one.start < one.end <= len(words)
        last = one.end
    left, _ = moved(words, contacts)
    assert found(left) == []


@pytest.mark.parametrize(
    "piece", ["A-", "1, ", "12 Mill ", "rue a ", "a.", "a@", "1/1 ", "Aa-", "(at) ", "a dot ", "SW1A ", "ﷺ"]
)
def test_it_takes_time_in_proportion_whatever_is_said(piece: str) -> None:
    """A pattern that tries everything twice as often for each sign more would need years here."""
    began = time.process_time()
    found((piece * 16000)[:16000])
    assert time.process_time() - began < 2


def test_every_sign_knows_where_it_stood() -> None:
    level, at = levelled("ﬁ\u200f٣é")
    assert (level, at) == ("fi3e", [0, 0, 2, 3])
