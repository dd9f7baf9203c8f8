"""A page that is read column by column is the same page: whatever is read so is what the strict way reads, and is taken
or refused alike."""

import os
import random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync import entry, log, plain, proofs
from sync.entry import Entry, Header, b64, parse_page, to_line
from sync.refusals import BadEntry, Refused
from sync.take import take
from sync.writer import Draft
from tests.sync.exchange.mutations import spoiled
from tests.sync.logs import Space

FEED = os.urandom(32)


def page_of(space, **limits):
    lines = log.page(space.db, 1, limits.pop("from_seq", 0), limits.pop("most", 500), 1 << 20)
    return b"".join(line + b"\n" for line in lines)


def written(entries: list[Entry]) -> bytes:
    return b"".join(to_line(one.raw, one.sig, one.salt, one.payload) + b"\n" for one in entries)


def a_run(**odd) -> list[Entry]:
    """Three entries that follow one another. odd: what is otherwise with the second."""
    made, prev = [], os.urandom(32)
    for seq in (7, 8, 9):
        salt, payload = os.urandom(16), b'{"event":"note"}' * seq
        header = {"feed": FEED, "seq": seq, "prev": prev, "ms": 5, "sys": 0, "post": b"", "owner": b"", "refs": ()}
        header |= {"commit": entry.commitment(salt, payload), "size": entry.padded(payload)}
        header |= odd if seq == 8 else {}
        made.append(entry.make(Header(**header), salt=salt, payload=payload))
        prev = made[-1].id
    return made


def test_a_plain_page_reads_the_same(hall):
    hall.says("A ladder", "A cot", "Zucchini")
    hall.says("About one", post=os.urandom(32), owner=os.urandom(32))
    page = page_of(hall)
    run = plain.read(page)
    assert run is not None and list(run) == parse_page(page) and len(run) == 5
    assert run[-1].sig and run[1:3] == parse_page(page)[1:3] and written(list(run)) == page


def test_what_is_not_plain_is_left_to_the_strict_way(hall):
    hall.says("A ladder", "A cot")
    page = page_of(hall)
    erased = [page.splitlines()[0], page.splitlines()[1].split(b',"n":')[0] + b"}", *page.splitlines()[2:]]
    two = page + written(a_run())
    for other in (b"", page[:-1], page + page, b"\n".join([*erased, b""]), two, page.replace(b"ladder", b"badder")):
        assert plain.read(other) is None


@pytest.mark.parametrize(
    "odd",
    [
        {"seq": 9},
        {"prev": os.urandom(32)},
        {"prev": b""},
        {"feed": os.urandom(32)},
        {"commit": os.urandom(32)},
        {"size": 512},
        {"size": 32_768},
    ],
)
def test_a_run_that_does_not_hold_is_not_plain(odd):
    assert plain.read(written(a_run())) is not None
    assert plain.read(written(a_run(**odd))) is None


def test_ids_that_run_into_each_other_are_not_plain():
    """Joined with an A between them they would read the same, were it not for their lengths."""
    made = next(run for run in iter(a_run, None) if "A" in b64(run[1].id)[1:])
    at = b64(made[1].id).index("A", 1)
    one, two = b64(made[0].id), b64(made[1].id)
    page = written(made).replace(f'"{one}"'.encode(), f'"{one}A{two[:at]}"'.encode())
    page = page.replace(f'"{two}"'.encode(), f'"{two[at + 1 :]}"'.encode())
    assert plain.read(page) is None
    with pytest.raises(BadEntry):
        parse_page(page)


def test_a_word_with_stray_bits_is_not_plain(hall):
    for name in ("owner", "post"):
        run = a_run(**{name: os.urandom(31) + b"\0"})
        page = written(run)
        word = b64(getattr(run[1].header, name))
        assert plain.read(page) is not None
        assert plain.read(page.replace(word.encode(), word[:-1].encode() + b"B")) is None


def outcome(space, entries):
    """What taking them leads to, which is then undone."""
    space.db.execute("BEGIN")
    try:
        held = list(take(space.db, entries, 1_790_000_009_000))
        return held, space.db.execute("SELECT * FROM quota").fetchall(), space.state()
    except Refused as refused:
        return type(refused), str(refused)
    finally:
        space.db.execute("ROLLBACK")


