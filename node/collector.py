"""Python's collector of objects that refer to one another: when it looks in vain, and so had better not."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def off() -> Iterator[None]:
    """It looks for what refers to itself after it and not meanwhile: nearly all that there is then is new, needed until
    the end and freed without that."""
    looks = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looks:
            gc.enable()


def spare_what_is_here() -> None:
    """Once all is ready, what is in memory stays until the end: without this each thorough look goes through all of it,
    a tenth of what an exchange costs."""
    gc.collect()
    gc.freeze()
