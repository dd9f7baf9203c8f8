"""A space goes on from its paper key alone: a new machine, a roster that retires those before it, and what others hold.

Nothing in the folder changes before everybody who was named has been asked; a space that is there already goes on.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from node import meeting, restoring
from node.gate import BoardGate, pull_once
from node.restoring import NotRestored
from node.run import Run
from node.start import ROSTER_FILE
from sync import circle, identity, log, newcomer, pairing_call, proofs
from sync.identity import Identity, Paper
from sync.known import TURNED_AWAY
from sync.peers.client import Declined, Unreachable
from sync.pull import Report
from sync.refusals import BadCertificate, BadProof
from sync.succession import successor
from sync.take import read_opening

STRANGER = "does not know this space: is it one of the circle, and is every digit of the paper key right?"
WHY = {
    "unreachable": "does not answer: see that it runs and that both are in one network",
    "silent": "does not answer in time: try again",
    "handshake": STRANGER,
    "unaccepted": STRANGER,
    TURNED_AWAY: STRANGER,
    "unknown": "runs an older version that cannot help: bring it up to date first",
}


@dataclass(frozen=True)
class Asked:
    """Somebody who may know this space. rosters: what is held there of it."""

    address: str
    roster: bytes


def goes_on(data: Path, paper: Paper) -> bool:
    """True if a node of this space is in this folder already. Raises NotRestored where anything else is."""
    if not restoring.holds_something(data):
        return False
    try:
        found = identity.load(data)
    except (OSError, ValueError, BadCertificate):
        raise NotRestored(f"{data} is in use: name an empty folder with --data.") from None
    if found.space_id != paper.space_id():
        raise NotRestored(f"Another space lives in {data}: name an empty folder with --data.")
    return True


def succeed(
    data: Path, paper: Paper, addresses: Sequence[str], random: Callable[[int], bytes], now_ms: int, keep: bool
) -> None:
    """The folder is the space's new machine once this returns. Raises NotRestored, and then nothing has changed."""
    draft = data / restoring.DRAFT
    shutil.rmtree(draft, ignore_errors=True)
    held = [(data / ROSTER_FILE).read_bytes()] if goes_on(data, paper) else []
    draft.mkdir(0o700, parents=True)
    try:
        me = identity.load(data) if held else identity.make_node(draft, paper, random)
        told = [asked.roster for asked in ask_all(me, addresses) if asked.roster]
        identity.write_file(draft / ROSTER_FILE, next_roster(paper, me, held, told, now_ms))
        if not held:
            circle.add_keys(draft, [circle.first_key(paper)])
            news = {"recovered_ms": now_ms}
            (draft / restoring.NEWS).write_text(json.dumps(news) + "\n")
        if keep:
            identity.write_file(draft / identity.PAPER_FILE, paper.digits().encode() + b"\n")
        restoring.commit(data, draft)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def next_roster(paper: Paper, me: Identity, held: Sequence[bytes], told: Sequence[bytes], now_ms: int) -> bytes:
    """This machine speaks; beside it those that its own roster names; all others that are known are retired."""
    beside = [key for line in held for key in proofs.read_roster(line).nodes]
    nodes = list(dict.fromkeys([me.public_key, *beside]))
    return successor(paper, [*held, *told], nodes, now_ms)


def ask_all(me: Identity, addresses: Sequence[str]) -> list[Asked]:
    """The roster that each of them holds of this space. Raises NotRestored."""
    return [Asked(address, _roster_at(me, address)) for address in addresses]


def _roster_at(me: Identity, address: str) -> bytes:
    try:
        line = asyncio.run(newcomer.roster_at(address, me))
        if line and proofs.read_roster(line).space != me.space_id:
            raise BadProof
        return line
    except (Unreachable, Declined) as error:
        raise NotRestored(f"{address} {WHY.get(error.key, WHY['unreachable'])}") from None
    except BadProof:
        raise NotRestored(f"{address} answers with something that is no roster of this space.") from None


def fetch(run: Run, address: str, code: str) -> int:
    """What is held at this address comes back; with the six digits that are shown there, both spaces are connected
    again too. How many entries. Raises PairingError, NotRestored."""
    if code:
        _connect(run, address, code)
        return sum(report["returned"] for report in asyncio.run(pull_once(run, address)))
    try:
        report = asyncio.run(_fetch_own(run, address))
    except (Unreachable, Declined) as error:
        raise NotRestored(f"{address} {WHY.get(error.key, WHY['unreachable'])}") from None
    return BoardGate(run).came_back(address, report)


async def _fetch_own(run: Run, address: str) -> Report:
    await newcomer.bring_roster(address, run.identity, circle.own_roster(run.db()))
    return await newcomer.fetch_own(address, run.identity, BoardGate(run))


def _connect(run: Run, address: str, code: str) -> None:
    ours = circle.ours(run.db(), run.settings.data, run.identity, run.settings.peer_port)
    theirs = asyncio.run(pairing_call.pair(address, code, ours))
    meeting.join(run, theirs)


OPENINGS = """
SELECT entry.k FROM feed JOIN space ON space.no = feed.space JOIN entry ON entry.k = feed.no << 40
WHERE space.state = 'own' AND feed.node <> ? AND entry.payload IS NOT NULL ORDER BY feed.no
"""


def last_name(run: Run) -> str:
    """What the space was called by the machines before this one; "" where nothing of them came back."""
    held = [log.one(run.db(), k) for (k,) in run.db().execute(OPENINGS, (run.identity.node_fingerprint,))]
    found = [(one.entry.header.ms, read_opening(one.entry)[0].name) for one in held if one]
    return max(found)[1] if found else ""