def both_ways(space, page):
    """The outcome, which is the same whether the page is read in columns or not; and whether it could be."""
    run = plain.read(page)
    strict = outcome(space, parse_page(page))
    assert run is None or outcome(space, run) == strict
    return strict, run is not None


def test_a_page_is_taken_or_refused_alike_whichever_way_it_was_read(hall, library, stranger):
    hall.says("A ladder", "A cot")
    library.hears(hall.page())
    held = page_of(hall)
    hall.says("Zucchini", "Tea")
    hall.says("Rice")
    new = page_of(hall, from_seq=3)
    assert both_ways(library, new)[1] and len(both_ways(library, new)[0][0]) == 3
    unsigned = written([one if at else entry.Entry(**named(one, sig=b"")) for at, one in enumerate(parse_page(new))])
    pages = [held, held + new, page_of(hall, from_seq=4), written(parse_page(new)[:1]), unsigned]
    forged = written([entry.Entry(**named(one, sig=os.urandom(64) if one.sig else b"")) for one in parse_page(new)])
    outcomes = [both_ways(library, page) for page in [*pages, forged, written(a_run())]]
    assert any(plainly for _, plainly in outcomes)
    library.db.execute("UPDATE space SET state = 'blocked' WHERE state = 'accepted'")
    assert both_ways(library, new)[0][0].key == "unaccepted"
    library.db.execute("UPDATE space SET state = 'accepted' WHERE state = 'blocked'")
    library.db.execute("UPDATE feed SET state = 'void'")
    assert both_ways(library, new)[0][0].key == "unaccepted"


def named(one: Entry, **other) -> dict[str, object]:
    return {name: getattr(one, name) for name in Entry.__struct_fields__} | other


def test_what_a_tombstone_forbids_is_forbidden_either_way(hall, library):
    hall.says("A ladder")
    library.hears(hall.page())
    ticket = Ed25519PrivateKey.generate()
    owner = ticket.public_key().public_bytes_raw()
    hall.says("Said with a ticket", owner=owner, post=entry.post_id(owner))
    with log.writing(library.db):
        proofs.take(library.db, [proofs.make_tombstone(ticket)], 0)
    strict, plainly = both_ways(library, page_of(hall, from_seq=2))
    assert plainly and strict[0][0].entry.payload is None


def test_spoiled_pages_are_never_read_otherwise(hall, library):
    hall.says(*(f"note {n} " + "x" * (17 * n) for n in range(12)))
    hall.says("About one", post=os.urandom(32), owner=os.urandom(32))
    page, dice, readable = page_of(hall), random.Random(5), 0
    for _ in range(400):
        data = spoiled(page, dice)
        run = plain.read(data)
        if run is None:
            continue
        readable += 1
        assert list(run) == parse_page(data), "and so it is neither refused nor different"
        assert outcome(library, run) == outcome(library, parse_page(data))
    assert readable


def test_a_feed_of_many_transactions_is_the_same_log_either_way(hall, library, tmp_path):
    other = Space(tmp_path / "mosque", "Mosque")
    other.accepts(hall)
    for n in range(1, 7):
        with log.writing(hall.db):
            hall.writer.append(hall.db, [Draft(b"%d" % each * n, refs=(os.urandom(32),) * n) for each in range(1, 4)])
    at = 0
    while page := page_of(hall, from_seq=at, most=5):
        library.hears(parse_page(page))
        other.hears(plain.read(page) or parse_page(page))
        at += page.count(b"\n")
    dumps = [[held.entry for held in log.read_all(each.db)] for each in (library, other)]
    assert dumps[0] == dumps[1] and log.verify(other.db) == len(dumps[0])
    assert log.digest(library.db) == log.digest(other.db)


def test_what_is_kept_are_blobs_whichever_way(hall, library):
    hall.says("A ladder", "A cot")
    library.hears(hall.page())
    hall.says("Tea", "Rice")
    library.hears(plain.read(page_of(hall, from_seq=3)))
    kinds = "SELECT DISTINCT typeof(header), typeof(sig), typeof(salt), typeof(payload) FROM entry"
    assert set(library.db.execute(kinds)) == {("blob", "blob", "blob", "blob"), ("blob", "null", "blob", "blob")}
