"""The README is true: its first lines, its dependencies, its commands, and the rooms that it names."""

import re
from collections.abc import Iterator

import pytest

from node import commands
from node.cli import DEFAULT
from node.settings import CHECKS, ENVIRONMENT
from sync import bundle, handshake, messages, quota, refusals
from sync.peers import client
from tests.house import rooms

README = (rooms.HOME / "README.md").read_text(encoding="utf-8")
WANTED = re.compile(r"^([A-Za-z0-9][\w.-]*)", re.MULTILINE)


def wanted(name: str) -> list[str]:
    """What a requirements file asks for by name."""
    return WANTED.findall((rooms.HOME / "requirements" / f"{name}.in").read_text(encoding="utf-8"))


def row_of(package: str) -> str:
    return next((line for line in README.splitlines() if line.startswith(f"| `{package}` |")), "")


def test_it_begins_with_the_two_commands() -> None:
    assert re.match(r"# Corkboard\n\n```\npython3 run_node\.py .*\npython3 scripts/check\.py .*\n```", README)


@pytest.mark.parametrize("package", wanted("run"))
def test_every_package_is_named_with_what_it_saves(package: str) -> None:
    saves = row_of(package).strip("|").partition("|")[2].strip()
    assert len(saves) > 10, f"the table in README.md does not say what {package} saves"


@pytest.mark.parametrize("package", wanted("test"))
def test_every_package_for_checking_is_named(package: str) -> None:
    assert f"`{package}`" in README


def test_no_package_is_named_that_is_not_used() -> None:
    section = README.partition("## What we use")[2].partition("\n## ")[0]
    named = set(re.findall(r"^\| `([\w-]+)` \|", section, re.MULTILINE))
    assert named == set(wanted("run"))


@pytest.mark.parametrize("package", wanted("run"))
def test_every_package_is_locked(package: str) -> None:
    lock = (rooms.HOME / "requirements" / "run.txt").read_text(encoding="utf-8")
    assert f"\n{package.lower()}==" in f"\n{lock}".lower()


def test_every_path_that_a_readme_names_is_there() -> None:
    named = set(re.findall(r"`((?:node|sync|scripts|tests|kiosk_templates|requirements)/[\w/.]*)`", README))
    assert named and [path for path in sorted(named) if not (rooms.HOME / path).exists()] == []


def test_every_command_is_in_the_table_and_no_other() -> None:
    section = README.partition("## Commands")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `([a-z-]+)", section, re.MULTILINE)) == {DEFAULT, *commands.NAMES}


def test_every_setting_and_its_variable_is_named() -> None:
    section = README.partition("## Settings")[2].partition("\n## ")[0]
    assert [name for name in (*CHECKS, *ENVIRONMENT.values()) if f"`{name}`" not in section] == []


def kinds_of(error: type[Exception]) -> Iterator[type[Exception]]:
    for kind in error.__subclasses__():
        yield kind
        yield from kinds_of(kind)


def test_every_refusal_is_in_the_specification_of_the_protocol() -> None:
    """Whoever writes a second node meets each of these words."""
    text = (rooms.HOME / "sync" / "README.md").read_text(encoding="utf-8")
    kinds = {*kinds_of(refusals.Refused), *kinds_of(handshake.PairingError)} - {handshake.BadAddress, handshake.BadCode}
    assert {bundle.NotABundle, quota.OverQuota, messages.Malformed, client._SomebodyElse} < kinds
    assert sorted(kind.key for kind in kinds if f"`{kind.key}`" not in text) == []
