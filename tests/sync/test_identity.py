"""Paper, disk, memory: who a node is, and who it is not."""

import datetime
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from sync import digits, identity
from sync.identity import Paper
from sync.refusals import BadCertificate

PAPER = Paper(bytes(range(16)))
KEY = Ed25519PrivateKey.from_private_bytes(b"\7" * 32)


@given(st.binary(min_size=16, max_size=16))
def test_a_paper_key_reads_back_from_its_ten_groups(key):
    text = Paper(key).digits()
    assert len(text.split()) == 10 and Paper.read(text) == Paper(key)
    assert Paper.read(text.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")).replace(" ", "-")) == Paper(key)


def test_one_wrong_digit_or_a_swap_on_paper_is_noticed():
    number = digits.read(PAPER.digits())
    for at in range(40):
        for wrong in set("0123456789") - {number[at]}:
            with pytest.raises(ValueError):
                Paper.read(number[:at] + wrong + number[at + 1 :])
        swapped = number[:at] + number[at : at + 2][::-1] + number[at + 2 :]
        if swapped != number:
            with pytest.raises(ValueError):
                Paper.read(swapped)
    with pytest.raises(ValueError):
        Paper.read(digits.with_check("9" * 39))


def test_certificates_are_a_pure_function_of_the_paper_key():
    assert identity.space_certificate(PAPER) == identity.space_certificate(PAPER)
    space, node = identity.space_certificate(PAPER), identity.node_certificate(PAPER, KEY.public_key())
    certified = identity.check_chain(space, node)
    assert certified.node_key == KEY.public_key().public_bytes_raw()
    assert certified.space == identity.space_id(certified.space_key)
    assert certified.node == identity.fingerprint(certified.node_key)


def test_openssl_agrees_that_the_chain_holds(tmp_path):
    identity.found(tmp_path, os.urandom)
    checked = subprocess.run(
        ["openssl", "verify", "-CAfile", tmp_path / "space.crt", tmp_path / "node.crt"], capture_output=True, text=True
    )
    assert checked.stdout.endswith("OK\n")


def test_a_certificate_of_another_form_is_refused():
    """Same keys, same signer, one day less: not what a pure function gives."""
    good = x509.load_der_x509_certificate(identity.space_certificate(PAPER))
    builder = x509.CertificateBuilder(
        issuer_name=good.issuer,
        subject_name=good.subject,
        public_key=good.public_key(),
        serial_number=good.serial_number,
        not_valid_before=datetime.datetime(1950, 1, 2),
        not_valid_after=datetime.datetime(9999, 12, 31, 23, 59, 59),
        extensions=list(good.extensions),
    )
    other = builder.sign(PAPER.authority(), None).public_bytes(serialization.Encoding.DER)
    with pytest.raises(BadCertificate):
        identity.check_space(other)


def test_a_node_of_another_space_is_refused():
    stranger = Paper(bytes(16))
    with pytest.raises(BadCertificate):
        identity.check_chain(identity.space_certificate(PAPER), identity.node_certificate(stranger, KEY.public_key()))
    with pytest.raises(BadCertificate):
        identity.check_chain(identity.space_certificate(PAPER), identity.space_certificate(PAPER))


def test_any_changed_bit_of_a_certificate_is_refused():
    good = identity.space_certificate(PAPER)
    for at in range(len(good)):
        changed = bytearray(good)
        changed[at] ^= 1 << at % 8
        with pytest.raises(BadCertificate):
            identity.check_space(bytes(changed))


def test_two_first_starts_at_once_make_one_set_of_keys(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: identity.found(tmp_path, os.urandom).node_cert, range(8)))
    assert len(set(made)) == 1


def test_a_first_start_cut_short_keeps_the_paper_key_it_had_shown(tmp_path):
    identity.write_file(tmp_path / identity.PAPER_FILE, PAPER.digits().encode())
    assert identity.found(tmp_path, os.urandom).space_cert == identity.space_certificate(PAPER)


def test_the_paper_key_leaves_the_disk_and_the_node_goes_on(tmp_path):
    ours = identity.found(tmp_path, os.urandom)
    identity.remove_paper(tmp_path)
    assert identity.paper_on_disk(tmp_path) is None
    assert identity.found(tmp_path, os.urandom).space_id == ours.space_id


def test_secrets_and_the_folder_made_for_them_are_readable_by_us_alone(tmp_path):
    identity.found(tmp_path / "new", os.urandom)
    assert (tmp_path / "new").stat().st_mode & 0o77 == 0
    identity.found(tmp_path, os.urandom)
    assert {path.name: path.stat().st_mode & 0o77 for path in tmp_path.glob("*.key")} == {"paper.key": 0, "node.key": 0}


def test_a_certificate_of_another_key_on_disk_is_noticed(tmp_path):
    identity.found(tmp_path, os.urandom)
    identity.write_file(tmp_path / identity.NODE_KEY_FILE, _pem(KEY))
    with pytest.raises(BadCertificate):
        identity.load(tmp_path)


def _pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
