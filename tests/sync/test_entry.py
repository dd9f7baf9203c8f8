"""An entry has one shape, one spelling and one id."""

import os

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import entry
from sync.entry import Header, b64, parse_page, to_line, unb64
from sync.refusals import BadCommitment, BadEntry, BadSignature, Refused

PAYLOAD = '{"event":"post.opened","words":"Rice, \u0623\u0631\u0632"}'.encode()


def line(payload=PAYLOAD, **changes):
    salt = bytes(range(16))
    header = Header(
        feed=bytes(32), seq=3, prev=b"\1" * 32, ms=1_790_000_000_000, sys=0, post=b"", owner=b"",
        refs=(b"\2" * 32, b"\3" * 32), commit=entry.commitment(salt, payload), size=entry.padded(payload),
    )  # fmt: skip
    made = entry.make(msgspec.structs.replace(header, **changes), b"\4" * 64, salt, payload)
    return to_line(made.raw, made.sig, made.salt, made.payload)


def test_a_line_reads_back_as_the_same_bytes():
    (read,) = parse_page(line() + b"\n")
    assert to_line(read.raw, read.sig, read.salt, read.payload) == line()
    assert read.payload == PAYLOAD
    assert read.header.refs == (b"\2" * 32, b"\3" * 32)
    assert entry.parse_header(read.raw) == read.header


def test_the_id_rule_and_the_first_four_fields_never_change():
    """A golden vector: whoever changes these bytes has made another protocol."""
    (read,) = parse_page(line() + b"\n")
    assert read.raw.startswith(b'["cb1","AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",3,"AQEBAQEBAQEB')
    assert read.id.hex() == "cb559c79b400745f5385b41c5691a2d8f1b93a98f669d9b88f9ffc124a6c9af2"


@pytest.mark.parametrize(
    "wrong",
    [
        line().replace(b'"cb1",', b'"cb1", '),
        line().replace(b'"cb1"', b'"cb2"'),
        line().replace(b",3,", b",3.0,"),
        line().replace(b",3,", b",03,"),
        line().replace(b",3,", b",-3,"),
        line().replace(b",3,", b",9007199254740992,"),
        line().replace(b",3,", b",1e3,"),
        line().replace(b',0,"","",', b',256,"","",'),
        line().replace(b',0,"","",', b',0,"","","x",'),
        line().replace(b'"AAAA', b'"AAA+'),
        line().replace(b'"AAAA', b'"AAA='),
        line().replace(b'AAA",3', b'AAB",3'),
        line().replace(b'"n":', b'"N":'),
        line().replace(b'"n":"AAECAwQFBgcICQoLDA0ODw",', b""),
        line() + b" ",
        line()[: line().index(b',"p"')] + b"}",
        b" " + line(),
        line(b"x" * 32_769),
        line().replace(b"Rice", b"Ri\x00e"),
        b"[" * 5000,
        b"",
        b"{}",
        b"\xff\xfe",
    ],
)
def test_a_line_that_is_not_of_the_one_shape_is_refused(wrong):
    with pytest.raises(BadEntry):
        parse_page(wrong + b"\n")


def test_a_page_cut_short_is_refused():
    with pytest.raises(BadEntry):
        parse_page(line())


@given(at=st.integers(0, len(line()) - 1), byte=st.integers(0, 255))
def test_any_changed_byte_is_refused_or_seen_by_hash(at, byte):
    whole = line()
    changed = whole[:at] + bytes([byte]) + whole[at + 1 :]
    try:
        (read,) = parse_page(changed + b"\n")
    except BadEntry:
        return
    (good,) = parse_page(whole + b"\n")
    assert to_line(read.raw, read.sig, read.salt, read.payload) == changed
    if changed != whole and read.raw == good.raw and read.sig == good.sig:
        with pytest.raises(BadCommitment):
            entry.check_commitment(read)


@given(st.binary(max_size=400))
def test_noise_never_breaks_the_parser(noise):
    try:
        entries = parse_page(noise)
    except Refused:
        return
    assert entries == [] and noise == b""


@given(st.binary(min_size=32, max_size=32))
def test_a_word_has_one_spelling(key):
    assert unb64(b64(key), 32) == key
    other = b64(key)[:-1] + chr(ord(b64(key)[-1]) ^ 1)
    try:
        assert unb64(other, 32) != key
    except BadEntry:
        assert other != b64(key)


def test_odd_json_passes_the_door_since_parsers_differ_about_it():
    for payload in (b"NaN", b'"\xed\xa0\x80"', b"[" * 30_000, b"not json at all", b'{"a":1,"a":2}'):
        (read,) = parse_page(line(payload) + b"\n")
        assert read.payload == payload


def test_the_commitment_needs_the_salt_and_the_whole_payload():
    (read,) = parse_page(line() + b"\n")
    entry.check_commitment(read)
    for changed in (
        msgspec.structs.replace(read, payload=PAYLOAD + b" "),
        msgspec.structs.replace(read, salt=os.urandom(16)),
        msgspec.structs.replace(read, payload=PAYLOAD.ljust(600, b" ")),
    ):
        with pytest.raises(BadCommitment):
            entry.check_commitment(changed)


def test_only_the_feed_itself_can_sign():
    (read,) = parse_page(line() + b"\n")
    with pytest.raises(BadSignature):
        entry.check_signature(read)
