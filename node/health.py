"""What a steward should know of this machine, in plain words and only as far as it is known. Reads; changes nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from node import backup_news, blocking, gate, machines, posters, quotas, restoring
from node.notes import Note
from node.run import Run
from node.storage import returned, waiting
from node.storage.work import RELEASE_MS
from sync import blocks, clocks, identity, introductions
from sync.identity import fingerprint, shown

DAY_MS = 24 * 3_600_000


def notes(run: Run) -> list[Note]:
    """A sentence each, the gravest first."""
    now_ms = run.clock_ms()
    copies = backup_news.in_words(backup_news.read(run.settings.data), now_ms)
    here = [*_disk(run), *_clock(run, now_ms), *_retired(run), *_forks(run)]
    here += _flyers(run) + _review(run)
    others = [*_circle(run), *_quotas(run), *_came_back(run)]
    return [*here, *others, *copies, *_paper(run)]


def _disk(run: Run) -> list[Note]:
    free = gate.free_bytes(run.settings.data)
    if free >= gate.RESERVE_BYTES:
        return []
    left, kept = f"{free >> 20} MiB", f"{gate.RESERVE_BYTES >> 20} MiB"
    said = (
        f"The disk is nearly full: {left} are free. Below {kept} nothing is taken from other spaces, so that "
        "neighbours can still post. Make room; what waits comes by itself then."
    )
    return [Note(said, "disk", "bad", left=left)]


def _review(run: Run) -> list[Note]:
    """What phones sent that no steward has read yet."""
    many = waiting.count(run.db(), run.clock_ms())
    told = "1 post from a phone waits" if many == 1 else f"{many} posts from phones wait"
    return [Note(f"Review: {told}. See `review`.")] if many else []


def _flyers(run: Run) -> list[Note]:
    found = [each.what for each in posters.hanging(run)]
    told = [f"{found.count(what)} {words}" for what, words in TO_DO.items() if what in found]
    return [Note(f"Flyers: {', '.join(told)}. See `flyers`.")] if told else []


TO_DO = {"down": "to take down", "again": "to print again"}


LATEST = "SELECT max(ms) FROM arrival"


def _clock(run: Run, now_ms: int) -> list[Note]:
    """That it is wrong is certain where it says less than this software's release, or less than it said before."""
    says = f"This machine's clock says {_day(now_ms)}"
    if now_ms < RELEASE_MS:
        return [_wrong(f"{says}, before this software was made: set its date and time.", now_ms)]
    latest = run.db().execute(LATEST).fetchone()[0] or 0
    if latest > now_ms + DAY_MS:
        return [_wrong(f"{says}, and said {_day(latest)} before: see whether its date is right.", now_ms)]
    now = clocks.moment(now_ms)
    seen = [each for each in clocks.seen(run.db(), now) if each.node != clocks.STEWARD]
    if seen and not clocks.trusted(run.db(), now):
        return [_wrong(f"{says}, and no other space that was asked agrees: see `clock`.", now_ms)]
    return []


def _wrong(said: str, now_ms: int) -> Note:
    return Note(said, "clock", "bad", "clock", says=now_ms)


def _retired(run: Run) -> list[Note]:
    if machines.is_retired(run):
        said = "This machine was retired: another one speaks for the space. Nobody hears what is written here."
        return [Note(said, "retired", "bad")]
    return [Note(f"Retired: machine {shown(fingerprint(key))}") for key in machines.roster(run).retired]


FORKS = """
SELECT space.name, space.state, feed.node, arrival.ms
FROM proof JOIN feed ON feed.key = proof.about JOIN space ON space.no = feed.space
  JOIN arrival ON arrival.n = proof.changed
WHERE proof.kind = 'fork' ORDER BY proof.changed DESC LIMIT 5
"""


def _forks(run: Run) -> list[Note]:
    """Who told two stories, the last five."""
    lines = []
    for name, state, node, ms in run.db().execute(FORKS):
        if node == run.identity.node_fingerprint:
            said = (
                f"A copy of this machine wrote beside it, seen {_day(ms)}: what both wrote in that run was set aside, "
                "and is said again. See that only one of them runs."
            )
            lines.append(Note(said, "copy", "bad", seen=ms))
        else:
            whose = "this space" if state == "own" else name
            said = (
                f"A machine of {whose} ({shown(node)}) told two stories in one run, seen {_day(ms)}: nothing of it "
                "counts any more, here and at the others. What neighbours said there with a ticket was kept."
            )
            lines.append(Note(said, "fork", "warn", who=name, seen=ms))
    return lines


ACCEPTED = "SELECT id, name FROM space WHERE state = 'accepted' ORDER BY name, id"


