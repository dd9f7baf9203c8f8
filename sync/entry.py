"""One signed entry: its bytes, its id, its commitment. Pure; knows neither database nor what a payload means.

Source of every rule here: sync/README, Entry.
"""

import binascii
import hashlib
import itertools
from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sync.base64url import URL, column, few, unb64_all
from sync.refusals import BadCommitment, BadEntry, BadSignature

BOARD, OPEN, CLOSE, INTRODUCED, BLOCKED, CUTOFFS, CONFIRMED, CHECKPOINT = range(8)

PAYLOAD_LIMIT = 32_768
STEP = 256
REFS_LIMIT = 8
SIGN_EVERY = 500
SIGN_EVERY_BYTES = 512 * 1024
INTEGERS_BELOW = 2**53

HEAD_TAG = b"cb1 head\n"
_CONTROL_AS_ZERO = bytes(0 if byte < 0x20 and byte != 0x0A else byte for byte in range(256))

Count = Annotated[int, msgspec.Meta(ge=0, lt=INTEGERS_BELOW)]


class Header(msgspec.Struct, frozen=True, gc=False):
    """What is signed. `feed`, `owner`: Ed25519 public keys; `prev`, `post`, `refs`: ids; `ms`: Unix milliseconds
    as the writer's clock had them, a claim; `size`: bytes of the padded payload."""

    feed: bytes
    seq: int
    prev: bytes
    ms: int
    sys: int
    post: bytes
    owner: bytes
    refs: tuple[bytes, ...]
    commit: bytes
    size: int


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A header with its literal bytes and id, and what came along: signature, salt, payload (absent when dropped)."""

    header: Header
    raw: bytes
    id: bytes
    sig: bytes = b""
    salt: bytes = b""
    payload: bytes | None = None


_Word = Annotated[str, msgspec.Meta(min_length=43, max_length=43)]


class _WireHeader(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    version: Literal["cb1"]
    feed: _Word
    seq: Count
    prev: str
    ms: Count
    sys: Annotated[int, msgspec.Meta(ge=0, lt=256)]
    post: str
    owner: str
    refs: Annotated[tuple[str, ...], msgspec.Meta(max_length=REFS_LIMIT)]  # lists would be collected
    commit: _Word
    size: Annotated[int, msgspec.Meta(ge=STEP, le=PAYLOAD_LIMIT, multiple_of=STEP)]


class WireLine(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    h: _WireHeader
    g: str = ""
    n: str = ""


_decode_lines = msgspec.json.Decoder(list[WireLine]).decode
_decode_header = msgspec.json.Decoder(_WireHeader).decode
_encode = msgspec.json.Encoder().encode
_blake2b = hashlib.blake2b


def b64(data: bytes) -> str:
    """Unpadded base64url, the only way bytes are written on the wire."""
    return binascii.b2a_base64(data, newline=False).translate(URL).rstrip(b"=").decode()


def unb64(text: str, length: int) -> bytes:
    """The bytes of one unpadded base64url word. Raises BadEntry unless it is exactly what b64() writes."""
    return unb64_all([text], length)[0]


NO_ENTRY = hashlib.blake2b(digest_size=32, person=b"cb1 entry")


def entry_id(raw: bytes) -> bytes:
    """BLAKE2b-256 over a domain tag and the header bytes."""
    state = NO_ENTRY.copy()  # a copy is quicker than a new one
    state.update(raw)
    return state.digest()


def post_id(owner: bytes) -> bytes:
    """The id of the one post that a ticket opens: BLAKE2b-256 over a tag and the ticket's public key."""
    return hashlib.blake2b(owner, digest_size=32, person=b"cb1 post").digest()


