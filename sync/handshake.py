"""What two spaces say to each other while pairing: words, keys, errors. Opens no socket, keeps no state.

Six digits are too few to encrypt anything with, so they go through SPAKE2: each guess costs one of three
tries. The key that comes out is bound to both sides' certificates, so nobody can stand in between and pass
the digits on.
"""

import hashlib
import hmac
import os
from collections.abc import Callable
from typing import ClassVar, Literal, TypeVar

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sync import digits
from sync.entry import b64, unb64
from sync.identity import Certified, check_chain
from sync.refusals import BadCertificate, BadEntry

DIGITS = 6
KEY_BYTES = 32
HALF_BYTES = 33
NAME_LIMIT = 80
TAG = b"corkboard pairing 1"


class PairingError(Exception):
    """Pairing did not happen. `key` is stable; the docstring is the sentence for people."""

    key: ClassVar[str] = "failed"

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else (self.__doc__ or self.key)


class BadCode(PairingError):
    """The pairing code has six digits."""

    key = "bad_code"


class BadAddress(PairingError):
    """That is no address. Write it like 10.0.0.5 or corkboard.local."""

    key = "bad_address"


class WrongCode(PairingError):
    """That is not the code that the other space shows."""

    key = "wrong_code"

    def __init__(self, left: int):
        """left: how many tries the other side still allows; 0 closes its window."""
        super().__init__()
        self.left = left

    def __str__(self) -> str:
        if self.left:
            return f"{self.__doc__} Tries left: {self.left}."
        return f"{self.__doc__} That was the last try: ask them to start pairing again."


class NoWindow(PairingError):
    """Nobody has started pairing there, or five minutes are over. Ask them to start it again."""

    key = "no_window"


class TooManyTries(PairingError):
    """The other space closed pairing after three tries. Ask them to start it again."""

    key = "too_many_tries"


class NotCorkboard(PairingError):
    """Something answers at that address, but it is not a Corkboard node."""

    key = "not_corkboard"


class Unreachable(PairingError):
    """Nothing answers at that address."""

    key = "unreachable"


class WithOneself(PairingError):
    """That is this very machine. Type the address of the other space."""

    key = "with_oneself"


class BadHandover(PairingError):
    """The other side's certificates or keys do not fit together, so nothing was taken over."""

    key = "bad_handover"


ERRORS: dict[str, type[PairingError]] = {
    kind.key: kind for kind in (NoWindow, TooManyTries, NotCorkboard, WithOneself, BadHandover)
}


class CircleKey(msgspec.Struct, frozen=True, order=True):
    """A secret that tickets of this circle are derived with. Its id is its hash."""

    key: bytes
    issuing: bool

    @property
    def id(self) -> bytes:
        return hashlib.blake2b(self.key, digest_size=32, person=b"cb1 circle key").digest()


class Handover(msgspec.Struct, frozen=True):
    """What one space gives another when they pair. Certificates are DER; `address` says where it answers."""

    space_cert: bytes
    node_cert: bytes
    roster: bytes
    name: str
    keys: tuple[CircleKey, ...]
    bundle_key: bytes = b""
    port: int = 8081
    address: str = ""


class KeyOnWire(msgspec.Struct):
    key: str
    use: Literal["issuing", "look-up"]


class HandoverOnWire(msgspec.Struct):
    space_cert: str
    node_cert: str
    roster: str
    name: str
    keys: list[KeyOnWire]
    bundle_key: str
    port: int


class Start(msgspec.Struct):
    """The caller's first message: who calls, and its half of SPAKE2."""

    space_cert: str
    node_cert: str
    half: str


class Started(msgspec.Struct):
    session: str
    space_cert: str
    node_cert: str
    half: str


class Confirm(msgspec.Struct):
    session: str
    confirm: str


class Sealed(msgspec.Struct):
    """A handover with its MAC: by the caller in `finish`, by the server in its answer to `confirm`."""

    handover: msgspec.Raw
    mac: str
    session: str = ""
    confirm: str = ""


T = TypeVar("T")


