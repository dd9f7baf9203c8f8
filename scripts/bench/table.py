"""The results as a table that a person reads, in Markdown as it stands in the README. Measures nothing."""

from __future__ import annotations

import os
import platform
import sqlite3
from typing import Any

GOALS = {"log": 0.55, "posts": 0.38, "mix": 0.28, "stick": 0.38}
SAID = {
    "log": "in the log",
    "posts": "queryable",
    "mix": "queryable, a fifth about old posts",
    "stick": "queryable, by a stick",
}


def machine() -> dict[str, object]:
    load = os.getloadavg()[0]
    return {
        "cores": len(os.sched_getaffinity(0)),
        "kind": platform.machine(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "load_before": round(load, 2),
    }


def of(results: dict[str, Any]) -> str:
    return "\n\n".join([_full(results["full"]), _news(results["news"])])


def _full(lines: list[dict[str, Any]]) -> str:
    head = (
        "| empty node takes | | records/s | limit | ratio (goal) | by processor | µs a record, taker + giver "
        "| wire | disk | memory |"
    )
    rows = [
        f"| {one['posts']:,} | {SAID[one['kind']]} | {one['a_second']:,.0f} | {one['limit_a_second']:,.0f} "
        f"| **{one['ratio']:.2f}** ({GOALS[one['kind']]}) | {one['ratio_cpu']:.2f} "
        f"| {one['asker_cpu_us']:.1f} + {one['teller_cpu_us']:.1f} | {one['wire']:.0f} B | {one['disk']:.0f} B "
        f"| {one['memory_mb']:.0f} MB |"
        for one in lines
    ]
    return "\n".join([head, "| --- | --- " + "| ---: " * 8 + "|", *rows])


def _news(lines: list[dict[str, Any]]) -> str:
    head = "| on top of | 100 new | processor | bytes | nothing new after a pause | in a row | requests | bytes |"
    rows = [
        f"| {one['on']:,} | {one['some_ms']:.1f} ms | {one['some_cpu_ms']:.1f} ms | {one['some_wire']:,.0f} "
        f"| {one['none_first_ms']:.1f} ms | {one['none_ms']:.1f} ms "
        f"| {one['none_requests']:.0f} | {one['none_wire']:.0f} |"
        for one in lines
    ]
    return "\n".join([head, "| ---: " * 8 + "|", *rows])
