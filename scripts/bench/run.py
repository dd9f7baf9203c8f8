#!/usr/bin/env python3
"""The one command for measuring: `python3 scripts/bench/run.py exchange [--quick]`. Prints JSON, then a table.

Makes the environment if there is none, and hands over to the module of that name; measures nothing itself.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(HOME))

import run_node  # noqa: E402

COMMANDS = {
    "exchange": "an empty node takes a full one's posts; a little news; none; the limit beside it",
    "kiosk-under-load": "the board page at the touchscreen while the node takes 50,000 posts",
    "guesses": "a node while phones guess tickets: what it derives, and what the touchscreen feels",
    "pages": "board, one post, search and poll at 1,000 and 100,000 posts, a bare page and a hello beside them",
    "phones": "200 phones that read and 20 that post for a minute, and what the touchscreen feels",
    "ticket-times": "what the time of a look-up tells about the digits that were typed",
}


def main(args: list[str]) -> int:
    if not args or args[0] not in COMMANDS:
        print(f"{(__doc__ or '').splitlines()[0]}\n")
        print("\n".join(f"  {name:<16} {what}" for name, what in COMMANDS.items()))
        return 2
    if importlib.util.find_spec("msgspec") is None:
        return _in_our_environment(args)
    module = importlib.import_module(f"scripts.bench.{args[0].replace('-', '_')}")
    return int(module.main(args[1:]))


def _in_our_environment(args: list[str]) -> int:
    try:
        python = run_node.environment()
    except run_node.Stop as stop:
        print(f"corkboard: {stop}", file=sys.stderr)
        return 1
    os.execv(python, [str(python), str(Path(__file__).resolve()), *args])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
