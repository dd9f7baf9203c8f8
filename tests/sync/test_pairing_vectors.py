"""The specification is enough to pair by: sides that share no code with ours say the same bytes, and pair with us."""

import json
from pathlib import Path

import aiohttp
import pytest

from sync.handshake import BadHandover, Side
from sync.peers.tls import stranger_context
from tests.sync.test_pairing import Space, at
from tests.sync.vectors import pairing_reader as reader
from tests.sync.vectors import story
from tests.sync.vectors.reader import Wrong, word

TOLD = json.loads((story.HERE / "pairing.json").read_text())
START, STARTED, CONFIRM, CONFIRMED, FINISH = (
    json.loads(TOLD[name]) for name in ("start", "started", "confirm", "confirmed", "finish")
)
DIGITS, SEEN = TOLD["digits"].encode(), reader.unword(TOLD["seen"])
CERTS = reader.unword(START["space_cert"]), reader.unword(START["node_cert"])
HALVES = reader.unword(START["half"]), reader.unword(STARTED["half"])


def side(caller: bool, digits: bytes = DIGITS, seen: bytes = SEEN) -> reader.Side:
    chance = int.from_bytes(reader.unword(TOLD["random"][0 if caller else 1]), "big")
    return reader.Side(caller, digits, CERTS, seen, chance % reader.ORDER)


def agreed(one: reader.Side, half: bytes = b"") -> reader.Agreed:
    return one.agree(half or HALVES[1 if one.caller else 0], reader.unword(STARTED["space_cert"]))


def test_other_sides_work_out_every_byte_of_a_pairing() -> None:
    caller, server = agreed(side(True)), agreed(side(False))
    assert (caller.half, server.half) == HALVES
    assert (caller.shared, caller.agreed, caller.salt, caller.key) == (
        *(reader.unword(TOLD[name]) for name in ("shared", "agreed", "salt", "key")),
    )
    assert (server.shared, server.key) == (caller.shared, caller.key)
    assert CONFIRM["confirm"] == caller.mac(b"caller") and CONFIRMED["confirm"] == caller.mac(b"server")
    assert CONFIRMED["mac"] == caller.mac(b"server hands over", reader.handover(TOLD["confirmed"]))
    assert FINISH["mac"] == caller.mac(b"caller hands over", reader.handover(TOLD["finish"]))
    for message, handed in ((START, FINISH["handover"]), (STARTED, CONFIRMED["handover"])):
        assert [handed[name] for name in ("space_cert", "node_cert")] == [message["space_cert"], message["node_cert"]]


def test_other_digits_another_certificate_or_another_half_prove_nothing() -> None:
    for other in (side(True, digits=b"048216"), side(True, seen=CERTS[1])):
        assert agreed(other).mac(b"caller") != CONFIRM["confirm"]
    another = reader.Side(False, DIGITS, CERTS, SEEN, 7).half
    assert agreed(side(True), another).mac(b"caller") != CONFIRM["confirm"]


@pytest.mark.parametrize(
    "half",
    [
        b"B" + reader.encoded(reader.ZERO),
        b"B" + bytes(32),  # of order four
        b"B" + (2).to_bytes(32, "little"),  # no point
        b"B" + HALVES[0][1:],
        HALVES[0],
        HALVES[1][:-1],
        HALVES[1] + b"B",
    ],
    ids=["nothing", "a small one", "no point", "our own", "our own side", "cut short", "too long"],
)
def test_both_refuse_a_half_that_is_none(half: bytes) -> None:
    with pytest.raises(Wrong):
        agreed(side(True), half)
    ours = Side(True, DIGITS, CERTS, SEEN, lambda length: reader.unword(TOLD["random"][0])[:length])
    assert ours.half == HALVES[0]
    with pytest.raises(BadHandover):
        ours.agree(half, reader.unword(STARTED["space_cert"]))


def test_three_callers_whose_halves_are_none_use_up_the_tries(tmp_path: Path) -> None:
    hall = Space(tmp_path, "hall")

    async def story_() -> None:
        hall.shows_a_code()
        async with aiohttp.ClientSession() as http:
            for status, error in [(400, "bad_handover")] * 3 + [(429, "too_many_tries")]:
                body = {**START, "half": word(b"A" + (2).to_bytes(32, "little"))}
                url = f"https://{hall.address}/pair/start"
                async with http.post(url, json=body, ssl=stranger_context()) as answer:
                    assert (answer.status, (await answer.json())["error"]) == (status, error)

    at(hall, story_)


def test_another_caller_pairs_with_a_space_of_ours(tmp_path: Path) -> None:
    hall = Space(tmp_path, "hall")

    async def story_() -> None:
        code = hall.shows_a_code().encode()
        one = reader.Side(True, code, CERTS, hall.handover.node_cert, 1234567890123456789)
        async with aiohttp.ClientSession() as http:

            async def asks(step: str, body: str) -> str:
                url = f"https://{hall.address}/pair/{step}"
                async with http.post(url, data=body.encode(), ssl=stranger_context()) as answer:
                    assert answer.status == 200, await answer.text()
                    return await answer.text()

            started = json.loads(await asks("start", json.dumps({**START, "half": word(one.half)})))
            met = one.agree(reader.unword(started["half"]), reader.unword(started["space_cert"]))
            session = f'"session": "{started["session"]}"'
            told = await asks("confirm", f'{{{session}, "confirm": "{met.mac(b"caller")}"}}')
            assert json.loads(told)["confirm"] == met.mac(b"server")
            assert json.loads(told)["mac"] == met.mac(b"server hands over", reader.handover(told))
            mine = reader.handover(TOLD["finish"])
            proof = met.mac(b"caller hands over", mine)
            await asks("finish", f'{{"handover": {mine.decode()}, "mac": "{proof}", {session}}}')

    at(hall, story_)
    assert [each.name for each in hall.joined] == ["Hall"]
