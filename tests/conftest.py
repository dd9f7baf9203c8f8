"""Which tests may run side by side: two workers, one of them for whatever wants the machine to itself.

Browsers and networks of their own are slow when they share a processor, and share names on it; they go first, one after
another, while the other worker takes the rest file by file.
"""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
ALONE = ("browser", "two_nodes", "bench")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: room_of(item) not in ALONE)  # stable: the order inside a room stays
    for item in items:
        group = "alone" if room_of(item) in ALONE else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))


def room_of(item: pytest.Item) -> str:
    return item.path.relative_to(HERE).parts[0]