def padded(payload: bytes) -> int:
    """The length of a payload as the commitment sees it: rounded up to 256-byte steps."""
    return -(-len(payload) // STEP) * STEP


def commitment(salt: bytes, payload: bytes) -> bytes:
    """What a header says of a payload; hides it for as long as the salt is not known."""
    return _commitment(salt, payload, padded(payload))


def _commitment(salt: bytes, payload: bytes, size: int) -> bytes:
    return _blake2b(payload.ljust(size, b"\0"), digest_size=32, key=salt).digest()


def make(header: Header, sig: bytes = b"", salt: bytes = b"", payload: bytes | None = None) -> Entry:
    """The entry of a header that we write ourselves."""
    wire = _WireHeader(
        "cb1",
        b64(header.feed),
        header.seq,
        b64(header.prev),
        header.ms,
        header.sys,
        b64(header.post),
        b64(header.owner),
        tuple(b64(ref) for ref in header.refs),
        b64(header.commit),
        header.size,
    )
    raw = _encode(wire)
    return Entry(header, raw, entry_id(raw), sig, salt, payload)


def sign(key: Ed25519PrivateKey, raw: bytes) -> bytes:
    """A signature that covers this header and, through `prev`, everything before it on the feed."""
    return key.sign(HEAD_TAG + raw)


def check_signature(entry: Entry) -> None:
    """Raises BadSignature unless the feed itself has signed this entry."""
    if not is_signed(entry.header.feed, entry.sig, entry.raw):
        raise BadSignature(f"entry {entry.header.seq} is not signed by its feed")


def is_signed(feed: bytes, sig: bytes, raw: bytes) -> bool:
    """Whether this feed signed this header."""
    try:
        Ed25519PublicKey.from_public_bytes(feed).verify(sig, HEAD_TAG + raw)
    except (InvalidSignature, ValueError):
        return False
    return True


def check_commitment(entry: Entry) -> None:
    """Raises BadCommitment unless the payload held is the one that the header commits to. Absent is fine."""
    payload = entry.payload
    if payload is None:
        return
    header = entry.header
    if not 0 <= header.size - len(payload) < STEP or _commitment(entry.salt, payload, header.size) != header.commit:
        raise BadCommitment(f"payload of entry {header.seq}")


def to_line(raw: bytes, sig: bytes | None, salt: bytes | None, payload: bytes | None) -> bytes:
    """The NDJSON line of an entry, without its line feed."""
    signed = b',"g":"%s"' % b64(sig).encode() if sig else b""
    if payload is None or not salt:
        return b'{"h":%s%s}' % (raw, signed)
    return b'{"h":%s%s,"n":"%s","p":%s}' % (raw, signed, b64(salt).encode(), payload)


def parse_header(raw: bytes) -> Header:
    """The header of bytes that were checked when they came in. Raises BadEntry."""
    return _headers([_wire_header(raw)])[0]


def parse_page(data: bytes) -> list[Entry]:
    """The entries of an NDJSON page, each line ended by a line feed. Strict: every field has one spelling,
    so writing the entries again gives the same bytes. Raises BadEntry."""
    if not data:
        return []
    if not plain_bytes(data):
        raise BadEntry("a page is lines of bytes from 0x20 up, each ended by a line feed")
    heads, payloads = _cut(data[:-1].split(b"\n"))
    lines = lines_of(heads)
    raws = [head[5 : head.rindex(b"]") + 1] for head in heads]
    headers = _headers([line.h for line in lines])
    salts = _salts(lines, payloads)
    sigs = [unb64(line.g, 64) if line.g else b"" for line in lines]
    return list(map(Entry, headers, raws, map(entry_id, raws), sigs, salts, payloads))


def plain_bytes(data: bytes) -> bool:
    """Whether it is lines of bytes from 0x20 up."""
    return data.endswith(b"\n") and 0 not in data.translate(_CONTROL_AS_ZERO)


def _cut(lines: list[bytes]) -> tuple[list[bytes], list[bytes | None]]:
    """What of each line comes before its payload, without the bracket that closes it, and the payload. Cut out by
    position and never parsed: parsers differ about odd JSON (sync/README, Payload)."""
    heads: list[bytes] = []
    payloads: list[bytes | None] = []
    for line in lines:
        if line[-1:] != b"}":
            raise BadEntry("a line ends behind its payload")
        head, found, payload = line[:-1].partition(b',"p":')
        if found and not 1 <= len(payload) <= PAYLOAD_LIMIT:
            raise BadEntry("a payload has 1 to 32,768 bytes")
        heads.append(head)
        payloads.append(payload if found else None)
    return heads, payloads


def lines_of(heads: Sequence[bytes]) -> list[WireLine]:
    """Decoded all at once, and written again: what differs by a byte is refused."""
    page = b"[" + b"},".join(heads) + b"}]"
    try:
        lines = _decode_lines(page)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadEntry(str(error)) from None
    if len(lines) != len(heads) or _encode(lines) != page:
        raise BadEntry("a line is not written in the one way")
    return lines


def _wire_header(raw: bytes) -> _WireHeader:
    try:
        header = _decode_header(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadEntry(str(error)) from None
    if _encode(header) != raw:
        raise BadEntry("a header is not written in the one way")
    return header


def _headers(wires: Sequence[_WireHeader]) -> list[Header]:
    """Column by column, since base64url is decoded quickest many words at a time."""
    refs = iter(unb64_all([ref for wire in wires for ref in wire.refs], 32))
    return [
        Header(
            feed,
            wire.seq,
            prev,
            wire.ms,
            wire.sys,
            post,
            owner,
            tuple(itertools.islice(refs, len(wire.refs))) if wire.refs else (),
            commit,
            wire.size,
        )
        for wire, feed, prev, post, owner, commit in zip(
            wires,
            few([wire.feed for wire in wires]),
            column([wire.prev for wire in wires]),
            few([wire.post for wire in wires]),
            few([wire.owner for wire in wires]),
            column([wire.commit for wire in wires]),
            strict=True,
        )
    ]


def _salts(lines: Sequence[WireLine], payloads: Sequence[bytes | None]) -> list[bytes]:
    """A salt comes with its payload or not at all."""
    words = [line.n for line in lines]
    if any((payload is None) == bool(word) for word, payload in zip(words, payloads, strict=True)):
        raise BadEntry("salt and payload come together")
    salts = iter(unb64_all([word for word in words if word], 16))
    return [next(salts) if word else b"" for word in words]
