"""The one command: real environments made by real pip, from a folder of wheels so that no internet is asked."""

import base64
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

import run_node
from tests.house import rooms

MAKING = "First start with these packages"
UNREACHABLE = "http://127.0.0.1:9/simple"


class Home:
    """A copy of the start command in a folder of its own, with one tiny package to install and a stub to start."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copy(rooms.HOME / "run_node.py", folder)
        for name in ("node", "requirements", "wheels"):
            (folder / name).mkdir()
        (folder / "node" / "__init__.py").touch()
        (folder / "node" / "cli.py").write_text("import sys, plank\nprint(plank.VERSION, *sys.argv[1:])\n")
        self.asks_for("1.0")

    def asks_for(self, version: str, digest: str = "") -> None:
        wheel = make_wheel(self.folder / "wheels", version)
        digest = digest or hashlib.sha256(wheel.read_bytes()).hexdigest()
        (self.folder / "requirements" / "run.txt").write_text(f"plank=={version} --hash=sha256:{digest}\n")

    def begins(self, *args: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(self.folder / "run_node.py"), *args],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd="/",
            env={**os.environ, "PIP_CONFIG_FILE": os.devnull, "PIP_RETRIES": "1", "PYTHONPATH": "", **environment},
        )

    def starts(self, *args: str, **environment: str) -> tuple[int, str, str]:
        process = self.begins(*args, **environment)
        out, err = process.communicate(timeout=600)
        return process.returncode, out, err


def make_wheel(folder: Path, version: str) -> Path:
    """The smallest package that pip installs."""
    wheel = folder / f"plank-{version}-py3-none-any.whl"
    info = f"plank-{version}.dist-info"
    files = {
        "plank.py": f"VERSION = 'plank {version}'\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: plank\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[console_scripts]\nplank = plank:VERSION\n",
    }
    record = "".join(f"{name},sha256={record_hash(text)},{len(text)}\n" for name, text in files.items())
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return wheel


def record_hash(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.mark.long
def test_the_first_start_makes_the_environment_and_later_ones_use_it(home: Home) -> None:
    code, out, err = home.starts("serve", "--port", "0")
    assert (code, out) == (0, "plank 1.0 serve --port 0\n"), err
    assert MAKING in err and "1/1 plank" in err

    shutil.rmtree(home.folder / "wheels")
    code, out, err = home.starts()
    assert (code, out, err) == (0, "plank 1.0\n", ""), "nothing is made, so nothing is said"

    script = (home.folder / ".venv" / "bin" / "plank").read_text()
    assert script.startswith(f"#!{home.folder}/.venv/bin/python"), "scripts must name the folder as it ends up"
    assert not (home.folder / ".venv.new").exists()


@pytest.mark.long
def test_a_new_lock_renews_the_environment_and_without_its_packages_the_old_one_goes_on(home: Home) -> None:
    home.starts()
    home.asks_for("2.0")
    assert home.starts()[1] == "plank 2.0\n"

    home.asks_for("3.0")
    shutil.rmtree(home.folder / "wheels")
    code, out, err = home.starts(PIP_INDEX_URL=UNREACHABLE)
    assert (code, out) == (0, "plank 2.0\n"), "a kiosk must start in the morning, updated or not"
    assert "connect to the internet once" in err


@pytest.mark.long
def test_a_package_that_is_not_the_locked_one_is_refused(home: Home) -> None:
    home.asks_for("1.0", digest="0" * 64)
    code, out, err = home.starts()
    assert (code, out) == (1, "")
    assert err.splitlines()[-1].startswith("corkboard: a package was not the one that the lock names")
    assert not (home.folder / ".venv").exists()


@pytest.mark.long
def test_wheels_that_lack_something_are_named(home: Home) -> None:
    next((home.folder / "wheels").iterdir()).unlink()
    code, _, err = home.starts()
    assert code == 1 and "plank==1.0" in err.splitlines()[-1]


@pytest.mark.long
def test_a_first_start_without_internet_says_what_to_do(home: Home) -> None:
    shutil.rmtree(home.folder / "wheels")
    code, _, err = home.starts(PIP_INDEX_URL=UNREACHABLE)
    assert code == 1
    assert err.splitlines()[-1].startswith("corkboard: the first start needs the internet once")


@pytest.mark.long
def test_two_first_starts_at_once_make_one_environment(home: Home) -> None:
    both = [home.begins(), home.begins()]
    ends = [process.communicate(timeout=600) for process in both]
    assert [(p.returncode, out) for p, (out, _) in zip(both, ends, strict=True)] == [(0, "plank 1.0\n")] * 2
    assert sum(MAKING in err for _, err in ends) == 1


@pytest.mark.long
@pytest.mark.parametrize("seconds", [0.5, 2.0, 3.0])
def test_a_start_that_is_cut_off_anywhere_leaves_nothing_half_made(home: Home, seconds: float) -> None:
    process = home.begins()
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    code, out, err = home.starts()
    assert (code, out) == (0, "plank 1.0\n"), err


def test_an_old_python_gets_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(run_node.Stop, match=r"needs Python 3\.11 or newer and this is 3\.9"):
        run_node.check_python()


def test_the_locks_name_a_hash_for_everything_and_no_place_to_fetch_from() -> None:
    for lock in (rooms.HOME / "requirements").glob("*.txt"):
        lines = [line for line in lock.read_text().splitlines() if line and not line.lstrip().startswith("#")]
        packages = [line for line in lines if not line.startswith(" ")]
        assert all("==" in line and line.endswith("\\") for line in packages), lock
        assert not any("://" in line or line.startswith("-") for line in lines), lock
