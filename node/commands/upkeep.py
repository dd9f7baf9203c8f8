"""Commands for whoever keeps the machine: status, rebuild, verify, paper. Read much, write little."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from node import __version__, addresses, backup_news, checking, health, paper_page, reach
from node.commands.circle import WHY
from node.commands.common import Failed, Here, common, many, serving_now
from node.run import Run
from node.storage import projection
from sync import identity, known, log
from sync.entry import b64
from sync.refusals import NoRoom


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
@common
def status(here: Here, as_json: bool) -> None:
    """Show what this node is and holds.

    And when it last heard from the others. Two nodes that hold the same show the same two digests.
    """
    with here.run(fresh=False) as run:
        found = _state(run)
        words = _in_words(found, run)
    here.say(json.dumps(found, ensure_ascii=False, indent=2) if as_json else words)


def _state(run: Run) -> dict[str, Any]:
    db = run.db()
    feeds = log.feeds(db)
    serving, news = serving_now(run), backup_news.read(run.settings.data)
    return {
        "version": __version__,
        "name": run.settings.name,
        "space": b64(run.space_id),
        "node": b64(run.identity.node_fingerprint),
        "serving": serving is not None,
        "peer_port": (serving or {}).get("peer_port", run.settings.peer_port),
        "network": reach.in_words(serving, addresses.here(), run.clock_ms()) if serving else [],
        "posts": _posts(db),
        "entries": sum(feed.next for feed in feeds),
        "feeds": len(feeds),
        "peers": _peers(db),
        "log_digest": log.digest(db),
        "board_digest": projection.digest(db),
        "last_backup": _time(news.good_ms or None),
        "notes": health.notes(run),
        "data": str(run.settings.data.resolve()),
    }


# of a peer; who is not reached, and a disk without room, have notes of their own (reach, health)
SAID = WHY.keys() - {*known.NOT_REACHED, "no-address", NoRoom.key}
POSTS = "SELECT count(*) FROM post"


def _posts(db: sqlite3.Connection) -> int:
    return int(db.execute(POSTS).fetchone()[0])


PEERS = """
SELECT space.name, space.id, peer.node, peer.address, peer.seen_ms, peer.error
FROM peer JOIN space ON space.no = peer.space ORDER BY space.name, peer.node
"""


def _peers(db: sqlite3.Connection) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "space": b64(space),
            "node": b64(node),
            "address": address,
            "last_exchange": _time(seen_ms),
            "error": error,
        }
        for name, space, node, address, seen_ms, error in db.execute(PEERS)
    ]


def _time(ms: int | None) -> str | None:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="seconds")


def _local(when: str) -> str:
    """In the time of this place."""
    return datetime.fromisoformat(when).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _in_words(found: dict[str, Any], run: Run) -> str:
    lines = [
        f"{found['name']} · {'serving' if found['serving'] else 'not serving'} · version {found['version']}",
        f"space {identity.shown(run.space_id)}",
        f"node  {identity.shown(run.identity.node_fingerprint)}",
        f"{many(found['posts'], 'post')}, {many(found['entries'], 'entry', 'entries')} "
        f"in {many(found['feeds'], 'feed')}",
        f"log   {found['log_digest']}",
        f"board {found['board_digest']}",
    ]
    for peer in found["peers"]:
        heard = f"last exchange {_local(peer['last_exchange'])}" if peer["last_exchange"] else "no exchange yet"
        since = f"; since then {WHY[peer['error']]}" if peer["error"] in SAID else ""
        lines.append(f"with {peer['name']} ({peer['address'] or 'address unknown'}): {heard}{since}")
    if not found["peers"]:
        lines.append("No other space yet: connect one with `connect --show-code`.")
    lines += [*found["network"], *found["notes"]]
    return "\n".join(lines)


@click.command()
@common
def rebuild(here: Here) -> None:
    """Make the board anew from the log. Nothing is lost by it: the board is only a fold of the log."""
    with here.run(fresh=False) as run:
        projection.rebuild(run.db(), here.progress("Folded"))
        posts = _posts(run.db())
        here.say(f"The board is rebuilt: {many(posts, 'post')}.")


@click.command()
@common
def verify(here: Here) -> None:
    """Check the whole log and board again.

    Every hash, signature and commitment, and that the board is what the log says. Works on a copy in memory, so
    the node may go on serving.
    """
    with here.run(fresh=False) as run:
        copy = sqlite3.connect(":memory:", isolation_level=None)
        run.db().backup(copy)
    try:
        entries = checking.check(copy, here.progress("Checked"), here.progress("Folded"))
    except checking.BoardDiffers:
        raise Failed("The board differs from the log: make it anew with `rebuild`.") from None
    except checking.Damaged as error:
        why = str(error)
        raise Failed(f"{why[0].upper()}{why[1:]}. Put the last backup back, the rest comes from the peers.") from None
    here.say(f"All is well: {many(entries, 'entry', 'entries')} and {many(_posts(copy), 'post')} checked.")


@click.command()
@click.option("--remove", is_flag=True, help="Take the paper key off this machine, once it is in the safe.")
@click.option("--yes", is_flag=True, help="With --remove: do not ask, it is written down.")
@click.option("--print", "page", type=click.Path(path_type=Path, dir_okay=False), help="Write a page for the printer.")
@common
def paper(here: Here, remove: bool, yes: bool, page: Path | None) -> None:
    """Show the paper key, or take it off here.

    Whoever has it can speak for the space; without it a lost or stolen machine cannot be replaced.
    """
    with here.run() as run:
        key, name = identity.paper_on_disk(run.settings.data), run.settings.name
    if key is None:
        raise Failed("The paper key is not on this machine any more: it is where you put it, on paper.")
    if page:
        identity.write_file(page, paper_page.page(name, key).encode())
        here.say(f"Print {page}, check it, and delete it: it is the key itself.")
        if not remove:
            return
    if not remove:
        here.say(key.digits())
        here.talk(ABOUT_PAPER)
        return
    if not yes and click.prompt("To confirm, type the last four digits from your paper", err=True) != key.digits()[-4:]:
        raise Failed("These are not its last four digits: show it with `paper`, write it down and try again.")
    identity.remove_paper(here.settings.data)
    here.say("The paper key is off this machine. Keep the paper safe: it is the only one.")


ABOUT_PAPER = """
This is the paper key of your space. Print it or write it down, check it, and put it in a safe place.
With it you replace a lost, broken or stolen machine and stay the same space. Nobody can give it to you again.
Once it is on paper, take it off this machine: paper --remove"""

COMMANDS = (status, rebuild, verify, paper)
