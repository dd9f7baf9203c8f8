"""What a steward should know of this machine, in plain words and only as far as it is known. Reads; changes nothing."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from node import backup_news, blocking, gate, machines, posters, quotas, restoring
from node.run import Run
from node.storage import returned
from node.storage.work import RELEASE_MS
from sync import blocks, clocks, identity, introductions, quota
from sync.identity import fingerprint, shown

DAY_MS = 24 * 3_600_000


def notes(run: Run) -> list[str]:
    """A sentence each, the gravest first."""
    now_ms = run.clock_ms()
    copies = backup_news.in_words(backup_news.read(run.settings.data), now_ms)
    here = [*_disk(run), *_clock(run, now_ms), *_retired(run), *_forks(run)]
    here += _flyers(run)
    others = [*_circle(run), *_quotas(run, now_ms), *_came_back(run)]
    return [*here, *others, *copies, *_paper(run)]


def _disk(run: Run) -> list[str]:
    free = gate.free_bytes(run.settings.data)
    if free >= gate.RESERVE_BYTES:
        return []
    left, kept = f"{free >> 20} MiB", f"{gate.RESERVE_BYTES >> 20} MiB"
    return [
        f"The disk is nearly full: {left} are free. Below {kept} nothing is taken from other spaces, so that "
        "neighbours can still post. Make room; what waits comes by itself then."
    ]


def _flyers(run: Run) -> list[str]:
    found = [each.what for each in posters.hanging(run)]
    told = [f"{found.count(what)} {words}" for what, words in TO_DO.items() if what in found]
    return [f"Flyers: {', '.join(told)}. See `flyers`."] if told else []


TO_DO = {"down": "to take down", "again": "to print again"}


LATEST = "SELECT max(ms) FROM arrival"


def _clock(run: Run, now_ms: int) -> list[str]:
    """That it is wrong is certain where it says less than this software's release, or less than it said before."""
    says = f"This machine's clock says {_day(now_ms)}"
    if now_ms < RELEASE_MS:
        return [f"{says}, before this software was made: set its date and time."]
    latest = run.db().execute(LATEST).fetchone()[0] or 0
    if latest > now_ms + DAY_MS:
        return [f"{says}, and said {_day(latest)} before: see whether its date is right."]
    now = clocks.moment(now_ms)
    seen = [each for each in clocks.seen(run.db(), now) if each.node != clocks.STEWARD]
    if seen and not clocks.trusted(run.db(), now):
        return [f"{says}, and no other space that was asked agrees: see `clock`."]
    return []


def _retired(run: Run) -> list[str]:
    if machines.is_retired(run):
        return ["This machine was retired: another one speaks for the space. Nobody hears what is written here."]
    return [f"Retired: machine {shown(fingerprint(key))}" for key in machines.roster(run).retired]


FORKS = """
SELECT space.name, space.state, feed.node, arrival.ms
FROM proof JOIN feed ON feed.key = proof.about JOIN space ON space.no = feed.space
  JOIN arrival ON arrival.n = proof.changed
WHERE proof.kind = 'fork' ORDER BY proof.changed DESC LIMIT 5
"""


def _forks(run: Run) -> list[str]:
    """Who told two stories, the last five."""
    lines = []
    for name, state, node, ms in run.db().execute(FORKS):
        if node == run.identity.node_fingerprint:
            lines.append(
                f"A copy of this machine wrote beside it, seen {_day(ms)}: what both wrote in that run was set aside, "
                "and is said again. See that only one of them runs."
            )
        else:
            whose = "this space" if state == "own" else name
            lines.append(
                f"A machine of {whose} ({shown(node)}) told two stories in one run, seen {_day(ms)}: nothing of it "
                "counts any more, here and at the others. What neighbours said there with a ticket was kept."
            )
    return lines


ACCEPTED = "SELECT id, name FROM space WHERE state = 'accepted' ORDER BY name, id"


def _circle(run: Run) -> list[str]:
    """Whom this space blocks or lets wait, and whom another one blocks that this one accepts."""
    accepted = dict(run.db().execute(ACCEPTED).fetchall())
    lines = [f"{one.name} is blocked here." for one in blocking.others(run.db()) if one.state == "blocked"]
    wait = {one.space: one.who.name for one in introductions.waiting(run.db())}
    lines += [f"Introduced here and waiting: {', '.join(sorted(wait.values()))}. See `circle`."] if wait else []
    for space, name in accepted.items():
        for theirs in blocks.of_space(run.db(), space).values():
            if theirs.stands and theirs.space in accepted:
                lines.append(f"{name} has blocked {accepted[theirs.space]}, which this space accepts.")
            elif theirs.stands and theirs.space == run.space_id:
                lines.append(f"{name} has blocked this space.")
    return lines


def _came_back(run: Run) -> list[str]:
    """What happened to the folder, and what it had lost."""
    told, back = _news(run), returned.read(run.db())
    lines = [f"{_count(entries)} came back from {peer}." for peer, entries, _ in back]
    if "restored_ms" in told:
        made = _day(told["made_ms"])
        return [f"This folder was put back on {_day(told['restored_ms'])} from a copy of {made}.", *lines]
    if "recovered_ms" in told:
        return [f"This machine was recovered from the paper key on {_day(told['recovered_ms'])}.", *lines]
    if back:
        lines.append("It had lost what it wrote: the folder is an older copy, or a copy of it runs elsewhere.")
    return lines


def _news(run: Run) -> dict[str, Any]:
    try:
        told = json.loads((run.settings.data / restoring.NEWS).read_bytes())
        return told if isinstance(told, dict) else {}
    except (OSError, ValueError):
        return {}


def _count(entries: int) -> str:
    return f"{entries} {'entry' if entries == 1 else 'entries'}"


def _quotas(run: Run, now_ms: int) -> list[str]:
    return [f"{one.name}: {quotas.why(one)}" for one in quota.read(run.db(), now_ms) if one.over]


def _day(ms: int) -> str:
    """In the time of this place."""
    return datetime.fromtimestamp(ms / 1000).astimezone().strftime("%Y-%m-%d %H:%M")


def _paper(run: Run) -> list[str]:
    if not (run.settings.data / identity.PAPER_FILE).exists():
        return []
    return ["The paper key is still on this machine: print it, put it in the safe, then `paper --remove`."]
