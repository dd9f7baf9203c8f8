"""What a QR says of the Wi-Fi is read back by another reader, whatever the name and the passphrase."""

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from node.domain.wifi import BadNetwork, Network, qr_text

PLAIN = "".join(chr(code) for code in range(32, 127))
seen = st.characters(blacklist_categories=("C",))
names = st.text(seen, min_size=1, max_size=32).filter(lambda name: len(name.encode()) <= 32)
secrets = st.text(PLAIN, min_size=8, max_size=63) | st.text(string.hexdigits, min_size=64, max_size=64)


def read_by_a_phone(said: str) -> dict[str, str]:
    """As phones read it: each field is looked for by its letter wherever it may stand, up to a bare semicolon."""
    kind, _, rest = said.partition(":")
    assert kind == "WIFI"
    return {letter: found for letter in "TSPH" if (found := field(rest, f"{letter}:")) is not None}


def field(said: str, mark: str) -> str | None:
    start = said.find(mark)
    if start < 0:
        return None
    value, at = "", start + len(mark)
    while said[at] != ";":
        at += said[at] == "\\"
        value += said[at]
        at += 1
    return value


@given(names, secrets, st.booleans())
@example("P:x;H:true;;", r'\;,":S:T:P:', True)
@example("\\", "\\\\\\\\\\\\\\\\", False)
def test_every_name_and_passphrase_comes_back(name: str, secret: str, hidden: bool) -> None:
    read = read_by_a_phone(qr_text(Network(name, secret, hidden=hidden)))
    assert read == {"T": "WPA", "S": name, "P": secret, **({"H": "true"} if hidden else {})}


@given(names)
def test_an_open_network_has_no_passphrase(name: str) -> None:
    assert read_by_a_phone(qr_text(Network(name, kind="open"))) == {"T": "nopass", "S": name}


def test_it_is_written_as_phones_expect_it() -> None:
    assert qr_text(Network("Riverside Hall", "warm; loaves")) == r"WIFI:T:WPA;S:Riverside Hall;P:warm\; loaves;;"


@pytest.mark.parametrize(
    ("name", "secret", "kind"),
    [
        ("", "long enough", "WPA"),
        ("x" * 33, "long enough", "WPA"),
        ("م" * 17, "long enough", "WPA"),
        ("two\nlines", "long enough", "WPA"),
        ("Hall", "short", "WPA"),
        ("Hall", "x" * 64, "WPA"),
        ("Hall", "not plain ü", "WPA"),
        ("Hall", "four", "WEP"),
        ("Hall", "something", "open"),
        ("Hall", "something", "WPA9"),
    ],
)
def test_what_no_phone_could_join_is_refused(name: str, secret: str, kind: str) -> None:
    with pytest.raises(BadNetwork):
        Network(name, secret, kind)
