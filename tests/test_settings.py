"""Settings: who wins, what is refused, and what the first node.toml looks like."""

from pathlib import Path

import pytest

from node.settings import FILE, Settings, SettingsError, write_default


def toml(folder: Path, text: str) -> Path:
    (folder / FILE).write_text(text, encoding="utf-8")
    return folder


def test_without_anything_the_defaults_stand() -> None:
    settings = Settings.read(environ={})
    assert (settings.data, settings.port, settings.peer_port, settings.name) == (
        Path("data"),
        8080,
        8081,
        "Our space",
    )


def test_the_file_wins_over_defaults_the_environment_over_it_and_options_over_all(tmp_path: Path) -> None:
    toml(tmp_path, 'name = "File"\nport = 1001\npeer_port = 1002\nareas = ["Hill"]\n')
    environ = {"CORKBOARD_NAME": "Environment", "CORKBOARD_PORT": "2001", "CORKBOARD_PEER_PORT": ""}
    settings = Settings.read(tmp_path, {"name": "Option", "port": None}, environ)
    assert (settings.name, settings.port, settings.peer_port, settings.areas) == (
        "Option",
        2001,
        1002,
        ("Hill",),
    )


def test_the_folder_comes_from_the_environment_when_none_is_given(tmp_path: Path) -> None:
    toml(tmp_path, 'name = "Hall"')
    assert Settings.read(environ={"CORKBOARD_DATA": str(tmp_path)}).name == "Hall"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("port = 0", "port must be a number from 1 to 65535, not 0"),
        ('port = "8080"', "port must be a number"),
        ("port = true", "port must be a number"),
        ("introductions = 1", "introductions must be true or false, not 1."),
        ("port = 8081", "cannot share port 8081"),
        ('nmae = "Hall"', "'nmae' is not a setting: did you mean 'name'?"),
        ("zzz = 1", "'zzz' is not a setting: remove it"),
        ('name = ""', "name must be one line of 1 to 60 characters"),
        ('name = "a\\nb"', "name must be one line"),
        ("name = [1]", "name must be text in quotes"),
        ('host = "corkboard.local"', "host must be an IP address"),
        ('areas = "North"', "areas must be a list"),
        ('areas = ["North", "North"]', "areas names the same thing twice"),
        ('languages = ["xx"]', "languages may only hold en, ar"),
        ("port = = 1", "is not valid TOML"),
    ],
)
def test_a_bad_value_is_refused_in_one_sentence_that_names_the_fix(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.read(toml(tmp_path, text), environ={})
    assert expected in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_bad_environment_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="CORKBOARD_PORT: port must be a number from 1 to 65535, not 'eighty'"):
        Settings.read(tmp_path, environ={"CORKBOARD_PORT": "eighty"})


def test_a_file_saved_as_utf_16_is_refused_and_one_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes('name = "Salón"'.encode("utf-8-sig"))
    assert Settings.read(tmp_path, environ={}).name == "Salón"
    (tmp_path / FILE).write_bytes('name = "Salón"'.encode("utf-16"))
    with pytest.raises(SettingsError, match="not UTF-8"):
        Settings.read(tmp_path, environ={})


def test_the_first_file_keeps_the_name_explains_itself_and_is_never_written_over(tmp_path: Path) -> None:
    settings = Settings.read(tmp_path / "new", {"name": 'The "Old" Hall ق', "port": 9000}, {})
    assert write_default(settings)
    written = (tmp_path / "new" / FILE).read_text(encoding="utf-8")
    assert "# The parts of town that a post may name." in written
    assert Settings.read(tmp_path / "new", environ={}).name == 'The "Old" Hall ق'
    assert not write_default(Settings.read(tmp_path / "new", {"name": "Other"}, {}))
    assert (tmp_path / "new" / FILE).read_text(encoding="utf-8") == written


def test_every_line_of_the_first_file_is_valid_once_its_hash_is_taken_off(tmp_path: Path) -> None:
    write_default(Settings(data=tmp_path))
    lines = (tmp_path / FILE).read_text(encoding="utf-8").splitlines()
    toml(tmp_path, "\n".join(line.removeprefix("# ") for line in lines if " = " in line))
    assert Settings.read(tmp_path, environ={}) == Settings(data=tmp_path)
