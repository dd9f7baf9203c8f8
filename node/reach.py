"""How this node is reached and reaches others, in plain words: what `status` says of the network. Reads nothing; its
facts are what the running exchange tells (node/README, Control) and this machine's addresses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from node.addresses import HOST
from node.listening import SHORT_PORT
from sync.known import NOT_REACHED

REACHED_MS = 180_000  # a visit is made each minute
LISTENED_S = 15.0  # who is there has answered by then


def in_words(told: Mapping[str, Any], here: Iterable[str], now_ms: int) -> list[str]:
    """A sentence each. told: the answer to "health". here: this machine's addresses."""
    hosts = list(here)
    if not hosts:
        return [
            "No network is up. The kiosk works; phones and other spaces are reached as soon as there is one.",
            *_peers_port(told),
        ]
    return [*_phones(told, hosts), *_peers_port(told, hosts), *_peers(told, now_ms)]


def _phones(told: Mapping[str, Any], hosts: list[str]) -> list[str]:
    name, port, short = told["host_name"], told["web_ports"][0], SHORT_PORT in told["web_ports"]
    number = "" if short else f":{port}"
    lines = [f"Phones reach this board at {_either([f'http://{each}{number}/' for each in (name, *hosts) if each])}."]
    if not name:
        lines.append(f"It has no name in this network yet: {HOST} is being asked for, or all such names are taken.")
    elif name != HOST:
        lines.append(f"Another board in this network is {HOST}, so this one is {name}. Flyers say so from now on.")
    if port == 8080 and not short:
        lines.append(
            f"Port {SHORT_PORT} is taken, or this user may not use it, so addresses need their :8080. On Linux "
            "`sysctl net.ipv4.ip_unprivileged_port_start=80` allows it; then start again."
        )
    return lines


def _peers_port(told: Mapping[str, Any], hosts: Iterable[str] = ()) -> list[str]:
    ways = [f"{each}:{told['peer_port']}" for each in hosts]
    if told["bound"]:
        return [f"Other spaces connect at {_either(ways)}."] if ways else []
    return [
        f"Other spaces cannot reach this one: port {told['peer_port']} cannot be used ({told['why_not']}). This node "
        "still visits them, and tries the port again every ten seconds."
    ]


def _peers(told: Mapping[str, Any], now_ms: int) -> list[str]:
    """Of those who were not heard, though there was time: who is reached all the same, and who is not."""
    if told["listened_s"] < LISTENED_S:
        return []
    unheard = [each for each in told["peers"] if each["peer"] not in told["around"]]
    reached = [each for each in unheard if not each["error"] and now_ms - (each["seen_ms"] or 0) < REACHED_MS]
    away = [each for each in unheard if each["error"] in (*NOT_REACHED, "no-address")]
    lines = [
        f"{each['name']} answers at {each['address']}, but the two do not hear each other: this network swallows the "
        "way in which nodes find each other (multicast DNS). Should that address change, type the new one: "
        "`exchange ADDRESS`."
        for each in reached
    ]
    return lines + [
        f"{each['name']} is not to be found in this network and does not answer at "
        f"{each['address'] or 'any address'}. If it has another address, type it: `exchange ADDRESS`; "
        "without a network carry a stick: `bundle export FILE`, or let a phone carry it, from the foot of the board."
        for each in away
    ]


def _either(ways: list[str]) -> str:
    return f"{', '.join(ways[:-1])} or {ways[-1]}" if ways[1:] else ways[0]
