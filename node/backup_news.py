"""What is remembered of the backups, and said about them: when one last went well, where it is, why one did not.

A small file beside the database, not in it: it speaks of this machine, and a copy put back must not bring an old one.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from node.backup import Backup
from node.notes import Level, Note
from sync import identity

FILE = "backup.json"
NIGHT_HOUR = 3  # of local time
AGAIN_MS = 3_600_000  # after one that failed
DAY_MS = 24 * 3_600_000
OLD_MS = 3 * DAY_MS  # some nights were missed


class News(msgspec.Struct, frozen=True):
    """good_ms: when the last good copy was made, 0 for never. error: why a later one was not, "" where it was."""

    good_ms: int = 0
    path: str = ""
    tried_ms: int = 0
    error: str = ""


def read(data: Path) -> News:
    """Nothing is remembered where the file is missing or not readable."""
    try:
        return msgspec.json.decode((data / FILE).read_bytes(), type=News)
    except (OSError, msgspec.MsgspecError):
        return News()


def went_well(data: Path, made: Backup) -> None:
    _write(data, News(made.made_ms, str(made.path.resolve()), made.made_ms))


def failed(data: Path, now_ms: int, why: str) -> None:
    _write(data, msgspec.structs.replace(read(data), tried_ms=now_ms, error=why))


def _write(data: Path, news: News) -> None:
    identity.write_file(data / FILE, json.dumps(msgspec.structs.asdict(news), ensure_ascii=False).encode() + b"\n")


def due(news: News, now_ms: int) -> bool:
    """True once a night, and by day where the machine was off at night. After a clock that was set back too: a copy
    from the future says nothing of today."""
    now = datetime.fromtimestamp(now_ms / 1000)
    night = now.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    last_night = (night if night <= now else night - timedelta(days=1)).timestamp() * 1000
    if news.error and 0 <= now_ms - news.tried_ms < AGAIN_MS:
        return False
    return not last_night <= news.good_ms <= now_ms


def in_words(news: News, now_ms: int) -> list[Note]:
    """A line about the last good copy, and one about what went wrong since."""
    lines = [_age(news, now_ms)]
    if news.error:
        said = f"The backup after that failed: {news.error}" if news.good_ms else f"It failed: {news.error}"
        lines.append(Note(said, "backup-failed", "bad", "backup", why=news.error))
    if news.good_ms and not Path(news.path).exists():
        said = "That copy is not to be found there now: plug the disk in, or make one with `backup`."
        lines.append(Note(said, "backup-gone", "warn", "backup"))
    return lines


def _age(news: News, now_ms: int) -> Note:
    if not news.good_ms:
        said = "No backup yet: one is made each night, or now with `backup`."
        return Note(said, "no-backup", "warn", "backup")
    age = now_ms - news.good_ms
    if age < 0:
        said = f"Last good backup: dated later than this machine's clock, in {news.path}"
        return Note(said, "backup-later", "warn", "clock")
    level: Level = "good" if age < OLD_MS else "bad"
    return Note(f"Last good backup: {_ago(age)}, in {news.path}", "backup", level, ago=news.good_ms)


def _ago(age_ms: int) -> str:
    minutes = age_ms // 60_000
    for size, word in ((1440, "day"), (60, "hour"), (1, "minute")):
        if count := minutes // size:
            return f"{count} {word}{'s' if count > 1 else ''} ago"
    return "just now"
