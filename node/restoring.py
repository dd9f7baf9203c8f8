"""Puts a copy back: reads it whole first, keeps what was there aside, and changes the folder in one last step.

Erased stays erased: the tombstones of the copy, of the folder and of every copy beside it are joined. What others wrote
since, and what this node did, comes back from the peers by itself (node/README, Backups).
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from node import backup, burying, checking
from node.backup import Backup
from node.run import DATABASE_FILE
from node.settings import FILE as SETTINGS_FILE
from node.start import ROSTER_FILE
from node.storage import db as database
from node.storage import migrations, waiting
from sync import circle, cutoffs, identity, log, proofs, sealing
from sync.entry import b64
from sync.identity import Paper
from sync.proofs import TOMBSTONES_FILE
from sync.refusals import BadCertificate
from sync.succession import successor

DRAFT, ASIDE, NEWS = ".restoring", "before-", "restored.json"

Progress = Callable[[str], Callable[[int, int], None]]


class NotRestored(Exception):
    """Nothing was changed. Its text is one sentence that names the fix."""


class PaperNeeded(NotRestored):
    """No key of a node is in this folder, so the paper key must be typed."""


@dataclass(frozen=True)
class Plan:
    """A copy that was read whole, ready in a draft beside what it replaces. keeps: the folder's own node goes on."""

    data: Path
    copy: Backup
    draft: Path
    keeps: bool
    random: Callable[[int], bytes]
    now_ms: int


def chosen(folder: Path) -> Backup:
    """The copy in this folder, or the last of those in it. Raises BackupFailed."""
    inside = backup.all_in(folder)
    return backup.read_about(folder if (folder / backup.ABOUT).exists() or not inside else inside[-1])


def holds_something(data: Path) -> bool:
    return data.is_dir() and any(each.suffix != ".lock" for each in data.iterdir())


def own_node(data: Path, copy: Backup) -> bool:
    """True if a node of the copy's space is in this folder and can go on. Raises NotRestored where another space is."""
    try:
        found = identity.load(data)
    except (OSError, ValueError, BadCertificate):
        return False
    if b64(found.space_id) != copy.space:
        raise NotRestored(f"Another space lives in {data}: name another folder with --data.")
    return (data / circle.KEYS_FILE).exists() and (data / ROSTER_FILE).exists()


def restore(
    data: Path, copy: Backup, paper: Paper | None, random: Callable[[int], bytes], now_ms: int, progress: Progress
) -> Path | None:
    """Returns where the state before was kept, None where there was none. paper: needed where own_node() is not. The
    caller keeps `serve` off the folder. Raises NotRestored."""
    keeps = own_node(data, copy)
    if not keeps and paper is None:
        raise PaperNeeded
    if not keeps and paper and b64(paper.space_id()) != copy.space:
        raise NotRestored("This is the paper key of another space than the one in the backup.")
    draft = data / DRAFT
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(0o700, parents=True)
    plan = Plan(data, copy, draft, keeps, random, now_ms)
    try:
        _draw_up(plan, paper, progress)
    except (checking.Damaged, sqlite3.DatabaseError) as error:
        shutil.rmtree(draft)
        raise NotRestored(f"The backup {copy.path} cannot be used, {error}: take an older one.") from None
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    aside = _keep_aside(plan) if holds_something_else(plan) else None
    commit(data, draft)
    return aside


def holds_something_else(plan: Plan) -> bool:
    return any(each.suffix != ".lock" and each != plan.draft for each in plan.data.iterdir())


def _draw_up(plan: Plan, paper: Paper | None, progress: Progress) -> None:
    """Everything that the folder is to hold, in the draft, on the disk."""
    _draw_up_log(plan, progress("Checked"))
    _join_tombstones(plan)
    if not plan.keeps and paper:
        _draw_up_keys(plan, paper)
    if not (plan.data / SETTINGS_FILE).exists() and (plan.copy.path / SETTINGS_FILE).exists():
        shutil.copyfile(plan.copy.path / SETTINGS_FILE, plan.draft / SETTINGS_FILE)
    news = {"restored_ms": plan.now_ms, "made_ms": plan.copy.made_ms}
    (plan.draft / NEWS).write_text(json.dumps(news) + "\n")
    for each in plan.draft.iterdir():
        backup.sync_file(each)
    identity.sync_folder(plan.draft)


def _draw_up_log(plan: Plan, checked: Callable[[int, int], None]) -> None:
    shutil.copyfile(plan.copy.path / DATABASE_FILE, plan.draft / DATABASE_FILE)
    with closing(backup.open_copy(plan.draft / DATABASE_FILE)) as db:
        if (found := db.execute("PRAGMA integrity_check(1)").fetchone()[0]) != "ok":
            raise checking.Damaged(f"its database is damaged ({' '.join(found.split())})")
        migrations.migrate(db)
        checking.check_log(db, checked)
        if log.digest(db) != plan.copy.log_digest:
            raise checking.Damaged("its log is not the one that was saved")
        with log.writing(db):
            proofs.from_the_start(db)
            db.execute("DELETE FROM returned")
            _carry_over(plan, db)
            cutoffs.settle(db, plan.now_ms)
            burying.say_later(db)


