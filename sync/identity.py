"""Who a node is: the paper key, the space's certificate authority, the node's key and certificate. Knows no database.

Three keys, three places (sync/README, Keys): paper is for the safe, disk is here, memory is in writer.py.
Certificates are a pure function of the keys in them, so a check rebuilds what a certificate must say and compares.
"""

import base64
import fcntl
import hashlib
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sync import digits
from sync.refusals import BadCertificate

PAPER_BYTES = 16
KNOWN = 1024  # certificates that were found good and are not computed again: the same ones come with every request
_FROM = datetime(1950, 1, 1)
_UNTIL = datetime(9999, 12, 31, 23, 59, 59)
_DER = serialization.Encoding.DER


def _hash(person: bytes, data: bytes, size: int = 32) -> bytes:
    return hashlib.blake2b(data, digest_size=size, person=person).digest()


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes_raw()


def space_id(public_key: bytes) -> bytes:
    """A space's id is the hash of its public key."""
    return _hash(b"cb1 space", public_key)


def fingerprint(public_key: bytes) -> bytes:
    """A node's fingerprint is the hash of its public key."""
    return _hash(b"cb1 node", public_key)


def shown(hash_: bytes) -> str:
    """A fingerprint as people compare it: 16 base32 characters in groups of four."""
    text = base64.b32encode(hash_).decode()[:16]
    return " ".join(text[at : at + 4] for at in range(0, 16, 4))


@dataclass(frozen=True)
class Paper:
    """The space key, 16 bytes, of which everything the space vouches for is a pure function. For the safe."""

    key: bytes

    @classmethod
    def new(cls, random: Callable[[int], bytes]) -> "Paper":
        return cls(random(PAPER_BYTES))

    @classmethod
    def read(cls, text: str) -> "Paper":
        """Raises ValueError unless these are ten groups of four digits with a right check digit."""
        number = digits.read(text)
        if len(number) != 40 or not digits.right(number):
            raise ValueError("a paper key has 40 digits")
        if int(number[:-1]) >= 1 << 128:
            raise ValueError("a paper key has 40 digits")
        return cls(int(number[:-1]).to_bytes(PAPER_BYTES, "big"))

    def digits(self) -> str:
        """39 digits and a check digit, in ten groups of four."""
        number = digits.with_check(str(int.from_bytes(self.key, "big")).zfill(39))
        return " ".join(number[at : at + 4] for at in range(0, 40, 4))

    def authority(self) -> Ed25519PrivateKey:
        """The key that signs node certificates and rosters."""
        return Ed25519PrivateKey.from_private_bytes(_hash(b"cb1 authority", self.key))

    def space_id(self) -> bytes:
        """Of the space that this is the key of."""
        return space_id(_raw(self.authority().public_key()))

    def circle_key(self) -> bytes:
        """The first key of the circle of one that every space begins as (design §6)."""
        return _hash(b"cb1 circle", self.key)


def _name(kind: str, hash_: bytes) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{kind} {hash_[:16].hex()}")])


