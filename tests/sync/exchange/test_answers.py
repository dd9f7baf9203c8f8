"""Two nodes exchange over real TLS on loopback."""

import asyncio
import io
import ssl

import pytest
from aiohttp.web import Response

from sync import log, proofs
from sync.messages import EntriesAsked, text, write
from sync.peers import server, tls
from sync.peers.client import Declined, Unreachable


def test_what_was_said_at_the_hall_is_held_at_the_library(hall, library):
    hall.says("A ladder for Saturday", "Soup at noon")

    async def story():
        async with hall.answering() as address:
            return await library.hears_from(hall, address)

    report = asyncio.run(story())
    assert not report.refused and library.words() == hall.words()
    assert log.digest(library.db) == log.digest(hall.db)


def test_nothing_new_costs_one_small_request(hall, library):
    hall.says("A ladder")

    async def story():
        async with hall.answering() as address:
            await library.hears_from(hall, address)
            return await library.hears_from(hall, address)

    before, report = library.state, asyncio.run(story())
    assert report.asked == 1 and not report.taken and library.state() == before()


def test_only_what_is_new_is_asked_for(hall, library):
    hall.says(*[f"word {n}" for n in range(30)])

    async def story():
        async with hall.answering() as address:
            await library.hears_from(hall, address)
            hall.says("one more")
            return await library.hears_from(hall, address)

    assert asyncio.run(story()).taken == [1]
    assert library.words() == hall.words()


def test_many_pages_arrive_whole_and_in_few_transactions(hall, library):
    for _ in range(9):
        hall.says(*[f"word {n} " + "x" * 300 for n in range(400)])

    async def story():
        async with hall.answering() as address:
            return await library.hears_from(hall, address)

    report = asyncio.run(story())
    assert sum(report.taken) == 3601 and library.words() == hall.words()
    assert library.gate.transactions < report.asked


def test_long_words_that_fill_a_page_arrive_too(hall, library):
    for _ in range(6):
        hall.says(*["x" * 20_000 for _ in range(40)])

    async def story():
        async with hall.answering() as address:
            return await library.hears_from(hall, address)

    assert not asyncio.run(story()).refused and library.words() == hall.words()


def test_what_is_for_here_stays_here(hall, library):
    hall.says("for all")
    hall.says("for us", scope="here")

    async def story():
        async with hall.answering() as address:
            await library.hears_from(hall, address)
            async with library.line_to(address) as line:
                feed = log.feeds(hall.db)[1].key
                return await line.post("/peer/v1/entries", write(EntriesAsked([(text(feed), 0)])))

    assert asyncio.run(story()) == b""
    assert library.words() == [b'{"event":"note","words":"for all"}']


def test_a_stranger_gets_no_further_than_the_handshake(hall, stranger):
    hall.says("A ladder")

    async def story():
        async with hall.answering() as address:
            with pytest.raises(Unreachable) as refused:
                await stranger.hears_from(hall, address)
            return refused.value

    assert asyncio.run(story()).key in ("handshake", "unreachable", "turned-away")
    assert stranger.words() == []


def test_who_shows_no_certificate_gets_not_a_byte(hall):
    async def story():
        async with hall.answering() as address:
            port = int(address.rsplit(":", 1)[1])
            reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls.stranger_context())
            try:
                writer.write(b'POST /peer/v1/news HTTP/1.1\r\nHost: x\r\nContent-Length: 17\r\n\r\n{"n":0,"mark":""}')
                return await reader.read()
            except (ssl.SSLError, ConnectionError):
                return b""
            finally:
                writer.close()

    assert asyncio.run(story()) == b""


def test_while_a_window_is_open_a_caller_without_certificate_is_told_nothing_of_peers(hall):
    async def story():
        async with hall.answering() as address:
            tls.let_strangers_in(hall.context, True)
            port = int(address.rsplit(":", 1)[1])
            reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls.stranger_context())
            writer.write(b"POST /peer/v1/news HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")
            answer = await reader.read()
            writer.close()
            return answer

    answer = asyncio.run(story())
    assert answer.startswith(b"HTTP/1.1 403") and answer.endswith(b'{"error": "unaccepted"}')


