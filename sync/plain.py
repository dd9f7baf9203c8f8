"""The common page, read column by column: one feed, each entry following the one before it, every payload there.

Chain and commitments are checked while it is read, without an object for each entry; they are made when somebody asks
for one. Whatever else a page may be, read() says None, and entry.parse_page and `take` say what it is: so no refusal is
made here, and whatever is read here is what parse_page reads (tests/sync/test_plain.py). Pure.
"""

from __future__ import annotations

import binascii
import hashlib
import io
import itertools
import operator
from collections.abc import Iterator, Sequence
from typing import overload

from sync.base64url import URL, column, few, unb64_all
from sync.bulk import blobs
from sync.entry import (
    NO_ENTRY,
    STEP,
    Entry,
    Header,
    WireLine,
    is_signed,
    lines_of,
    plain_bytes,
)
from sync.refusals import BadEntry


class PlainRun(Sequence[Entry]):
    """Entries of one feed, contiguous from seq `first`, that follow the entry with the id `prev` (b"": none). Checked
    but for its signatures, and for whether that is the entry that is held."""

    def __init__(self, lines: Sequence[WireLine], raws: list[bytes], salts: list[bytes], payloads: list[bytes]) -> None:
        wires = [line.h for line in lines]
        self._wires, self.raws, self.salts, self.payloads = wires, raws, salts, payloads
        self.first, self.feed, self.prev = wires[0].seq, unb64_all([wires[0].feed], 32)[0], column([wires[0].prev])[0]
        self.lengths = list(map(len, payloads))
        self.sizes = [wire.size for wire in wires]
        self.weights = list(map(operator.add, map(len, raws), self.lengths))  # bytes of header and payload of each
        self.ids = _ids(raws)
        self.commits = _commitments(salts, payloads, self.sizes)
        self.sigs: list[bytes | None] = [None] * len(raws)
        for at, word in [(at, line.g) for at, line in enumerate(lines) if line.g]:
            [self.sigs[at]] = unb64_all([word], 64)
        self._entries: list[Entry] | None = None

    def holds(self) -> bool:
        """Whether it is what this class says. Raises BadEntry for a word that is not written in the one way."""
        wires, first = self._wires, self.first
        named = {wire.post for wire in wires} | {wire.owner for wire in wires}
        self.names_nothing = named == {""}
        column([*named])
        unb64_all([ref for wire in wires if wire.refs for ref in wire.refs], 32)
        return (
            (self.prev == b"") == (first == 0)
            and len({wire.feed for wire in wires}) == 1
            and [wire.seq for wire in wires] == list(range(first, first + len(wires)))
            and _are([wire.prev for wire in wires[1:]], self.ids[:-1])
            and _are([wire.commit for wire in wires], self.commits)
            and self.sizes == [-(-length // STEP) * STEP for length in self.lengths]
        )

    @property
    def last(self) -> int:
        """Its last seq."""
        return self.first + len(self.raws) - 1

    def spans(self) -> Iterator[tuple[int, int]]:
        """Of how many entries, and of how many bytes, each of its signatures is the first."""
        begin = 0
        for end in [at + 1 for at, sig in enumerate(self.sigs) if sig]:
            yield end - begin, sum(self.weights[begin:end])
            begin = end

    def is_signed(self) -> bool:
        """Whether it ends at a signature, and every one in it is its feed's."""
        signed = ((sig, raw) for sig, raw in zip(self.sigs, self.raws, strict=True) if sig)
        return bool(self.sigs[-1]) and all(is_signed(self.feed, sig, raw) for sig, raw in signed)

    def columns(self, base: int) -> list[Sequence[int | bytearray]]:
        """k, header, salt and payload of all, `base` being the key of seq 0."""
        ks = range(base | self.first, (base | self.last) + 1)
        return [ks, *map(blobs, (self.raws, self.salts, self.payloads))]

    def signatures(self, base: int) -> list[tuple[bytes, int]]:
        """(signature, k) of those that are signed."""
        return [(sig, base | self.first + at) for at, sig in enumerate(self.sigs) if sig]

    def __len__(self) -> int:
        return len(self.raws)

    @overload
    def __getitem__(self, at: int) -> Entry: ...

    @overload
    def __getitem__(self, at: slice) -> list[Entry]: ...

    def __getitem__(self, at: int | slice) -> Entry | list[Entry]:
        return self._all()[at]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._all())

    def _all(self) -> list[Entry]:
        if self._entries is None:
            self._entries = self.some(range(len(self)))
        return self._entries

    def some(self, places: Sequence[int]) -> list[Entry]:
        """The entries at these places, made anew."""
        sigs = [self.sigs[at] or b"" for at in places]
        raws, ids, salts, payloads = (
            [all_[at] for at in places] for all_ in (self.raws, self.ids, self.salts, self.payloads)
        )
        return list(map(Entry, self._headers(places), raws, ids, sigs, salts, payloads))

    def _headers(self, places: Sequence[int]) -> Iterator[Header]:
        wires, before = [self._wires[at] for at in places], [self.prev, *self.ids]
        refs = iter(unb64_all([ref for wire in wires for ref in wire.refs], 32))
        return map(
            Header,
            itertools.repeat(self.feed),
            [wire.seq for wire in wires],
            [before[at] for at in places],
            [wire.ms for wire in wires],
            [wire.sys for wire in wires],
            few([wire.post for wire in wires]),
            few([wire.owner for wire in wires]),
            [tuple(itertools.islice(refs, len(wire.refs))) for wire in wires],
            [self.commits[at] for at in places],
            [self.sizes[at] for at in places],
        )

    def times(self) -> list[int]:
        """Unix milliseconds of each, claims."""
        return [wire.ms for wire in self._wires]

    def telling(self) -> list[int]:
        """Places of the entries that say more than their words: of the system, or about a post, or by a ticket."""
        return [at for at, wire in enumerate(self._wires) if wire.post or wire.owner or wire.sys]


SALT = len(b',"n":""') + 22  # of what stands before a payload
SIGNATURE = len(b',"g":""') + 86


def read(data: bytes) -> PlainRun | None:
    """The run that a page is, None where it is anything else, or nothing that may be taken."""
    if not data.endswith(b"\n"):
        return None
    each = io.BytesIO(data).readlines()  # a fourth of what split() takes
    parts = [line.partition(b',"p":') for line in each]
    heads, payloads = [part[0] for part in parts], [part[2][:-2] for part in parts]
    if not all(payloads) or {line[-2:] for line in each} != {b"}\n"}:  # where none came along it is empty too
        return None
    if not plain_bytes(b"".join([*payloads, b"\n"])):  # of what comes before them lines_of() judges each byte
        return None
    try:
        lines = lines_of(heads)
        raws = [head[5:-SALT] for head in heads]
        for at in [at for at, line in enumerate(lines) if line.g]:
            raws[at] = raws[at][:-SIGNATURE]
        run = PlainRun(lines, raws, unb64_all([line.n for line in lines], 16), payloads)
        return run if run.holds() else None
    except BadEntry:
        return None


def _ids(raws: Sequence[bytes]) -> list[bytes]:
    ids, begin = [], NO_ENTRY.copy
    for raw in raws:
        state = begin()
        state.update(raw)
        ids.append(state.digest())
    return ids


def _commitments(salts: Sequence[bytes], payloads: Sequence[bytes], sizes: Sequence[int]) -> list[bytes]:
    blake2b = hashlib.blake2b
    return [
        blake2b(payload.ljust(size, b"\0"), digest_size=32, key=salt).digest()
        for salt, payload, size in zip(salts, payloads, sizes, strict=True)
    ]


def _are(words: Sequence[str], digests: Sequence[bytes]) -> bool:
    """Whether these words say these digests, all at once: with a zero byte behind each, 33 bytes are 44 characters, of
    which the last is an A."""
    if set(map(len, words)) - {43}:
        return False
    written = binascii.b2a_base64(b"\0".join([*digests, b""]), newline=False).translate(URL)
    return "A".join([*words, ""]).encode() == written