def _builder(subject: x509.Name, issuer: x509.Name, key: Ed25519PublicKey, key_id: bytes) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(int.from_bytes(_hash(b"cb1 serial", _raw(key), 15), "big") + 1)
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
        .add_extension(x509.SubjectKeyIdentifier(key_id), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(not signs_certificates, False, False, False, False, signs_certificates, False, False, False)


def _space_form(key: Ed25519PublicKey, signer: Ed25519PrivateKey) -> x509.Certificate:
    who = space_id(_raw(key))
    name = _name("space", who)
    form = _builder(name, name, key, who[:20])
    form = form.add_extension(x509.BasicConstraints(True, 0), critical=True)
    return form.add_extension(_usage(signs_certificates=True), critical=True).sign(signer, None)


def _node_form(key: Ed25519PublicKey, space: Ed25519PublicKey, signer: Ed25519PrivateKey) -> x509.Certificate:
    who, issuer = fingerprint(_raw(key)), space_id(_raw(space))
    form = _builder(_name("node", who), _name("space", issuer), key, who[:20])
    form = form.add_extension(x509.AuthorityKeyIdentifier(issuer[:20], None, None), critical=False)
    form = form.add_extension(x509.BasicConstraints(False, None), critical=True)
    form = form.add_extension(_usage(signs_certificates=False), critical=True)
    roles = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    return form.add_extension(x509.ExtendedKeyUsage(roles), critical=False).sign(signer, None)


def space_certificate(paper: Paper) -> bytes:
    """The space's own certificate, DER: the same bytes at every call, since Ed25519 signs deterministically."""
    key = paper.authority()
    return _space_form(key.public_key(), key).public_bytes(_DER)


def node_certificate(paper: Paper, node_key: Ed25519PublicKey) -> bytes:
    """A node's certificate, DER, signed by the space."""
    key = paper.authority()
    return _node_form(node_key, key.public_key(), key).public_bytes(_DER)


@dataclass(frozen=True)
class Certified:
    """What two certificates prove: which node speaks for which space. Keys are raw Ed25519 public keys."""

    space: bytes
    node: bytes
    space_key: bytes
    node_key: bytes


@lru_cache(maxsize=KNOWN)
def check_space(cert: bytes) -> Ed25519PublicKey:
    """The public key of a space certificate. Raises BadCertificate for any other form than the computed one."""
    key = _key_of(cert)
    _must_be(cert, _space_form(key, _ANYONE), key)
    return key


@lru_cache(maxsize=KNOWN)
def check_chain(space_cert: bytes, node_cert: bytes) -> Certified:
    """Who speaks. Raises BadCertificate unless both have the computed form and the space signed the node's."""
    space, node = check_space(space_cert), _key_of(node_cert)
    _must_be(node_cert, _node_form(node, space, _ANYONE), space)
    return Certified(space_id(_raw(space)), fingerprint(_raw(node)), _raw(space), _raw(node))


_ANYONE = Ed25519PrivateKey.from_private_bytes(bytes(32))  # only to render a form; its signature is thrown away


SIGNATURE_BYTES = 64


def _key_of(cert: bytes) -> Ed25519PublicKey:
    """The key in a certificate, of which nothing else is believed before its form is compared."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the library warns of odd forms; every odd form is refused below
            key = x509.load_der_x509_certificate(cert).public_key()
    except Exception as error:  # the library raises several unrelated types for odd certificates
        raise BadCertificate(str(error)) from None
    if not isinstance(key, Ed25519PublicKey):
        raise BadCertificate("keys are Ed25519")
    return key


def _must_be(cert: bytes, form: x509.Certificate, signer: Ed25519PublicKey) -> None:
    """Every byte before the signature, the outer algorithm too, is as computed; an Ed25519 signature comes last."""
    if cert[:-SIGNATURE_BYTES] != form.public_bytes(_DER)[:-SIGNATURE_BYTES]:
        raise BadCertificate("not of the computed form")
    try:
        signer.verify(cert[-SIGNATURE_BYTES:], form.tbs_certificate_bytes)
    except InvalidSignature:
        raise BadCertificate("not signed by its space") from None


@dataclass(frozen=True)
class Identity:
    """What a running node holds from its disk. Certificates are DER."""

    space_id: bytes
    space_cert: bytes
    node_key: Ed25519PrivateKey
    node_cert: bytes
    node_fingerprint: bytes

    @property
    def public_key(self) -> bytes:
        return _raw(self.node_key.public_key())


PAPER_FILE, NODE_KEY_FILE = "paper.key", "node.key"
SPACE_CERT_FILE, NODE_CERT_FILE = "space.crt", "node.crt"


def found(folder: Path, random: Callable[[int], bytes]) -> Identity:
    """The identity in this folder; at the first start, a new space with its first node. Two first starts at once
    make one set of keys; one that was cut short goes on from the paper key that it had written."""
    folder.mkdir(0o700, parents=True, exist_ok=True)
    with locked(folder / "keys.lock"):
        if not (folder / NODE_CERT_FILE).exists():
            _make_keys(folder, random)
    return load(folder)


def load(folder: Path) -> Identity:
    """Raises BadCertificate where the files do not fit together."""
    node_key = private_key(folder)
    space_cert, node_cert = (_der(folder / name) for name in (SPACE_CERT_FILE, NODE_CERT_FILE))
    certified = check_chain(space_cert, node_cert)
    if certified.node_key != _raw(node_key.public_key()):
        raise BadCertificate("node.crt belongs to another node.key")
    return Identity(certified.space, space_cert, node_key, node_cert, certified.node)


def private_key(folder: Path) -> Ed25519PrivateKey:
    """The node's own. Raises FileNotFoundError, BadCertificate."""
    node_key = serialization.load_pem_private_key((folder / NODE_KEY_FILE).read_bytes(), None)
    if not isinstance(node_key, Ed25519PrivateKey):
        raise BadCertificate("keys are Ed25519")
    return node_key


def paper_on_disk(folder: Path) -> Paper | None:
    """The paper key while it still lies in the data folder, else None: it is in the safe."""
    try:
        return Paper.read((folder / PAPER_FILE).read_text())
    except FileNotFoundError:
        return None


def remove_paper(folder: Path) -> None:
    """Takes the paper key off the disk, its bytes overwritten first as far as a file system can promise."""
    path = folder / PAPER_FILE
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.write(b"0" * size)
        os.fsync(file.fileno())
    path.unlink()


def _make_keys(folder: Path, random: Callable[[int], bytes]) -> None:
    known = [name for name in (SPACE_CERT_FILE, NODE_KEY_FILE) if (folder / name).exists()]
    paper = paper_on_disk(folder)
    if paper is None and known:
        raise BadCertificate(f"{known[0]} is there, {NODE_CERT_FILE} is not")  # no new space in the folder of one
    paper = paper or Paper.new(random)
    write_file(folder / PAPER_FILE, paper.digits().encode() + b"\n")
    make_node(folder, paper, random)


def make_node(folder: Path, paper: Paper, random: Callable[[int], bytes]) -> Identity:
    """A new node of this space in this folder. Its certificate is written last: with it the folder is a node's."""
    node_key = new_key(folder, random)
    write_certificates(folder, space_certificate(paper), node_certificate(paper, node_key.public_key()))
    return load(folder)


def write_certificates(folder: Path, space: bytes, node: bytes) -> None:
    """DER; the node's is written last: with it the folder is a node's."""
    write_file(folder / SPACE_CERT_FILE, _pem(space))
    write_file(folder / NODE_CERT_FILE, _pem(node))


def new_key(folder: Path, random: Callable[[int], bytes]) -> Ed25519PrivateKey:
    """A node's key, not certified yet."""
    node_key = Ed25519PrivateKey.from_private_bytes(random(32))
    pem = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    write_file(folder / NODE_KEY_FILE, node_key.private_bytes(*pem))
    return node_key


def _pem(der: bytes) -> bytes:
    return x509.load_der_x509_certificate(der).public_bytes(serialization.Encoding.PEM)


def _der(path: Path) -> bytes:
    return x509.load_pem_x509_certificate(path.read_bytes()).public_bytes(_DER)


def write_file(path: Path, data: bytes) -> None:
    """Writes a secret, readable by us alone, so that after a power cut either the old file is there or the new one."""
    draft = path.with_name(path.name + ".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Makes a rename last through a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds a lock file: another process waits here until it is given up or ends."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