def _circle(run: Run) -> list[Note]:
    """Whom this space blocks or lets wait, and whom another one blocks that this one accepts."""
    accepted = dict(run.db().execute(ACCEPTED).fetchall())
    blocked = [one.name for one in blocking.others(run.db()) if one.state == "blocked"]
    lines = [Note(f"{name} is blocked here.", "blocked", "good", who=name) for name in blocked]
    wait = {one.space: one.who.name for one in introductions.waiting(run.db())}
    lines += [_introduced(", ".join(sorted(wait.values())))] if wait else []
    for space, name in accepted.items():
        for theirs in blocks.of_space(run.db(), space).values():
            if theirs.stands and theirs.space in accepted:
                whom = accepted[theirs.space]
                said = f"{name} has blocked {whom}, which this space accepts."
                lines.append(Note(said, "they-block", who=name, whom=whom))
            elif theirs.stands and theirs.space == run.space_id:
                lines.append(Note(f"{name} has blocked this space.", "block-us", who=name))
    return lines


def _introduced(names: str) -> Note:
    return Note(f"Introduced here and waiting: {names}. See `circle`.", "introduced", "warn", "circle", who=names)


def _came_back(run: Run) -> list[Note]:
    """What happened to the folder, and what it had lost."""
    told, back = _news(run), returned.read(run.db())
    lines = [Note(f"{_count(entries)} came back from {peer}.") for peer, entries, _ in back]
    if "restored_ms" in told:
        put_back, made = told["restored_ms"], told["made_ms"]
        said = f"This folder was put back on {_day(put_back)} from a copy of {_day(made)}."
        return [Note(said, "restored", "good", put_back=put_back, made=made), *lines]
    if "recovered_ms" in told:
        since = told["recovered_ms"]
        said = f"This machine was recovered from the paper key on {_day(since)}."
        return [Note(said, "recovered", "good", since=since), *lines]
    if back:
        said = "It had lost what it wrote: the folder is an older copy, or a copy of it runs elsewhere."
        lines.append(Note(said, "lost"))
    return lines


def _news(run: Run) -> dict[str, Any]:
    try:
        told = json.loads((run.settings.data / restoring.NEWS).read_bytes())
        return told if isinstance(told, dict) else {}
    except (OSError, ValueError):
        return {}


def _count(entries: int) -> str:
    return f"{entries} {'entry' if entries == 1 else 'entries'}"


def _quotas(run: Run) -> list[Note]:
    over = quotas.passed_over(run)
    return [Note(f"{one.name}: {quotas.why(one)}", "quota", "warn", "quota", who=one.name) for one in over]


def _day(ms: int) -> str:
    """In the time of this place."""
    return datetime.fromtimestamp(ms / 1000).astimezone().strftime("%Y-%m-%d %H:%M")


def _paper(run: Run) -> list[Note]:
    if not (run.settings.data / identity.PAPER_FILE).exists():
        return []
    said = "The paper key is still on this machine: print it, put it in the safe, then `paper --remove`."
    return [Note(said, "paper", "warn", "paper")]


HEARD_MS = 10 * 60_000  # visits are made each minute
SPACES = """
SELECT space.name, max(peer.seen_ms), max(peer.error = 'no-room')
FROM peer JOIN space ON space.no = peer.space WHERE space.state = 'accepted' GROUP BY space.no ORDER BY space.name
"""


def spaces(run: Run) -> list[Note]:
    """For the desk: how it stands with each other space of the circle."""
    found = [_space(name, seen_ms, waits, run.clock_ms()) for name, seen_ms, waits in run.db().execute(SPACES)]
    return found or [Note("No other space yet.", "alone", "good", "connect --show-code")]


def _space(name: str, seen_ms: int | None, waits: int, now_ms: int) -> Note:
    if waits:
        return Note(f"{name} has news that wait for room on the disk.", "space-waits", "warn", who=name)
    if seen_ms is None:
        return Note(f"{name} was not heard yet.", "space-new", "warn", who=name)
    if now_ms - seen_ms < HEARD_MS:
        return Note(f"{name} is up to date.", "space-well", "good", who=name, ago=seen_ms)
    return Note(f"{name} is away.", "space-away", "warn", who=name, ago=seen_ms)


def network(told: Mapping[str, Any]) -> list[Note]:
    """For the desk: what the running exchange says of itself; nothing where all is well with it."""
    if "peer_port" not in told:
        return [Note("The exchange does not answer.", "exchange", "bad")]
    port = str(told["peer_port"])
    return [] if told["bound"] else [Note(f"Port {port} cannot be used.", "port", "bad", port=port)]
