"""Spoiled bytes, by chance from a seed: whatever a peer sends, nothing falls over or changes, memory stays small."""

import asyncio
import io
import logging
import random
import resource

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync import log, proofs
from sync.entry import parse_page
from sync.messages import BODY_BYTES, text
from sync.peers.client import Declined
from sync.refusals import BadEntry, Refused
from tests.sync.exchange.mutations import spoiled
from tests.sync.exchange.nodes import visit

FEW, MANY = 200, 3_000
MEMORY_KIB = 96 << 10
numbers = pytest.mark.parametrize("tries", [FEW, pytest.param(MANY, marks=pytest.mark.long)])


def most_memory() -> int:
    """KiB that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def full(hall):
    """Words, long words, words of a ticket, an erased one, a run of its own."""
    ticket, erased = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    hall.says(*[f"word {n} أرز" for n in range(30)], "x" * 9_000)
    hall.says("mine", owner=ticket.public_key().public_bytes_raw())
    hall.says("gone", owner=erased.public_key().public_bytes_raw())
    with log.writing(hall.db):
        proofs.take(hall.db, [proofs.make_tombstone(erased)], 0)
    hall.writer = hall.new_run()
    hall.says("after a new start")
    return hall


def valid(hall):
    """One right request for each path."""
    feed = log.feeds(hall.db)[0]
    n, mark = log.last_arrival(hall.db)
    key, head = text(feed.key).encode(), text(feed.head).encode()
    return {
        "news": b'{"n":%d,"mark":"%s"}' % (n - 1, text(mark).encode()),
        "proofs": b'{"ids":["%s","%s"]}' % (head, key),
        "entries": b'{"want":[["%s",3]],"max_bytes":100000}' % key,
        "payloads": b'{"want":[["%s",%d,"%s"]]}' % (key, feed.next - 1, head),
        "poke": b'{"port":8081}',
    }


@numbers
def test_spoiled_requests_are_refused_or_answered_and_change_nothing(hall, library, caplog, tries):
    dice = random.Random(tries)
    right = valid(full(hall))
    before, memory, statuses = hall.state(), most_memory(), set()

    async def story():
        async with hall.answering() as address, library.line_to(address) as line:
            for _ in range(tries):
                path = dice.choice(list(right))
                body = spoiled(right[path], dice)
                try:
                    await line.post(f"/peer/v1/{path}", io.BytesIO(body) if len(body) > BODY_BYTES else body)
                    statuses.add(200)
                except Declined as declined:
                    statuses.add(declined.status)

    with caplog.at_level(logging.WARNING):
        asyncio.run(story())
    assert statuses <= {200, 400, 413} and {200, 400} <= statuses
    assert hall.state() == before and not caplog.records
    assert most_memory() - memory < MEMORY_KIB


@numbers
def test_spoiled_answers_bring_nothing_that_was_not_said(hall, library, tries):
    """A peer of the circle that spoils what it answers; asked again once it is well, everything comes."""
    full(hall)
    said, memory, refusals = set(hall.words()), most_memory(), 0
    dice = random.Random(tries)
    for number in range(tries // 10):
        try:
            report = visit(library, hall, lambda path, body: spoiled(body, dice) if dice.random() < 0.5 else body)
            refusals += bool(report.refused)
        except Refused:
            refusals += 1
        assert set(library.words()) <= said | {None}, number
    assert refusals
    assert not [feed for feed in log.feeds(library.db) if feed.state != "open"]
    log.verify(library.db)
    visit(library, hall)
    assert log.digest(library.db) == log.digest(hall.db)
    assert most_memory() - memory < MEMORY_KIB


@numbers
def test_a_spoiled_page_is_refused_or_says_the_same(hall, tries):
    full(hall)
    page = b"".join(line + b"\n" for line in log.page(hall.db, 1, 0, 500, 1 << 20))
    ids = {entry.id: entry.raw for entry in parse_page(page)}
    dice, read = random.Random(tries), 0
    for _ in range(tries):
        try:
            entries = parse_page(spoiled(page, dice))
        except BadEntry:
            continue
        read += 1
        assert all(ids.get(entry.id, entry.raw) == entry.raw for entry in entries)
    assert read < tries
