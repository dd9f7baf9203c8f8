"""A second reader of the log, written from sync/README alone: standard library, and one function for signatures.

It shares no code with the project, so where both read the same bytes in the same way, the specification says enough.
"""

import base64
import hashlib
import itertools
import json
import re
from collections.abc import Callable

Verify = Callable[[bytes, bytes, bytes], bool]  # public key, signature, message
WORD = re.compile(r"[A-Za-z0-9_-]*\Z")
HEAD = re.compile(
    rb'\{"h":(\["cb1".*?\[[^\]]*\][^\]]*\])(?:,"g":"([^"]*)")?(?:,"n":"([^"]*)","p":(.*))?\}\Z', re.DOTALL
)


class Wrong(Exception):
    """These bytes are not what the specification allows."""


def need(true: object, what: str) -> None:
    if not true:
        raise Wrong(what)


def blake(tag: str, data: bytes, size: int = 32) -> bytes:
    return hashlib.blake2b(data, digest_size=size, person=tag.encode()).digest()


def word(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unword(text: str, length: int) -> bytes:
    need(isinstance(text, str) and WORD.match(text), "not base64url")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Wrong("not base64url") from None
    need(len(data) == length and word(data) == text, "one spelling")
    return data


def unword_or_none(text: str) -> bytes:
    return unword(text, 32) if text != "" else b""


def compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def integer(value: object, below: int = 2**53) -> bool:
    return type(value) is int and 0 <= value < below


def damm(digits: str) -> int:
    """0 for digits whose last is the right check digit."""
    rows = ("0317598642", "7092154863", "4206871359", "1750983426", "6123045978")
    rows += ("3674209581", "5869720134", "8945362017", "9438617205", "2581436790")
    state = 0
    for digit in digits:
        state = int(rows[state][int(digit)])
    return state


def paper(text: str) -> bytes:
    digits = text.replace(" ", "")
    need(len(digits) == 40 and damm(digits) == 0, "a paper key has 40 digits")
    return int(digits[:-1]).to_bytes(16, "big")


def feed(data: bytes, verify: Verify) -> list[dict[str, object]]:
    """The entries of one feed from its first on, every one of them proved. Raises Wrong."""
    need(data.endswith(b"\n"), "lines end")
    entries: list[dict[str, object]] = []
    head, proved = b"", False
    for line in data[:-1].split(b"\n"):
        one = entry(line, verify)
        need((one["seq"], one["prev"]) == (len(entries), head), "a gapless chain")
        need(not entries or one["feed"] == entries[0]["feed"], "one feed")
        entries.append(one)
        head, proved = one["id"], one["signed"]
    need(proved, "ends signed")
    need(entries[0]["sys"] == 1, "opens")
    return entries


def entry(line: bytes, verify: Verify) -> dict[str, object]:
    need(min(line, default=0) >= 0x20, "no control characters")
    cut = HEAD.match(line)
    need(cut, "the one shape")
    raw, sig, salt, payload = cut.groups()
    said = header(raw)
    if sig is not None:
        need(verify(said["feed"], unword(sig.decode("latin-1"), 64), b"cb1 head\n" + raw), "signed by its feed")
    if payload is not None:
        commitment(said, unword(salt.decode("latin-1"), 16), payload)
    return {**said, "id": blake("cb1 entry", raw), "signed": sig is not None, "payload": payload}


def header(raw: bytes) -> dict[str, object]:
    try:
        fields = json.loads(raw)
    except ValueError:
        raise Wrong("a header is JSON") from None
    need(isinstance(fields, list) and len(fields) == 11 and compact(fields) == raw, "written in the one way")
    version, key, seq, prev, ms, sys, post, owner, refs, commit, size = fields
    need(version == "cb1" and integer(seq) and integer(ms) and integer(sys, 256), "fields")
    need(integer(size, 32_769) and size >= 256 and size % 256 == 0, "size")
    need(isinstance(refs, list) and len(refs) <= 8, "refs")
    return {
        "feed": unword(key, 32),
        "seq": seq,
        "prev": unword_or_none(prev),
        "sys": sys,
        "post": unword_or_none(post),
        "owner": unword_or_none(owner),
        "refs": [unword(ref, 32) for ref in refs],
        "commit": unword(commit, 32),
        "size": size,
    }


def commitment(said: dict[str, object], salt: bytes, payload: bytes) -> None:
    size = said["size"]
    need(1 <= len(payload) <= 32_768 and -(-len(payload) // 256) * 256 == size, "size of the payload")
    committed = hashlib.blake2b(payload.ljust(size, b"\0"), digest_size=32, key=salt).digest()
    need(committed == said["commit"], "commitment")


def opening(first: dict[str, object], verify: Verify) -> dict[str, object]:
    """Who opened a feed: space and node as public keys, proved by two certificates and a signature."""
    said = json.loads(first["payload"])
    need(list(said) == ["event", "space", "node", "scope", "name", "sig"] and said["event"] == "open", "an opening")
    space_key, node_key = whose(first["feed"], said["space"], said["node"], said["scope"], said["sig"], verify)
    return {"space": space_key, "node": node_key, "scope": said["scope"], "name": said["name"]}


def whose(key: bytes, space: str, node: str, scope: str, sig: str, verify: Verify) -> tuple[bytes, bytes]:
    """The public keys of the space and the node whose feed has this key."""
    certificates = [base64.urlsafe_b64decode(text + "==") for text in (space, node)]
    need([word(data) for data in certificates] == [space, node], "one spelling")
    space_cert, node_cert = certificates
    space_key, node_key = certified(space_cert), certified(node_cert)
    need(space_cert[:-64] == outer(space_form(space_key)), "form")
    need(node_cert[:-64] == outer(node_form(node_key, space_key)), "form")
    need(verify(space_key, space_cert[-64:], space_form(space_key)), "the space signs itself")
    need(verify(space_key, node_cert[-64:], node_form(node_key, space_key)), "the space signs its node")
    need(scope in ("circle", "here"), "a scope")
    need(verify(node_key, unword(sig, 64), b"cb1 feed\n" + key + scope.encode()), "the node signs its feed")
    return space_key, node_key


def body(one: dict[str, object], verify: Verify) -> list[object] | None:
    """What a ticket said in an entry, or None where it did not."""
    payload = one["payload"]
    if payload is None or not (payload.startswith(b'{"sig":"') and payload[94:103] == b'","body":'):
        return None
    literal = payload[103:-1]
    proved = verify(one["owner"], unword(payload[8:94].decode(), 64), b"cb1 body\n" + literal)
    said = json.loads(literal)
    return said if proved and said[0] == "cbt1" and said[1] == word(one["post"]) else None


def proof(line: bytes, verify: Verify) -> list[object]:
    """A tombstone, a roster, or evidence of a fork. Raises Wrong."""
    said = json.loads(line)
    need(compact(said) == line, "written in the one way")
    if said[0] == "ct1":
        owner = unword(said[1], 32)
        need(verify(owner, unword(said[2], 64), b"cb1 tombstone\n" + owner), "signed by its ticket")
    elif said[0] == "cf1":
        evidence(said, verify)
    else:
        need(said[0] == "cr1" and integer(said[2]), "a roster")
        signed = b"cb1 roster\n" + compact([*said[:-1], ""])
        need(verify(unword(said[1], 32), unword(said[-1], 64), signed), "signed by its space")
    return said


def evidence(said: list[object], verify: Verify) -> None:
    _, space, node, scope, sig, one, one_sig, other, other_sig = said
    first, second = run(one, one_sig, verify), run(other, other_sig, verify)
    need(first["feed"] == second["feed"], "of one feed")
    whose(first["feed"], space, node, scope, sig, verify)
    if first["seq"] == second["seq"]:
        need(first["id"] < second["id"], "two entries of one place, the smaller id first")
    else:
        need(first["seq"] + 1 == second["seq"] and second["prev"] != first["id"], "follows another entry")


def run(headers: list[object], sig: str, verify: Verify) -> dict[str, object]:
    """The first of these headers, which follow each other, the last of them signed."""
    need(1 <= len(headers) <= 500, "so many headers")
    chain = [{**header(compact(one)), "id": blake("cb1 entry", compact(one))} for one in headers]
    for before, one in itertools.pairwise(chain):
        need((one["feed"], one["seq"], one["prev"]) == (before["feed"], before["seq"] + 1, before["id"]), "a chain")
    need(verify(chain[-1]["feed"], unword(sig, 64), b"cb1 head\n" + compact(headers[-1])), "signed by its feed")
    return chain[0]


# Certificates, as far as they differ: everything else is these bytes.


def tlv(tag: int, *parts: bytes) -> bytes:
    data = b"".join(parts)
    size = bytes([len(data)]) if len(data) < 128 else len(data).to_bytes(2, "big")
    if len(data) >= 128:
        size = b"\x82" + size if len(data) > 255 else b"\x81" + size[1:]
    return bytes([tag]) + size + data


ED25519 = tlv(0x30, bytes.fromhex("06032b6570"))
VALID = tlv(0x30, tlv(0x17, b"500101000000Z"), tlv(0x18, b"99991231235959Z"))


def name(kind: str, hash_: bytes) -> bytes:
    text = tlv(0x0C, f"{kind} {hash_[:16].hex()}".encode())
    return tlv(0x30, tlv(0x31, tlv(0x30, bytes.fromhex("0603550403"), text)))


def extension(number: int, value: bytes, critical: bool = False) -> bytes:
    return tlv(0x30, bytes([6, 3, 0x55, 0x1D, number]), b"\x01\x01\xff" if critical else b"", tlv(4, value))


def form(key: bytes, issuer: bytes, subject: bytes, extensions: list[bytes]) -> bytes:
    serial = int.from_bytes(blake("cb1 serial", key, 15), "big") + 1
    return tlv(
        0x30,
        bytes.fromhex("a003020102"),
        tlv(2, serial.to_bytes(serial.bit_length() // 8 + 1, "big")),
        ED25519,
        issuer,
        VALID,
        subject,
        tlv(0x30, ED25519, tlv(3, b"\0" + key)),
        tlv(0xA3, tlv(0x30, *extensions)),
    )


def space_form(key: bytes) -> bytes:
    who = blake("cb1 space", key)
    constraints = tlv(0x30, b"\x01\x01\xff\x02\x01\x00")
    usage = bytes.fromhex("03020204")
    extensions = [
        extension(14, tlv(4, who[:20])),
        extension(19, constraints, True),
        extension(15, usage, True),
    ]
    return form(key, name("space", who), name("space", who), extensions)


def node_form(key: bytes, space: bytes) -> bytes:
    who, issuer = blake("cb1 node", key), blake("cb1 space", space)
    roles = tlv(0x30, bytes.fromhex("06082b06010505070301"), bytes.fromhex("06082b06010505070302"))
    extensions = [
        extension(14, tlv(4, who[:20])),
        extension(35, tlv(0x30, tlv(0x80, issuer[:20]))),
        extension(19, tlv(0x30), True),
        extension(15, bytes.fromhex("03020780"), True),
        extension(37, roles),
    ]
    return form(key, name("space", issuer), name("node", who), extensions)


def outer(form_: bytes) -> bytes:
    """A whole certificate up to its signature."""
    body_ = form_ + ED25519 + b"\x03\x41\x00"
    return b"\x30\x82" + (len(body_) + 64).to_bytes(2, "big") + body_


def certified(cert: bytes) -> bytes:
    """The key in a certificate; its form is compared afterwards."""
    at = cert.find(ED25519 + b"\x03\x21\x00")
    need(at > 0, "a key")
    return cert[at + len(ED25519) + 3 :][:32]
