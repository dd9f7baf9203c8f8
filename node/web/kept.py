"""What is the same for everybody, made once for each state of the board, or each minute. Knows no page."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

MOST = 64  # pages of 40 KB or so
Made = TypeVar("Made")


@dataclass(slots=True)
class _Slot:
    lock: threading.Lock = field(default_factory=threading.Lock)
    held: Any = None


class Kept:
    """Thread-safe. Whoever asks while a page is being made waits for it, so that a room full of phones costs one."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._mark = ""
        self._slots: OrderedDict[Hashable, _Slot] = OrderedDict()
        self._lock = threading.Lock()

    def made(self, mark: str, key: Hashable, make: Callable[[], Made]) -> Made:
        """mark: of the board as it is, or the minute; with another one all that was kept is forgotten."""
        with self._lock:
            if mark != self._mark:
                self._mark = mark
                self._slots.clear()
            slot = self._slots.get(key) or self._room_for(key)
            self._slots.move_to_end(key)
        if slot.held is None:
            with slot.lock:
                if slot.held is None:
                    slot.held = make()
        held: Made = slot.held
        return held

    def held(self, mark: str, keys: Sequence[Hashable]) -> list[Any]:
        """What there is of these; None for what is to be made."""
        with self._lock:
            return [self._now(key) if mark == self._mark else None for key in keys]

    def _now(self, key: Hashable) -> Any:
        slot = self._slots.get(key)
        if slot is None:
            return None
        self._slots.move_to_end(key)
        return slot.held

    def _room_for(self, key: Hashable) -> _Slot:
        slot = self._slots[key] = _Slot()
        while len(self._slots) > self._most:
            self._slots.popitem(last=False)
        return slot


class Since:
    """From which minute on parts of pages are kept: on a board that is the same, for as long as its mark, which is ten
    minutes at most; on another one they go with the minute, erased words too. Thread-safe."""

    def __init__(self) -> None:
        self._held = "", 0

    def at(self, mark: str, minute: int) -> str:
        began_with, began = self._held
        if mark != began_with and minute != began:
            self._held, began = (mark, minute), minute
        return str(began)