def read(data: bytes, kind: type[T]) -> T:
    """Raises BadHandover when `data` is not of that shape."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadHandover from error


def unwire(text: str) -> bytes:
    """Raises BadHandover unless `text` is unpadded base64url."""
    if not text:
        return b""
    try:
        return unb64(text, len(text) * 3 // 4)
    except BadEntry as error:
        raise BadHandover from error


def read_code(text: str) -> bytes:
    """The six digits, of any script, as ASCII; spaces and hyphens do not count. Raises BadCode."""
    code = digits.read(text)
    if len(code) != DIGITS:
        raise BadCode
    return code.encode()


def to_wire(handover: Handover) -> bytes:
    keys = [KeyOnWire(b64(k.key), "issuing" if k.issuing else "look-up") for k in handover.keys]
    certs = b64(handover.space_cert), b64(handover.node_cert), b64(handover.roster)
    return msgspec.json.encode(HandoverOnWire(*certs, handover.name, keys, b64(handover.bundle_key), handover.port))


def from_wire(data: bytes) -> Handover:
    """Raises BadHandover."""
    wire = read(data, HandoverOnWire)
    keys = tuple(CircleKey(unwire(k.key), k.use == "issuing") for k in wire.keys)
    if not 0 < wire.port < 65536 or any(len(k.key) != KEY_BYTES for k in keys):
        raise BadHandover
    certs = unwire(wire.space_cert), unwire(wire.node_cert), unwire(wire.roster)
    return Handover(*certs, plain_name(wire.name), keys, unwire(wire.bundle_key), wire.port)


def plain_name(name: str) -> str:
    """A name as it may stand on a page: nothing that hides or turns text around. Persian needs its joiners."""
    return "".join(char for char in name if char.isprintable() or char in "\u200c\u200d")[:NAME_LIMIT]


def checked(space_cert: bytes, node_cert: bytes) -> Certified:
    """Who these two certificates speak for. Raises NotCorkboard."""
    try:
        return check_chain(space_cert, node_cert)
    except BadCertificate as error:
        raise NotCorkboard from error


def looks_like_a_node(cert: bytes) -> bool:
    """A first look at what TLS showed, before a try is spent: hardly anybody else has Ed25519 keys."""
    try:
        return isinstance(x509.load_der_x509_certificate(cert).public_key(), Ed25519PublicKey)
    except Exception:  # whatever a stranger's certificate makes the parser say
        return False


class Side:
    """One side of one try: its half of SPAKE2, and what the agreed key proves.

    The caller is bound by both its certificates, the server by the node certificate *seen in the TLS
    handshake*: who sits in between must show another one, and then both keys differ.
    """

    def __init__(
        self,
        caller: bool,
        code: bytes,
        caller_certs: tuple[bytes, bytes],
        server_node_cert: bytes,
        random: Callable[[int], bytes] = os.urandom,
    ):
        from spake2 import SPAKE2_A, SPAKE2_B  # loaded by those who pair alone: it works out its tables first

        self._caller = caller
        self._who = _hash(*caller_certs), _hash(server_node_cert)
        kind = SPAKE2_A if caller else SPAKE2_B
        self._spake = kind(TAG + code, idA=self._who[0], idB=self._who[1], entropy_f=random)
        self.half: bytes = self._spake.start()
        self._key = b""

    def agree(self, other_half: bytes, server_space_cert: bytes) -> None:
        """A wrong code gives another key and no error here. Raises BadHandover on a half that is none."""
        from spake2.ed25519_basic import NotOnCurve
        from spake2.spake2 import SPAKEError

        if len(other_half) != HALF_BYTES:
            raise BadHandover
        try:
            agreed = self._spake.finish(other_half)
        except (SPAKEError, NotOnCurve, ValueError) as error:
            raise BadHandover from error
        halves = (self.half, other_half) if self._caller else (other_half, self.half)
        transcript = _hash(*self._who, _hash(server_space_cert), *halves)
        self._key = HKDF(hashes.SHA256(), 32, salt=transcript, info=TAG).derive(agreed)

    def mac(self, label: bytes, body: bytes = b"") -> str:
        return b64(hmac.digest(self._key, label + b"\n" + body, "sha256"))

    def proves(self, mac: str, label: bytes, body: bytes = b"") -> bool:
        return hmac.compare_digest(mac.encode(), self.mac(label, body).encode())


def opened(side: Side, sealed: Sealed, label: bytes, certs: tuple[bytes, bytes]) -> Handover:
    """The handover in its seal. Raises BadHandover unless it comes from who confirmed."""
    body = bytes(sealed.handover)
    if not side.proves(sealed.mac, label, body):
        raise BadHandover
    handover = from_wire(body)
    if (handover.space_cert, handover.node_cert) != certs:
        raise BadHandover
    return handover


def _hash(*parts: bytes) -> bytes:
    return hashlib.blake2b(b"".join(len(p).to_bytes(4) + p for p in parts), digest_size=32, key=TAG).digest()
