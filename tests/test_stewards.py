"""The stewards' key: one passphrase for each steward, a new key when one leaves, and words that it opens."""

import base64
import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from node import intake, stewards
from node.domain import sealed, tickets
from node.domain.sealed import Letter
from node.domain.wishes import OpenPost, PromiseHelp
from node.storage import board
from tests.storage.nodes import Node

FATIMA, JONAS, TOM = "four quiet green ladders", "nobody knows this one", "چهار نردبان سبز آرام"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The slow step with little memory, where a test is not about it."""
    monkeypatch.setattr("node.domain.stewards.MEMORY_KIB", 64)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    stewards.make(tmp_path, FATIMA)
    return tmp_path


def public(keys: tuple[X25519PrivateKey, ...]) -> list[bytes]:
    return [key.public_key().public_bytes_raw() for key in keys]


def test_where_none_was_made_there_is_no_key_to_seal_to(tmp_path: Path) -> None:
    assert stewards.sealing_key(tmp_path) == b""
    with pytest.raises(stewards.NotMade):
        stewards.open_keys(tmp_path, FATIMA)


def test_the_passphrase_opens_the_key_and_no_other_does(folder: Path) -> None:
    assert public(stewards.open_keys(folder, FATIMA)) == [stewards.sealing_key(folder)]
    for wrong in (JONAS, "", FATIMA[:-1], FATIMA.upper()):
        with pytest.raises(stewards.WrongPassphrase):
            stewards.open_keys(folder, wrong)


def test_a_second_key_is_not_made_over_the_first(folder: Path) -> None:
    before = stewards.sealing_key(folder)
    with pytest.raises(stewards.Made):
        stewards.make(folder, JONAS)
    assert stewards.sealing_key(folder) == before


def test_a_steward_lets_another_in(folder: Path) -> None:
    with pytest.raises(stewards.WrongPassphrase):
        stewards.add_passphrase(folder, JONAS, TOM)
    stewards.add_passphrase(folder, FATIMA, TOM)
    assert stewards.stewards_of(folder) == 2
    assert public(stewards.open_keys(folder, TOM)) == public(stewards.open_keys(folder, FATIMA))


def test_the_same_passphrase_on_another_keyboard_is_the_same(folder: Path) -> None:
    stewards.add_passphrase(folder, FATIMA, "e\u0301te\u0301 six pommes  vertes")
    assert stewards.open_keys(folder, " \u00e9t\u00e9 six pommes vertes ")


def test_when_one_leaves_new_words_are_closed_to_them_and_old_ones_stay_open_to_the_others(folder: Path) -> None:
    stewards.add_passphrase(folder, FATIMA, JONAS)
    old = stewards.sealing_key(folder)
    new = stewards.rotate(folder, [FATIMA])
    assert new != old and stewards.sealing_key(folder) == new and stewards.stewards_of(folder) == 1
    assert public(stewards.open_keys(folder, FATIMA)) == [new, old] == list(stewards.public_keys(folder))
    with pytest.raises(stewards.WrongPassphrase):
        stewards.open_keys(folder, JONAS)


def test_a_wrong_passphrase_among_those_who_stay_changes_nothing(folder: Path) -> None:
    before = (folder / stewards.FILE).read_bytes()
    with pytest.raises(stewards.WrongPassphrase):
        stewards.rotate(folder, [FATIMA, JONAS])
    with pytest.raises(ValueError, match="somebody must stay"):
        stewards.rotate(folder, [])
    assert (folder / stewards.FILE).read_bytes() == before


def test_many_rotations_keep_every_earlier_key(folder: Path) -> None:
    made = [stewards.sealing_key(folder), *(stewards.rotate(folder, [FATIMA]) for _ in range(3))]
    assert public(stewards.open_keys(folder, FATIMA)) == made[::-1]


def test_the_file_is_for_its_owner_alone_and_holds_no_private_key(folder: Path) -> None:
    path = folder / stewards.FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    raw, [key] = path.read_bytes(), stewards.open_keys(folder, FATIMA)
    assert base64.b64encode(key.private_bytes_raw()).rstrip(b"=") not in raw and key.private_bytes_raw() not in raw
    assert FATIMA.encode() not in raw


def test_a_box_of_one_key_is_none_of_another(folder: Path) -> None:
    stewards.rotate(folder, [FATIMA])
    ring = json.loads((folder / stewards.FILE).read_bytes())
    ring["stewards"][0]["boxes"].reverse()
    (folder / stewards.FILE).write_text(json.dumps(ring))
    with pytest.raises(stewards.WrongPassphrase):
        stewards.open_keys(folder, FATIMA)


@pytest.mark.parametrize(
    "damaged", [b"", b"{", b"[]", b'{"keys":[],"stewards":[]}', b'{"keys":["AAAA"],"stewards":[]}']
)
def test_a_damaged_file_never_stops_the_kiosk(folder: Path, damaged: bytes) -> None:
    (folder / stewards.FILE).write_bytes(damaged)
    assert stewards.sealing_key(folder) == b""
    with pytest.raises(stewards.Unreadable):
        stewards.open_keys(folder, FATIMA)


@pytest.mark.parametrize("weak", ["", "short", "elevenchars", "aaaaaaaaaaaaaaaa", "a a a a", "            x"])
def test_a_weak_passphrase_is_refused_with_its_reason(tmp_path: Path, weak: str) -> None:
    with pytest.raises(stewards.WeakPassphrase, match="Too"):
        stewards.make(tmp_path, weak)
    assert not (tmp_path / stewards.FILE).exists()


def test_it_costs_what_a_ticket_costs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    seen: list[dict[str, object]] = []
    slow = stewards.stewards.Argon2id
    monkeypatch.setattr("node.domain.stewards.Argon2id", lambda **given: (seen.append(given), slow(**given))[1])
    stewards.make(tmp_path, FATIMA)
    assert [(one["memory_cost"], one["iterations"], len(one["salt"])) for one in seen] == [(64 * 1024, 3, 16)]
    assert tickets.MEMORY_KIB == 64 * 1024


# --- what it is for ---


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Node]:
    node = Node(tmp_path / "hall", "Hall")
    stewards.make(node.folder, FATIMA)
    yield node
    node.run.close()


def test_words_to_a_post_of_the_space_itself_are_sealed_to_its_stewards(hall: Node) -> None:
    posted = hall.posts("Chairs for sixty on Saturday")
    helper = tickets.ticket(b"h" * 32, b"k" * 32)
    intake.record(hall.run, PromiseHelp(posted.post, letter=Letter("I have a van", "0171 234 56 78")), ticket=helper)
    post = board.held(hall.db, posted.post).post
    assert post is not None and post.stewards == stewards.sealing_key(hall.folder) and post.promises[0].words == ""
    [letter] = post.letters
    [key] = stewards.open_keys(hall.folder, FATIMA)
    assert sealed.unseal(letter.to_stewards, key, post.id, letter.owner) == Letter("I have a van", "0171 234 56 78")


def test_a_row_that_two_spaces_import_stays_one_post_whatever_their_stewards_keys(hall: Node, tmp_path: Path) -> None:
    library = Node(tmp_path / "library", "Library")
    stewards.make(library.folder, JONAS)
    library.accepts(hall)
    row = OpenPost("need", "food", "From a table", outside=b"h" * 32)
    [first] = intake.record_all(hall.run, [row])
    library.hears_from(hall)
    [again] = intake.record_all(library.run, [row])
    post = board.held(library.db, first.post).post
    assert (again.post, again.new) == (first.post, False)
    assert post is not None and post.stewards == stewards.sealing_key(hall.folder)
    library.run.close()


def test_no_space_can_name_the_stewards_of_another_in_its_own_post(hall: Node) -> None:
    posted = intake.record(hall.run, OpenPost("need", "food", "Rice", stewards=b"x" * 32))
    post = board.held(hall.db, posted.post).post
    assert post is not None and post.stewards == stewards.sealing_key(hall.folder)