def test_a_node_that_its_space_no_longer_names_is_refused_on_a_kept_connection(hall, library):
    async def story():
        async with hall.answering() as address, library.line_to(address) as line:
            await library.pulls(hall, line)
            retired = proofs.make_roster(library.paper.authority(), 2, [], [library.identity.public_key])
            hall.gate.accept([], [retired])
            with pytest.raises(Declined) as declined:
                await library.pulls(hall, line)
            return declined.value

    assert asyncio.run(story()).key == "unaccepted"


def test_a_peer_that_was_blocked_here_is_not_visited_on_a_kept_connection(hall, library):
    async def story():
        async with hall.answering() as address, library.line_to(address) as line:
            await library.pulls(hall, line)
            library.db.execute("UPDATE space SET state = 'blocked' WHERE name = 'Hall'")
            with pytest.raises(Unreachable) as refused:
                await library.pulls(hall, line)
            return refused.value

    assert asyncio.run(story()).key == "unaccepted"


def test_a_refusal_is_understood_however_its_json_is_spelled(hall, library, monkeypatch):
    said = {b'{"error":"unaccepted","since":1}': "unaccepted", b'{"error":"<b>"}': "declined", b"no": "declined"}

    async def story():
        async with hall.answering() as address, library.line_to(address) as line:
            for body, key in said.items():
                monkeypatch.setattr(server, "_refusal", lambda *_, body=body: Response(status=400, body=body))
                with pytest.raises(Declined) as declined:
                    await line.post("/peer/v1/news", b"")
                assert declined.value.key == key

    asyncio.run(story())


MALFORMED = [
    ("news", b""),
    ("news", b"[]"),
    ("news", b'{"n":-1,"mark":""}'),
    ("news", b'{"n":0.0,"mark":""}'),
    ("news", b'{"n":0,"mark":"","more":1}'),
    ("news", b'{"n":0,"mark":"!!!!!!!!!!!!!!!!!!!!!!"}'),
    ("news", b'{"n":9007199254740992,"mark":""}'),
    ("entries", b'{"want":[]}'),
    ("entries", b'{"want":[["x",0]]}'),
    ("entries", b'{"want":[["%s",0]],"max_bytes":99999999}' % (b"A" * 43)),
    ("entries", b'{"want":[["%s",0]]}' % (b"_" * 43)),
    ("payloads", b'{"want":[["%s",0]]}' % (b"A" * 43)),
    ("proofs", b'{"ids":["\xff"]}'),
    ("proofs", b"[" * 50_000),
    ("poke", b'{"port":0}'),
]


def test_malformed_requests_are_refused_and_change_nothing(hall, library):
    hall.says("A ladder")
    before = hall.state()

    async def story():
        answers = []
        async with hall.answering() as address, library.line_to(address) as line:
            for path, body in MALFORMED:
                with pytest.raises(Declined) as declined:
                    await line.post(f"/peer/v1/{path}", body)
                answers.append((declined.value.status, declined.value.key))
            with pytest.raises(Declined) as declined:
                await line.post("/peer/v1/news", io.BytesIO(b" " * (2 << 20) + b"{}"))
            answers.append((declined.value.status, declined.value.key))
            with pytest.raises(Declined) as declined:
                await line.post("/peer/v1/nonsense", b"{}")
            answers.append((declined.value.status, declined.value.key))
        return answers

    assert asyncio.run(story()) == [(400, "malformed")] * len(MALFORMED) + [(413, "too-much"), (404, "unknown")]
    assert hall.state() == before and not hall.poked


def test_a_poke_names_the_port_and_the_connection_names_the_host(hall, library):
    async def story():
        async with hall.answering() as address, library.line_to(address) as line:
            await line.post("/peer/v1/poke", b'{"port":8081}')

    asyncio.run(story())
    [(who, address)] = hall.poked
    assert who.node == library.identity.node_fingerprint and address == "https://127.0.0.1:8081"