SPACES = """
INSERT INTO space (id, cert, name, state, bundle_key) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET state = CASE space.state WHEN 'own' THEN 'own' ELSE excluded.state END
"""
OLD_SPACES = "SELECT id, cert, name, state, bundle_key FROM space WHERE state <> 'own'"
OLD_PROOFS = "SELECT line, here FROM proof WHERE kind <> 'fork'"
OLD_PEERS = "SELECT peer.node, space.id, peer.cert, peer.address FROM peer JOIN space ON space.no = peer.space"


def _carry_over(plan: Plan, db: sqlite3.Connection) -> None:
    """What was decided since the copy was made stays decided: whom this space accepts and blocks, who was retired, what
    was erased. As far as the database that is replaced can still be read."""
    path = plan.data / DATABASE_FILE
    if not path.exists():
        return
    with contextlib.suppress(sqlite3.DatabaseError), closing(database.open(path)) as old:
        for row in old.execute(OLD_SPACES).fetchall():
            db.execute(SPACES, row)
        held = old.execute(OLD_PROOFS).fetchall()
        proofs.take(db, [proofs.for_here(line) if here else line for line, here in held], plan.now_ms)
        for node, space, cert, address in old.execute(OLD_PEERS).fetchall():
            circle.know(db, node, space, cert, address)
        waiting.carry_over(old, db)


def _join_tombstones(plan: Plan) -> None:
    sources = {plan.data, plan.copy.path, *backup.all_in(plan.copy.path.parent)}
    lines: dict[bytes, None] = {}
    for folder in sorted(sources):
        with contextlib.suppress(FileNotFoundError):
            lines |= dict.fromkeys((folder / TOMBSTONES_FILE).read_bytes().splitlines())
    if lines:
        (plan.draft / TOMBSTONES_FILE).write_bytes(b"".join(line + b"\n" for line in lines))


def _draw_up_keys(plan: Plan, paper: Paper) -> None:
    """A new node of the space; every one before it is retired, as far as they are known here."""
    new = identity.make_node(plan.draft, paper, plan.random)
    rosters = [folder / ROSTER_FILE for folder in (plan.copy.path, plan.data)]
    with closing(sqlite3.connect(plan.draft / DATABASE_FILE)) as db:
        held = [line for (line,) in db.execute("SELECT roster FROM space WHERE state = 'own'") if line]
    known = [*held, *(path.read_bytes() for path in rosters if path.exists())]
    identity.write_file(plan.draft / ROSTER_FILE, successor(paper, known, [new.public_key], plan.now_ms))
    for name in backup.SECRET:
        if secret := _unsealed(plan.copy.path / f"{name}{backup.SEALED}", paper, backup.info(name)):
            identity.write_file(plan.draft / name, secret)
    circle.add_keys(plan.draft, [*circle.keys(plan.data), circle.first_key(paper)])


def _unsealed(path: Path, paper: Paper, info: bytes) -> bytes:
    if not path.exists():
        return b""
    try:
        return sealing.unseal(paper.authority(), path.read_bytes(), info)
    except sealing.NotForThisKey:
        raise checking.Damaged(f"its {path.name} does not open") from None


def _keep_aside(plan: Plan) -> Path:
    """The state before, file by file; its database without anything left in a write-ahead log, if it can be read."""
    if (plan.data / DATABASE_FILE).exists():
        with contextlib.suppress(sqlite3.DatabaseError), closing(database.open(plan.data / DATABASE_FILE)) as old:
            database.checkpoint(old, plan.data, wait_ms=10_000)
    stamp = datetime.fromtimestamp(plan.now_ms / 1000, UTC).strftime("%Y-%m-%dT%H-%M-%S")
    aside = plan.data / f"{ASIDE}{stamp}"
    aside.mkdir(0o700)
    for each in plan.data.iterdir():
        if each.is_file() and each.suffix != ".lock":
            try:
                os.link(each, aside / each.name)
            except OSError:  # a file system without links
                shutil.copy2(each, aside / each.name)
    identity.sync_folder(aside)
    identity.sync_folder(plan.data)
    return aside


FIRST, LAST = (identity.SPACE_CERT_FILE,), (DATABASE_FILE, identity.NODE_CERT_FILE)


def commit(data: Path, draft: Path) -> None:
    """One file after the other by renaming. Where a node goes on, its database is the last: until then the folder is
    what it was, with more tombstones. Cut short elsewhere, no certificate fits there, and no node begins."""
    fresh = [each.name for each in draft.iterdir() if each.suffix != ".lock"]
    middle = [name for name in fresh if name not in FIRST + LAST]
    for end in ("-wal", "-shm"):
        (data / (DATABASE_FILE + end)).unlink(missing_ok=True)
    for name in (*FIRST, *middle, *LAST):
        if name in fresh:
            (draft / name).replace(data / name)
            identity.sync_folder(data)
    shutil.rmtree(draft)
