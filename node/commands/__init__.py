"""The commands, a module for each audience. Translate words into calls and results into sentences; hold no rules.

A module is loaded when one of its commands is asked for: all of them, with what they use, take several times as long as
most commands do.
"""

from importlib import import_module

import click

MODULES = {
    "posts": ("import-posts", "export-posts", "demo"),
    "circle": ("connect", "exchange", "circle"),
    "bundles": ("bundle",),
    "blocking": ("block", "unblock", "purge", "new-keys"),
    "quotas": ("quota",),
    "tickets": ("reissue",),
    "stewards": ("steward", "words", "reports"),
    "upkeep": ("status", "rebuild", "verify", "paper"),
    "backups": ("backup", "restore"),
    "succession": ("recover", "retire", "certify"),
    "clock": ("clock",),
    "flyers": ("wifi", "flyers"),
    "review": ("review",),
}
NAMES = {name: module for module, names in MODULES.items() for name in names}


def of(module: str) -> tuple[click.Command, ...]:
    """All commands of one of these modules, in the order above."""
    found: tuple[click.Command, ...] = import_module(f"{__name__}.{module}").COMMANDS
    return found


def named(name: str) -> click.Command | None:
    return next((each for each in of(NAMES[name]) if each.name == name), None) if name in NAMES else None
