"""The whole way: two nodes as two spaces would run them, found, paired, exchanging."""

import os
from pathlib import Path

import pytest

from tests.two_nodes.node import HOME, CommandFailed, Node, wait_until, write_posts

CATEGORIES = ("food", "water", "shelter", "clothing", "health", "transport", "childcare", "tools", "other")
WORDS = (
    "A ladder for Saturday, number {}",
    "نحتاج إلى ماء للشرب، رقم {}",
    "Sandalye ve masa var, {} tane",
    "শিশুদের জন্য গরম কাপড় {}",
    'Two "small" beds, a cot; \n and {} blankets',
    "🧺 Laundry for family {}",
)


def five_hundred_posts(sheet: Path) -> Path:
    """Posts in several scripts, with all that makes CSV hard."""
    rows = [
        {
            "id": str(number),
            "kind": "offer" if number % 3 == 0 else "need",
            "category": CATEGORIES[number % len(CATEGORIES)],
            "text": WORDS[number % len(WORDS)].format(number),
        }
        for number in range(500)
    ]
    with sheet.open("w", encoding="utf-8", newline="") as file:
        write_posts(file, rows)
    return sheet


@pytest.mark.long
def test_a_need_posted_at_the_hall_appears_at_the_library(hall: Node, library: Node) -> None:
    """Nobody tells the hall where the library is: it types digits and an address once, and hears the rest."""
    library.pairs_with(hall)
    hall.posts("A ladder for Saturday")
    wait_until(lambda: library.board() == ["A ladder for Saturday"])
    library.posts("Two chairs", kind="offer")
    wait_until(lambda: hall.board() == ["A ladder for Saturday", "Two chairs"])
    wait_until(lambda: hall.holds_the_same_as(library))


@pytest.mark.long
def test_posts_from_before_the_pairing_come_too(hall: Node, library: Node) -> None:
    hall.posts("Rice for twelve")
    library.posts("A cot")
    hall.pairs_with(library)
    wait_until(lambda: hall.board() == library.board() == ["A cot", "Rice for twelve"])


@pytest.mark.long
def test_nodes_find_each_other_where_no_address_is_known_any_more(hall: Node, library: Node) -> None:
    """Both are restarted at other addresses; only mDNS can tell them where."""
    hall.pairs_with(library)
    hall.moves()
    library.moves()
    hall.posts("Still here")
    wait_until(lambda: library.board() == ["Still here"])


@pytest.mark.long
def test_five_hundred_posts_imported_at_one_are_all_at_the_other(hall: Node, library: Node, tmp_path: Path) -> None:
    assert hall.imports(five_hundred_posts(tmp_path / "posts.csv")).startswith("500 new posts")
    library.pairs_with(hall)
    wait_until(lambda: library.holds_the_same_as(hall))
    assert len(library.board()) == 500
    assert library.exported() == hall.exported()


@pytest.mark.long
def test_importing_the_same_file_again_adds_nothing_at_either_space(hall: Node, library: Node, tmp_path: Path) -> None:
    sheet = five_hundred_posts(tmp_path / "posts.csv")
    hall.imports(sheet)
    library.pairs_with(hall)
    wait_until(lambda: len(library.board()) == 500)
    assert hall.imports(sheet).startswith("0 new posts, 500 already here")
    assert library.imports(sheet).startswith("0 new posts, 500 already here")


def crisis_messages() -> Path | None:
    """Real messages, where somebody has them: they are not part of the project."""
    shared = os.environ.get("CORKBOARD_SHARED")
    folder = Path(shared) if shared else HOME.parent / "shared"
    found = folder / "data" / "crisis_messages.csv"
    return found if found.exists() else None


@pytest.mark.long
@pytest.mark.skipif(crisis_messages() is None, reason="no crisis_messages.csv (CORKBOARD_SHARED names its folder)")
def test_real_messages_are_the_same_at_both(hall: Node, library: Node) -> None:
    sheet = crisis_messages()
    assert sheet
    hall.imports(sheet)
    library.pairs_with(hall)
    wait_until(lambda: library.holds_the_same_as(hall))
    assert len(library.board()) > 400
    assert library.exported() == hall.exported()


def test_a_wrong_code_is_refused_in_words_and_connects_nobody(hall: Node, library: Node) -> None:
    code = hall.shows_a_code()
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    with pytest.raises(CommandFailed, match="not the code that the other space shows"):
        library.types(wrong, hall)
    assert library.status()["peers"] == hall.status()["peers"] == []
    library.types(code, hall)
    assert [peer["name"] for peer in library.status()["peers"]] == ["Hall"]


@pytest.mark.long
def test_pairing_where_nobody_started_it_is_refused_in_words(hall: Node, library: Node) -> None:
    with pytest.raises(CommandFailed, match="Nobody has started pairing"):
        library.types("123456", hall)
